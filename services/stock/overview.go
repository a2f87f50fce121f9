package stock

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/store"
)

// ExpiringBetween counts the lots, where there are any left of them, that expire in
// the caller's scope from a day on, "" being the first of all, and before another.
func (s *Service) ExpiringBetween(ctx context.Context, from, before models.Day) (int64, error) {
	q, err := s.query(ctx, Filter{})
	if err != nil || q == nil {
		return 0, err
	}
	if from == "" {
		from = "0"
	}
	q.Where = append(q.Where, store.From("expiry", string(from)), store.Under("expiry", string(before)))
	return s.Book.Store.Count(ctx, *q)
}
