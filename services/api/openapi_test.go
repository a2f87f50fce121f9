package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"

	"quartermaster/models"
)

// TestTheDescriptionIsTrue sends requests and holds each answer to the description
// that the server itself gives.
func TestTheDescriptionIsTrue(t *testing.T) {
	f := open(t)
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData([]byte(f.ask("", "GET", "/api/v1/openapi.json", "").body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	a, b := f.Radio("1"), f.Radio("2")
	f.Kits(10*models.One, "2027-01-31")
	if _, err := f.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct{ method, path, body string }{
		{"GET", "/assets", ""}, {"GET", "/assets/" + a.Tag, ""}, {"GET", "/assets/" + a.Tag + "/events", ""}, {"GET", "/units", ""},
		{"GET", "/categories", ""}, {"GET", "/donors", ""}, {"GET", "/grants", ""}, {"GET", "/people", ""}, {"GET", "/sessions/current", ""},
		{"POST", "/assets", radio}, {"POST", "/assets", `{"name":7}`}, {"GET", "/assets/QM-000001-4", ""}, {"POST", "/scans", `{"code":"` + a.Tag + `"}`},
		{"POST", "/assets/" + a.Tag + "/issue", `{"unit":"NORTH-POST"}`}, {"POST", "/assets/" + a.Tag + "/issue", `{"unit":"NORTH-POST"}`},
		{"PATCH", "/assets/" + a.Tag, `{"note":"x"}`}, {"GET", "/vouchers", ""}, {"GET", "/vouchers/V-NORTH-STORE-2026-0001", ""}, {"GET", "/vouchers/V-NORTH-STORE-2026-0001/events", ""},
		{"POST", "/vouchers", `{"kind":"transfer","from":"NORTH-STORE","to":"SOUTH-STORE","lines":[{"tag":"` + b.Tag + `"},{"lot":"LOT-000001-3","quantity":2.5}]}`},
		{"POST", "/vouchers", `{"kind":"transfer","from":"NORTH-STORE","to":"SOUTH-STORE","lines":[{"tag":"` + b.Tag + `"},{"lot":"LOT-000001-3","quantity":2}]}`},
		{"POST", "/vouchers/V-NORTH-STORE-2026-0002/dispatch", `{"signature":` + signature("A") + `}`}, {"POST", "/vouchers/V-NORTH-STORE-2026-0002/cancel", `{"reason":"no"}`},
		{"POST", "/vouchers/V-NORTH-STORE-2026-0001/accept", `{"signature":` + signature("B") + `}`}, {"POST", "/vouchers/V-NORTH-STORE-2026-0001/refuse", `{}`},
		{"POST", "/requests", `{"unit":"NORTH","item":"kit","quantity":3,"purpose":"tests"}`}, {"GET", "/requests", ""}, {"GET", "/requests/R-NORTH-2026-0001", ""}, {"GET", "/requests/R-NORTH-2026-0001/available", ""}, {"GET", "/requests/R-NORTH-2026-0001/events", ""},
		{"POST", "/requests/R-NORTH-2026-0001/approve", `{"quantity":2}`}, {"GET", "/inbox", ""}, {"GET", "/people/guard/outstanding", ""},
		{"GET", "/stock", ""}, {"GET", "/stock/kit", ""}, {"GET", "/stock/totals", ""}, {"GET", "/lots", ""}, {"GET", "/lots/LOT-000001-3", ""}, {"GET", "/lots/LOT-000001-3/movements", ""},
		{"POST", "/lots", `{"item":"kit","number":"7","expiry":"2027-01-01","unit":"NORTH-STORE","quantity":5}`}, {"POST", "/stock/kit/consume", `{"unit":"NORTH-STORE","quantity":1,"purpose":"test"}`},
		{"POST", "/lots/LOT-000001-3/consume", `{"unit":"NORTH-STORE","quantity":"1","purpose":"test"}`}, {"POST", "/lots/LOT-000001-3/adjust", `{"unit":"NORTH-STORE","quantity":-1,"reason":"counted"}`},
		{"POST", "/courses", `{"code":"xray","name":"X-ray","months":12}`}, {"GET", "/courses", ""}, {"GET", "/courses/xray", ""}, {"POST", "/people/guard/training", `{"course":"xray","trainer":"T","on":"2026-01-31"}`},
		{"GET", "/people/guard/training", ""}, {"GET", "/training", ""}, {"GET", "/training/counts", ""}, {"GET", "/units/NORTH/operators", ""},
		{"GET", "/ledger/checkpoint", ""}, {"GET", "/ledger.key", ""}, {"GET", "/ledger/proof/consistency?from=1", ""}, {"GET", "/ledger/proof/consistency?from=9&to=8", ""},
		{"GET", "/ledger/proof/inclusion?event=assets/" + a.ID + "@1", ""}, {"GET", "/ledger/proof/inclusion?event=x", ""},
		{"POST", "/schedules", `{"name":"Battery","category":"radio","days":365}`}, {"GET", "/schedules", ""}, {"GET", "/care/due", ""}, {"GET", "/care/costs", ""}, {"GET", "/care/availability", ""},
		{"POST", "/assets/" + b.Tag + "/services", `{"schedules":["Battery"],"parts":[{"name":"Battery","quantity":1,"cost":{"amount":"30","currency":"USD"}}],"certificate":{"number":"1","expiry":"2027-01-01"}}`},
		{"GET", "/assets/" + b.Tag + "/services", ""}, {"GET", "/assets/" + b.Tag + "/meter", ""}, {"POST", "/assets/" + b.Tag + "/workshop", `{"reason":"x"}`}, {"POST", "/care/feeds", `{"unit":"NORTH"}`},
		{"POST", "/webhooks", `{"name":"Centre","url":"https://example.org/in","events":["flag.opened"]}`}, {"POST", "/webhooks", `{"name":"Centre","url":"http://example.org/in","events":["flag.opened"]}`},
		{"GET", "/webhooks", ""}, {"GET", "/webhooks/events", ""}, {"GET", "/webhooks/none", ""}, {"GET", "/messages", ""}, {"GET", "/messages/none", ""}, {"POST", "/messages/none/resend", ""},
		{"POST", "/assets/" + b.Tag + "/defects", `{"what":"does not switch on","unusable":true}`}, {"GET", "/assets/" + b.Tag + "/defects", ""}, {"GET", "/workshop", ""}, {"POST", "/workshop/W-NORTH-STORE-2026-0001/confirm", `{"remark":"so it is"}`},
		{"POST", "/workshop/W-NORTH-STORE-2026-0001/note", `{"parts":[{"name":"Fuse","quantity":2,"cost":{"amount":"1.20","currency":"USD"}}]}`}, {"GET", "/workshop/W-NORTH-STORE-2026-0001", ""}, {"GET", "/workshop/W-NORTH-STORE-2026-0001/events", ""}, {"GET", "/public-reports", ""},
		{"PATCH", "/me/notices", `{"email":"a@example.org","digest":"daily"}`}, {"PATCH", "/me/notices", `{"digest":"hourly"}`}, {"POST", "/messages/test", ""},
		{"POST", "/losses", `{"tag":"QM-000003-2","kind":"theft","on":"2026-03-30","where":"Store","what":"Gone"}`}, {"POST", "/losses", `{"tag":"` + a.Tag + `","kind":"damage","on":"2026-03-30","where":"Store","what":"Fell","condition":"poor"}`}, {"GET", "/losses", ""},
		{"GET", "/losses/L-NORTH-POST-2026-0001", ""}, {"GET", "/losses/L-NORTH-POST-2026-0001/events", ""}, {"POST", "/losses/L-NORTH-POST-2026-0001/appoint", `{"officer":"chief"}`},
		{"GET", "/writeoffs", ""}, {"POST", "/writeoffs", `{"tag":"` + a.Tag + `","ground":"obsolete","why":"old"}`}, {"GET", "/titles", ""}, {"GET", "/titles/none", ""},
		{"POST", "/titles", `{"to":"AGENCY","on":"2026-03-30","document":"D","tags":["` + a.Tag + `"]}`}, {"GET", "/grants/A-2025/closing", ""}, {"POST", "/grants/A-2025/close", `{"signature":{"drawing":""}}`},
		{"POST", "/visits", `{"name":"Yearly","scope":{"unit":"NORTH"},"on":"2026-04-02","sample":{"size":1,"seed":7}}`}, {"GET", "/visits", ""}, {"GET", "/visits/EV-NORTH-2026-0001", ""}, {"POST", "/visits/EV-NORTH-2026-0001/begin", ""},
		{"GET", "/visits/EV-NORTH-2026-0001/items", ""}, {"POST", "/visits/EV-NORTH-2026-0001/items", `{"code":"` + a.Tag + `","outcome":"seen","use":"as_intended"}`}, {"POST", "/visits/EV-NORTH-2026-0001/check", `{"answers":[{"question":1,"answer":"yes"}]}`},
		{"POST", "/visits/EV-NORTH-2026-0001/findings", `{"severity":"major","what":"No lock","due":"2026-05-01"}`}, {"GET", "/visits/EV-NORTH-2026-0001/findings", ""}, {"GET", "/visits/EV-NORTH-2026-0001/events", ""}, {"POST", "/visits/EV-NORTH-2026-0001/sign", `{}`},
		{"GET", "/visit-findings", ""}, {"GET", "/visit-findings/EV-NORTH-2026-0001-F1", ""}, {"POST", "/visit-findings/EV-NORTH-2026-0001-F1/answer", `{"text":"Locked","evidence":"Bill 7"}`}, {"POST", "/visit-findings/EV-NORTH-2026-0001-F1/close", `{"text":"Seen"}`},
		{"POST", "/checklists/radios", `{"name":"Radios","category":"radio","questions":["Are they locked away?"]}`}, {"GET", "/checklists", ""}, {"POST", "/visits/EV-NORTH-2026-0001/cancel", `{"reason":"Flood"}`},
		{"POST", "/report-schedules", `{"for":"Ms Holm","to":["a@example.org"],"kind":"register","donor":"DONOR-A","every":"month"}`}, {"POST", "/report-schedules", `{"for":"x"}`}, {"GET", "/report-schedules", ""}, {"PATCH", "/report-schedules/none", `{"off":true}`},
		{"POST", "/shares", `{"for":"Ms Holm","kind":"register","donor":"DONOR-A","days":7}`}, {"POST", "/shares", `{"for":"Ms Holm","kind":"register"}`}, {"GET", "/shares", ""}, {"GET", "/shares/none", ""}, {"POST", "/shares/none/withdraw", `{"reason":"x"}`},
		{"POST", "/grants/A-2025/recipients", `{"recipient":"The agency"}`},
		{"POST", "/assets/lots", `{"asset":{"name":"Lamp","category":"radio","unit":"NORTH"},"count":2}`},
	} {
		got := f.ask("admin", r.method, "/api/v1"+r.path, r.body)
		request, err := http.NewRequest(r.method, "/api/v1"+r.path, strings.NewReader(r.body))
		if err != nil {
			t.Fatal(err)
		}
		route, parameters, err := router.FindRoute(request)
		if err != nil {
			t.Errorf("%s %s is not described: %v", r.method, r.path, err)
			continue
		}
		check := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: parameters, Route: route},
			Status:                 got.StatusCode, Header: got.Header,
		}
		check.SetBodyBytes([]byte(got.body))
		if err := openapi3filter.ValidateResponse(context.Background(), check); err != nil {
			t.Errorf("%s %s: %v", r.method, r.path, err)
		}
	}
	var described struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(f.ask("", "GET", "/api/v1/openapi.json", "").body), &described); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, methods := range described.Paths {
		n += len(methods)
	}
	if n != len(f.api.Routes()) {
		t.Errorf("%d operations described, %d routes", n, len(f.api.Routes()))
	}
}

// TestNoAddressTakesAParameterThatItDoesNotHave asks each route for something that
// its description does not name.
func TestNoAddressTakesAParameterThatItDoesNotHave(t *testing.T) {
	f := open(t)
	for _, r := range f.api.Routes() {
		got := f.ask("admin", r.Method, "/api/v1"+strings.ReplaceAll(r.Path, ":", "")+"?strange=1", "")
		if got.StatusCode != http.StatusBadRequest || !strings.Contains(got.body, `"field":"strange"`) {
			t.Errorf("%s %s answers %d: %s", r.Method, r.Path, got.StatusCode, got.body)
		}
	}
}
