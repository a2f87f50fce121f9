package flags_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

const day = 24 * time.Hour

func cause(subject string) flags.Cause {
	return flags.Cause{Subject: subject, Ref: subject, What: models.Plain("Radio " + subject), Since: "2026-03-01", Unit: "NORTH-POST",
		Path: []string{"AGENCY", "NORTH", "NORTH-POST"}, Owner: "guard", Donor: "DONOR-A"}
}

func all(causes ...flags.Cause) flags.Causes {
	return func(yield func(flags.Cause, error) bool) {
		for _, c := range causes {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func causes(subjects ...string) flags.Causes {
	var list []flags.Cause
	for _, subject := range subjects {
		list = append(list, cause(subject))
	}
	return all(list...)
}

func reconcile(t *testing.T, w *booktest.World, kind models.FlagKind, causes flags.Causes, want flags.Reconciled) {
	t.Helper()
	did, err := w.Flags.Reconcile(w.Operator(), kind, causes, models.Say("serviced"))
	if err != nil || did != want {
		t.Errorf("%+v, %v; wanted %+v", did, err, want)
	}
}

func standing(t *testing.T, w *booktest.World, subject string) *models.Flag {
	t.Helper()
	found, err := w.Flags.Standing(w.Operator(), subject)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d flags stand about %s: %v", len(found), subject, err)
	}
	return found[0]
}

// TestAMatterHasOneFlagWhileItStands runs a job again and again.
func TestAMatterHasOneFlagWhileItStands(t *testing.T) {
	w := booktest.New(t)
	run := func(want flags.Reconciled, subjects ...string) {
		t.Helper()
		reconcile(t, w, models.OverdueService, causes(subjects...), want)
	}
	run(flags.Reconciled{Standing: 2, Opened: 2}, "assets/1", "assets/2", "assets/1")
	run(flags.Reconciled{Standing: 2}, "assets/1", "assets/2")
	run(flags.Reconciled{Standing: 2, Opened: 1, Closed: 1}, "assets/2", "assets/3")
	reconcile(t, w, models.DueSoon, causes("assets/2"), flags.Reconciled{Standing: 1, Opened: 1})
	entries, err := w.Flags.Closing(context.Background(), "assets/2", models.Say("serviced on 2 April"), models.OverdueService, models.DueSoon, models.Expired)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d, %v", len(entries), err)
	}
	if err := w.Book.Commit(w.Operator(), entries...); err != nil {
		t.Fatal(err)
	}
	if standing, err := w.Flags.Standing(w.Operator(), "assets/2"); err != nil || len(standing) != 0 {
		t.Errorf("%v, %v", standing, err)
	}
}

// TestAMatterThatComesBackKeepsItsStory opens, closes and opens again.
func TestAMatterThatComesBackKeepsItsStory(t *testing.T) {
	w := booktest.New(t)
	reconcile(t, w, models.Unaccounted, causes("assets/1"), flags.Reconciled{Standing: 1, Opened: 1})
	first := standing(t, w, "assets/1")
	if _, err := w.Flags.Acknowledge(w.As("commander-north"), first.ID, 0, flags.Remark{Remark: "looking for it"}); err != nil {
		t.Fatal(err)
	}
	reconcile(t, w, models.Unaccounted, causes(), flags.Reconciled{Closed: 1})
	w.Pass(day)
	reconcile(t, w, models.Unaccounted, causes("assets/1", "assets/2"), flags.Reconciled{Standing: 2, Opened: 2})
	again := standing(t, w, "assets/1")
	if again.ID != first.ID || again.Times != 2 || again.Acknowledged != nil || again.Outcome != "" {
		t.Errorf("%+v", again)
	}
	events, _, err := w.Flags.Events(w.As("keeper-north"), first.ID, "", 10)
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	if want := "flag.reopened flag.closed flag.acknowledged flag.opened"; err != nil || strings.Join(kinds, " ") != want {
		t.Errorf("%v, %v", kinds, err)
	}
	if err := w.Book.Verify(t.Context(), ledger.Subject(store.Flags, again.ID), again.Head, again.Version); err != nil {
		t.Error(err)
	}
}

// TestAFlagFollowsItsSubject moves what it is about to another unit and person.
func TestAFlagFollowsItsSubject(t *testing.T) {
	w := booktest.New(t)
	w.Flags.RisesAfter = []int{7}
	reconcile(t, w, models.OverdueReturn, causes("assets/1"), flags.Reconciled{Standing: 1, Opened: 1})
	w.Pass(8 * day)
	if _, err := w.Flags.Rise(w.Operator()); err != nil {
		t.Fatal(err)
	}
	moved := cause("assets/1")
	moved.Unit, moved.Path, moved.Owner = "SOUTH-STORE", []string{"AGENCY", "SOUTH", "SOUTH-STORE"}, "keeper-south"
	reconcile(t, w, models.OverdueReturn, all(moved), flags.Reconciled{Standing: 1, Followed: 1})
	f := standing(t, w, "assets/1")
	if f.Unit != "SOUTH-STORE" || f.Owner != "keeper-south" || f.RaisedTo != "SOUTH" || f.Times != 1 {
		t.Errorf("%+v", f)
	}
	for who, sees := range map[string]bool{"keeper-north": false, "keeper-south": true, "auditor-a": true} {
		page, err := w.Flags.List(w.As(who), flags.Filter{}, "", 10)
		if err != nil || (len(page.Records) == 1) != sees {
			t.Errorf("%s sees %d, %v", who, len(page.Records), err)
		}
	}
}

// TestDueReadsOnlyWhatItsFlagDoesNotKnow counts the documents that are read.
func TestDueReadsOnlyWhatItsFlagDoesNotKnow(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(3)
	reads := 0
	due := func() flags.Causes {
		return flags.Due(t.Context(), w.Book.Store, store.Query{In: store.Assets, By: "number"}, "", func(a *models.Asset) (flags.Cause, bool) {
			reads++
			return flags.Cause{Ref: a.Tag, What: models.Plain(a.Name), Unit: a.Unit, Path: a.Path}, a.Tag != tags[2]
		})
	}
	for _, c := range []struct {
		change bool
		reads  int
		want   flags.Reconciled
	}{
		{false, 3, flags.Reconciled{Standing: 2, Opened: 2}},
		{false, 1, flags.Reconciled{Standing: 2}}, // the one that is no cause has no flag to know it by
		{true, 2, flags.Reconciled{Standing: 2, Followed: 1}},
	} {
		reads = 0
		if c.change {
			note := "moved to shelf 4"
			if _, err := w.Register.Edit(w.Operator(), tags[0], 0, register.AssetEdit{Note: &note}); err != nil {
				t.Fatal(err)
			}
		}
		reconcile(t, w, models.Unaccounted, due(), c.want)
		if reads != c.reads {
			t.Errorf("read %d, wanted %d", reads, c.reads)
		}
	}
}

// TestTwoWhoReconcileAtOnceOpenEachFlagOnce has them in each other's way.
func TestTwoWhoReconcileAtOnceOpenEachFlagOnce(t *testing.T) {
	w := booktest.New(t)
	var subjects []string
	for i := range 40 {
		subjects = append(subjects, "assets/"+string(rune('A'+i)))
	}
	reconcile(t, w, models.Expired, causes(subjects[:20]...), flags.Reconciled{Standing: 20, Opened: 20})
	reconcile(t, w, models.Expired, causes(), flags.Reconciled{Closed: 20})
	var all sync.WaitGroup
	did := make([]flags.Reconciled, 4)
	for i := range did {
		all.Go(func() {
			var err error
			if did[i], err = w.Flags.Reconcile(w.Operator(), models.Expired, causes(subjects...), models.Say("")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	sum := 0
	for _, d := range did {
		sum += d.Opened
	}
	if sum != len(subjects) {
		t.Errorf("opened %d flags of %d matters", sum, len(subjects))
	}
}

// TestAFlagRisesByItsAge goes through a month with days at each level.
func TestAFlagRisesByItsAge(t *testing.T) {
	w := booktest.New(t) // on 31 March
	w.Flags.RisesAfter = []int{7, 14}
	old, ahead := cause("assets/1"), cause("assets/2")
	ahead.Since = "2026-05-01"
	reconcile(t, w, models.OverdueReturn, all(old, ahead), flags.Reconciled{Standing: 2, Opened: 2})
	at := models.Day("2026-03-31")
	for _, c := range []struct {
		day    models.Day
		rose   int
		raised string
	}{
		{"2026-04-06", 0, "NORTH-POST"}, {"2026-04-07", 1, "NORTH"}, {"2026-04-20", 0, "NORTH"}, {"2026-04-21", 1, "AGENCY"},
		{"2026-05-07", 0, "AGENCY"}, {"2026-05-08", 1, "AGENCY"}, // the other one, a week after its day
	} {
		w.Pass(time.Duration(c.day.Since(at)) * day)
		at = c.day
		did, err := w.Flags.Rise(w.Operator())
		if err != nil || did.Followed != c.rose {
			t.Errorf("on %s %+v rose, %v", c.day, did, err)
		}
		if f := standing(t, w, "assets/1"); f.RaisedTo != c.raised {
			t.Errorf("on %s it is with %s, not %s", c.day, f.RaisedTo, c.raised)
		}
	}
	page, err := w.Flags.List(w.As("chief"), flags.Filter{Raised: "AGENCY"}, "", 10)
	if err != nil || len(page.Records) != 1 {
		t.Errorf("%d flags rose to the agency, %v", len(page.Records), err)
	}
}

func TestAcknowledging(t *testing.T) {
	w := booktest.New(t)
	w.Flags.RisesAfter = []int{7}
	reconcile(t, w, models.OverdueReturn, causes("assets/1"), flags.Reconciled{Standing: 1, Opened: 1})
	id := standing(t, w, "assets/1").ID
	for name, c := range map[string]struct {
		who    string
		remark flags.Remark
		kind   models.Kind
		field  string
	}{
		"an auditor":              {"auditor-a", flags.Remark{Remark: "x"}, models.Forbidden, ""},
		"out of scope":            {"keeper-south", flags.Remark{Remark: "x"}, models.NotFound, "id"},
		"no remark":               {"keeper-north", flags.Remark{}, models.Invalid, "remark"},
		"today":                   {"keeper-north", flags.Remark{Remark: "x", LookAgain: "2026-03-31"}, models.Invalid, "look_again"},
		"no day":                  {"keeper-north", flags.Remark{Remark: "x", LookAgain: "2026-02-30"}, models.Invalid, "look_again"},
		"longer than half a year": {"keeper-north", flags.Remark{Remark: "x", LookAgain: "2027-01-01"}, models.Invalid, "look_again"},
	} {
		_, err := w.Flags.Acknowledge(w.As(c.who), id, 0, c.remark)
		if refused, ok := err.(*models.Error); !ok || refused.Kind != c.kind || refused.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, err := w.Flags.Acknowledge(w.As("keeper-north"), id, 1, flags.Remark{Remark: "its holder is on leave", LookAgain: "2026-04-20"})
	if err != nil || !f.Quiet("2026-04-19") || f.Quiet("2026-04-20") {
		t.Errorf("%+v, %v", f, err)
	}
	w.Pass(10 * day)
	if did, err := w.Flags.Rise(w.Operator()); err != nil || did.Followed != 0 {
		t.Errorf("%+v rose before its day to look again, %v", did, err)
	}
	w.Pass(10 * day)
	if did, err := w.Flags.Rise(w.Operator()); err != nil || did.Followed != 1 {
		t.Errorf("%+v rose on its day to look again, %v", did, err)
	}
	if _, err := w.Flags.Acknowledge(w.As("keeper-north"), id, 1, flags.Remark{Remark: "x"}); models.KindOf(err) != models.Stale {
		t.Errorf("a version that was outrun: %v", err)
	}
	reconcile(t, w, models.OverdueReturn, causes(), flags.Reconciled{Closed: 1})
	if _, err := w.Flags.Acknowledge(w.As("keeper-north"), id, 0, flags.Remark{Remark: "x"}); models.KindOf(err) != models.Conflict {
		t.Errorf("a closed one: %v", err)
	}
}

func TestListsOfFlags(t *testing.T) {
	w := booktest.New(t)
	south := cause("assets/2")
	south.Unit, south.Path, south.Owner, south.Donor, south.Payers = "SOUTH-STORE", []string{"AGENCY", "SOUTH", "SOUTH-STORE"}, "", "", []string{"donor DONOR-B", "grant B-2026"}
	south.Also, south.Since = []string{"COAST"}, "2026-02-01"
	reconcile(t, w, models.OverdueReturn, all(cause("assets/1"), south), flags.Reconciled{Standing: 2, Opened: 2})
	reconcile(t, w, models.Expired, causes("balances/1"), flags.Reconciled{Standing: 1, Opened: 1})
	reconcile(t, w, models.LowStock, causes("stock_items/1"), flags.Reconciled{Standing: 1, Opened: 1})
	reconcile(t, w, models.LowStock, causes(), flags.Reconciled{Closed: 1})
	for name, c := range map[string]struct {
		who  string
		f    flags.Filter
		want string
	}{
		"all":                {"admin", flags.Filter{}, "assets/2 assets/1 balances/1"},
		"of a kind":          {"admin", flags.Filter{Kind: "overdue_return"}, "assets/2 assets/1"},
		"closed":             {"admin", flags.Filter{State: "closed"}, "stock_items/1"},
		"of a unit":          {"chief", flags.Filter{Unit: "SOUTH"}, "assets/2"},
		"of a unit and kind": {"chief", flags.Filter{Unit: "NORTH", Kind: "expired"}, "balances/1"},
		"of a donor":         {"admin", flags.Filter{Donor: "DONOR-A", Kind: "expired"}, "balances/1"},
		"of a grant":         {"admin", flags.Filter{Grant: "B-2026"}, "assets/2"},
		"of an owner":        {"admin", flags.Filter{Owner: "guard"}, "assets/1 balances/1"},
		"of one's own part":  {"keeper-north", flags.Filter{}, "assets/1 balances/1"},
		"of another's part":  {"keeper-north", flags.Filter{Unit: "SOUTH"}, ""},
		"of what one owns":   {"keeper-coast", flags.Filter{}, "assets/2"},
		"of what one paid":   {"auditor-a", flags.Filter{}, "assets/1 balances/1"},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := w.Flags.List(w.As(c.who), c.f, "", 10)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range page.Records {
				f, err := store.Decode[models.Flag](r)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, f.Subject)
			}
			slices.Sort(got)
			want := strings.Fields(c.want)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%v, wanted %v", got, want)
			}
		})
	}
	for field, f := range map[string]flags.Filter{"kind": {Kind: "nonsense"}, "state": {State: "ajar"}, "unit": {Unit: "MOON"}} {
		if _, err := w.Flags.List(w.As("admin"), f, "", 10); err == nil || !strings.HasPrefix(err.Error(), field) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	counts, err := w.Flags.Counts(w.As("keeper-north"), flags.Filter{})
	if err != nil || len(counts) != 2 || counts[0] != (flags.Counted{Kind: models.OverdueReturn, Count: 1}) {
		t.Errorf("%v, %v", counts, err)
	}
}
