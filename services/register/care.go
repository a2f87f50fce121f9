package register

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/store"
)

// plan works out when the item is due for service, for the Commit that takes it on
// charge or changes its category.
func (r *references) plan(ctx context.Context, a *models.Asset) error {
	general, known := r.schedules[a.Category]
	if !known {
		var err error
		if general, err = r.s.schedules(ctx, "category "+a.Category); err != nil {
			return err
		}
		r.schedules[a.Category] = general
	}
	if a.Version == 0 {
		a.Plan(general, r.s.Book.Today())
		return nil
	}
	own, err := r.s.schedules(ctx, "asset "+a.ID)
	if err != nil {
		return err
	}
	a.Plan(slices.Concat(general, own), r.s.Book.Today())
	return nil
}

// Schedules returns what an item is serviced by: its category's schedules and its own.
func (s *Service) Schedules(ctx context.Context, a *models.Asset) ([]*models.Schedule, error) {
	own, err := s.schedules(ctx, "asset "+a.ID)
	if err != nil {
		return nil, err
	}
	general, err := s.schedules(ctx, "category "+a.Category)
	return append(general, own...), err
}

func (s *Service) schedules(ctx context.Context, covers string) ([]*models.Schedule, error) {
	return store.Find[models.Schedule](ctx, s.Book.Store, store.Query{In: store.Schedules, By: "covers", Where: []store.Cond{store.Is("covers", covers)}})
}
