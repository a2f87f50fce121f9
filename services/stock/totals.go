package stock

import (
	"context"
	"slices"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

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
	list = slices.DeleteFunc(list, func(t *Total) bool { return f.Item != "" && t.Item.Code != f.Item })
	if f.partial() { // a share of what a unit has says nothing of its level
		return list, nil
	}
	return list, s.setLow(ctx, list, f.Unit)
}

// setLow names on each total the units below their reorder level, of those that
// the caller sees and that lie below a unit ("" for all).
func (s *Service) setLow(ctx context.Context, totals []*Total, below string) error {
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	paths, err := s.levelPaths(ctx, totals)
	if err != nil {
		return err
	}
	for _, t := range totals {
		for _, level := range t.Item.Levels {
			path := paths[level.Unit]
			if t.byUnit[level.Unit] < level.Reorder && access.CoversUnit(caller, path) && (below == "" || slices.Contains(path, below)) {
				t.Low = append(t.Low, level.Unit)
			}
		}
		slices.Sort(t.Low)
	}
	return nil
}

// levelPaths returns the path of each unit that has a reorder level.
func (s *Service) levelPaths(ctx context.Context, totals []*Total) (map[string][]string, error) {
	var codes []string
	for _, t := range totals {
		for _, level := range t.Item.Levels {
			codes = append(codes, level.Unit)
		}
	}
	slices.Sort(codes)
	paths := map[string][]string{}
	for some := range slices.Chunk(slices.Compact(codes), 200) {
		units, err := store.Find[models.Unit](ctx, s.Book.Store, store.Query{In: store.Units, By: "code", Where: []store.Cond{store.In("code", some)}})
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			paths[u.Code] = u.Path
		}
	}
	return paths, nil
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
