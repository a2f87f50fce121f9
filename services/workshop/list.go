package workshop

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Filter says which jobs a list shows.
type Filter struct {
	register.Papers
	State string
}

// Job returns one job that the caller may see.
func (s *Service) Job(ctx context.Context, number string) (*models.Repair, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, job, err := s.load(ctx, caller, number)
	return job, err
}

// List returns a page of the jobs in the caller's scope, the newest first.
func (s *Service) List(ctx context.Context, f Filter, cursor string, limit int) (*store.Page, error) {
	q, err := s.query(ctx, f)
	if err != nil || q == nil {
		return &store.Page{}, err
	}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// query lays the filter over the caller's scope; nil when they have nothing in
// common.
func (s *Service) query(ctx context.Context, f Filter) (*store.Query, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	if f.State != "" && !slices.Contains(models.RepairStates, models.RepairState(f.State)) {
		return nil, models.Refuse(models.Invalid, "state", "must be one of reported, confirmed, waiting_for_parts, in_work, done, dismissed")
	}
	conds, nothing, err := f.Within(ctx, s.Register, caller, "reported_at")
	if err != nil || nothing {
		return nil, err
	}
	if f.State != "" {
		conds = append(conds, store.Is("state", f.State))
	}
	return &store.Query{In: store.Repairs, By: store.Repairs.Narrowest(conds, "unit_state", "unit", "paid_by", "state", "reported"), Where: conds, Desc: true}, nil
}

// Column is the jobs of one state on the board.
type Column struct {
	State models.RepairState
	Jobs  []*models.Repair // the oldest first, of what is over the latest
	Count int64            // of them all, at most MostCounted
}

const (
	perColumn = 30
	// MostCounted is how far the jobs of a state are counted.
	MostCounted = 1000
)

// Board returns the jobs in the caller's scope by state, without the dismissed ones.
func (s *Service) Board(ctx context.Context, f Filter) ([]Column, error) {
	columns := []Column{}
	for _, state := range models.RepairStates {
		if state == models.RepairDismissed {
			continue
		}
		f.State = string(state)
		q, err := s.query(ctx, f)
		if err != nil {
			return nil, err
		}
		column := Column{State: state}
		if q != nil {
			q.Limit, q.Desc = perColumn, state.Over()
			if column.Jobs, err = store.Find[models.Repair](ctx, s.Book.Store, *q); err != nil {
				return nil, err
			}
			column.Count = int64(len(column.Jobs))
			if column.Count == perColumn {
				q.Limit = MostCounted
				if column.Count, err = s.Book.Store.Count(ctx, *q); err != nil {
					return nil, err
				}
			}
		}
		columns = append(columns, column)
	}
	return columns, nil
}

// OfItem returns a page of the jobs of an item in the caller's scope, the newest first.
func (s *Service) OfItem(ctx context.Context, tag, cursor string, limit int) (*store.Page, error) {
	record, err := s.Register.Asset(ctx, tag)
	if err != nil {
		return nil, err
	}
	q := store.Query{In: store.Repairs, By: "asset", Where: []store.Cond{store.Is("asset", record.ID)}, Desc: true}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// Events returns a page of a job's history, newest first, and the cursor of the next.
func (s *Service) Events(ctx context.Context, number, cursor string, limit int) ([]models.Event, string, error) {
	if _, err := s.Job(ctx, number); err != nil {
		return nil, "", err
	}
	return s.Book.Events(ctx, ledger.Subject(store.Repairs, number), cursor, limit)
}
