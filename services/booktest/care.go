package booktest

import (
	"context"
	"testing"

	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/flags"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
)

// walkCare reads meters, services a vehicle and sees what is due, by every query of
// maintenance.
func walkCare(t *testing.T, w *World, is func(name string, got, want any, err error)) {
	km := func(n int) models.Quantity { return models.Quantity(n) * models.One }
	meters := []models.Meter{{Name: "odometer", Label: "Odometer", Unit: "km"}}
	_, err := w.Register.EditCategory(w.Operator(), "vehicle", 0, register.CategoryEdit{Meters: &meters})
	is("meters", err, nil, err)
	a, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Toyota Hilux", Category: "vehicle", Unit: "NORTH-POST", Donor: "DONOR-A",
		AcquiredOn: "2026-01-15", Fields: map[string]any{"registration": "KT-4471"}})
	if err != nil {
		t.Fatal(err)
	}
	schedule, err := w.Maintenance.AddSchedule(w.Operator(), maintenance.NewSchedule{Name: "Oil", Category: "vehicle", Days: 60, Run: km(5000), Meter: "km"})
	is("planned at once", schedule.Unplanned, 0, err)
	_, err = w.Maintenance.Replan(w.Operator())
	is("nothing left to plan", err, nil, err)
	_, err = w.Maintenance.ReadMeter(w.As("workshop"), a.Tag, 0, maintenance.NewReading{Value: km(9000)})
	is("read", err, nil, err)
	page, err := w.Maintenance.Readings(w.As("workshop"), a.Tag, "", "", 10)
	is("readings", len(page.Records), 1, err)
	causes := func(of func(context.Context) func(func(flags.Cause, error) bool)) int {
		n := 0
		for _, err := range of(w.Operator()) {
			is("a cause", err, nil, err)
			n++
		}
		return n
	}
	overdue := func(ctx context.Context) func(func(flags.Cause, error) bool) { return w.Maintenance.Overdue(ctx) }
	is("overdue", causes(overdue), 1, nil)
	is("due soon", causes(func(ctx context.Context) func(func(flags.Cause, error) bool) { return w.Maintenance.DueSoon(ctx) }), 0, nil)
	for _, who := range []string{"workshop", "keeper-north", "auditor-a", "admin"} {
		n, err := w.Maintenance.CountDue(w.As(who), maintenance.DueFilter{State: "overdue"}, 10)
		is("overdue for "+who, n, int64(1), err)
	}
	page, err = w.Maintenance.Due(w.As("admin"), maintenance.DueFilter{Unit: "NORTH", Since: "2026-03-01", Until: w.Book.Today()}, "", 10)
	is("due by now", len(page.Records), 1, err)
	_, err = w.Maintenance.PutIn(w.As("workshop"), a.Tag, 0, "oil")
	is("into the workshop", err, nil, err)
	_, err = w.Maintenance.Record(w.As("workshop"), a.Tag, 0, maintenance.NewService{Schedules: []string{"Oil"}, Back: true, Readings: []maintenance.NewReading{{Value: km(9100)}},
		Labour: &models.Money{Amount: "40", Currency: "USD"}, Certificate: &models.Certificate{Number: "1", Expiry: w.Book.Today().Plus(30)}})
	is("serviced", err, nil, err)
	is("overdue after the service", causes(overdue), 0, nil)
	expiring := func(ctx context.Context) func(func(flags.Cause, error) bool) {
		return w.Maintenance.ExpiringCertificates(ctx)
	}
	is("expiring", causes(expiring), 1, nil)
	page, err = w.Maintenance.Services(w.As("auditor-a"), a.Tag, "", 10)
	is("services", len(page.Records), 1, err)
	_, err = w.Custody.Transfer(w.As("keeper-north"), a.Tag, 0, custody.Transfer{Unit: "NORTH-STORE", Receipt: Sign("Gul Guard")})
	is("moved", err, nil, err)
	n, err := w.Maintenance.CountDue(w.As("keeper-north"), maintenance.DueFilter{Unit: "NORTH-STORE"}, 10)
	is("due where it is now", n, int64(1), err)
}
