package api_test

import (
	"testing"

	"quartermaster/models"
)

func TestTraining(t *testing.T) {
	f := open(t)
	f.Courses(models.Demand{Course: "crypto", Without: models.RefuseUntrained}, models.Demand{Course: "voice", Without: models.WarnUntrained})
	a := f.Radio("1")
	const people, issue = "/api/v1/people/guard/training", `{"custodian":"guard"}`
	f.run([]scenario{
		{name: "a course", who: "admin", method: "POST", path: "/api/v1/courses", body: `{"code":"xray","name":"X-ray","months":24}`, status: 201, holds: []string{`"months":24`}},
		{name: "not by a storekeeper", who: "keeper-north", method: "POST", path: "/api/v1/courses", body: `{"code":"x","name":"X"}`, status: 403},
		{name: "months below zero", who: "admin", method: "POST", path: "/api/v1/courses", body: `{"code":"x","name":"X","months":-1}`, status: 422, holds: []string{`"field":"months"`}},
		{name: "taken", who: "admin", method: "POST", path: "/api/v1/courses", body: `{"code":"xray","name":"X"}`, status: 409},
		{name: "change it", who: "admin", method: "PATCH", path: "/api/v1/courses/xray", body: `{"months":12}`, headers: []string{`If-Match: "1"`}, status: 200, holds: []string{`"version":2`}},
		{name: "an unknown demand", who: "admin", method: "PATCH", path: "/api/v1/categories/radio", body: `{"demands":[{"course":"juggling","without":"warn"}]}`, status: 422, holds: []string{`"field":"demands[0].course"`}},
		{name: "refused", who: "keeper-north", method: "POST", path: "/api/v1/assets/" + a.Tag + "/issue", body: issue, status: 409, holds: []string{`"field":"custodian"`, "Gul Guard has no valid record of Handling of keys (crypto)"}},
		{name: "a voucher is refused by line", who: "keeper-north", method: "POST", path: "/api/v1/vouchers", body: `{"kind":"issue","from":"NORTH-STORE","to":"NORTH-POST","receiver":"guard","lines":[{"tag":"` + a.Tag + `"}]}`, status: 409, holds: []string{`"line":1`, `"field":"receiver"`}},
		{name: "record", who: "commander-north", method: "POST", path: people, body: `{"course":"crypto","trainer":"School","on":"2026-01-10"}`, status: 201, holds: []string{`"expiry":"2027-01-10"`, `"state":"current"`}},
		{name: "an unknown field", who: "commander-north", method: "POST", path: people, body: `{"course":"crypto","state":"current"}`, status: 400},
		{name: "out of scope", who: "keeper-south", method: "POST", path: people, body: `{"course":"voice","trainer":"School","on":"2026-01-10"}`, status: 404},
		{name: "warned", who: "keeper-north", method: "POST", path: "/api/v1/assets/" + a.Tag + "/issue", body: issue, headers: []string{"Idempotency-Key: 1"}, status: 200, holds: []string{`"warnings":["Gul Guard has no valid record of Voice procedure`, `"status":"in_transit"`}},
		{name: "the same again", who: "keeper-north", method: "POST", path: "/api/v1/assets/" + a.Tag + "/issue", body: issue, headers: []string{"Idempotency-Key: 1"}, status: 200, holds: []string{`"warnings":["Gul Guard`, `"version":2`}},
		{name: "on the voucher", who: "keeper-north", method: "GET", path: "/api/v1/vouchers/V-NORTH-STORE-2026-0001", status: 200, holds: []string{`"warnings":["Gul Guard`}},
		{name: "list", who: "keeper-north", method: "GET", path: "/api/v1/training?unit=NORTH&course=crypto&until=2027-12-31", status: 200, holds: []string{`"person":"guard"`}},
		{name: "nobody's for an auditor", who: "auditor-a", method: "GET", path: "/api/v1/training", status: 200, holds: []string{`{"items":[],`}},
		{name: "but numbers", who: "auditor-a", method: "GET", path: "/api/v1/training/counts?since=2026-01-01", status: 200, holds: []string{`"people":0,"in_period":1`}},
		{name: "who can", who: "keeper-north", method: "GET", path: "/api/v1/units/NORTH/operators", status: 200, holds: []string{`"items":[]`}},
	})
}
