package api_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/booktest"
	"quartermaster/services/server"
)

const password = "correct horse battery"

// front is the interface over a small book.
type front struct {
	*booktest.World
	t      testing.TB
	app    *fiber.App
	api    *api.API
	tokens map[string]string
}

func open(t testing.TB) *front {
	t.Helper()
	w := booktest.New(t)
	f := &front{World: w, t: t, tokens: map[string]string{}}
	f.app = server.New(server.Config{Log: slog.New(slog.DiscardHandler), Store: w.Book.Store, OnError: api.Problem})
	f.api = &api.API{House: w.House}
	f.api.Mount(f.app)
	return f
}

// token signs a person of the world in.
func (f *front) token(code string) string {
	f.t.Helper()
	if f.tokens[code] == "" {
		secret := password
		person, err := f.Access.EditPerson(f.Operator(), code, 0, access.PersonEdit{Password: &secret})
		if err != nil {
			f.t.Fatal(err)
		}
		in, err := f.Access.SignIn(f.t.Context(), access.Credentials{Username: person.Username, Password: password}, "192.0.2.1", "test")
		if err != nil {
			f.t.Fatal(err)
		}
		f.tokens[code] = in.Token
	}
	return f.tokens[code]
}

type answer struct {
	*http.Response
	body string
}

// ask sends a request as a person ("" is nobody); headers are "Name: value".
func (f *front) ask(who, method, path, body string, headers ...string) answer {
	f.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+f.token(who))
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	response, err := f.app.Test(r, -1)
	if err != nil {
		f.t.Fatal(err)
	}
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer{response, string(raw)}
}

// scenario is one request and what must come back.
type scenario struct {
	name, who, method, path, body string
	headers                       []string
	status                        int
	holds                         []string // what the answer contains
	lacks                         []string
}

func (f *front) run(scenarios []scenario) {
	f.t.Helper()
	for _, s := range scenarios {
		got := f.ask(s.who, s.method, s.path, s.body, s.headers...)
		if got.StatusCode != s.status {
			f.t.Errorf("%s: %d %s; wanted %d", s.name, got.StatusCode, got.body, s.status)
			continue
		}
		for _, text := range s.holds {
			if !strings.Contains(got.body, text) {
				f.t.Errorf("%s: %s\nlacks %s", s.name, got.body, text)
			}
		}
		for _, text := range s.lacks {
			if strings.Contains(got.body, text) {
				f.t.Errorf("%s: %s\nholds %s", s.name, got.body, text)
			}
		}
		if s.status >= 400 && s.method != "HEAD" && got.Header.Get("Content-Type") != "application/problem+json" {
			f.t.Errorf("%s: a problem of type %s", s.name, got.Header.Get("Content-Type"))
		}
	}
}

const radio = `{"name":"VHF radio","category":"radio","make":"Icom","model":"F1","serial":"77","unit":"NORTH-STORE","grant":"A-2025","acquired_on":"2026-01-15","cost":{"amount":"410.00","currency":"USD"},"condition":"new"}`

// signature is somebody's drawn signature as JSON.
func signature(name string) string {
	raw, err := json.Marshal(booktest.Sign(name))
	if err != nil {
		panic(err) // it is text alone
	}
	return string(raw)
}

