package api_test

import (
	"testing"

	"quartermaster/services/register"
)

// truck takes a vehicle on charge at the northern post; vehicles have an odometer.
func (f *front) truck() string {
	f.t.Helper()
	f.ask("admin", "PATCH", "/api/v1/categories/vehicle", `{"meters":[{"name":"odometer","label":"Odometer","unit":"km"}]}`)
	a, err := f.Register.TakeOnCharge(f.Operator(), register.NewAsset{Name: "Toyota Hilux", Category: "vehicle", Unit: "NORTH-POST", Grant: "A-2025",
		AcquiredOn: "2025-06-01", Fields: map[string]any{"registration": "KT-4471"}})
	if err != nil {
		f.t.Fatal(err)
	}
	return "/api/v1/assets/" + a.Tag
}

func TestCare(t *testing.T) {
	f := open(t)
	truck := f.truck()
	const oil = `{"name":"Oil","category":"vehicle","days":180,"run":5000,"meter":"km","checklist":["Change the oil"]}`
	f.run([]scenario{
		{name: "an interval of zero", who: "admin", method: "POST", path: "/api/v1/schedules", body: `{"name":"x","category":"vehicle"}`, status: 422, holds: []string{`"field":"days"`, "interval of zero"}},
		{name: "a meter that vehicles have not", who: "admin", method: "POST", path: "/api/v1/schedules", body: `{"name":"x","category":"vehicle","run":5,"meter":"h"}`, status: 422, holds: []string{`"field":"meter"`, "odometer (km)"}},
		{name: "an unknown field", who: "admin", method: "POST", path: "/api/v1/schedules", body: `{"name":"x","every":5}`, status: 400},
		{name: "not by the workshop", who: "workshop", method: "POST", path: "/api/v1/schedules", body: oil, status: 403},
		{name: "a schedule", who: "admin", method: "POST", path: "/api/v1/schedules", body: oil, headers: []string{"Idempotency-Key: k"}, status: 201, holds: []string{`"run":5000`, `"meter":"odometer"`}, lacks: []string{`"unplanned"`}},
		{name: "the same again", who: "admin", method: "POST", path: "/api/v1/schedules", body: oil, headers: []string{"Idempotency-Key: k"}, status: 201, holds: []string{`"meter":"odometer"`}},
		{name: "one schedule", who: "auditor-a", method: "GET", path: "/api/v1/schedules?category=vehicle", status: 200, holds: []string{`"name":"Oil"`}},
		{name: "of the item", who: "workshop", method: "GET", path: "/api/v1/schedules?tag=QM-000001-3", status: 200, holds: []string{`"name":"Oil"`}},
		{name: "of an item of others", who: "keeper-south", method: "GET", path: "/api/v1/schedules?tag=QM-000001-3", status: 404},
		{name: "overdue", who: "workshop", method: "GET", path: "/api/v1/care/due?state=overdue", status: 200, holds: []string{`"due":"2025-11-28"`, "Never done here"}},
		{name: "not for others", who: "keeper-south", method: "GET", path: "/api/v1/care/due", status: 200, holds: []string{`"items":[]`}},
		{name: "in no state", who: "workshop", method: "GET", path: "/api/v1/care/due?state=late", status: 422, holds: []string{`"field":"state"`}},
		{name: "in the future", who: "workshop", method: "POST", path: truck + "/services", body: `{"on":"2026-04-01","note":"x"}`, status: 422, holds: []string{`"field":"on"`, "is in the future"}},
		{name: "before it was there", who: "workshop", method: "POST", path: truck + "/services", body: `{"on":"2025-05-01","note":"x"}`, status: 422, holds: []string{`"field":"on"`, "before"}},
		{name: "out of scope", who: "keeper-south", method: "POST", path: truck + "/services", body: `{"note":"x"}`, status: 404},
		{name: "by an auditor", who: "auditor-a", method: "POST", path: truck + "/services", body: `{"note":"x"}`, status: 403},
		{name: "a service", who: "workshop", method: "POST", path: truck + "/services", body: `{"schedules":["Oil"],"work":[{"what":"Change the oil","done":true}],"readings":[{"value":84200}],"labour":{"amount":"50","currency":"USD"}}`,
			headers: []string{"Idempotency-Key: s"}, status: 201, holds: []string{`"cost":[{"amount":"50","currency":"USD"}]`, `"value":84200`}},
		{name: "the same again", who: "workshop", method: "POST", path: truck + "/services", body: `{"schedules":["Oil"],"work":[{"what":"Change the oil","done":true}],"readings":[{"value":84200}],"labour":{"amount":"50","currency":"USD"}}`,
			headers: []string{"Idempotency-Key: s"}, status: 201, holds: []string{`"value":84200`}},
		{name: "once", who: "auditor-a", method: "GET", path: truck, status: 200, holds: []string{`"services":1`, `"due":"2026-09-27"`}},
		{name: "listed", who: "auditor-a", method: "GET", path: truck + "/services", status: 200, holds: []string{`"by":"Waqar Workshop"`}},
		{name: "back", who: "keeper-north", method: "POST", path: truck + "/meter", body: `{"value":80000}`, status: 409, holds: []string{`"field":"confirm"`, "goes back"}},
		{name: "replaced", who: "keeper-north", method: "POST", path: truck + "/meter", body: `{"value":5,"confirm":"replaced","reason":"new cluster"}`, headers: []string{`If-Match: "3"`}, status: 200, holds: []string{`"value":5`}},
		{name: "of another version", who: "keeper-north", method: "POST", path: truck + "/meter", body: `{"value":6}`, headers: []string{`If-Match: "3"`}, status: 412},
		{name: "readings", who: "auditor-a", method: "GET", path: truck + "/meter", status: 200, holds: []string{`"confirmed":"replaced"`, `"value":84200`}},
		{name: "into the workshop", who: "workshop", method: "POST", path: truck + "/workshop", body: `{"reason":"gearbox"}`, status: 200, holds: []string{`"status":"in_workshop"`}},
		{name: "not issued from there", who: "keeper-north", method: "POST", path: truck + "/issue", body: `{"unit":"NORTH"}`, status: 409},
		{name: "out again", who: "workshop", method: "POST", path: truck + "/workshop/leave", body: `{"condition":"fair"}`, status: 200, holds: []string{`"status":"in_store"`, `"condition":"fair"`}},
		{name: "costs", who: "auditor-a", method: "GET", path: "/api/v1/care/costs", status: 200, holds: []string{`"total":[{"amount":"50","currency":"USD"}]`}},
		{name: "availability", who: "keeper-north", method: "GET", path: "/api/v1/care/availability", status: 200, holds: []string{`"items":1,"days":90,"out":1`}},
		{name: "a calendar", who: "workshop", method: "POST", path: "/api/v1/care/feeds", body: `{"unit":"NORTH"}`, status: 201, holds: []string{"https://qm.example.org/calendar/"}},
		{name: "a calendar of others", who: "keeper-south", method: "POST", path: "/api/v1/care/feeds", body: `{"unit":"NORTH"}`, status: 403},
	})
}
