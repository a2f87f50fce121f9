package store_test

import (
	"testing"

	"quartermaster/services/store"
)

func TestTheNarrowestIndexIsTheFirstThatTheConditionsLead(t *testing.T) {
	unit, state, paid := store.In("units", []string{"K1", "K2"}), store.Is("state", "draft"), store.Is("paid_by", "donor INL")
	for _, c := range []struct {
		conds []store.Cond
		want  string
	}{
		{nil, "raised"},
		{[]store.Cond{store.From("state", "a")}, "raised"}, // a range fixes nothing
		{[]store.Cond{state}, "state"},
		{[]store.Cond{unit}, "unit"},
		{[]store.Cond{state, unit}, "unit_state"},
		{[]store.Cond{paid, state}, "paid_by"},
	} {
		if got := store.Vouchers.Narrowest(c.conds, "unit_state", "unit", "paid_by", "state", "raised"); got != c.want {
			t.Errorf("%v: %s, not %s", c.conds, got, c.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an index of another order was taken")
		}
	}()
	store.Vouchers.Narrowest(nil, "carrying", "raised")
}