func TestTheLifeOfAnItem(t *testing.T) {
	f := open(t)
	f.run([]scenario{
		{name: "take on charge", who: "keeper-north", method: "POST", path: "/api/v1/assets", body: radio, status: 201, holds: []string{`"tag":"QM-000001-3"`, `"donor":"DONOR-A"`, `"status":"in_store"`, `"cost":{"amount":"410.00","currency":"USD"}`}},
		{name: "read", who: "keeper-north", method: "GET", path: "/api/v1/assets/QM-000001-3", status: 200, holds: []string{`"serial":"77"`}},
		{name: "read in lower case", who: "keeper-north", method: "GET", path: "/api/v1/assets/qm-000001-3", status: 200},
		{name: "known already", who: "keeper-north", method: "GET", path: "/api/v1/assets/QM-000001-3", headers: []string{`If-None-Match: "1"`}, status: 304},
		{name: "edit", who: "keeper-north", method: "PATCH", path: "/api/v1/assets/QM-000001-3", body: `{"aliases":["OLD-7"],"note":"spare aerial"}`, headers: []string{`If-Match: "1"`}, status: 200, holds: []string{`"version":2`}},
		{name: "a stale edit", who: "keeper-north", method: "PATCH", path: "/api/v1/assets/QM-000001-3", body: `{"note":"x"}`, headers: []string{`If-Match: "1"`}, status: 412, holds: []string{`"field":"If-Match"`, "it is now at 2"}},
		{name: "scan", who: "keeper-north", method: "POST", path: "/api/v1/scans", body: `{"code":"https://qm.example.org/t/QM-000001-3"}`, status: 200, holds: []string{`"matched":"tag"`, `"actions":["issue","transfer"]`}},
		{name: "issue", who: "keeper-north", method: "POST", path: "/api/v1/assets/OLD-7/issue", body: `{"unit":"NORTH-POST","custodian":"guard","due_back":"2026-04-30","condition":"good","note":"patrol"}`, status: 200, holds: []string{`"status":"in_transit"`, `"voucher":"V-NORTH-STORE-2026-0001"`}},
		{name: "issue again", who: "keeper-north", method: "POST", path: "/api/v1/assets/QM-000001-3/issue", body: `{"unit":"NORTH-POST"}`, status: 409, holds: []string{"in transit to Gul Guard of NORTH-POST, by voucher V-NORTH-STORE-2026-0001, by Naveed North on 31 March 2026"}},
		{name: "accept", who: "commander-north", method: "POST", path: "/api/v1/vouchers/V-NORTH-STORE-2026-0001/accept", body: `{"lines":[{"line":1,"accepted":true,"condition":"good"}],"signature":` + signature("Gul Guard") + `}`, status: 200, holds: []string{`"state":"accepted"`, `"method":"drawn"`}},
		{name: "issued", who: "keeper-north", method: "POST", path: "/api/v1/assets/QM-000001-3/issue", body: `{"unit":"NORTH-POST"}`, status: 409, holds: []string{"already issued to guard of NORTH-POST, by voucher V-NORTH-STORE-2026-0001, by Kamran Commander"}},
		{name: "return", who: "keeper-north", method: "POST", path: "/api/v1/assets/QM-000001-3/return", body: `{"condition":"fair"}`, status: 200, holds: []string{`"status":"in_store"`, `"unit":"NORTH-STORE"`}},
		{name: "transfer", who: "keeper-north", method: "POST", path: "/api/v1/assets/QM-000001-3/transfer", body: `{"unit":"SOUTH-STORE"}`, status: 200, holds: []string{`"status":"in_transit"`}},
		{name: "received", who: "keeper-south", method: "POST", path: "/api/v1/vouchers/V-NORTH-STORE-2026-0002/accept", body: `{"signature":` + signature("Sana South") + `}`, status: 200, holds: []string{`"state":"accepted"`}},
		{name: "out of scope now", who: "keeper-north", method: "GET", path: "/api/v1/assets/QM-000001-3", status: 404, lacks: []string{"SOUTH"}},
		{name: "its history", who: "keeper-south", method: "GET", path: "/api/v1/assets/QM-000001-3/events?limit=2", status: 200, holds: []string{`"kind":"asset.transferred"`, `"kind":"asset.dispatched"`, `"next":"7"`}},
		{name: "its history, on", who: "keeper-south", method: "GET", path: "/api/v1/assets/QM-000001-3/events?limit=10&cursor=6", status: 200, holds: []string{`"kind":"asset.issued"`, `"kind":"asset.seen"`, `"kind":"asset.taken_on_charge"`, `"next":""`}, lacks: []string{"returned"}},
		{name: "a new tag", who: "keeper-south", method: "POST", path: "/api/v1/assets/QM-000001-3/retag", body: `{"reason":"torn off"}`, status: 200, holds: []string{`"aliases":["OLD-7","QM-000001-3"]`}},
		{name: "what the donor sees", who: "auditor-a", method: "GET", path: "/api/v1/assets?donor=DONOR-A&q=icom", status: 200, holds: []string{`"items":[{`}},
		{name: "export", who: "keeper-south", method: "GET", path: "/api/v1/assets.csv?unit=SOUTH", status: 200, holds: []string{"tag,name,category", "OLD-7|QM-000001-3"}},
	})
}

