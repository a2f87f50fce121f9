package maintenance

import (
	"context"

	"quartermaster/models"
)

// DueOn counts the items that are due on each day between two, both included, from
// the index alone.
func (s *Service) DueOn(ctx context.Context, f DueFilter) (map[models.Day]int, error) {
	counts := map[models.Day]int{}
	q, err := s.due(ctx, f)
	if err != nil || q == nil {
		return counts, err
	}
	q.Bare, q.Limit = true, 5000
	for {
		records, err := s.Book.Store.Find(ctx, *q)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			if day, ok := r.Place[0].(string); ok {
				counts[models.Day(day)]++
			}
		}
		if len(records) < q.Limit {
			return counts, nil
		}
		q.After = records[len(records)-1].Place
	}
}
