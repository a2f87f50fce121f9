package custody

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Shown is a voucher as somebody sees it.
type Shown struct {
	*models.Voucher
	// Broken names the ends whose signature does not match what the voucher says.
	Broken []string `json:"broken,omitempty"`
	// Hidden is how many lines are left out because other donors paid for them.
	Hidden int `json:"hidden,omitempty"`
}

// Voucher returns one voucher that the caller may see.
func (s *Service) Voucher(ctx context.Context, number string) (*Shown, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, v, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	return shown(caller, v), nil
}

// shown checks the signatures and leaves out what an auditor's donors did not pay
// for.
func shown(caller *models.Person, v *models.Voucher) *Shown {
	view := &Shown{Voucher: v, Broken: Broken(v)}
	if caller.Role == models.Auditor {
		all := len(v.Lines)
		v.Lines = slices.DeleteFunc(v.Lines, func(l models.Line) bool { return !access.SeesPaid(caller, l.PaidBy()) })
		view.Hidden = all - len(v.Lines)
	}
	return view
}

// Filter says which vouchers a list shows, by the units at either end.
type Filter struct {
	register.Papers
	State, Kind, Request string
}

// List returns a page of the vouchers in the caller's scope, newest first, without
// the drawings of their signatures.
func (s *Service) List(ctx context.Context, f Filter, cursor string, limit int) ([]*Shown, string, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, "", err
	}
	q, err := s.query(ctx, caller, f)
	if err != nil || q == nil {
		return nil, "", err
	}
	page, err := q.Page(ctx, s.Book.Store, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	list := make([]*Shown, len(page.Records))
	for i, record := range page.Records {
		v, err := store.Decode[models.Voucher](record)
		if err != nil {
			return nil, "", err
		}
		list[i] = shown(caller, v)
		list[i].Voucher = v.WithoutDrawings()
	}
	return list, page.Next, nil
}

// query lays the filter over the caller's scope; nil when they have nothing in
// common.
func (s *Service) query(ctx context.Context, caller *models.Person, f Filter) (*store.Query, error) {
	if f.State != "" && !slices.Contains(models.VoucherStates, models.VoucherState(f.State)) {
		return nil, models.Refuse(models.Invalid, "state", "must be one of draft, dispatched, accepted, accepted_in_part, refused, cancelled")
	}
	if f.Kind != "" && !slices.Contains(models.VoucherKinds, models.VoucherKind(f.Kind)) {
		return nil, models.Refuse(models.Invalid, "kind", "must be one of issue, return, transfer, handover, loan, taking_over")
	}
	conds, nothing, err := f.Within(ctx, s.Register, caller, "raised_at")
	if err != nil || nothing {
		return nil, err
	}
	for _, c := range []struct{ field, value string }{{"state", f.State}, {"kind", f.Kind}, {"request", f.Request}} {
		if c.value != "" {
			conds = append(conds, store.Is(c.field, c.value))
		}
	}
	return &store.Query{In: store.Vouchers, By: store.Vouchers.Narrowest(conds, "request", "unit_state", "unit", "paid_by", "state", "kind", "raised"), Where: conds, Desc: true}, nil
}

// Events returns a page of a voucher's history, newest first, and the cursor of
// the next.
func (s *Service) Events(ctx context.Context, number, cursor string, limit int) ([]models.Event, string, error) {
	v, err := s.Voucher(ctx, number)
	if err != nil {
		return nil, "", err
	}
	events, next, err := s.Book.Events(ctx, ledger.Subject(store.Vouchers, number), cursor, limit)
	if v.Hidden > 0 {
		for _, e := range events {
			delete(e.Changes, "lines")
		}
	}
	return events, next, err
}
