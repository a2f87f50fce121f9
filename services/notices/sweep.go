package notices

import (
	"context"
	"time"

	"quartermaster/models"
	"quartermaster/services/store"
)

// keptFor is how long a message is kept that was sent or given up, from when it was
// queued.
var keptFor = map[models.MessageState]time.Duration{models.MessageSent: 30 * 24 * hour, models.MessageDead: 90 * 24 * hour}

// Sweep removes messages that were settled long ago, and returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	swept := 0
	for state, kept := range keptFor {
		before := models.At(s.Book.Now().Add(-kept)).String()
		q := store.Query{In: store.Messages, By: "state", Where: []store.Cond{store.Is("state", string(state)), store.Under("queued_at", before)}, Limit: 500}
		for {
			records, err := s.Book.Store.Find(ctx, q)
			if err != nil {
				return swept, err
			}
			if len(records) == 0 {
				break
			}
			changes := make([]store.Change, len(records))
			for i, r := range records {
				changes[i] = store.Delete(store.Messages, r.ID, r.Version)
			}
			if err := s.Book.Store.Commit(ctx, changes...); err != nil {
				return swept, err
			}
			swept += len(records)
		}
	}
	return swept, nil
}
