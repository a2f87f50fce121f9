package web_test

import (
	"testing"
	"time"

	"quartermaster/jobs"
	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/stocktake"
	"quartermaster/services/workshop"
)

// northernBook is a book in which something waits for everybody of the north: a voucher
// to accept at the store and one at the gate, a request to decide, a count to make, a
// vehicle that is due and has a defect, a radio that was not brought back.
func northernBook(t *testing.T) *booktest.World {
	w := booktest.New(t)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	decides := models.Commander
	must(w.Register.EditUnit(w.Operator(), "NORTH", 0, register.UnitEdit{Approver: &decides}))
	must(w.Register.EditCategory(w.Operator(), "vehicle", 0, register.CategoryEdit{Meters: &[]models.Meter{{Name: "odometer", Label: "Odometer", Unit: "km"}}}))
	truck, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Toyota Hilux", Category: "vehicle", Unit: "NORTH-POST", Grant: "A-2025",
		AcquiredOn: "2025-06-01", Fields: map[string]any{"registration": "KT-4471"}})
	must(nil, err)
	must(w.Maintenance.AddSchedule(w.Operator(), maintenance.NewSchedule{Name: "Oil and filters", Category: "vehicle", Days: 180, Run: 5000 * models.One, Meter: "odometer", Tolerance: 7,
		Checklist: []string{"Change the oil", "Change the filters"}}))
	must(w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Baggage scanner", Category: "scanner", Serial: "BS-900", Unit: "NORTH-STORE", Grant: "B-2026"}))

	must(nil, w.Timetable.Plan(jobs.Table(w.House), nil))
	late := w.Radio("IC-0101")
	must(w.Custody.Issue(w.As("keeper-north"), late.Tag, 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard", DueBack: "2026-04-30", Receipt: booktest.Sign("Gul Guard")}))
	w.Pass(61 * 24 * time.Hour)
	for _, job := range []string{"overdue_returns", "overdue_services"} {
		must(w.Timetable.Run(w.As("admin"), job))
	}

	send := func(who, from, to, receiver string, a *models.Asset) {
		t.Helper()
		v, err := w.Custody.Draft(w.As(who), custody.NewVoucher{Kind: models.TransferVoucher, From: from, To: to, Receiver: receiver, Lines: []custody.NewLine{{Tag: a.Tag}}})
		must(nil, err)
		must(w.Custody.Dispatch(w.As(who), v.Number, 0, booktest.Sign(map[string]string{"keeper-north": "Naveed North", "keeper-south": "Sana South"}[who])))
	}
	south, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Night vision goggles", Make: "Thales", Category: "scanner", Serial: "NV-77", Unit: "SOUTH-STORE", Grant: "A-2025"})
	must(nil, err)
	send("keeper-south", "SOUTH-STORE", "NORTH-STORE", "", south)
	send("keeper-north", "NORTH-STORE", "NORTH-POST", "", w.Radio("IC-0102"))
	w.Radio("IC-0103")
	must(w.Requests.Submit(w.As("keeper-north"), requests.NewRequest{Unit: "NORTH-POST", Category: "radio", Quantity: 2 * models.One, Purpose: "Winter deployment at the northern gate"}))
	must(w.Workshop.Report(w.As("commander-north"), truck.Tag, workshop.NewDefect{What: "The gearbox grinds in second gear"}))
	must(w.Stocktakes.Open(w.As("chief"), stocktake.NewStocktake{Name: "Count of the northern store", Deadline: w.Book.Today().Plus(30), Officers: []string{"keeper-north", "chief"}, Scope: models.StocktakeScope{Unit: "NORTH-STORE"}}))
	w.Pass(time.Minute)
	must(w.Proofs.Integrate(t.Context()))
	return w
}

// held reads the one item that has a serial number.
func (d *day) held(serial string) *models.Asset {
	d.t.Helper()
	found, err := d.Register.Scan(d.Operator(), serial)
	if err != nil || found.Asset == nil {
		d.t.Fatalf("%s: %+v, %v", serial, found, err)
	}
	return d.Asset(found.Asset.Tag)
}

// vehicle reads the one vehicle of the northern book.
func (d *day) vehicle() *models.Asset {
	d.t.Helper()
	return d.Asset(d.TagOf(1))
}
