package web_test

import (
	"net/url"
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
)

// truck takes a vehicle on charge that is serviced by the calendar and its odometer.
func (s *site) truck(t *testing.T) *models.Asset {
	t.Helper()
	meters := []models.Meter{{Name: "odometer", Label: "Odometer", Unit: "km"}}
	if _, err := s.Register.EditCategory(s.Operator(), "vehicle", 0, register.CategoryEdit{Meters: &meters}); err != nil {
		t.Fatal(err)
	}
	a, err := s.Register.TakeOnCharge(s.Operator(), register.NewAsset{Name: "Toyota Hilux", Category: "vehicle", Unit: "NORTH-POST", Grant: "A-2025",
		AcquiredOn: "2025-06-01", Fields: map[string]any{"registration": "KT-4471"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Maintenance.AddSchedule(s.Operator(), maintenance.NewSchedule{Name: "Oil and filters", Category: "vehicle", Days: 180, Run: 5000 * models.One, Meter: "km", Tolerance: 7,
		Checklist: []string{"Change the oil", "Change the filters"}}); err != nil {
		t.Fatal(err)
	}
	return s.Asset(a.Tag)
}

// TestAServiceIsRecordedFromTheListOfWhatIsDue goes from the list to the form, and
// sends it as it is filled in.
func TestAServiceIsRecordedFromTheListOfWhatIsDue(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.truck(t)
	s.signIn("workshop")
	s.get("/care?state=overdue").has(t, 200, "Toyota Hilux", "Oil and filters", "123 days ago", "/assets/"+a.Tag+"/service", "Never done here")
	form := s.get("/assets/" + a.Tag + "/service")
	form.has(t, 200, "Change the oil", `checked`, "Odometer now")
	id := a.Care.Plans[0].Schedule
	values := form.fill("did."+id, "yes", "work."+id+".0", "yes", "meter.odometer", "84,200", "on", "2026-03-31", "labour", "1500", "currency", "PKR", "part.0", "Oil", "quantity.0", "7.5", "cost.0", "9800")
	s.post("/assets/"+a.Tag+"/service", values).has(t, 303)
	s.post("/assets/"+a.Tag+"/service", values).has(t, 303) // sent twice
	page := s.get("/assets/" + a.Tag)
	page.has(t, 200, "84,200 km", "11300.00 PKR", "27 September 2026", "1 in all")
	done, err := s.Maintenance.Services(s.Operator(), a.Tag, "", 10)
	if err != nil || len(done.Records) != 1 {
		t.Fatalf("%v, %v", done, err)
	}
	s.get("/assets/"+a.Tag+"/services/"+done.Records[0].ID).has(t, 200, "Change the filters", "not done", "7.5")
	s.get("/care?state=overdue").has(t, 200, "Nothing is overdue")

	s.post("/assets/"+a.Tag+"/meter", page.fill("meter.odometer", "80000")).has(t, 409, "goes back", "What does the reading mean?", `value="80000"`)
	s.post("/assets/"+a.Tag+"/meter", anew(page.fill("meter.odometer", "80000", "confirm", "replaced", "confirm_reason", "new cluster"), "x")).has(t, 303)
	s.post("/assets/"+a.Tag+"/service", anew(page.fill("on", "2026-04-30", "note", "from the future", "part.0", "Oil"), "y")).has(t, 422, "is in the future", "from the future", `value="Oil"`)
	s.post("/assets/"+a.Tag+"/workshop", anew(page.fill("reason", "gearbox"), "z")).has(t, 303)
	s.get("/assets/"+a.Tag).has(t, 200, "In the workshop since 31 March 2026", "gearbox", "Take it out")
}

// TestTheCalendarShowsWhatIsDue follows what is due into a calendar program.
func TestTheCalendarShowsWhatIsDue(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.truck(t) // due on 28 November 2025
	s.signIn("workshop")
	s.get("/care/calendar?month=2025-11").has(t, 200, "November 2025", "28 November 2025", "Oil and filters", a.Tag)
	s.get("/care/calendar?month=2028-02").has(t, 200, "February 2028", ">29<", "Nothing falls due")
	s.get("/care/calendar?month=2025-13").has(t, 422)
	form := s.get("/care/calendar")
	made := s.post("/care/calendar", form.fill("unit", "NORTH"))
	made.has(t, 200, "https://qm.example.org/calendar/")
	_, secret, _ := strings.Cut(made.body, "https://qm.example.org")
	path, _, _ := strings.Cut(secret, `"`)
	s.cookie = ""
	feed := s.get(path)
	feed.has(t, 200, "BEGIN:VCALENDAR\r\n", "DTSTART;VALUE=DATE:20251128\r\n", "DTEND;VALUE=DATE:20251129\r\n", "SUMMARY:Oil and filters: Toyota Hilux "+a.Tag, "SEQUENCE:")
	for line := range strings.SplitSeq(feed.body, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d octets: %s", len(line), line)
		}
	}
	s.get("/calendar/"+strings.Repeat("A", 26)+".ics").has(t, 404)
	s.signIn("workshop")
	s.post("/care/calendar", s.get("/care/calendar").fill("unit", "NORTH")).has(t, 200)
	s.get(path).has(t, 404)
}

// TestSchedulesAreManagedOnPages adds one, changes it and ends it.
func TestSchedulesAreManagedOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.truck(t)
	s.signIn("admin")
	form := s.get("/care/schedules")
	form.has(t, 200, "Every 5,000 km or 180 days, whichever first; overdue 7 days later")
	s.post("/care/schedules", form.fill("category", "vehicle", "name", "Tyres")).has(t, 422, "interval of zero", `value="Tyres"`)
	s.post("/care/schedules", anew(form.fill("category", "vehicle", "name", "Tyres", "months", "24", "checklist", "Front\r\nRear\r\n"), "2")).has(t, 303)
	s.post("/care/meters", anew(form.fill("of", "scanner", "row.0", "yes", "label.0", "Hours run", "unit.0", "h", "calibrated", "yes"), "3")).has(t, 303)
	s.get("/care/schedules").has(t, 200, "Every 24 months", "Front · Rear", "Hours run in h", "issued only with a certificate")
	id := a.Care.Plans[0].Schedule
	one := s.get("/care/schedules/" + id)
	one.has(t, 200, `value="5000"`)
	s.post("/care/schedules/"+id, one.fill("name", "Oil", "run", "7,500", "meter", "odometer", "tolerance", "x")).has(t, 422, "whole number", `value="7,500"`)
	s.post("/care/schedules/"+id, anew(one.fill("name", "Oil", "run", "7,500", "meter", "odometer"), "5")).has(t, 303)
	s.post("/care/schedules/"+id+"/end", anew(one.fill("reason", "sold"), "6")).has(t, 303)
	s.get("/care/schedules/"+id).has(t, 200, "It ended on")
	s.signIn("workshop")
	if strings.Contains(s.get("/care/schedules").body, "Add a schedule") {
		t.Error("the workshop is offered what it may not do")
	}
	s.get("/care/figures").has(t, 200, "Availability", "100.0 %")
	s.get("/care/figures?since=2026-04-01&until=2026-03-01").has(t, 422)
}

// anew makes a filled form another one than those that were sent from the same page.
func anew(form url.Values, key string) url.Values {
	form.Set("_once", key)
	return form
}
