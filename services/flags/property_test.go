package flags_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// TestWhatStandsIsWhatGivesCause runs jobs over causes that come, change and go, and
// has services open and close flags in between. After each job exactly what gives
// cause has an open flag that says so, and every history is whole.
func TestWhatStandsIsWhatGivesCause(t *testing.T) {
	w := booktest.New(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		subject := func(i int) string { return fmt.Sprintf("assets/%d-%d", round, i) }
		w.Flags.RisesAfter = []int{1}
		for range rapid.IntRange(1, 6).Draw(rt, "runs") {
			now := map[string]flags.Cause{}
			for i := range 5 {
				if rapid.Bool().Draw(rt, "stands") {
					c := cause(subject(i))
					c.Detail = models.Say(rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "detail"))
					now[c.Subject] = c
				}
			}
			one := cause(subject(rapid.IntRange(0, 4).Draw(rt, "one")))
			var entries []ledger.Entry
			var err error
			if rapid.Bool().Draw(rt, "a service opens") {
				entries, err = w.Flags.Opening(w.Operator(), models.Unaccounted, one)
			} else {
				entries, err = w.Flags.Closing(w.Operator(), one.Subject, models.Say("seen"), models.Unaccounted)
			}
			if err == nil && len(entries) > 0 {
				err = w.Book.Commit(w.Operator(), entries...)
			}
			if err != nil {
				rt.Fatal(err)
			}
			w.Pass(day)
			if _, err := w.Flags.Rise(w.Operator()); err != nil {
				rt.Fatal(err)
			}
			did, err := w.Flags.Reconcile(w.Operator(), models.Unaccounted, all(slices.Collect(maps.Values(now))...), models.Say("gone"))
			if err != nil || did.Standing != len(now) {
				rt.Fatalf("%+v, %v", did, err)
			}
			for i := range 5 {
				standing, err := w.Flags.Standing(w.Operator(), subject(i))
				c, stands := now[subject(i)]
				if err != nil || len(standing) > 1 || (len(standing) == 1) != stands || stands && standing[0].Detail != c.Detail.String() {
					rt.Fatalf("%s: %v, %v; wanted %t %q", subject(i), standing, err, stands, c.Detail)
				}
				f, err := store.Get[models.Flag](t.Context(), w.Book.Store, store.Flags, models.FlagID(models.Unaccounted, subject(i)))
				if err != nil {
					continue // it never stood
				}
				if err := w.Book.Verify(t.Context(), ledger.Subject(store.Flags, f.ID), f.Head, f.Version); err != nil {
					rt.Fatal(err)
				}
				if f.Stands() != (f.Outcome == "") || !f.Stands() && f.RisesOn != "" {
					rt.Fatalf("%+v", f)
				}
			}
		}
	})
}
