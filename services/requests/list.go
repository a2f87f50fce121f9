package requests

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Filter says which requests a list shows.
type Filter struct {
	register.Papers
	State string
	// Mine shows only the caller's own.
	Mine bool
}

// List returns a page of the requests in the caller's scope: the most urgent
// first and of these the oldest where one state is asked for, otherwise the newest.
func (s *Service) List(ctx context.Context, f Filter, cursor string, limit int) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	q, err := s.query(ctx, caller, f)
	if err != nil || q == nil {
		return &store.Page{}, err
	}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// Events returns a page of a request's history, newest first, and the cursor of the
// next.
func (s *Service) Events(ctx context.Context, number, cursor string, limit int) ([]models.Event, string, error) {
	if _, err := s.Request(ctx, number); err != nil {
		return nil, "", err
	}
	return s.Book.Events(ctx, ledger.Subject(store.Requests, number), cursor, limit)
}

func (s *Service) query(ctx context.Context, caller *models.Person, f Filter) (*store.Query, error) {
	if f.State != "" && !slices.Contains(models.RequestStates, models.RequestState(f.State)) {
		return nil, models.Refuse(models.Invalid, "state", "must be one of submitted, approved, declined, fulfilled, closed")
	}
	if f.Donor != "" || f.Grant != "" {
		return nil, models.Refuse(models.Invalid, "donor", "a request names no payer; the vouchers that fulfil it do")
	}
	if caller.Role == models.Auditor {
		return nil, nil
	}
	reach, err := s.Custody.Reach(ctx, caller)
	if err != nil {
		return nil, err
	}
	conds, nothing, err := f.Within(ctx, s.Register, reach, "requested_at")
	if err != nil || nothing {
		return nil, err
	}
	if f.Mine {
		conds = append([]store.Cond{store.Is("requested_by", caller.Code)}, conds...)
		if f.State != "" {
			conds = append(conds, store.Is("state", f.State))
		}
		return &store.Query{In: store.Requests, By: "requester", Where: conds, Desc: true}, nil
	}
	by, desc := "raised", true
	has := store.Fixes(conds, "units")
	switch {
	case f.State != "" && has:
		by, desc = "unit_state", false
	case f.State != "":
		by, desc = "state", false
	case has:
		by = "unit"
	}
	if f.State != "" {
		conds = append(conds, store.Is("state", f.State))
	}
	return &store.Query{In: store.Requests, By: by, Where: conds, Desc: desc}, nil
}