func TestBadInput(t *testing.T) {
	f := open(t)
	f.Radio("1")
	assets := "/api/v1/assets"
	long := `{"name":"` + strings.Repeat("x", server.LargestJSON) + `"}`
	f.run([]scenario{
		{name: "nobody", method: "GET", path: assets, status: 401, holds: []string{"sign in first"}},
		{name: "a made-up token", method: "GET", path: assets, headers: []string{"Authorization: Bearer x"}, status: 401, holds: []string{"has ended"}},
		{name: "no address", who: "admin", method: "GET", path: "/api/v1/nothing", status: 404, holds: []string{"nothing at this address"}},
		{name: "no method", who: "admin", method: "PUT", path: assets, status: 405},
		{name: "not JSON", who: "admin", method: "POST", path: assets, body: "name=x", headers: []string{"Content-Type: application/x-www-form-urlencoded"}, status: 415, holds: []string{"Content-Type"}},
		{name: "nothing", who: "admin", method: "POST", path: assets, headers: []string{"Content-Type: application/json"}, status: 400, holds: []string{"a JSON document is expected"}},
		{name: "broken JSON", who: "admin", method: "POST", path: assets, body: `{"name":`, status: 400, holds: []string{"breaks off"}},
		{name: "wrong JSON", who: "admin", method: "POST", path: assets, body: `{name}`, status: 400, holds: []string{"cannot be read at byte 2"}},
		{name: "two documents", who: "admin", method: "POST", path: assets, body: radio + "{}", status: 400, holds: []string{"something follows"}},
		{name: "an unknown field", who: "admin", method: "POST", path: assets, body: `{"nmae":"x"}`, status: 400, holds: []string{`"field":"nmae"`, "is not a field of this request"}},
		{name: "a wrong type", who: "admin", method: "POST", path: assets, body: `{"name":7}`, status: 400, holds: []string{`"field":"name"`, "must be text, not a number"}},
		{name: "a wrong type within", who: "admin", method: "POST", path: assets, body: `{"cost":{"amount":7}}`, status: 400, holds: []string{`"field":"cost.amount"`}},
		{name: "too large", who: "admin", method: "POST", path: assets, body: long, status: 413, holds: []string{"larger than 1 MB"}},
		{name: "several mistakes", who: "admin", method: "POST", path: assets, body: `{"category":"boat","unit":"MOON"}`, status: 422, holds: []string{`{"field":"name","message":"is required"}`, `{"field":"unit","message":"there is no unit \"MOON\""}`, `"field":"category"`}},
		{name: "a mistyped tag", who: "admin", method: "GET", path: assets + "/QM-000001-4", status: 422, holds: []string{`"field":"tag"`, "mistyped"}},
		{name: "no such tag", who: "admin", method: "GET", path: assets + "/QM-000002-1", status: 404},
		{name: "out of scope", who: "keeper-south", method: "GET", path: assets + "/QM-000001-3", status: 404, holds: []string{"there is no asset QM-000001-3"}},
		{name: "a cursor of nothing", who: "admin", method: "GET", path: assets + "?cursor=xyz", status: 422, holds: []string{`"field":"cursor"`}},
		{name: "an unknown parameter", who: "admin", method: "GET", path: assets + "?colour=red", status: 400, holds: []string{`"field":"colour"`, "it takes status"}},
		{name: "a limit that is none", who: "admin", method: "GET", path: assets + "?limit=many", status: 400, holds: []string{`"field":"limit"`}},
		{name: "a limit too high", who: "admin", method: "GET", path: assets + "?limit=1000", status: 422, holds: []string{"1 to 200"}},
		{name: "an If-Match that is none", who: "admin", method: "PATCH", path: assets + "/QM-000001-3", body: `{"note":"x"}`, headers: []string{"If-Match: yesterday"}, status: 400, holds: []string{`"field":"If-Match"`}},
		{name: "a wrong role", who: "commander-north", method: "POST", path: assets, body: radio, status: 403, holds: []string{"commander may not"}},
		{name: "a broken photo", who: "admin", method: "POST", path: "/api/v1/scans", body: "\x89PNG\r\n\x1a\nxx", headers: []string{"Content-Type: image/png"}, status: 422, holds: []string{"cannot be read"}},
		{name: "a wrong row", who: "admin", method: "POST", path: assets + "/import", body: "Name,Category,Unit\nx,boat,MOON\n", headers: []string{"Content-Type: text/csv"}, status: 422, holds: []string{`{"line":2,"field":"Category","message":"there is no category boat"}`}},
		{name: "a wrong password", method: "POST", path: "/api/v1/sessions", body: `{"username":"admin","password":"x"}`, status: 401, holds: []string{"is wrong"}},
	})
	if n := f.count(); n != 1 {
		t.Errorf("%d items on charge", n)
	}
}

