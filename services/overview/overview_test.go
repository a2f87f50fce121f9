package overview_test

import (
	"fmt"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/flags"
	"quartermaster/services/overview"
)

// count returns the count of the part that has a name.
func count(t *testing.T, parts []overview.Part, name string) int64 {
	t.Helper()
	for _, p := range parts {
		if p.Name == name {
			return p.Count
		}
	}
	t.Fatalf("there is no part %q in %+v", name, parts)
	return 0
}

func TestTheOverviewCountsWhatIsInScope(t *testing.T) {
	w := booktest.New(t)
	w.Radios(3)
	seen := w.Radio("seen")
	if _, err := w.Custody.Issue(w.As("keeper-north"), seen.Tag, 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard", DueBack: "2026-04-30", Receipt: booktest.Sign("Gul Guard")}); err != nil {
		t.Fatal(err)
	}
	w.Kits(10*models.One, "2026-05-31")
	w.Kits(10*models.One, "2027-02-28")
	w.Pass(62 * 24 * time.Hour) // to Monday, 1 June
	if _, err := w.Flags.Reconcile(w.Operator(), models.OverdueReturn, w.Custody.OverdueReturns(w.Operator()), models.Say("back")); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"admin", "keeper-north", "auditor-a"} {
		o, err := w.Overview.Overview(w.As(who))
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string][2]int64{
			"in store": {count(t, o.Status, "in_store"), 3}, "issued": {count(t, o.Status, "issued"), 1},
			"seen within 90 days": {count(t, o.Seen, "within 90 days"), 1}, "seen within 30 days": {count(t, o.Seen, "within 30 days"), 0}, "never seen": {count(t, o.Seen, "never"), 3},
			"due in the last week of April": {count(t, o.Overdue, "week from 2026-04-27"), 1}, "due before": {count(t, o.Overdue, "before"), 0},
			"expired": {count(t, o.Expiry, "expired"), 1}, "expiring in February": {count(t, o.Expiry, "2027-02"), 1}, "expiring in June": {count(t, o.Expiry, "2026-06"), 0},
		} {
			if got[0] != got[1] {
				t.Errorf("%s for %s: %d, wanted %d", name, who, got[0], got[1])
			}
		}
		if len(o.Findings) != 1 || o.Findings[0] != (flags.Counted{Kind: models.OverdueReturn, Count: 1}) {
			t.Errorf("findings for %s: %v", who, o.Findings)
		}
	}
	// It is counted anew when something changed, but not at once after it was counted.
	w.Pass(2 * time.Second)
	for i, want := range []int64{4, 4, 5} {
		if i < 2 {
			w.Radio(fmt.Sprint("more ", i))
		}
		o, err := w.Overview.Overview(w.As("admin"))
		if err != nil || count(t, o.Status, "in_store") != want || (o.Again > 0) != (i == 1) {
			t.Errorf("%d items in store, asked for again after %v; wanted %d: %v", count(t, o.Status, "in_store"), o.Again, want, err)
		}
		w.Pass(max(o.Again, 100*time.Millisecond))
	}
	o, err := w.Overview.Overview(w.As("keeper-south"))
	if err != nil {
		t.Fatal(err)
	}
	for _, parts := range [][]overview.Part{o.Status, o.Seen, o.Overdue, o.Expiry} {
		for _, p := range parts {
			if p.Count != 0 {
				t.Errorf("the south has %+v", p)
			}
		}
	}
}
