package maintenance_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

const day = 24 * time.Hour

// truck makes vehicles run by an odometer and takes one on charge.
func truck(t *testing.T, w *booktest.World) *models.Asset {
	t.Helper()
	meters := []models.Meter{{Name: "odometer", Label: "Odometer", Unit: "km"}}
	if _, err := w.Register.EditCategory(w.Operator(), "vehicle", 0, register.CategoryEdit{Meters: &meters}); err != nil {
		t.Fatal(err)
	}
	a, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Toyota Hilux", Category: "vehicle", Unit: "NORTH-POST", Grant: "A-2025",
		AcquiredOn: "2025-06-01", Fields: map[string]any{"registration": "KT-4471"}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func oil(t *testing.T, w *booktest.World) *models.Schedule {
	t.Helper()
	schedule, err := w.Maintenance.AddSchedule(w.Operator(), maintenance.NewSchedule{Name: "Oil and filters", Category: "vehicle", Months: 12, Run: 5000 * models.One,
		Meter: "km", Tolerance: 3, Checklist: []string{"Change the oil", "Change the filters"}})
	if err != nil {
		t.Fatal(err)
	}
	return schedule
}

func km(n int) models.Quantity { return models.Quantity(n) * models.One }

func refused(t *testing.T, err error, kind models.Kind, field string) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field {
		t.Errorf("%v; wanted %s about %s", err, kind, field)
	}
}

