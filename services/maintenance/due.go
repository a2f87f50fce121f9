package maintenance

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// DueFilter says which items a list of what is due shows, soonest first.
type DueFilter struct {
	Unit, Donor, Grant, Category string
	// State is overdue, soon (within Soon days or tolerated) or "" for all.
	State string
	// Since and Until are the due days that are shown, both included.
	Since, Until models.Day
}

// Due returns a page of the items in the caller's scope that are due for service.
func (s *Service) Due(ctx context.Context, f DueFilter, cursor string, limit int) (*store.Page, error) {
	q, err := s.due(ctx, f)
	if err != nil || q == nil {
		return &store.Page{}, err
	}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// CountDue returns how many items a list shows, counting no further than limit.
func (s *Service) CountDue(ctx context.Context, f DueFilter, limit int) (int64, error) {
	q, err := s.due(ctx, f)
	if err != nil || q == nil {
		return 0, err
	}
	q.Limit = limit
	return s.Book.Store.Count(ctx, *q)
}

// due is the filter as a query; nil when it and the caller's scope have nothing in
// common. What is due stands in an index of its own by unit, so units are asked for
// as due_units.
func (s *Service) due(ctx context.Context, f DueFilter) (*store.Query, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	conds, nothing, err := register.Papers{Unit: f.Unit, Donor: f.Donor, Grant: f.Grant}.Within(ctx, s.Register, caller, "")
	if err != nil || nothing {
		return nil, err
	}
	by := "care_due"
	var lead []store.Cond
	for _, c := range conds {
		if c.Field == "units" {
			by, c.Field = "unit_care_due", "due_units"
		}
		lead = append(lead, c)
	}
	today := s.Book.Today()
	until := f.Until
	switch f.State {
	case "overdue":
		lead = append(lead, store.Under("care.late", string(today.Plus(1))))
	case "soon":
		lead = append(lead, store.From("care.late", string(today.Plus(1))))
		if until == "" || until > today.Plus(Soon) {
			until = today.Plus(Soon)
		}
	case "":
	default:
		return nil, models.Refuse(models.Invalid, "state", "must be overdue or soon")
	}
	for field, day := range map[string]models.Day{"since": f.Since, "until": f.Until} {
		if !day.Valid() {
			return nil, models.Refuse(models.Invalid, field, "is not a day; write it like 2026-03-31")
		}
	}
	if f.Since != "" {
		lead = append(lead, store.From("care.due", string(f.Since)))
	}
	if until != "" {
		lead = append(lead, store.Under("care.due", string(until.Plus(1))))
	}
	if f.Category != "" {
		if _, err := s.Register.Category(ctx, f.Category); err != nil {
			return nil, err
		}
		lead = append(lead, store.Is("category", f.Category))
	}
	return &store.Query{In: store.Assets, By: by, Where: lead}, nil
}