func (f *front) count() int {
	var list struct{ Items []json.RawMessage }
	if err := json.Unmarshal([]byte(f.ask("admin", "GET", "/api/v1/assets?limit=200", "").body), &list); err != nil {
		f.t.Fatal(err)
	}
	return len(list.Items)
}

func TestARepeatedRequestIsAnsweredAsBefore(t *testing.T) {
	f := open(t)
	key := "Idempotency-Key: 7f3b"
	for _, request := range []struct{ path, body string }{
		{"/api/v1/assets", radio},
		{"/api/v1/assets/lots", `{"asset":{"name":"Lamp","category":"radio","unit":"NORTH-STORE"},"count":3}`},
		{"/api/v1/assets/QM-000001-3/issue", `{"unit":"NORTH-POST"}`},
		{"/api/v1/assets/import", "Name,Category,Unit\nTorch,radio,NORTH\n"},
	} {
		key += "x"
		first := f.ask("keeper-north", "POST", request.path, request.body, key)
		again := f.ask("keeper-north", "POST", request.path, request.body, key)
		if first.StatusCode >= 300 || again.StatusCode != first.StatusCode || again.body != first.body || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s: %d %s\nagain: %d %s", request.path, first.StatusCode, first.body, again.StatusCode, again.body)
		}
	}
	if n := f.count(); n != 5 {
		t.Errorf("%d items on charge", n)
	}
	other := f.ask("keeper-north", "POST", "/api/v1/assets", strings.Replace(radio, "77", "78", 1), "Idempotency-Key: 7f3bx")
	if other.StatusCode != 409 {
		t.Errorf("the key for another request: %d %s", other.StatusCode, other.body)
	}
}

