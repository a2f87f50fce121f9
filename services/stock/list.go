package stock

import (
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Filter says which balances a list shows. A unit includes those below it.
type Filter struct {
	register.Papers
	Item     string
	Expiring models.Day // on this day or before
	State    string     // one of States; "" is what is on hand
	Bin      string     // of Unit itself
}

// What a list of balances can be narrowed to.
const (
	onHand  = "on_hand"
	expired = "expired" // of what is on hand
	usedUp  = "used_up"
	anyLot  = "any"
)

// States lists what a list of balances can be narrowed to.
var States = []string{onHand, expired, usedUp, anyLot}

// Lots returns a page of the balances in the caller's scope, what expires soonest
// first.
func (s *Service) Lots(ctx context.Context, f Filter, cursor string, limit int) (*store.Page, error) {
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
	if !f.Expiring.Valid() {
		return nil, models.Refuse(models.Invalid, "expiring", "is not a day; write it like 2026-03-31")
	}
	if f.State != "" && !slices.Contains(States, f.State) {
		return nil, models.Refuse(models.Invalid, "state", "must be one of %s", strings.Join(States, ", "))
	}
	conds, nothing, err := f.Within(ctx, s.Register, caller, "created_at")
	if err != nil || nothing {
		return nil, err
	}
	by := "expiry"
	switch {
	case f.Bin != "":
		if f.Unit == "" {
			return nil, models.Refuse(models.Invalid, "unit", "is required: in whose store the bin is")
		}
		by = "bin"
		conds = append(conds, store.Is("unit", f.Unit), store.Is("bin", strings.ToUpper(f.Bin)))
	case store.Fixes(conds, "units") && f.Item != "":
		by = "within_item"
	case store.Fixes(conds, "units"):
		by = "within"
	case store.Fixes(conds, "paid_by"):
		by = "paid_by"
	case f.Item != "":
		by = "item_unit"
	}
	if f.Item != "" {
		if _, err := s.Item(ctx, "item", f.Item); err != nil {
			return nil, err
		}
		conds = append(conds, store.Is("item", f.Item))
	}
	switch f.State {
	case "", onHand, expired:
		conds = append(conds, store.Is("left", int64(1)))
	case usedUp:
		conds = append(conds, store.Is("left", int64(0)))
	}
	before := f.Expiring
	if today := s.Book.Today(); f.State == expired && (before == "" || before >= today) {
		before = today.Plus(-1)
	}
	if before != "" {
		conds = append(conds, store.From("expiry", "1"), store.Under("expiry", string(before)+"~"))
	}
	return &store.Query{In: store.Balances, By: by, Where: conds}, nil
}

// partial says whether the filter leaves out some of what a unit has of an item.
func (f Filter) partial() bool {
	f.Unit, f.Item = "", ""
	return f != Filter{}
}

// LotAt is a lot and the balances of it that the caller sees.
type LotAt struct {
	*models.Lot
	Balances []*models.Balance `json:"balances"`
}

// OneLot returns a lot that the caller sees some of.
func (s *Service) OneLot(ctx context.Context, code string) (*LotAt, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	unknown := models.Refuse(models.NotFound, "lot", "there is no lot %q", code)
	lot, err := s.Lot(ctx, "lot", models.FoldCode(code))
	if models.KindOf(err) == models.Invalid {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	balances, err := store.Find[models.Balance](ctx, s.Book.Store, store.Query{In: store.Balances, By: "lot", Where: []store.Cond{store.Is("lot", lot.Code)}, Limit: mostLots})
	if err != nil {
		return nil, err
	}
	seen := slices.DeleteFunc(balances, func(b *models.Balance) bool { return !access.SeesPapers(caller, b.Path, b.PaidBy()) })
	if len(seen) == 0 && !access.Everywhere(caller) {
		return nil, unknown
	}
	return &LotAt{lot, seen}, nil
}

// Movements returns a page of the movements of a lot at the units that the caller
// sees, newest first.
func (s *Service) Movements(ctx context.Context, code, cursor string, limit int) (*store.Page, error) {
	lot, err := s.OneLot(ctx, code)
	if err != nil {
		return nil, err
	}
	var units []string
	for _, b := range lot.Balances {
		units = append(units, b.Unit)
	}
	q := store.Query{In: store.Movements, By: "lot", Where: []store.Cond{store.Is("lot", lot.Code), store.In("unit", units)}, Desc: true}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}
