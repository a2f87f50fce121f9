package api_test

import (
	"testing"

	"quartermaster/models"
	"quartermaster/services/public"
)

func TestTheWorkshop(t *testing.T) {
	f := open(t)
	a := f.Radio("1")
	const job = "/api/v1/workshop/W-NORTH-STORE-2026-0001"
	f.run([]scenario{
		{name: "report", who: "commander-north", method: "POST", path: "/api/v1/assets/" + a.Tag + "/defects", body: `{"what":"aerial broken off","unusable":true}`, headers: []string{"Idempotency-Key: 1"}, status: 201, holds: []string{`"number":"W-NORTH-STORE-2026-0001"`, `"state":"reported"`}},
		{name: "the same again", who: "commander-north", method: "POST", path: "/api/v1/assets/" + a.Tag + "/defects", body: `{"what":"aerial broken off","unusable":true}`, headers: []string{"Idempotency-Key: 1"}, status: 201, holds: []string{`"number":"W-NORTH-STORE-2026-0001"`}},
		{name: "nothing said", who: "commander-north", method: "POST", path: "/api/v1/assets/" + a.Tag + "/defects", body: `{}`, status: 422, holds: []string{`"field":"what"`}},
		{name: "a form with what is no photo", who: "commander-north", method: "POST", path: "/api/v1/assets/" + a.Tag + "/defects", headers: []string{"Content-Type: multipart/form-data; boundary=x"},
			body: "--x\r\nContent-Disposition: form-data; name=\"what\"\r\n\r\nsmokes\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nplain text\r\n--x--\r\n", status: 415, holds: []string{`"field":"file"`}},
		{name: "by an auditor", who: "auditor-a", method: "POST", path: "/api/v1/assets/" + a.Tag + "/defects", body: `{"what":"x"}`, status: 403},
		{name: "too early", who: "workshop", method: "POST", path: job + "/start", body: `{}`, status: 409, holds: []string{"nobody has confirmed it yet"}},
		{name: "confirm", who: "workshop", method: "POST", path: job + "/confirm", body: `{"remark":"so it is"}`, headers: []string{`If-Match: "1"`}, status: 200, holds: []string{`"state":"confirmed"`, "so it is"}},
		{name: "stale", who: "workshop", method: "POST", path: job + "/start", body: `{}`, headers: []string{`If-Match: "1"`}, status: 412},
		{name: "wait", who: "workshop", method: "POST", path: job + "/wait", body: `{"waiting_for":"aerial"}`, status: 200, holds: []string{`"state":"waiting_for_parts"`}},
		{name: "start", who: "workshop", method: "POST", path: job + "/start", body: `{"take_in":true}`, status: 200, holds: []string{`"state":"in_work"`, `"mechanic":"Waqar Workshop"`}},
		{name: "it cannot be issued", who: "keeper-north", method: "POST", path: "/api/v1/assets/" + a.Tag + "/issue", body: `{"unit":"NORTH-POST"}`, status: 409, holds: []string{"in workshop"}},
		{name: "a cost that is none", who: "workshop", method: "POST", path: job + "/note", body: `{"labour":{"amount":"12,50","currency":"USD"}}`, status: 422, holds: []string{`labour.amount`}},
		{name: "note", who: "workshop", method: "POST", path: job + "/note", body: `{"parts":[{"name":"Aerial","quantity":1,"cost":{"amount":"14.50","currency":"USD"}}],"labour":{"amount":"5","currency":"USD"},"remark":"fitted"}`, status: 200, holds: []string{`"14.50"`}},
		{name: "finish", who: "workshop", method: "POST", path: job + "/finish", body: `{"back":true,"condition":"good"}`, status: 200, holds: []string{`"state":"done"`, `"service":"`}},
		{name: "recorded", who: "workshop", method: "GET", path: "/api/v1/assets/" + a.Tag + "/services", status: 200, holds: []string{`"job":"W-NORTH-STORE-2026-0001"`, `"19.50"`}},
		{name: "over", who: "workshop", method: "POST", path: job + "/dismiss", body: `{"reason":"x"}`, status: 409},
		{name: "out of scope", who: "keeper-south", method: "GET", path: job, status: 404},
		{name: "list", who: "keeper-north", method: "GET", path: "/api/v1/workshop?state=done&unit=NORTH", status: 200, holds: []string{`"number":"W-NORTH-STORE-2026-0001"`}},
	})
	if err := f.Public.Send(t.Context(), a.Tag, "192.0.2.1", public.NewReport{Kind: models.PublicFault, Text: "does not switch on"}); err != nil {
		t.Fatal(err)
	}
	page, err := f.Public.List(f.As("keeper-north"), public.Filter{}, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	report := "/api/v1/public-reports/" + page.Records[0].ID
	f.run([]scenario{
		{name: "reports", who: "keeper-north", method: "GET", path: "/api/v1/public-reports?state=waiting", status: 200, holds: []string{"does not switch on"}},
		{name: "not the auditor's", who: "auditor-a", method: "GET", path: "/api/v1/public-reports", status: 403},
		{name: "no photo", who: "keeper-north", method: "GET", path: report + "/photo", status: 404},
		{name: "another's", who: "keeper-south", method: "POST", path: report + "/confirm", body: `{}`, status: 404},
		{name: "confirm", who: "keeper-north", method: "POST", path: report + "/confirm", body: `{"remark":"true"}`, headers: []string{"Idempotency-Key: 2"}, status: 200, holds: []string{`"state":"confirmed"`, `"job":"W-NORTH-STORE-2026-0002"`}},
		{name: "the same again", who: "keeper-north", method: "POST", path: report + "/confirm", body: `{"remark":"true"}`, headers: []string{"Idempotency-Key: 2"}, status: 200, holds: []string{`"state":"confirmed"`}},
	})
}
