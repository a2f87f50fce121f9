package flags

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/store"
)

// OpenedSince returns the flags in the caller's scope that stand and were opened at
// or after an instant, the newest first, and how many there are.
func (s *Service) OpenedSince(ctx context.Context, since models.Time, limit int) ([]*models.Flag, int64, error) {
	q, err := s.query(ctx, Filter{})
	if err != nil || q == nil {
		return nil, 0, err
	}
	q.By, q.Desc = store.Flags.Narrowest(q.Where, "unit_opened", "paid_by_opened", "opened"), true
	q.Where = append(q.Where, store.From("opened_at", since.String()))
	q.Limit = MostCounted
	n, err := s.Book.Store.Count(ctx, *q)
	if err != nil {
		return nil, 0, err
	}
	q.Limit = limit
	flags, err := store.Find[models.Flag](ctx, s.Book.Store, *q)
	return flags, n, err
}

// Coming returns the first flags of a kind in the caller's scope whose matter lies
// from a day on and before another, the nearest first.
func (s *Service) Coming(ctx context.Context, kind models.FlagKind, from, before models.Day, limit int) ([]*models.Flag, error) {
	q, err := s.query(ctx, Filter{Kind: string(kind)})
	if err != nil || q == nil {
		return nil, err
	}
	q.Where = append(q.Where, store.From("since", string(from)), store.Under("since", string(before)))
	q.Limit = limit
	return store.Find[models.Flag](ctx, s.Book.Store, *q)
}
