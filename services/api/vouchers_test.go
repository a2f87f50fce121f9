package api_test

import (
	"bytes"
	"strings"
	"testing"

	"quartermaster/models"
)

// TestAskedForIssuedAndUsed follows test kits from a request to their use.
func TestAskedForIssuedAndUsed(t *testing.T) {
	f := open(t)
	f.Kits(20*models.One, "2027-01-31")
	v, r := "/api/v1/vouchers/V-NORTH-STORE-2026-0001", "/api/v1/requests/R-NORTH-POST-2026-0001"
	f.run([]scenario{
		{name: "ask", who: "commander-north", method: "POST", path: "/api/v1/requests", body: `{"unit":"NORTH-POST","item":"kit","quantity":8,"purpose":"field tests","priority":"urgent","needed_by":"2026-04-30"}`, status: 201, holds: []string{`"number":"R-NORTH-POST-2026-0001"`, `"state":"submitted"`}},
		{name: "one's own", who: "commander-north", method: "POST", path: r + "/approve", body: `{}`, status: 403, holds: []string{"nobody decides on a request of their own"}},
		{name: "who waits", who: "chief", method: "GET", path: "/api/v1/inbox", status: 200, holds: []string{`"count":1`, `"for":"approve"`}},
		{name: "approve", who: "chief", method: "POST", path: r + "/approve", body: `{"quantity":6,"remarks":"six will do"}`, status: 200, holds: []string{`"state":"approved"`, `"approved":6`}},
		{name: "what there is", who: "keeper-north", method: "GET", path: r + "/available", status: 200, holds: []string{`{"unit":"NORTH-STORE","quantity":20,"yours":true}`}},
		{name: "fulfil", who: "keeper-north", method: "POST", path: r + "/fulfil", body: `{"from":"NORTH-STORE","receiver":"guard"}`, status: 201, holds: []string{`"number":"V-NORTH-STORE-2026-0001"`, `"quantity":6`, `"request":"R-NORTH-POST-2026-0001"`}},
		{name: "no signature", who: "keeper-north", method: "POST", path: v + "/dispatch", body: `{}`, status: 422, holds: []string{`"field":"signature"`, "draw it, or give a PIN"}},
		{name: "a large signature", who: "keeper-north", method: "POST", path: v + "/dispatch", body: `{"signature":{"name":"N","drawing":"` + strings.Repeat("x", 100<<10+1) + `"}}`, status: 422, holds: []string{`"field":"signature"`, "larger than 100 KB"}},
		{name: "an unknown field of a signature", who: "keeper-north", method: "POST", path: v + "/dispatch", body: `{"signature":{"colour":"red"}}`, status: 400, holds: []string{`"field":"colour"`}},
		{name: "dispatch", who: "keeper-north", method: "POST", path: v + "/dispatch", body: `{"signature":"<svg width='90' height='30'><path d='M 5 5 L 60 20'/></svg>"}`, headers: []string{`If-Match: "1"`}, status: 200, holds: []string{`"state":"dispatched"`, `"person":"keeper-north"`}},
		{name: "dispatch again", who: "keeper-north", method: "POST", path: v + "/dispatch", body: `{"signature":` + signature("Naveed North") + `}`, status: 409, holds: []string{"only a draft can be dispatched; V-NORTH-STORE-2026-0001 is dispatched"}},
		{name: "less in store", who: "keeper-north", method: "GET", path: "/api/v1/lots?unit=NORTH-STORE", status: 200, holds: []string{`"on_hand":14`}},
		{name: "not for the south", who: "keeper-south", method: "POST", path: v + "/accept", body: `{"signature":` + signature("Sana South") + `}`, status: 404},
		{name: "signed by the sender", who: "commander-north", method: "POST", path: v + "/accept", body: `{"signature":` + signature("Naveed North") + `}`, status: 422, holds: []string{"somebody else signs for receiving"}},
		{name: "an unknown line", who: "commander-north", method: "POST", path: v + "/accept", body: `{"lines":[{"line":7,"accepted":true}],"signature":` + signature("Gul Guard") + `}`, status: 422, holds: []string{`"line":7`, "is not on the voucher"}},
		{name: "accept", who: "commander-north", method: "POST", path: v + "/accept", body: `{"lines":[{"line":1,"accepted":true,"remark":"seals whole"}],"signature":` + signature("Gul Guard") + `}`, status: 200, holds: []string{`"state":"accepted"`, "seals whole"}},
		{name: "fulfilled", who: "commander-north", method: "GET", path: r, status: 200, holds: []string{`"state":"fulfilled"`}},
		{name: "a closed request", who: "keeper-north", method: "POST", path: r + "/fulfil", body: `{"from":"NORTH-STORE"}`, status: 409, holds: []string{"is fulfilled; nothing is given on it"}},
		{name: "use", who: "keeper-north", method: "POST", path: "/api/v1/stock/kit/consume", body: `{"unit":"NORTH-POST","quantity":2,"purpose":"search of a lorry","reference":"FIR 12/26","result":"LAB-9"}`, status: 200, holds: []string{`{"lot":"LOT-000001-3","quantity":2}`}},
		{name: "use half", who: "keeper-north", method: "POST", path: "/api/v1/stock/kit/consume", body: `{"unit":"NORTH-POST","quantity":0.5,"purpose":"x"}`, status: 422, holds: []string{`"field":"quantity"`, "must be whole"}},
		{name: "use too much", who: "keeper-north", method: "POST", path: "/api/v1/lots/LOT-000001-3/consume", body: `{"unit":"NORTH-POST","quantity":5,"purpose":"x"}`, status: 409, holds: []string{"NORTH-POST has 4 of LOT-000001-3, not 5"}},
		{name: "not a number", who: "keeper-north", method: "POST", path: "/api/v1/lots/LOT-000001-3/consume", body: `{"unit":"NORTH-POST","quantity":"many","purpose":"x"}`, status: 422, holds: []string{`"many\" is not a quantity`}},
		{name: "what was done", who: "keeper-north", method: "GET", path: "/api/v1/lots/lot-000001-3/movements", status: 200, holds: []string{`"kind":"consumed"`, `"result":"LAB-9"`, `"kind":"arrived"`}},
		{name: "to the donor", who: "auditor-a", method: "GET", path: "/api/v1/vouchers?donor=DONOR-A&state=accepted", status: 200, holds: []string{"V-NORTH-STORE-2026-0001"}},
		{name: "an unknown filter", who: "admin", method: "GET", path: "/api/v1/vouchers?colour=red", status: 400, holds: []string{`"field":"colour"`}},
		{name: "the whole lot", who: "auditor-a", method: "GET", path: "/api/v1/lots/LOT-000001-3", status: 200, holds: []string{`"balances":[`}},
		{name: "nothing outstanding", who: "keeper-north", method: "GET", path: "/api/v1/people/guard/outstanding", status: 200, holds: []string{`{"assets":0,"vouchers":0}`}},
	})
	for _, path := range []string{v + "/voucher.pdf", "/api/v1/people/guard/no-demand.pdf"} {
		if got := f.ask("keeper-north", "GET", path, ""); got.StatusCode != 200 || got.Header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix([]byte(got.body), []byte("%PDF-")) {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.Header.Get("Content-Type"))
		}
	}
}

