package booktest

import (
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// Kits takes so many test kits into stock at the northern store, as one lot.
func (w *World) Kits(n models.Quantity, expiry models.Day) *models.Lot {
	w.t.Helper()
	if _, err := w.Stock.Item(w.t.Context(), "item", "kit"); err != nil {
		if _, err := w.Stock.AddItem(w.Operator(), models.StockItem{Code: "kit", Name: "Drug test kit", Measure: "test", Perishable: true}); err != nil {
			w.t.Fatal(err)
		}
	}
	lot, err := w.Stock.Receive(w.Operator(), stock.Receipt{Item: "kit", Number: "HX-1", Expiry: expiry, Grant: "A-2025", Unit: "NORTH-STORE", Quantity: n})
	if err != nil {
		w.t.Fatal(err)
	}
	return lot
}

// BalancesAreTheirMovements makes random movements of a few lots, some at the same
// time, among them vouchers that are accepted, refused and cancelled. No balance
// may fall below zero, and each must be the sum of its movements; together they
// must be what was received, used up and corrected.
func BalancesAreTheirMovements(t *testing.T, s store.Store) {
	w := Over(t, s)
	lots := []*models.Lot{w.Kits(20*models.One, "2026-12-31"), w.Kits(5*models.One, "2026-06-30"), w.Kits(models.One, "2027-06-30")}
	rapid.Check(t, func(rt *rapid.T) {
		moves := rapid.SliceOfN(rapid.Custom(drawMove), 1, 12).Draw(rt, "moves")
		var all sync.WaitGroup
		for _, m := range moves {
			all.Go(func() {
				if err := m.make(w, lots); err != nil && models.KindOf(err) != models.Conflict {
					rt.Errorf("%+v: %v", m, err)
				}
			})
		}
		all.Wait()
		w.balanced(rt, lots)
	})
}

// stockMove is one random movement.
type stockMove struct {
	what, lot, end int
	quantity       models.Quantity
}

func drawMove(rt *rapid.T) stockMove {
	return stockMove{rapid.IntRange(0, 5).Draw(rt, "what"), rapid.IntRange(0, 2).Draw(rt, "lot"), rapid.IntRange(0, 2).Draw(rt, "end"),
		models.Quantity(rapid.IntRange(1, 9).Draw(rt, "quantity")) * models.One}
}

func (m stockMove) make(w *World, lots []*models.Lot) error {
	ctx, lot := w.Operator(), lots[m.lot].Code
	var err error
	switch m.what {
	case 0:
		_, err = w.Stock.ReceiveMore(ctx, lot, stock.Receipt{Unit: "NORTH-STORE", Quantity: m.quantity})
	case 1:
		_, err = w.Stock.Consume(ctx, lot, stock.Use{Unit: "NORTH-POST", Quantity: m.quantity, Purpose: "field test"})
	case 2:
		_, err = w.Stock.ConsumeItem(ctx, "kit", stock.Use{Unit: "NORTH-STORE", Quantity: m.quantity, Purpose: "training"})
	case 3:
		_, err = w.Stock.Adjust(ctx, lot, stock.Correction{Unit: "NORTH-STORE", Quantity: m.quantity - 5*models.One, Reason: "counted"})
		if models.KindOf(err) == models.Invalid { // the difference was nothing
			err = nil
		}
	default:
		err = m.send(w, lot)
	}
	return err
}

// send moves some of a lot by a voucher, which comes to one of its ends.
func (m stockMove) send(w *World, lot string) error {
	ctx := w.Operator()
	v, err := w.Custody.Draft(ctx, custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Lines: []custody.NewLine{{Lot: lot, Quantity: m.quantity}}})
	if err != nil {
		return err
	}
	if _, err = w.Custody.Dispatch(ctx, v.Number, 0, Sign("Sender")); err != nil {
		return err
	}
	switch m.end {
	case 0:
		_, err = w.Custody.Accept(ctx, v.Number, 0, custody.Acceptance{Signature: Sign("Receiver")})
	case 1:
		_, err = w.Custody.Refuse(ctx, v.Number, 0, custody.Refusal{Reason: "wet"})
	default:
		_, err = w.Custody.Cancel(ctx, v.Number, 0, "not needed")
	}
	return err
}

func (w *World) balanced(rt *rapid.T, lots []*models.Lot) {
	for _, lot := range lots {
		balances, err := store.Find[models.Balance](w.t.Context(), w.Book.Store, store.Query{In: store.Balances, By: "lot", Where: []store.Cond{store.Is("lot", lot.Code)}})
		if err != nil {
			rt.Fatal(err)
		}
		for _, b := range balances {
			movements, err := store.Find[models.Movement](w.t.Context(), w.Book.Store, store.Query{In: store.Movements, By: "balance",
				Where: []store.Cond{store.Is("lot", lot.Code), store.Is("unit", b.Unit)}})
			if err != nil {
				rt.Fatal(err)
			}
			var sum models.Quantity
			for _, m := range movements {
				sum += m.Quantity
			}
			if sum != b.OnHand || b.OnHand < 0 || (b.Left == 1) != (b.OnHand > 0) {
				rt.Fatalf("%s has %s of %s, its %d movements come to %s", b.Unit, b.OnHand, lot.Code, len(movements), sum)
			}
			if err := w.Book.Verify(w.t.Context(), fmt.Sprintf("balances/%s", b.Key()), b.Head, b.Version); err != nil {
				rt.Fatal(err)
			}
		}
	}
}
