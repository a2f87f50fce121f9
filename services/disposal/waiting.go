package disposal

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Waiting are the papers that wait for one person: what they inquire into, losses to
// appoint somebody for, losses and write-offs to decide on, and what is to be struck
// off charge.
type Waiting struct {
	ToInquire []*models.Loss
	ToAppoint []*models.Loss
	ToDecide  []*models.Loss
	ToApprove []*models.WriteOff
	ToStrike  []*models.WriteOff
}

// Waiting lists at most so many of each sort. An administrator of the whole book is
// waited for where the board decides alone.
func (s *Service) Waiting(ctx context.Context, most int) (*Waiting, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	var all Waiting
	if !access.May(caller.Role, access.ReportLoss) {
		return &all, nil
	}
	q := store.Query{In: store.Losses, By: "officer", Where: []store.Cond{store.Is("inquiry.officer", caller.Code), store.Is("state", string(models.LossInquiry))}, Limit: most}
	if all.ToInquire, err = store.Find[models.Loss](ctx, s.Book.Store, q); err != nil {
		return nil, err
	}
	board := access.Everywhere(caller)
	if access.May(caller.Role, access.Decide) {
		if !board {
			if all.ToAppoint, err = waits(ctx, s, caller, store.Losses, string(models.LossReported), most, func(l *models.Loss) bool { return MayAppoint(caller, l) }); err != nil {
				return nil, err
			}
		}
		if all.ToDecide, err = waits(ctx, s, caller, store.Losses, string(models.LossToDecide), most, func(l *models.Loss) bool {
			return MayDecideLoss(caller, l) && (!board || l.Authority == models.BoardAuthority)
		}); err != nil {
			return nil, err
		}
		if all.ToApprove, err = waits(ctx, s, caller, store.WriteOffs, string(models.WriteOffProposed), most, func(w *models.WriteOff) bool {
			return MayDecideWriteOff(caller, w) && (!board || w.Authority == models.BoardAuthority)
		}); err != nil {
			return nil, err
		}
	}
	if access.May(caller.Role, access.Dispose) && !board {
		all.ToStrike, err = waits(ctx, s, caller, store.WriteOffs, string(models.WriteOffApproved), most, func(w *models.WriteOff) bool { return access.CoversUnit(caller, w.Path) })
	}
	return &all, err
}

// waits reads the papers of a state in the person's scope, oldest first, that keep
// takes.
func waits[T any](ctx context.Context, s *Service, p *models.Person, in *store.Collection, state string, most int, keep func(*T) bool) ([]*T, error) {
	q := store.Query{In: in, By: "state", Where: append(access.Assets(p), store.Is("state", state)), Limit: 200}
	if !access.Everywhere(p) {
		q.By = "unit_state"
	}
	var kept []*T
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			doc, err := store.Decode[T](record)
			if err != nil {
				return nil, err
			}
			if keep(doc) {
				kept = append(kept, doc)
			}
		}
		if len(records) < q.Limit || len(kept) >= most {
			return kept, nil
		}
		q.After = records[len(records)-1].Place
	}
}