func TestPlacesAndPeople(t *testing.T) {
	f := open(t)
	f.run([]scenario{
		{name: "add a unit", who: "admin", method: "POST", path: "/api/v1/units", body: `{"code":"EAST","name":"Eastern Command","kind":"unit","parent":"AGENCY"}`, status: 201, holds: []string{`"path":["AGENCY","EAST"]`}},
		{name: "a unit twice", who: "admin", method: "POST", path: "/api/v1/units", body: `{"code":"EAST","name":"Eastern Command","kind":"unit"}`, status: 409, holds: []string{`"field":"code"`}},
		{name: "a unit by a keeper", who: "keeper-north", method: "POST", path: "/api/v1/units", body: `{"code":"WEST","name":"x","kind":"unit"}`, status: 403},
		{name: "list units", who: "keeper-north", method: "GET", path: "/api/v1/units?limit=2", status: 200, holds: []string{`"code":"AGENCY"`, `"next":"ey`}},
		{name: "add a category", who: "admin", method: "POST", path: "/api/v1/categories", body: `{"code":"scale","name":"Scale","fields":[{"name":"capacity","label":"Capacity","type":"number","unit":"kg"}]}`, status: 201},
		{name: "a category of no type", who: "admin", method: "POST", path: "/api/v1/categories", body: `{"code":"scale2","name":"Scale","fields":[{"name":"Capacity","label":"Capacity","type":"weight"}]}`, status: 422, holds: []string{"fields[0].name", "fields[0].type"}},
		{name: "add a donor", who: "admin", method: "POST", path: "/api/v1/donors", body: `{"code":"DONOR-C","name":"Third Donor","mark":"C"}`, status: 201},
		{name: "add a grant", who: "admin", method: "POST", path: "/api/v1/grants", body: `{"code":"C-1","name":"Rivers","donor":"DONOR-C","reference":"AGR/7"}`, status: 201},
		{name: "a grant of nobody", who: "admin", method: "POST", path: "/api/v1/grants", body: `{"code":"C-2","name":"Rivers","donor":"DONOR-D"}`, status: 422, holds: []string{`"field":"donor"`}},
		{name: "what an auditor sees of donors", who: "auditor-a", method: "GET", path: "/api/v1/donors", status: 200, holds: []string{"DONOR-A"}, lacks: []string{"DONOR-B", "DONOR-C"}},
		{name: "another donor", who: "auditor-a", method: "GET", path: "/api/v1/donors/DONOR-B", status: 404},
		{name: "what an auditor sees of grants", who: "auditor-a", method: "GET", path: "/api/v1/grants", status: 200, holds: []string{"A-2025"}, lacks: []string{"B-2026"}},
		{name: "add a person", who: "keeper-north", method: "POST", path: "/api/v1/people", body: `{"code":"driver","name":"Dost Driver","unit":"NORTH"}`, status: 201},
		{name: "give a sign-in", who: "admin", method: "PATCH", path: "/api/v1/people/driver", body: `{"username":"dost","role":"storekeeper","password":"a long password"}`, status: 200, holds: []string{`"scope":"NORTH"`}, lacks: []string{"password"}},
		{name: "sign in", method: "POST", path: "/api/v1/sessions", body: `{"username":"dost","password":"a long password"}`, status: 201, holds: []string{`"token":"`, `"role":"storekeeper"`}},
		{name: "people out of scope", who: "keeper-south", method: "GET", path: "/api/v1/people/driver", status: 404},
		{name: "the last administrator", who: "admin", method: "PATCH", path: "/api/v1/people/admin", body: `{"inactive":true}`, status: 409, holds: []string{"last administrator"}},
		{name: "who am I", who: "keeper-south", method: "GET", path: "/api/v1/sessions/current", status: 200, holds: []string{`"code":"keeper-south"`}},
		{name: "sign out", who: "keeper-south", method: "DELETE", path: "/api/v1/sessions/current", status: 204},
		{name: "signed out", who: "keeper-south", method: "GET", path: "/api/v1/sessions/current", status: 401},
	})
}

// TestEveryRouteAsksWhoYouAre sends each request of the table without a sign-in.
func TestEveryRouteAsksWhoYouAre(t *testing.T) {
	f := open(t)
	parameter := regexp.MustCompile(`:\w+`)
	for _, r := range f.api.Routes() {
		if r.Public {
			continue
		}
		path := api.Root + parameter.ReplaceAllString(r.Path, "QM-000001-3")
		if got := f.ask("", r.Method, path, "{}"); got.StatusCode != 401 {
			t.Errorf("%s %s: %d %s", r.Method, path, got.StatusCode, got.body)
		}
	}
}