// TestAVehicleThatRunsMoreIsDueSooner services one and reads its odometer.
func TestAVehicleThatRunsMoreIsDueSooner(t *testing.T) {
	w := booktest.New(t)
	a := truck(t, w)
	oil(t, w)
	if due := w.Asset(a.Tag).Care.Due; due != "2026-06-01" {
		t.Errorf("a year after it was received: %s", due)
	}
	workshop := w.As("workshop")
	cost := &models.Money{Amount: "84.50", Currency: "USD"}
	done, err := w.Maintenance.Record(workshop, a.Tag, 0, maintenance.NewService{Schedules: []string{"oil and filters"}, Work: []models.Work{{What: "Change the oil", Done: true}},
		Parts: []models.Part{{Name: "Oil 15W-40", Quantity: km(8), Cost: cost}}, Labour: &models.Money{Amount: "1500", Currency: "PKR"},
		Readings: []maintenance.NewReading{{Value: km(84_200)}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(done.Work) != 2 || done.Work[1].Done || len(done.Cost) != 2 || done.By != "Waqar Workshop" {
		t.Errorf("%+v", done)
	}
	if due := w.Asset(a.Tag).Care.Due; due != "2027-03-31" {
		t.Errorf("a year after the service: %s", due)
	}
	w.Pass(10 * day)
	read, err := w.Maintenance.ReadMeter(w.As("keeper-north"), a.Tag, 0, maintenance.NewReading{Value: km(85_400)})
	if err != nil {
		t.Fatal(err)
	}
	care := read.Care // 120 km a day: 3,800 km are left from 10 April on
	if care.Due != "2026-05-11" || care.Late != "2026-05-15" || !strings.Contains(care.Plans[0].Why, "used 120 km a day") || care.Meters[0].Run != km(1200) {
		t.Errorf("%+v", care)
	}
	if list, err := w.Maintenance.Services(workshop, a.Tag, "", 10); err != nil || len(list.Records) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestAnUnlikelyReadingIsAskedAbout enters readings that go back or jump.
func TestAnUnlikelyReadingIsAskedAbout(t *testing.T) {
	type reading = maintenance.NewReading
	for name, c := range map[string]struct {
		given reading
		field string // of the refusal; "" is taken
		value int
		run   int
		due   models.Day
	}{
		"as expected":                         {reading{Value: km(86_600)}, "", 86_600, 2400, "2026-05-11"},
		"back":                                {reading{Value: km(80_000)}, "confirm", 0, 0, ""},
		"a digit too many":                    {reading{Value: km(865_000)}, "confirm", 0, 0, ""},
		"right without a reason":              {reading{Value: km(100_000), Confirm: "right"}, "reason", 0, 0, ""},
		"right, though far":                   {reading{Value: km(93_000), Confirm: "right", Reason: "convoy to Gwadar"}, "", 93_000, 8800, "2026-04-20"},
		"right, backwards":                    {reading{Value: km(80_000), Confirm: "right", Reason: "so it says"}, "confirm", 0, 0, ""},
		"a new odometer":                      {reading{Value: km(12), Confirm: "replaced", Reason: "instrument cluster changed"}, "", 12, 1200, "2026-05-21"},
		"the last was wrong":                  {reading{Value: km(85_000), Confirm: "mistake", Reason: "digits swapped"}, "", 85_000, 800, "2026-08-03"},
		"on a day to come":                    {reading{Value: km(86_000), On: "2026-05-01"}, "on", 0, 0, ""},
		"before it was received":              {reading{Value: km(10), On: "2025-05-31"}, "on", 0, 0, ""},
		"of a unit that vehicles do not have": {reading{Value: km(86_000), Meter: "h"}, "meter", 0, 0, ""},
		"below nothing":                       {reading{Value: km(-1)}, "value", 0, 0, ""},
		"for another reason":                  {reading{Value: km(80_000), Confirm: "dunno", Reason: "x"}, "confirm", 0, 0, ""},
		"late, between the two":               {reading{Value: km(84_800), On: "2026-04-05"}, "", 85_400, 1200, "2026-05-11"},
		"late, above the later":               {reading{Value: km(90_000), On: "2026-04-05"}, "confirm", 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := booktest.New(t)
			a := truck(t, w)
			oil(t, w)
			if _, err := w.Maintenance.Record(w.Operator(), a.Tag, 0, maintenance.NewService{Schedules: []string{"Oil and filters"}, Readings: []reading{{Value: km(84_200)}}}); err != nil {
				t.Fatal(err)
			}
			w.Pass(10 * day)
			if _, err := w.Maintenance.ReadMeter(w.Operator(), a.Tag, 0, reading{Value: km(85_400)}); err != nil {
				t.Fatal(err)
			}
			w.Pass(10 * day)
			before := w.Asset(a.Tag)
			got, err := w.Maintenance.ReadMeter(w.As("workshop"), a.Tag, 0, c.given)
			page, listErr := w.Maintenance.Readings(w.Operator(), a.Tag, "", "", 10)
			if listErr != nil {
				t.Fatal(listErr)
			}
			if c.field != "" {
				var e *models.Error
				if !errors.As(err, &e) || e.Field != c.field {
					t.Errorf("%v; wanted a refusal about %s", err, c.field)
				}
				if after := w.Asset(a.Tag); after.Version != before.Version || len(page.Records) != 2 {
					t.Error("something was changed")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if m := got.Care.Meters[0]; m.Value != km(c.value) || m.Run != km(c.run) || got.Care.Due != c.due || len(page.Records) != 3 {
				t.Errorf("%+v due %s, of %d readings", m, got.Care.Due, len(page.Records))
			}
		})
	}
}

// TestWhatCannotHaveHappenedIsNotRecorded enters services that are not possible.
func TestWhatCannotHaveHappenedIsNotRecorded(t *testing.T) {
	w := booktest.New(t)
	a := truck(t, w)
	oil(t, w)
	type service = maintenance.NewService
	for name, c := range map[string]struct {
		given service
		kind  models.Kind
		field string
	}{
		"in the future":              {service{On: "2026-04-01", Note: "x"}, models.Invalid, "on"},
		"before it was taken on":     {service{On: "2025-05-31", Note: "x"}, models.Invalid, "on"},
		"on no day":                  {service{On: "2026-02-30", Note: "x"}, models.Invalid, "on"},
		"of nothing":                 {service{}, models.Invalid, "note"},
		"of another schedule":        {service{Schedules: []string{"Tyres"}}, models.Invalid, "schedules"},
		"by a meter it has not":      {service{Note: "x", Readings: []maintenance.NewReading{{Meter: "hours", Value: km(1)}}}, models.Invalid, "meter"},
		"in no currency":             {service{Note: "x", Labour: &models.Money{Amount: "5"}}, models.Invalid, "labour.currency"},
		"out before it was received": {service{Note: "x", OutFrom: "2025-01-01"}, models.Invalid, "out_from"},
		"back before it was out":     {service{Note: "x", OutFrom: "2026-03-10", OutTo: "2026-03-09"}, models.Invalid, "out_to"},
		"lapsed before it was given": {service{Note: "x", Certificate: &models.Certificate{Number: "1", Expiry: "2026-03-01"}}, models.Invalid, "certificate.expiry"},
		"out of no workshop":         {service{Note: "x", Back: true}, models.Conflict, "status"},
	} {
		before := w.Asset(a.Tag).Version
		_, err := w.Maintenance.Record(w.As("workshop"), a.Tag, 0, c.given)
		var e *models.Error
		if !errors.As(err, &e) || e.Kind != c.kind || e.Field != c.field {
			t.Errorf("%s: %v; wanted %s about %s", name, err, c.kind, c.field)
		}
		if w.Asset(a.Tag).Version != before {
			t.Errorf("%s: something was changed", name)
		}
	}
	if _, err := w.Maintenance.Record(w.As("commander-north"), a.Tag, 0, service{Note: "x"}); models.KindOf(err) != models.Forbidden {
		t.Errorf("a commander: %v", err)
	}
	if _, err := w.Maintenance.Record(w.As("keeper-south"), a.Tag, 0, service{Note: "x"}); models.KindOf(err) != models.NotFound {
		t.Errorf("the storekeeper of another command: %v", err)
	}
}

// TestSchedulesThatNeverComeDueAreRefused enters schedules that make no sense.
func TestSchedulesThatNeverComeDueAreRefused(t *testing.T) {
	w := booktest.New(t)
	truck(t, w)
	type schedule = maintenance.NewSchedule
	for name, c := range map[string]struct {
		given schedule
		field string
	}{
		"an interval of zero": {schedule{Category: "vehicle", Name: "x"}, "days"},
		"below zero":          {schedule{Category: "vehicle", Name: "x", Days: -1}, "days"},
		"by another meter":    {schedule{Category: "vehicle", Name: "x", Run: km(5), Meter: "hours"}, "meter"},
		"by no meter":         {schedule{Category: "radio", Name: "x", Run: km(5)}, "meter"},
		"by zero of a meter":  {schedule{Category: "vehicle", Name: "x", Days: 5, Meter: "odometer"}, "run"},
		"days and months":     {schedule{Category: "vehicle", Name: "x", Days: 5, Months: 1}, "months"},
		"no day of the year":  {schedule{Category: "vehicle", Name: "x", Fixed: []string{"02-30"}}, "fixed"},
		"no season":           {schedule{Category: "vehicle", Name: "x", Days: 5, Season: &models.Season{From: "05-01"}}, "season"},
		"of no category":      {schedule{Category: "boat", Name: "x", Days: 5}, "category"},
		"without a name":      {schedule{Category: "vehicle", Days: 5}, "name"},
		"in place of another": {schedule{Category: "vehicle", Name: "x", Days: 5, Instead: "y"}, "instead"},
	} {
		_, err := w.Maintenance.AddSchedule(w.As("admin"), c.given)
		t.Run(name, func(t *testing.T) { refused(t, err, models.Invalid, c.field) })
	}
	if _, err := w.Maintenance.AddSchedule(w.As("workshop"), schedule{Category: "vehicle", Name: "x", Days: 5}); models.KindOf(err) != models.Forbidden {
		t.Errorf("the workshop: %v", err)
	}
}

// TestWhatIsDueFollowsWhatChanges changes schedules and categories.
func TestWhatIsDueFollowsWhatChanges(t *testing.T) {
	w := booktest.New(t)
	a := truck(t, w)
	due := func(want models.Day) {
		t.Helper()
		care := w.Asset(a.Tag).Care
		if care == nil && want != "" || care != nil && care.Due != want {
			t.Errorf("%+v; wanted %q", care, want)
		}
	}
	due("")
	schedule := oil(t, w)
	due("2026-06-01")
	if schedule.Unplanned != 0 {
		t.Errorf("%+v", schedule)
	}
	six := 6
	if _, err := w.Maintenance.ChangeSchedule(w.Operator(), schedule.ID, 0, maintenance.ScheduleEdit{Months: &six}); err != nil {
		t.Fatal(err)
	}
	due("2025-12-01")
	own, err := w.Maintenance.AddSchedule(w.Operator(), maintenance.NewSchedule{Name: "Oil, hard use", Tag: a.Tag, Instead: schedule.ID, Months: 9})
	if err != nil {
		t.Fatal(err)
	}
	due("2026-03-01")
	if list, _, err := w.Maintenance.Schedules(w.As("keeper-north"), maintenance.ScheduleFilter{Tag: a.Tag}, "", 10); err != nil || len(list) != 1 || list[0].ID != own.ID {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := w.Maintenance.EndSchedule(w.Operator(), own.ID, 0, "easier use"); err != nil {
		t.Fatal(err)
	}
	due("2025-12-01")
	radio := "radio"
	if _, err := w.Register.Edit(w.Operator(), a.Tag, 0, register.AssetEdit{Category: &radio, Fields: map[string]any{"registration": nil}}); err != nil {
		t.Fatal(err)
	}
	due("")
	b := truck(t, w)
	a = b
	due("2025-12-01")
	if _, err := w.Maintenance.EndSchedule(w.Operator(), schedule.ID, 0, "no more vehicles"); err != nil {
		t.Fatal(err)
	}
	due("")
	if n, err := w.Maintenance.Replan(w.Operator()); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestAServiceClosesWhatItSettles opens flags by the jobs' causes and services the item.
func TestAServiceClosesWhatItSettles(t *testing.T) {
	w := booktest.New(t)
	a := truck(t, w)
	oil(t, w) // due on 1 June, late from 5 June on
	run := func() (late, soon flags.Reconciled) {
		t.Helper()
		late, err := w.Flags.Reconcile(w.Operator(), models.OverdueService, w.Maintenance.Overdue(w.Operator()), models.Say("serviced"))
		if err != nil {
			t.Fatal(err)
		}
		if soon, err = w.Flags.Reconcile(w.Operator(), models.DueSoon, w.Maintenance.DueSoon(w.Operator()), models.Say("serviced")); err != nil {
			t.Fatal(err)
		}
		return late, soon
	}
	for _, step := range []struct {
		on         time.Time
		late, soon int
	}{
		{booktest.Start, 0, 0},
		{time.Date(2026, 5, 18, 12, 0, 0, 0, time.UTC), 0, 1},
		{time.Date(2026, 6, 4, 12, 0, 0, 0, time.UTC), 0, 1}, // tolerated
		{time.Date(2026, 6, 5, 12, 0, 0, 0, time.UTC), 1, 0},
	} {
		w.Pass(step.on.Sub(w.Now()))
		if late, soon := run(); late.Standing != step.late || soon.Standing != step.soon {
			t.Errorf("on %s: %+v, %+v", step.on, late, soon)
		}
	}
	subject := ledger.Subject(store.Assets, a.ID)
	standing, err := w.Flags.Standing(w.Operator(), subject)
	if err != nil || len(standing) != 1 || !strings.Contains(standing[0].Detail, "Oil and filters was due on 1 June 2026") {
		t.Fatalf("%v, %v", standing, err)
	}
	for state, want := range map[string]int64{"overdue": 1, "soon": 0, "": 1} {
		for who, sees := range map[string]bool{"keeper-north": true, "keeper-south": false, "auditor-a": true, "workshop": true} {
			n, err := w.Maintenance.CountDue(w.As(who), maintenance.DueFilter{State: state}, 10)
			if !sees {
				want = 0
			}
			if err != nil || n != want {
				t.Errorf("%s due for %s: %d, %v", state, who, n, err)
			}
			want = map[string]int64{"overdue": 1, "soon": 0, "": 1}[state]
		}
	}
	if _, err := w.Maintenance.Record(w.As("workshop"), a.Tag, 0, maintenance.NewService{Schedules: []string{"Oil and filters"}}); err != nil {
		t.Fatal(err)
	}
	if standing, err := w.Flags.Standing(w.Operator(), subject); err != nil || len(standing) != 0 {
		t.Errorf("after the service: %v, %v", standing, err)
	}
	if late, soon := run(); late.Closed+soon.Closed+late.Standing+soon.Standing != 0 {
		t.Errorf("%+v, %+v", late, soon)
	}
}

// TestACalibratedItemIsIssuedOnlyWithACertificate lets one lapse.
func TestACalibratedItemIsIssuedOnlyWithACertificate(t *testing.T) {
	w := booktest.New(t)
	yes := true
	if _, err := w.Register.EditCategory(w.Operator(), "scanner", 0, register.CategoryEdit{Calibrated: &yes}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Maintenance.AddSchedule(w.Operator(), maintenance.NewSchedule{Name: "Calibration", Category: "scanner", Months: 12, Certificate: true}); err != nil {
		t.Fatal(err)
	}
	a, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Scanner", Category: "scanner", Unit: "NORTH-STORE", AcquiredOn: "2026-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	keeper := w.As("keeper-north")
	issue := func() error {
		_, err := w.Custody.Issue(keeper, a.Tag, 0, custody.Issue{Unit: "NORTH-POST", Receipt: booktest.Sign("Gul Guard")})
		return err
	}
	if err := issue(); models.KindOf(err) != models.Conflict || !strings.Contains(err.Error(), "no calibration certificate") {
		t.Errorf("without a certificate: %v", err)
	}
	_, err = w.Maintenance.Record(keeper, a.Tag, 0, maintenance.NewService{Schedules: []string{"Calibration"}})
	refused(t, err, models.Invalid, "certificate")
	file := maintenance.File{Name: "certificate.pdf", Content: []byte("%PDF-1.4\n%%EOF")}
	done, err := w.Maintenance.Record(keeper, a.Tag, 0, maintenance.NewService{Schedules: []string{"Calibration"}, Files: []maintenance.File{file},
		Certificate: &models.Certificate{Number: "C-77", Issuer: "NPSL", Expiry: "2027-03-30"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, content, err := w.Maintenance.File(keeper, a.Tag, done.ID, done.Files[0].ID); err != nil || string(content) != string(file.Content) {
		t.Errorf("%q, %v", content, err)
	}
	if err := issue(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Custody.Return(keeper, a.Tag, 0, custody.Return{}); err != nil {
		t.Fatal(err)
	}
	count := func(causes func() int, want int, what string) {
		t.Helper()
		if got := causes(); got != want {
			t.Errorf("%s: %d, wanted %d", what, got, want)
		}
	}
	expiring := func() int { return tally(t, w.Maintenance.ExpiringCertificates(w.Operator())) }
	expired := func() int { return tally(t, w.Maintenance.ExpiredCertificates(w.Operator())) }
	count(expiring, 0, "expiring a year ahead")
	w.Pass(300 * day)
	count(expiring, 1, "expiring soon")
	w.Pass(64 * day) // 30 March 2027
	if err := issue(); err != nil {
		t.Errorf("on the last day: %v", err)
	}
	if _, err := w.Custody.Return(keeper, a.Tag, 0, custody.Return{}); err != nil {
		t.Fatal(err)
	}
	w.Pass(day)
	count(expiring, 0, "expiring")
	count(expired, 1, "expired")
	if err := issue(); models.KindOf(err) != models.Conflict || !strings.Contains(err.Error(), "lapsed on 30 March 2027") {
		t.Errorf("after the last day: %v", err)
	}
}

func tally(t *testing.T, causes func(func(flags.Cause, error) bool)) int {
	t.Helper()
	n := 0
	for _, err := range causes {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// TestWhatIsInTheWorkshopIsNotIssued puts a radio into the workshop and takes it out.
func TestWhatIsInTheWorkshopIsNotIssued(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	workshop := w.As("workshop")
	_, err := w.Maintenance.PutIn(workshop, a.Tag, 0, " ")
	refused(t, err, models.Invalid, "reason")
	in, err := w.Maintenance.PutIn(workshop, a.Tag, 0, "does not transmit")
	if err != nil || in.Status != models.InWorkshop || in.Workshop.Since != "2026-03-31" {
		t.Fatalf("%+v, %v", in, err)
	}
	if _, err := w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Unit: "NORTH-POST"}); models.KindOf(err) != models.Conflict {
		t.Errorf("issued from the workshop: %v", err)
	}
	_, err = w.Maintenance.PutIn(workshop, a.Tag, 0, "again")
	refused(t, err, models.Conflict, "status")
	w.Pass(3 * day)
	done, err := w.Maintenance.Record(workshop, a.Tag, 0, maintenance.NewService{Note: "final stage replaced", Condition: "good", Back: true})
	if err != nil {
		t.Fatal(err)
	}
	out := w.Asset(a.Tag)
	if out.Status != models.InStore || out.Workshop != nil || out.Condition != "good" || out.Care.Services != 1 {
		t.Errorf("%+v", out)
	}
	outages, err := store.Find[models.Outage](t.Context(), w.Book.Store, store.Query{In: store.Outages, By: "asset", Where: []store.Cond{store.Is("asset", a.ID)}})
	if err != nil || len(outages) != 1 || outages[0].From != "2026-03-31" || outages[0].Until != "2026-04-03" || outages[0].Service != done.ID {
		t.Errorf("%+v, %v", outages, err)
	}
}

// TestAMeterIsReadAtTheReturn takes a vehicle back with a reading.
func TestAMeterIsReadAtTheReturn(t *testing.T) {
	w := booktest.New(t)
	a := truck(t, w)
	keeper := w.As("keeper-north")
	give := func() {
		t.Helper()
		if _, err := w.Custody.Issue(keeper, a.Tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}); err != nil {
			t.Fatal(err)
		}
	}
	give()
	back, err := w.Custody.Return(keeper, a.Tag, 0, custody.Return{Meter: &maintenance.NewReading{Value: km(1200)}})
	if err != nil || back.Care.Meters[0].Value != km(1200) || back.Status != models.InStore {
		t.Fatalf("%+v, %v", back, err)
	}
	give()
	_, err = w.Custody.Return(keeper, a.Tag, 0, custody.Return{Meter: &maintenance.NewReading{Value: km(900)}})
	refused(t, err, models.Conflict, "confirm")
	if w.Asset(a.Tag).Status != models.Issued {
		t.Error("it came back all the same")
	}
}
