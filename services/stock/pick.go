package stock

import (
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Picked is how much to take from a lot.
type Picked struct {
	Lot      *models.Lot
	Quantity models.Quantity
}

// Pick chooses from which lots of a unit to take a quantity: those that expire
// soonest first (first expired, first out), those without an expiry last, expired
// ones never. It refuses with a Conflict when there is too little.
func (s *Service) Pick(ctx context.Context, item *models.StockItem, unit string, quantity models.Quantity) ([]Picked, error) {
	balances, err := s.usable(ctx, item.Code, unit)
	if err != nil {
		return nil, err
	}
	var picked []Picked
	rest := quantity
	for _, b := range balances {
		if rest == 0 {
			break
		}
		lot, err := s.Lot(ctx, "lot", b.Lot)
		if err != nil {
			return nil, err
		}
		take := min(rest, b.OnHand)
		picked = append(picked, Picked{lot, take})
		rest -= take
	}
	if rest > 0 {
		return nil, models.Refuse(models.Conflict, "quantity", "%s has %s %s of %s that can be used, not %s", unit, quantity-rest, item.Measure, item.Name, quantity)
	}
	return picked, nil
}

// Usable is how much of an item a unit has that has not expired.
func (s *Service) Usable(ctx context.Context, item, unit string) (models.Quantity, error) {
	balances, err := s.usable(ctx, item, unit)
	var sum models.Quantity
	for _, b := range balances {
		sum += b.OnHand
	}
	return sum, err
}

// mostLots is how many lots of one item are looked at.
const mostLots = 2000

func (s *Service) usable(ctx context.Context, item, unit string) ([]*models.Balance, error) {
	balances, err := store.Find[models.Balance](ctx, s.Book.Store, store.Query{In: store.Balances, By: "item_unit", Limit: mostLots,
		Where: []store.Cond{store.Is("item", item), store.Is("unit", unit), store.Is("left", int64(1))}})
	return s.soonestFirst(balances), err
}

// UsableIn lists the balances of an item that has not expired, at a unit and all
// below it.
func (s *Service) UsableIn(ctx context.Context, item, top string) ([]*models.Balance, error) {
	balances, err := store.Find[models.Balance](ctx, s.Book.Store, store.Query{In: store.Balances, By: "within_item", Limit: mostLots,
		Where: []store.Cond{store.Is("units", top), store.Is("item", item), store.Is("left", int64(1))}})
	return s.soonestFirst(balances), err
}

// soonestFirst leaves out what has expired and puts what never does last.
func (s *Service) soonestFirst(balances []*models.Balance) []*models.Balance {
	today := s.Book.Today()
	kept := slices.DeleteFunc(balances, func(b *models.Balance) bool { return b.Expired(today) })
	slices.SortStableFunc(kept, func(a, b *models.Balance) int {
		if (a.Expiry == "") != (b.Expiry == "") {
			return strings.Compare(string(b.Expiry), string(a.Expiry))
		}
		return strings.Compare(string(a.Expiry), string(b.Expiry))
	})
	return kept
}
