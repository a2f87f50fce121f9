package phone_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/stocktake"
	"quartermaster/services/store"
)

// TestAWrongClockOnAPhoneDoesNoHarm has a phone work out of reach for five hours and send
// what it did, by clocks that are right, a day ahead and a day behind. The book is the
// same; only what the clock said is kept besides.
func TestAWrongClockOnAPhoneDoesNoHarm(t *testing.T) {
	var right string
	for _, off := range []time.Duration{0, 24 * time.Hour, -24 * time.Hour} {
		t.Run(off.String(), func(t *testing.T) {
			w := booktest.New(t)
			a, b := w.Radio("1"), w.Radio("2")
			closed := w.Stocktake("keeper-north")
			if _, err := w.Stocktakes.Close(w.As("keeper-north"), closed.Number, 0, stocktake.Closing{Signatures: []*custody.Signed{booktest.Sign("One"), booktest.Sign("Two")}}); err != nil {
				t.Fatal(err)
			}
			st := w.Stocktake("keeper-north")
			w.Pass(6 * time.Hour)
			sent := w.Now()
			if _, err := w.Stocktakes.Scan(w.As("keeper-north"), b.Tag); err != nil { // by a phone that is in reach
				t.Fatal(err)
			}
			keeper := w.As("keeper-north")
			for _, what := range []struct {
				ago time.Duration
				do  func(context.Context) error
			}{
				{5 * time.Hour, func(ctx context.Context) error { _, err := w.Stocktakes.Scan(ctx, a.Tag); return err }},
				{4 * time.Hour, func(ctx context.Context) error {
					_, err := w.Custody.Issue(ctx, a.Tag, 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard", Receipt: booktest.Sign("Gul Guard")})
					return err
				}},
				{3 * time.Hour, func(ctx context.Context) error { _, err := w.Stocktakes.Scan(ctx, b.Tag); return err }},
				{2 * time.Hour, func(ctx context.Context) error {
					_, err := w.Stocktakes.Sight(ctx, st.Number, stocktake.Count{Code: a.Tag})
					return err
				}},
			} {
				if err := what.do(w.Book.Happened(keeper, models.At(sent.Add(off-what.ago)), models.At(w.Now().Add(off)))); err != nil {
					t.Fatal(err)
				}
				w.Pass(2 * time.Second) // each is sent a little later
			}
			// A count that is over takes nothing, however early the phone says it was.
			for _, ago := range []time.Duration{7 * time.Hour, time.Hour} {
				ctx := w.Book.Happened(keeper, models.At(sent.Add(off-ago)), models.At(w.Now().Add(off)))
				if _, err := w.Stocktakes.Sight(ctx, closed.Number, stocktake.Count{Code: b.Tag}); err == nil {
					t.Errorf("a count that is over took what was seen %v ago", ago)
				}
			}
			a, b = w.Asset(a.Tag), w.Asset(b.Tag)
			if !b.LastSeenAt.Equal(sent) {
				t.Errorf("what was seen three hours ago is last seen at %s, and somebody saw it at %s", b.LastSeenAt, sent)
			}
			var told strings.Builder
			fmt.Fprintf(&told, "last seen %s and %s, in %s with %s\n", a.LastSeenAt, b.LastSeenAt, a.Unit, a.Custodian)
			v, err := store.Get[models.Voucher](t.Context(), w.Book.Store, store.Vouchers, a.Voucher)
			if err != nil || v.Outgoing == nil {
				t.Fatalf("%+v, %v", v, err)
			}
			fmt.Fprintf(&told, "signed %s\n", v.Outgoing.At)
			events, err := w.Book.History(t.Context(), ledger.Subject(store.Assets, a.ID), 0, 100)
			if err != nil {
				t.Fatal(err)
			}
			last := models.Time{}
			for _, e := range slices.Backward(events) {
				at := e.At
				if e.HappenedAt != nil {
					at = *e.HappenedAt
					if (e.SaidAt != nil) != (off != 0) {
						t.Errorf("%s: the phone said %v", e.Kind, e.SaidAt)
					}
					if e.SaidAt != nil && !e.SaidAt.Equal(at.Add(off)) {
						t.Errorf("%s: the phone said %v, and it was at %v", e.Kind, e.SaidAt, at)
					}
				}
				if at.After(w.Now()) || at.Before(last.Time) {
					t.Errorf("%s at %s comes after %s, and now it is %s", e.Kind, at, last, w.Now())
				}
				last = at
				fmt.Fprintf(&told, "%s %s\n", e.Kind, at)
			}
			if right == "" {
				right = told.String()
			}
			if told.String() != right {
				t.Errorf("by this clock\n%s\nby one that is right\n%s", told.String(), right)
			}
		})
	}
}
