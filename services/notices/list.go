package notices

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Filter says which messages a list shows.
type Filter struct {
	State string // of models.MessageStates
	To    string // an address, or the id of a webhook
}

// Messages returns a page of the outbox, newest first, without the messages' content.
func (s *Service) Messages(ctx context.Context, f Filter, cursor string, limit int) ([]*models.Message, string, error) {
	if _, err := administrator(ctx); err != nil {
		return nil, "", err
	}
	q, err := queryOf(f)
	if err != nil {
		return nil, "", err
	}
	page, err := q.Page(ctx, s.Book.Store, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	list := make([]*models.Message, len(page.Records))
	for i, record := range page.Records {
		if list[i], err = store.Decode[models.Message](record); err != nil {
			return nil, "", err
		}
		list[i].Mail, list[i].Body = nil, nil
	}
	return list, page.Next, nil
}

func queryOf(f Filter) (store.Query, error) {
	q := store.Query{In: store.Messages, By: "queued", Desc: true}
	if f.State != "" && !slices.Contains(models.MessageStates, models.MessageState(f.State)) {
		return q, models.Refuse(models.Invalid, "state", "must be one of waiting, sent, dead")
	}
	if f.State != "" {
		q.By, q.Where = "state", append(q.Where, store.Is("state", f.State))
	}
	if f.To != "" {
		q.Where = append(q.Where, store.Is("to", f.To))
		if q.By = "to"; f.State != "" {
			q.By = "to_state"
		}
	}
	return q, nil
}

// Message returns one message, with its content.
func (s *Service) Message(ctx context.Context, id string) (*models.Message, error) {
	_, m, err := s.load(ctx, id)
	return m, err
}

func (s *Service) load(ctx context.Context, id string) (store.Record, *models.Message, error) {
	if _, err := administrator(ctx); err != nil {
		return store.Record{}, nil, err
	}
	record, err := s.Book.Store.Get(ctx, store.Messages, id)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, models.Refuse(models.NotFound, "id", "there is no message %q", id)
	}
	if err != nil {
		return record, nil, err
	}
	m, err := store.Decode[models.Message](record)
	return record, m, err
}

// countedUpTo bounds what Waiting counts.
const countedUpTo = 10_000

// Counts are how many messages there are in each state, 10,000 standing for more.
func (s *Service) Counts(ctx context.Context) (map[models.MessageState]int64, error) {
	if _, err := administrator(ctx); err != nil {
		return nil, err
	}
	return s.count(ctx, models.MessageStates...)
}

func (s *Service) count(ctx context.Context, states ...models.MessageState) (map[models.MessageState]int64, error) {
	counted := map[models.MessageState]int64{}
	for _, state := range states {
		n, err := s.Book.Store.Count(ctx, store.Query{In: store.Messages, By: "state", Where: []store.Cond{store.Is("state", string(state))}, Limit: countedUpTo})
		if err != nil {
			return nil, err
		}
		counted[state] = n
	}
	return counted, nil
}