// TestADispatchSentAgain repeats a dispatch under its key.
func TestADispatchSentAgain(t *testing.T) {
	f := open(t)
	a := f.Radio("1")
	f.run([]scenario{
		{name: "draft", who: "keeper-north", method: "POST", path: "/api/v1/vouchers", body: `{"kind":"issue","from":"NORTH-STORE","to":"NORTH-POST","lines":[{"tag":"` + a.Tag + `"}]}`, status: 201, headers: []string{"Idempotency-Key: d"}},
		{name: "draft again", who: "keeper-north", method: "POST", path: "/api/v1/vouchers", body: `{"kind":"issue","from":"NORTH-STORE","to":"NORTH-POST","lines":[{"tag":"` + a.Tag + `"}]}`, status: 201, headers: []string{"Idempotency-Key: d"}, holds: []string{"V-NORTH-STORE-2026-0001"}},
	})
	body := `{"signature":` + signature("Naveed North") + `}`
	for _, replayed := range []string{"", "true"} {
		got := f.ask("keeper-north", "POST", "/api/v1/vouchers/V-NORTH-STORE-2026-0001/dispatch", body, "Idempotency-Key: k")
		if got.StatusCode != 200 || got.Header.Get("Idempotency-Replayed") != replayed || !strings.Contains(got.body, `"state":"dispatched"`) {
			t.Errorf("%d %q %s", got.StatusCode, got.Header.Get("Idempotency-Replayed"), got.body)
		}
	}
}

// TestAPINSigns has a guard who never signs in sign with a PIN.
func TestAPINSigns(t *testing.T) {
	f := open(t)
	a := f.Radio("1")
	f.run([]scenario{
		{name: "a PIN for the guard", who: "admin", method: "PATCH", path: "/api/v1/people/guard", body: `{"pin":"2746"}`, status: 200, lacks: []string{"2746"}},
		{name: "too simple", who: "admin", method: "PATCH", path: "/api/v1/people/guard", body: `{"pin":"1234"}`, status: 422, holds: []string{`"field":"pin"`}},
		{name: "not by a storekeeper", who: "keeper-north", method: "PATCH", path: "/api/v1/people/guard", body: `{"pin":"8253"}`, status: 403},
		{name: "wrong", who: "keeper-north", method: "POST", path: "/api/v1/assets/" + a.Tag + "/issue", body: `{"custodian":"guard","receipt":{"person":"guard","pin":"2747"}}`, status: 422, holds: []string{"is not the PIN of Gul Guard"}},
		{name: "right", who: "keeper-north", method: "POST", path: "/api/v1/assets/" + a.Tag + "/issue", body: `{"custodian":"guard","receipt":{"person":"guard","pin":"2746"}}`, status: 200, holds: []string{`"status":"issued"`}},
		{name: "still held", who: "admin", method: "PATCH", path: "/api/v1/people/guard", body: `{"inactive":true}`, status: 409, holds: []string{`"field":"successor"`, "still answers for 1 item;"}},
		{name: "no certificate", who: "keeper-north", method: "GET", path: "/api/v1/people/guard/no-demand.pdf", status: 409, holds: []string{"has 1 item in custody; have it handed over first"}},
		{name: "a successor", who: "admin", method: "PATCH", path: "/api/v1/people/guard", body: `{"inactive":true,"successor":"relief"}`, status: 200},
		{name: "answers now", who: "keeper-north", method: "GET", path: "/api/v1/assets/" + a.Tag, status: 200, holds: []string{`"custodian":"relief"`}},
		{name: "own PIN", who: "keeper-north", method: "POST", path: "/api/v1/pin", body: `{"current":"` + password + `","pin":"7391"}`, status: 204},
		{name: "own PIN without password", who: "keeper-north", method: "POST", path: "/api/v1/pin", body: `{"current":"no","pin":"7391"}`, status: 422, holds: []string{`"field":"current"`}},
	})
}
