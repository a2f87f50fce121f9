package notices

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Resend has a message that was given up sent again, with all its attempts before
// it, and one that waits tried at once. One that was accepted is never sent again.
func (s *Service) Resend(ctx context.Context, id string) (*models.Message, error) {
	caller, err := administrator(ctx)
	if err != nil {
		return nil, err
	}
	record, m, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	now := models.At(s.Book.Now())
	switch {
	case m.State == models.MessageSent:
		return nil, models.Refuse(models.Conflict, "", "it was accepted on %s and is not sent again", m.SentAt)
	case m.Holder != "" && m.Next != nil && now.Before(m.Next.Time):
		return nil, models.Refuse(models.Conflict, "", "it is being sent just now")
	}
	s.again(m, caller, now)
	return m, access.Outrun(s.Book.Commit(ctx, ledger.Beside(store.Replace(store.Messages, m.ID, record.Version, m))))
}

func (s *Service) again(m *models.Message, caller *models.Person, now models.Time) {
	m.State, m.Next, m.Attempts, m.AgainBy, m.AgainAt = models.MessageWaiting, &now, 0, caller.Code, &now
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.resting, destination(m))
}

// mostAgain is how many messages are sent again at once.
const mostAgain = 1000

// ResendAll has what was given up for one receiver sent again, up to 1,000 messages,
// and returns how many.
func (s *Service) ResendAll(ctx context.Context, to string) (int, error) {
	caller, err := administrator(ctx)
	if err != nil {
		return 0, err
	}
	if to == "" {
		return 0, models.Refuse(models.Invalid, "to", "is required: an address, or the id of a webhook")
	}
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Messages, By: "to_state",
		Where: []store.Cond{store.Is("to", to), store.Is("state", string(models.MessageDead))}, Limit: mostAgain})
	if err != nil || len(records) == 0 {
		return 0, err
	}
	now := models.At(s.Book.Now())
	entries := make([]ledger.Entry, len(records))
	for i, record := range records {
		m, err := store.Decode[models.Message](record)
		if err != nil {
			return 0, err
		}
		s.again(m, caller, now)
		entries[i] = ledger.Beside(store.Replace(store.Messages, m.ID, record.Version, m))
	}
	return len(records), access.Outrun(s.Book.Commit(ctx, entries...))
}