func TestAPhotoIsRead(t *testing.T) {
	f := open(t)
	a := f.Radio("1")
	matrix, err := qrcode.NewQRCodeWriter().Encode("HTTPS://QM.EXAMPLE.ORG/T/"+a.Tag, gozxing.BarcodeFormat_QR_CODE, 400, 400, nil)
	if err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := png.Encode(&photo, matrix); err != nil {
		t.Fatal(err)
	}
	got := f.ask("keeper-north", "POST", "/api/v1/scans", photo.String(), "Content-Type: image/png")
	if got.StatusCode != 200 || !strings.Contains(got.body, `"matched":"tag"`) {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestFilesAreServedSafely(t *testing.T) {
	f := open(t)
	a := f.Radio("1")
	got := f.ask("keeper-north", "POST", "/api/v1/assets/"+a.Tag+"/files?name=hand+over.pdf", "%PDF-1.4\n%%EOF", "Content-Type: application/octet-stream")
	if got.StatusCode != 201 {
		t.Fatal(got.body)
	}
	var asset models.Asset
	if err := json.Unmarshal([]byte(got.body), &asset); err != nil {
		t.Fatal(err)
	}
	file := f.ask("keeper-north", "GET", "/api/v1/assets/"+a.Tag+"/files/"+asset.Files[0].ID, "")
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "Content-Disposition": `attachment; filename="hand over.pdf"`,
		"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
	} {
		if file.Header.Get(name) != want {
			t.Errorf("%s: %s", name, file.Header.Get(name))
		}
	}
	if got := f.ask("keeper-south", "GET", "/api/v1/assets/"+a.Tag+"/files/"+asset.Files[0].ID, ""); got.StatusCode != 404 {
		t.Errorf("out of scope: %d", got.StatusCode)
	}
	if got := f.ask("keeper-north", "POST", "/api/v1/assets/"+a.Tag+"/files?name=x.pdf", "<html><script>", "Content-Type: application/pdf"); got.StatusCode != 415 {
		t.Errorf("a page under a false name: %d %s", got.StatusCode, got.body)
	}
	removed := f.ask("keeper-north", "DELETE", "/api/v1/assets/"+a.Tag+"/files/"+asset.Files[0].ID+"?reason=wrong+item", "")
	if removed.StatusCode != 200 || strings.Contains(removed.body, asset.Files[0].ID) {
		t.Errorf("%d %s", removed.StatusCode, removed.body)
	}
}

// FuzzQuery asks for lists with any parameters: the answer is a list or a refusal
// that names one of them.
func FuzzQuery(f *testing.F) {
	front := open(f)
	front.Radio("1")
	token := front.token("admin")
	for _, seed := range []string{"status=issued&sort=-name&limit=3", "q=%F0%9F%9B%B0&unit=NORTH", "cursor=e30", "limit=-1", "unit=%00", "sort=;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest("GET", "/api/v1/assets", nil)
		r.URL.RawQuery = query
		r.Header.Set("Authorization", "Bearer "+token)
		raw := new(bytes.Buffer)
		if err := r.Write(raw); err != nil || strings.Count(raw.String(), "\r\n\r\n") != 1 {
			return // not a request that could be sent
		}
		response, err := front.app.Test(r, -1)
		if err != nil {
			return
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch response.StatusCode {
		case 200:
		case 400, 422:
			var p struct{ Detail, Field string }
			if err := json.Unmarshal(body, &p); err != nil || p.Detail == "" {
				t.Errorf("%q: %s", query, body)
			}
		default:
			t.Errorf("%q: %d %s", query, response.StatusCode, body)
		}
	})
}
