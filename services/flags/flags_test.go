package flags_test

import (
	"context"
	"iter"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/flags"
)

func causes(subjects ...string) iter.Seq2[flags.Cause, error] {
	return func(yield func(flags.Cause, error) bool) {
		for _, subject := range subjects {
			if !yield(flags.Cause{Subject: subject, Ref: subject, What: "Radio " + subject, Since: "2026-03-01", Unit: "NORTH-POST", Path: []string{"AGENCY", "NORTH", "NORTH-POST"}}, nil) {
				return
			}
		}
	}
}

// TestAMatterHasOneFlagWhileItStands runs a job again and again.
func TestAMatterHasOneFlagWhileItStands(t *testing.T) {
	w := booktest.New(t)
	run := func(want flags.Reconciled, subjects ...string) {
		t.Helper()
		did, err := w.Flags.Reconcile(w.Operator(), models.OverdueService, causes(subjects...), "serviced")
		if err != nil || did != want {
			t.Errorf("%+v, %v; wanted %+v", did, err, want)
		}
	}
	run(flags.Reconciled{Standing: 2, Opened: 2}, "assets/1", "assets/2")
	run(flags.Reconciled{Standing: 2}, "assets/1", "assets/2")
	run(flags.Reconciled{Standing: 2, Opened: 1, Closed: 1}, "assets/2", "assets/3")
	if did, err := w.Flags.Reconcile(w.Operator(), models.DueSoon, causes("assets/2"), "serviced"); err != nil || did.Opened != 1 {
		t.Errorf("another kind about the same subject: %+v, %v", did, err)
	}
	entries, err := w.Flags.Closing(context.Background(), "assets/2", "serviced on 2 April", models.OverdueService, models.DueSoon, models.Expired)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d, %v", len(entries), err)
	}
	if err := w.Book.Commit(w.Operator(), entries...); err != nil {
		t.Fatal(err)
	}
	if standing, err := w.Flags.Standing(t.Context(), "assets/2"); err != nil || len(standing) != 0 {
		t.Errorf("%v, %v", standing, err)
	}
	run(flags.Reconciled{Standing: 2, Opened: 1}, "assets/2", "assets/3")
	if standing, err := w.Flags.Standing(t.Context(), "assets/2"); err != nil || len(standing) != 1 {
		t.Errorf("a matter that came back: %v, %v", standing, err)
	}
}
