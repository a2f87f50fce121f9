package stock

import (
	"context"
	"fmt"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// bands are within how many days of their expiry lots are flagged, again at each.
var bands = []int{30, 60, 90}

// Expiring are the lots, where there are any left of them, that expire within ninety
// days.
func (s *Service) Expiring(ctx context.Context) flags.Causes {
	var all []flags.Causes
	from := s.Book.Today()
	for _, days := range bands {
		before := s.Book.Today().Plus(days + 1)
		all = append(all, s.expiry(ctx, from, before, days))
		from = before
	}
	return flags.Together(all...)
}

// Expired are the lots, where there are any left of them, of which the last day of
// use has passed.
func (s *Service) Expired(ctx context.Context) flags.Causes {
	return s.expiry(ctx, "1", s.Book.Today(), 0)
}

// expiry are the balances that expire from a day on, and before another: within so many
// days, or long since.
func (s *Service) expiry(ctx context.Context, from, before models.Day, within int) flags.Causes {
	left := store.Query{In: store.Balances, By: "expiry", Where: []store.Cond{store.Is("left", int64(1)), store.From("expiry", string(from)), store.Under("expiry", string(before))}}
	items := map[string]*models.StockItem{}
	band := "expired" // as the marks of flags have it
	if within > 0 {
		band = fmt.Sprintf("expires within %d days", within)
	}
	return flags.Due(ctx, s.Book.Store, left, band, func(b *models.Balance) (flags.Cause, bool) {
		item := items[b.Item]
		if item == nil {
			var err error
			if item, err = s.Item(ctx, "item", b.Item); err != nil {
				item = &models.StockItem{Name: b.Item} // a flag without the name is better than none
			}
			items[b.Item] = item
		}
		detail := models.Say("%v %v: expired, on %v", b.OnHand, item.Measure, b.Expiry)
		if within > 0 {
			detail = models.Say("%v %v: expires within %v days, on %v", b.OnHand, item.Measure, within, b.Expiry)
		}
		return flags.Cause{Ref: b.Lot, What: models.Plain(item.Name), Detail: detail, Since: b.Expiry,
			Unit: b.Unit, Path: b.Path, Donor: b.Donor, Grant: b.Grant}, true
	})
}

// Low are the items of which a unit has less than its reorder level.
func (s *Service) Low(ctx context.Context) flags.Causes {
	return func(yield func(flags.Cause, error) bool) {
		items, err := store.Find[models.StockItem](ctx, s.Book.Store, store.Query{In: store.StockItems, By: "code"})
		if err != nil {
			yield(flags.Cause{}, err)
			return
		}
		for _, item := range items {
			for _, level := range item.Levels {
				cause, low, err := s.under(ctx, item, level)
				if (low || err != nil) && !yield(cause, err) || err != nil {
					return
				}
			}
		}
	}
}

// under says whether a unit has less of an item than its level.
func (s *Service) under(ctx context.Context, item *models.StockItem, level models.Level) (flags.Cause, bool, error) {
	has, err := s.Usable(ctx, item.Code, level.Unit)
	if err != nil || has >= level.Reorder {
		return flags.Cause{}, false, err
	}
	unit, err := s.Register.Unit(ctx, level.Unit)
	if err != nil {
		return flags.Cause{}, false, err
	}
	return flags.Cause{Subject: lowSubject(item.Code, unit.Code), Ref: item.Code, What: models.Plain(item.Name), Unit: unit.Code, Path: unit.Path,
		Detail: models.Say("%v %v on hand, order at %v", has, item.Measure, level.Reorder)}, true, nil
}

func lowSubject(item, unit string) string { return ledger.Subject(store.StockItems, item+"@"+unit) }

// cleared adds to changes of balances the closing of the flags whose cause they take
// away: of a lot of which nothing is left, and of an item of which there is enough
// again.
func (s *Service) cleared(ctx context.Context, entries []ledger.Entry) ([]ledger.Entry, error) {
	for _, e := range entries {
		b, changed := e.Doc.(*models.Balance)
		if !changed {
			continue
		}
		closed, err := s.usedUp(ctx, b)
		if err == nil && closed == nil && !b.Expired(s.Book.Today()) {
			closed, err = s.enough(ctx, b, entries)
		}
		if err != nil {
			return nil, err
		}
		entries = append(entries, closed...)
	}
	return entries, nil
}

func (s *Service) usedUp(ctx context.Context, b *models.Balance) ([]ledger.Entry, error) {
	if b.Left > 0 {
		return nil, nil
	}
	return s.Flags.Closing(ctx, ledger.Subject(store.Balances, b.Key()), models.Say("nothing is left of it here"), models.Expiring, models.Expired)
}

// enough closes the flag of an item that a unit has enough of with the balances as
// entries leave them.
func (s *Service) enough(ctx context.Context, b *models.Balance, entries []ledger.Entry) ([]ledger.Entry, error) {
	closed, err := s.Flags.Closing(ctx, lowSubject(b.Item, b.Unit), models.Say("there is enough again"), models.LowStock)
	if err != nil || len(closed) == 0 {
		return nil, err
	}
	item, err := s.Item(ctx, "item", b.Item)
	if err != nil {
		return nil, err
	}
	has, err := s.Usable(ctx, b.Item, b.Unit)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		now, changed := e.Doc.(*models.Balance)
		if !changed || now.Item != b.Item || now.Unit != b.Unit || now.Expired(s.Book.Today()) {
			continue
		}
		was, err := s.OnHand(ctx, now.Lot, now.Unit)
		if err != nil {
			return nil, err
		}
		has += now.OnHand - was
	}
	if has < item.Reorder(b.Unit) {
		return nil, nil
	}
	return closed, nil
}
