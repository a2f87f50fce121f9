package maintenance_test

import (
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
)

// TestAvailabilityCountsEachDayOnce has items out of service in all ways there are.
func TestAvailabilityCountsEachDayOnce(t *testing.T) {
	w := booktest.New(t) // 31 March
	workshop := w.As("workshop")
	add := func(unit, category string, acquired models.Day) string {
		t.Helper()
		a, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Thing", Category: category, Unit: unit, Grant: "A-2025", AcquiredOn: acquired})
		if err != nil {
			t.Fatal(err)
		}
		return a.Tag
	}
	out := func(tag string, from, to models.Day) {
		t.Helper()
		if _, err := w.Maintenance.Record(workshop, tag, 0, maintenance.NewService{On: to, Note: "repair", OutFrom: from, OutTo: to, Labour: &models.Money{Amount: "10", Currency: "USD"}}); err != nil {
			t.Fatal(err)
		}
	}
	radio, scanner, late := add("NORTH-STORE", "radio", "2025-01-01"), add("SOUTH-STORE", "scanner", "2025-01-01"), add("NORTH-POST", "radio", "2026-03-22")
	out(radio, "2026-02-20", "2026-03-02")   // two days of it in March
	out(radio, "2026-03-02", "2026-03-05")   // three more
	out(scanner, "2026-01-01", "2026-02-28") // none of it
	if _, err := w.Maintenance.PutIn(workshop, late, 0, "dead"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		who               string
		window            maintenance.Window
		items, days, lost int64
	}{
		"all of March":           {"workshop", maintenance.Window{Since: "2026-03-01", Until: "2026-03-31"}, 3, 31 + 31 + 10, 5 + 1},
		"one command":            {"keeper-north", maintenance.Window{Since: "2026-03-01", Until: "2026-03-31"}, 2, 31 + 10, 5 + 1},
		"one unit":               {"workshop", maintenance.Window{Unit: "SOUTH", Since: "2026-03-01", Until: "2026-03-31"}, 1, 31, 0},
		"before the last came":   {"keeper-north", maintenance.Window{Since: "2026-03-01", Until: "2026-03-10"}, 2, 10, 5},
		"what a donor paid for":  {"auditor-a", maintenance.Window{Since: "2026-03-01", Until: "2026-03-31"}, 3, 72, 6},
		"nothing to do with one": {"keeper-coast", maintenance.Window{}, 0, 0, 0},
	} {
		got, err := w.Maintenance.Availability(w.As(c.who), c.window)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if h := got.All; h.Items != c.items || h.Days != c.days || h.Out != c.lost {
			t.Errorf("%s: %+v", name, h)
		}
		var days int64
		for _, h := range got.Categories {
			days += h.Days
		}
		if days != c.days {
			t.Errorf("%s: %d days by category, %d in all", name, days, c.days)
		}
	}
	costs, err := w.Maintenance.Costs(w.As("auditor-a"), maintenance.Window{Since: "2026-03-01"})
	if err != nil || costs.Services != 2 || len(costs.Items) != 1 || costs.Total[0].Amount != "20.00" || costs.Items[0].Tag != radio {
		t.Errorf("%+v, %v", costs, err)
	}
	if _, err := w.Maintenance.Costs(workshop, maintenance.Window{Since: "2026-04-01", Until: "2026-03-01"}); models.KindOf(err) != models.Invalid {
		t.Errorf("days the wrong way round: %v", err)
	}
}

// TestAScheduleOfManyItemsIsFinishedByTheJob plans what the answer did not wait for.
func TestAScheduleOfManyItemsIsFinishedByTheJob(t *testing.T) {
	w := booktest.New(t)
	if _, err := w.Register.Import(w.Operator(), register.Import{File: rows(2600)}); err != nil {
		t.Fatal(err)
	}
	schedule, err := w.Maintenance.AddSchedule(w.Operator(), maintenance.NewSchedule{Name: "Battery", Category: "radio", Months: 6})
	if err != nil || schedule.Unplanned != 1 {
		t.Fatalf("%+v, %v", schedule, err)
	}
	count := func() int64 {
		t.Helper()
		n, err := w.Maintenance.CountDue(w.Operator(), maintenance.DueFilter{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 2000 {
		t.Errorf("%d were planned at once", n)
	}
	if changed, err := w.Maintenance.Replan(w.Operator()); changed != 600 || err != nil {
		t.Errorf("%d, %v", changed, err)
	}
	if n := count(); n != 2600 {
		t.Errorf("%d are planned in the end", n)
	}
	if changed, err := w.Maintenance.Replan(w.Operator()); changed != 0 || err != nil {
		t.Errorf("again: %d, %v", changed, err)
	}
}
