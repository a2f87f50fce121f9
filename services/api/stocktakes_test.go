package api_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestAStocktakeFromOpeningToClosing counts over the interface.
func TestAStocktakeFromOpeningToClosing(t *testing.T) {
	f := open(t)
	tags := f.Radios(3)
	at := "/api/v1/stocktakes/ST-NORTH-2026-0001"
	body := `{"name":"Yearly count","scope":{"unit":"NORTH"},"deadline":"2026-04-30","officers":["chief","commander-north"]}`
	f.run([]scenario{
		{name: "how much there is", who: "keeper-north", method: "POST", path: "/api/v1/stocktakes/preview", body: body, status: 200, holds: []string{`"items":3`, `"lines":3`, `{"unit":"NORTH-STORE","expected":3}`}},
		{name: "a deadline in the past", who: "keeper-north", method: "POST", path: "/api/v1/stocktakes", body: `{"name":"Count","deadline":"2026-03-01"}`, status: 422, holds: []string{`"field":"deadline"`, "has passed"}},
		{name: "an empty scope", who: "keeper-north", method: "POST", path: "/api/v1/stocktakes", body: `{"name":"Count","scope":{"category":"vehicle"},"deadline":"2026-04-30"}`, status: 422, holds: []string{`"field":"scope"`, "nothing to count"}},
		{name: "an officer without scope", who: "keeper-north", method: "POST", path: "/api/v1/stocktakes", body: `{"name":"Count","deadline":"2026-04-30","officers":["keeper-coast"]}`, status: 422, holds: []string{`"field":"officers"`, "in the scope of Kiran Coast"}},
		{name: "an unknown field", who: "keeper-north", method: "POST", path: "/api/v1/stocktakes", body: `{"name":"Count","colour":"red"}`, status: 400, holds: []string{`"field":"colour"`}},
		{name: "open", who: "keeper-north", method: "POST", path: "/api/v1/stocktakes", body: body, headers: []string{"Idempotency-Key: o"}, status: 201, holds: []string{`"number":"ST-NORTH-2026-0001"`, `"expected":3`}},
		{name: "open again", who: "keeper-north", method: "POST", path: "/api/v1/stocktakes", body: body, headers: []string{"Idempotency-Key: o"}, status: 201, holds: []string{`"number":"ST-NORTH-2026-0001"`}},
		{name: "one alone", who: "keeper-north", method: "GET", path: "/api/v1/stocktakes?state=open", status: 200, holds: []string{`"outstanding":3`}, lacks: []string{"ST-NORTH-2026-0002"}},
		{name: "open already", who: "keeper-north", method: "POST", path: at + "/open", status: 409, holds: []string{"is open already"}},
		{name: "not for the south", who: "keeper-south", method: "GET", path: at, status: 404},
	})
	f.Pass(time.Minute)
	mistyped := tags[0][:len(tags[0])-1] + string('0'+('9'-tags[0][len(tags[0])-1]))
	sighting := `{"code":"` + tags[0] + `","condition":"good","in_use":true,"needed":false,"position":{"latitude":34.08,"longitude":71.14},"remark":"clean"}`
	f.run([]scenario{
		{name: "mistyped", who: "chief", method: "POST", path: at + "/sightings", body: `{"code":"` + mistyped + `"}`, status: 422, holds: []string{`"field":"code"`, "is mistyped"}},
		{name: "no tag", who: "chief", method: "POST", path: at + "/sightings", body: `{"code":"what"}`, status: 422, holds: []string{`"field":"code"`, "is no tag"}},
		{name: "no officer", who: "keeper-north", method: "POST", path: at + "/sightings", body: sighting, status: 403, holds: []string{"only the counting officers"}},
		{name: "sight", who: "chief", method: "POST", path: at + "/sightings", body: sighting, headers: []string{"Idempotency-Key: s"}, status: 201, holds: []string{`"state":"sighted"`, `"needed":false`, `"latitude":34.08`}},
		{name: "sent again", who: "chief", method: "POST", path: at + "/sightings", body: sighting, headers: []string{"Idempotency-Key: s"}, status: 201, holds: []string{`"state":"sighted"`}},
		{name: "by another", who: "commander-north", method: "POST", path: at + "/sightings", body: sighting, status: 409, holds: []string{`"field":"code"`, "was counted already, by Chaudhry Chief on 31 March 2026 at 09:31:00"}},
		{name: "seen", who: "keeper-north", method: "GET", path: "/api/v1/assets/" + tags[0], status: 200, holds: []string{`"last_seen_by":"chief"`, `"condition":"good"`}},
		{name: "lines", who: "keeper-north", method: "GET", path: at + "/lines?state=outstanding&limit=1", status: 200, holds: []string{tags[1], `"next":"e`}, lacks: []string{tags[0]}},
		{name: "lines of no state", who: "keeper-north", method: "GET", path: at + "/lines?state=lost", status: 422, holds: []string{`"field":"state"`}},
		{name: "progress", who: "keeper-north", method: "GET", path: at + "/progress", status: 200, holds: []string{`{"unit":"NORTH-STORE","expected":3,"sighted":1}`, `{"officer":"chief","counted":1}`}},
		{name: "recount", who: "keeper-north", method: "POST", path: at + "/recount", body: `{"state":"sighted","reason":"spot check"}`, status: 200, holds: []string{`{"asked":1}`}},
		{name: "recounted", who: "commander-north", method: "POST", path: at + "/sightings", body: `{"code":"` + tags[0] + `","condition":"good"}`, status: 201, holds: []string{`"second":{"by":"commander-north"`}},
		{name: "one signature", who: "keeper-north", method: "POST", path: at + "/close", body: `{"signatures":[` + signature("Naveed North") + `]}`, status: 422, holds: []string{`"field":"signatures"`}},
		{name: "close", who: "keeper-north", method: "POST", path: at + "/close", body: `{"remarks":"two missing","signatures":[` + signature("Naveed North") + `,` + signature("Chaudhry Chief") + `]}`, status: 200, holds: []string{`"state":"closed"`, `"unaccounted":2`, `"sighted":1`}},
		{name: "too late", who: "chief", method: "POST", path: at + "/sightings", body: `{"code":"` + tags[1] + `"}`, status: 409, holds: []string{`"field":"state"`, "is closed"}},
		{name: "whole", who: "keeper-north", method: "GET", path: at, status: 200, holds: []string{`"tally":{"expected":3,"sighted":1`}, lacks: []string{`"broken"`}},
		{name: "history", who: "keeper-north", method: "GET", path: at + "/events", status: 200, holds: []string{"stocktake.closed", "stocktake.opened"}},
	})
	if csv := f.ask("keeper-north", "GET", at+"/result.csv", ""); csv.StatusCode != 200 || strings.Count(csv.body, "\n") != 4 || !strings.Contains(csv.body, "unaccounted") {
		t.Errorf("%d %s", csv.StatusCode, csv.body)
	}
	if sheets := f.ask("keeper-north", "GET", at+"/sheets.pdf?unit=NORTH-STORE", ""); sheets.StatusCode != 200 || !bytes.HasPrefix([]byte(sheets.body), []byte("%PDF-")) {
		t.Errorf("%d", sheets.StatusCode)
	}
}
