package api_test

import (
	"testing"
)

// TestLossesWriteOffsAndTitles goes over the addresses as people do, and as they
// should not.
func TestLossesWriteOffsAndTitles(t *testing.T) {
	f := open(t)
	f.Limits()
	a, b := f.Radio("1"), f.Radio("2")
	loss := "/api/v1/losses/L-NORTH-STORE-2026-0001"
	off := "/api/v1/writeoffs/WO-NORTH-STORE-2026-0001"
	report := `{"tag":"` + a.Tag + `","kind":"theft","on":"2026-03-31","where":"Store room 2","what":"The lock was forced","police":"FIR 14/26"}`
	f.run([]scenario{
		{name: "by an auditor", who: "auditor-a", method: "POST", path: "/api/v1/losses", body: report, status: 403},
		{name: "out of scope", who: "keeper-south", method: "POST", path: "/api/v1/losses", body: report, status: 404},
		{name: "with a field that is none", who: "keeper-north", method: "POST", path: "/api/v1/losses", body: `{"held_by":"x"}`, status: 400, holds: []string{`"field":"held_by"`}},
		{name: "reported", who: "keeper-north", method: "POST", path: "/api/v1/losses", body: report, headers: []string{"Idempotency-Key: 1"}, status: 201, holds: []string{`"state":"reported"`, `"authority":"unit"`}},
		{name: "and by the same request again", who: "keeper-north", method: "POST", path: "/api/v1/losses", body: report, headers: []string{"Idempotency-Key: 1"}, status: 201, holds: []string{"L-NORTH-STORE-2026-0001"}},
		{name: "and by another", who: "keeper-north", method: "POST", path: "/api/v1/losses", body: report, status: 409},
		{name: "waits for who appoints", who: "commander-north", method: "GET", path: "/api/v1/inbox", status: 200, holds: []string{`"for":"appoint"`}},
		{name: "guessed", who: "keeper-south", method: "GET", path: loss, status: 404},
		{name: "seen by who paid", who: "auditor-a", method: "GET", path: loss, status: 200},
		{name: "listed", who: "auditor-a", method: "GET", path: "/api/v1/losses?state=reported&kind=theft&donor=DONOR-A", status: 200, holds: []string{a.Tag}},
		{name: "of another donor", who: "auditor-a", method: "GET", path: "/api/v1/losses?donor=DONOR-B", status: 200, holds: []string{`"items":[]`}},
		{name: "who reported it inquires", who: "chief", method: "POST", path: loss + "/appoint", body: `{"officer":"keeper-north"}`, status: 422, holds: []string{`"field":"officer"`}},
		{name: "somebody else does", who: "chief", method: "POST", path: loss + "/appoint", body: `{"officer":"workshop"}`, headers: []string{`If-Match: "1"`}, status: 200},
		{name: "outrun", who: "chief", method: "POST", path: loss + "/appoint", body: `{"officer":"keeper-south"}`, headers: []string{`If-Match: "1"`}, status: 412},
		{name: "waits for the officer", who: "workshop", method: "GET", path: "/api/v1/inbox", status: 200, holds: []string{`"for":"inquire"`}},
		{name: "an opinion", who: "workshop", method: "POST", path: loss + "/files?is=opinion&name=opinion.txt", body: "The lock was forced.", headers: []string{"Content-Type: text/plain"}, status: 201, holds: []string{`"is":"opinion"`}},
		{name: "a paper of no kind", who: "workshop", method: "POST", path: loss + "/files?is=song&name=x.txt", body: "la", headers: []string{"Content-Type: text/plain"}, status: 422, holds: []string{`"field":"is"`}},
		{name: "found", who: "workshop", method: "POST", path: loss + "/findings", body: `{"findings":"Forced from outside","recommendation":"write_off"}`, status: 200, holds: []string{`"state":"to_decide"`}},
		{name: "decided by who reported it", who: "keeper-north", method: "POST", path: loss + "/decide", body: `{"measure":"write_off"}`, status: 403},
		{name: "decided", who: "commander-north", method: "POST", path: loss + "/decide", body: `{"measure":"write_off"}`, status: 200, holds: []string{"WO-NORTH-STORE-2026-0001"}},
		{name: "waits to be struck off", who: "keeper-north", method: "GET", path: "/api/v1/inbox", status: 200, holds: []string{`"for":"strike_off"`}},
		{name: "without consent", who: "keeper-north", method: "POST", path: off + "/strike-off", body: `{"method":"lost"}`, status: 409, holds: []string{`"field":"consent"`}},
		{name: "consented", who: "keeper-north", method: "POST", path: off + "/consent", body: `{"document":"Letter 9","on":"2026-03-31"}`, status: 200},
		{name: "struck off", who: "keeper-north", method: "POST", path: off + "/strike-off", body: `{"method":"lost"}`, status: 200, holds: []string{`"state":"struck_off"`}},
		{name: "scanned", who: "keeper-north", method: "POST", path: "/api/v1/scans", body: `{"code":"` + a.Tag + `"}`, status: 200, holds: []string{`"status":"struck_off"`, `"actions":[]`}},
		{name: "its history", who: "auditor-a", method: "GET", path: off + "/events", status: 200, holds: []string{"write_off.struck_off"}},
		{name: "the title to a unit", who: "keeper-north", method: "POST", path: "/api/v1/titles", body: `{"to":"NORTH","on":"2026-03-31","document":"D","tags":["` + b.Tag + `"]}`, status: 422, holds: []string{`"field":"to"`}},
		{name: "what stands in the way", who: "auditor-a", method: "GET", path: "/api/v1/grants/A-2025/closing", status: 200, holds: []string{`"kind":"title_missing"`, b.Tag}},
		{name: "of another's grant", who: "auditor-a", method: "GET", path: "/api/v1/grants/B-2026/closing", status: 404},
		{name: "closed too early", who: "admin", method: "POST", path: "/api/v1/grants/A-2025/close", body: `{"signature":` + signature("Adil Admin") + `}`, status: 409, holds: []string{b.Tag, "1 item stands in the way"}},
		{name: "the title to the agency", who: "keeper-north", method: "POST", path: "/api/v1/titles", body: `{"to":"AGENCY","on":"2026-03-31","document":"D","grant":"A-2025"}`, status: 201, holds: []string{"T-NORTH-STORE-2026-0001"}},
		{name: "closed by a storekeeper", who: "keeper-north", method: "POST", path: "/api/v1/grants/A-2025/close", body: `{"signature":` + signature("Adil Admin") + `}`, status: 403},
		{name: "closed without a signature", who: "admin", method: "POST", path: "/api/v1/grants/A-2025/close", body: `{}`, status: 422, holds: []string{`"field":"signature"`}},
		{name: "closed", who: "admin", method: "POST", path: "/api/v1/grants/A-2025/close", body: `{"signature":` + signature("Adil Admin") + `}`, status: 200, holds: []string{`"closed":{`}},
	})
}
