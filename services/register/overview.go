package register

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// OnCharge counts the items in the caller's scope that have a status.
func (s *Service) OnCharge(ctx context.Context, status models.Status) (int64, error) {
	return s.Count(ctx, Filter{Status: string(status)}, 0)
}

// SeenBetween counts the items in the caller's scope that were last seen from an
// instant on, "" being the first of all, and before another.
func (s *Service) SeenBetween(ctx context.Context, from, before string) (int64, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return 0, err
	}
	conds := access.Assets(caller)
	if len(conds) == 0 {
		conds = []store.Cond{store.Is("", models.Whole)}
	}
	conds[0].Field = "seen_in" // which names units and payers alike
	if from == "" {
		from = "0" // before any instant
	}
	conds = append(conds, store.From("last_seen_at", from), store.Under("last_seen_at", before))
	return s.Book.Store.Count(ctx, store.Query{In: store.Assets, By: "seen_in", Where: slices.Clip(conds)})
}
