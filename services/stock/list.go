package stock

import (
	"context"
	"slices"
	"strings"
	"time"

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
	All      bool       // what is used up as well
	Bin      string     // of Unit itself
}

// Lots returns a page of the balances in the caller's scope, what expires soonest
// first.
func (s *Service) Lots(ctx context.Context, f Filter, cursor string, limit int) (*store.Page, error) {
	if err := store.CheckLimit(limit); err != nil {
		return nil, err
	}
	q, err := s.query(ctx, f)
	if err != nil || q == nil {
		return &store.Page{}, err
	}
	resumed, err := q.Resume(cursor)
	if err != nil {
		return nil, err
	}
	return store.FindPage(ctx, s.Book.Store, resumed, limit)
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
	conds, nothing, err := f.Within(ctx, s.Register, caller, "created_at")
	if err != nil || nothing {
		return nil, err
	}
	has := func(field string) bool {
		return slices.ContainsFunc(conds, func(c store.Cond) bool { return c.Field == field })
	}
	by := "expiry"
	switch {
	case f.Bin != "":
		if f.Unit == "" {
			return nil, models.Refuse(models.Invalid, "unit", "is required: in whose store the bin is")
		}
		by = "bin"
		conds = append(conds, store.Is("unit", f.Unit), store.Is("bin", strings.ToUpper(f.Bin)))
	case has("units") && f.Item != "":
		by = "within_item"
	case has("units"):
		by = "within"
	case has("paid_by"):
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
	if !f.All {
		conds = append(conds, store.Is("left", int64(1)))
	}
	if f.Expiring != "" {
		conds = append(conds, store.From("expiry", "1"), store.Under("expiry", string(f.Expiring)+"~"))
	}
	return &store.Query{In: store.Balances, By: by, Where: conds}, nil
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
	if err := store.CheckLimit(limit); err != nil {
		return nil, err
	}
	lot, err := s.OneLot(ctx, code)
	if err != nil {
		return nil, err
	}
	var units []string
	for _, b := range lot.Balances {
		units = append(units, b.Unit)
	}
	q := store.Query{In: store.Movements, By: "lot", Where: []store.Cond{store.Is("lot", lot.Code), store.In("unit", units)}, Desc: true}
	if q, err = q.Resume(cursor); err != nil {
		return nil, err
	}
	return store.FindPage(ctx, s.Book.Store, q, limit)
}

// Total is what there is of an item in a part of the tree.
type Total struct {
	Item    *models.StockItem `json:"item"`
	OnHand  models.Quantity   `json:"on_hand"`
	Expired models.Quantity   `json:"expired"`
	Soon    models.Quantity   `json:"soon"`           // expires within ninety days
	Next    models.Day        `json:"next,omitempty"` // the soonest expiry that is still to come
	Low     []string          `json:"low,omitempty"`  // units below their reorder level
	Lots    int               `json:"lots"`
	byUnit  map[string]models.Quantity
}

// soonDays is how long before its expiry a lot is said to expire soon.
const soonDays = 90

// Totals sums what there is of each item, in the caller's scope and below a unit
// ("" for all of it). An expired quantity counts as expired alone.
func (s *Service) Totals(ctx context.Context, f Filter) ([]*Total, error) {
	q, err := s.query(ctx, f)
	if err != nil || q == nil {
		return nil, err
	}
	items, err := store.Find[models.StockItem](ctx, s.Book.Store, store.Query{In: store.StockItems, By: "code"})
	if err != nil {
		return nil, err
	}
	totals := map[string]*Total{}
	var list []*Total
	for _, item := range items {
		t := &Total{Item: item, byUnit: map[string]models.Quantity{}}
		totals[item.Code] = t
		list = append(list, t)
	}
	q.Limit = 1000
	today := s.Book.Today()
	soon := models.DayOf(s.Book.Now().Add(soonDays * 24 * time.Hour))
	for {
		records, err := s.Book.Store.Find(ctx, *q)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			b, err := store.Decode[models.Balance](record)
			if err != nil {
				return nil, err
			}
			if t := totals[b.Item]; t != nil {
				t.add(b, today, soon)
			}
		}
		if len(records) < q.Limit {
			break
		}
		q.After = records[len(records)-1].Place
	}
	for _, t := range list {
		if t.Low, err = s.low(ctx, t, f.Unit); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(list, func(t *Total) bool { return f.Item != "" && t.Item.Code != f.Item }), nil
}

// low names the units below their reorder level, of those that the caller sees.
func (s *Service) low(ctx context.Context, t *Total, below string) ([]string, error) {
	caller, err := access.Caller(ctx)
	if err != nil {
		return nil, err
	}
	var low []string
	for _, level := range t.Item.Levels {
		unit, err := s.Register.Unit(ctx, level.Unit)
		if err != nil {
			return nil, err
		}
		if t.byUnit[level.Unit] < level.Reorder && access.CoversUnit(caller, unit.Path) && (below == "" || slices.Contains(unit.Path, below)) {
			low = append(low, level.Unit)
		}
	}
	slices.SortFunc(low, strings.Compare)
	return low, nil
}

func (t *Total) add(b *models.Balance, today, soon models.Day) {
	t.Lots++
	if b.Expired(today) {
		t.Expired += b.OnHand
		return
	}
	t.byUnit[b.Unit] += b.OnHand
	t.OnHand += b.OnHand
	if b.Expiry == "" {
		return
	}
	if b.Expiry <= soon {
		t.Soon += b.OnHand
	}
	if t.Next == "" || b.Expiry < t.Next {
		t.Next = b.Expiry
	}
}
