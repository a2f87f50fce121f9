package web_test

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/web"
)

const password = "correct horse battery"

// site is the pages over a small book, and one browser's cookie.
type site struct {
	*booktest.World
	t      testing.TB
	app    *fiber.App
	cookie string
}

func open(t testing.TB, secure bool) *site {
	t.Helper()
	return over(t, booktest.New(t), secure)
}

// over are the pages over a book.
func over(t testing.TB, w *booktest.World, secure bool) *site {
	t.Helper()
	pages := &web.Web{House: w.House, Log: slog.New(slog.DiscardHandler), Secure: secure}
	app := server.New(server.Config{Log: slog.New(slog.DiscardHandler), Store: w.Book.Store, Secure: secure, OnError: pages.ErrorPage})
	pages.Mount(app)
	return &site{World: w, t: t, app: app}
}

type page struct {
	*http.Response
	body string
}

func (s *site) send(r *http.Request) page {
	s.t.Helper()
	if s.cookie != "" {
		r.Header.Set("Cookie", s.cookie)
	}
	response, err := s.app.Test(r, -1)
	if err != nil {
		s.t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return page{response, string(body)}
}

func (s *site) get(path string) page { return s.send(httptest.NewRequest("GET", path, nil)) }

// getFrom asks for a page as a browser does that comes from somewhere.
func (s *site) getFrom(path, from string) page {
	r := httptest.NewRequest("GET", path, nil)
	if from != "" {
		r.Header.Set("Sec-Fetch-Site", from)
	}
	return s.send(r)
}

func (s *site) post(path string, form url.Values, headers ...string) page {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.send(r)
}

// signIn signs a person of the world in.
func (s *site) signIn(code string) page {
	s.t.Helper()
	secret := password
	person, err := s.Access.EditPerson(s.Operator(), code, 0, access.PersonEdit{Password: &secret})
	if err != nil {
		s.t.Fatal(err)
	}
	s.cookie = "" // another browser
	p := s.post("/sign-in", url.Values{"username": {person.Username}, "password": {password}, "next": {"/assets"}})
	if p.StatusCode != 303 {
		s.t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.cookie, _, _ = strings.Cut(p.Header.Get("Set-Cookie"), ";")
	return p
}

var hidden = regexp.MustCompile(`name="(_token|_once|version)" value="([^"]+)"`)

// fill returns a page's hidden fields with those of the form.
func (p page) fill(fields ...string) url.Values {
	form := url.Values{}
	for _, field := range hidden.FindAllStringSubmatch(p.body, -1) {
		form.Set(field[1], field[2])
	}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return form
}

func (p page) has(t testing.TB, status int, texts ...string) {
	t.Helper()
	if p.StatusCode != status {
		t.Errorf("status %d, wanted %d: %s", p.StatusCode, status, p.body)
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			t.Errorf("the page lacks %q:\n%s", text, p.body)
		}
	}
}

func TestWhoIsNotSignedInIsLedThereAndBack(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	p := s.get("/assets/" + a.Tag)
	if p.StatusCode != 303 || p.Header.Get("Location") != "/sign-in?next=%2Fassets%2FQM-000001-3" {
		t.Fatalf("%d %s", p.StatusCode, p.Header.Get("Location"))
	}
	s.get("/T/"+strings.ToLower(a.Tag)).has(t, 200, `href="/sign-in?next=%2fT%2fqm-000001-3"`)
	s.signIn("keeper-north")
	p = s.get("/t/" + a.Tag)
	if p.Header.Get("Location") != "/assets/"+a.Tag {
		t.Errorf("the label leads to %s", p.Header.Get("Location"))
	}
	for _, next := range []string{"https://evil.example/", "//evil.example", "/\\evil.example"} {
		s.cookie = ""
		p := s.post("/sign-in", url.Values{"username": {"keeper.north"}, "password": {password}, "next": {next}})
		if p.Header.Get("Location") != "/" {
			t.Errorf("%s leads to %s", next, p.Header.Get("Location"))
		}
	}
}

// TestTheInterfaceIsNotFoundRatherThanSignedIn asks for what the interface lacks.
func TestTheInterfaceIsNotFoundRatherThanSignedIn(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	for range 2 {
		if p := s.get("/api/v1/nonsense"); p.StatusCode != 404 {
			t.Errorf("%d", p.StatusCode)
		}
		s.signIn("admin")
	}
}

func TestCookiesAndHeaders(t *testing.T) {
	t.Parallel()
	s := open(t, true)
	p := s.signIn("keeper-north")
	cookie := p.Header.Get("Set-Cookie")
	for _, flag := range []string{"__Host-quartermaster=", "HttpOnly", "secure", "SameSite=Lax", "path=/"} {
		if !strings.Contains(cookie, flag) {
			t.Errorf("the cookie lacks %s: %s", flag, cookie)
		}
	}
	for path, form := range map[string]url.Values{"/language": {"language": {"ur"}}, "/theme": {"theme": {"dark"}}} {
		cookie := s.post(path, form).Header.Get("Set-Cookie")
		for _, flag := range []string{"__Host-" + path[1:] + "=", "HttpOnly", "secure", "SameSite=Lax", "path=/"} {
			if !strings.Contains(cookie, flag) {
				t.Errorf("the cookie of %s lacks %s: %s", path, flag, cookie)
			}
		}
	}
	p = s.get("/assets")
	for name, holds := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Referrer-Policy": "same-origin", "Strict-Transport-Security": "max-age", "Cache-Control": "no-store",
	} {
		if !strings.Contains(p.Header.Get(name), holds) {
			t.Errorf("%s: %s", name, p.Header.Get(name))
		}
	}
	if strings.Contains(p.body, "<style") || strings.Contains(p.body, " style=") || strings.Contains(p.body, "onclick") {
		t.Error("the page holds what its own policy refuses")
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	s.signIn("keeper-north")
	form := s.get("/assets/"+a.Tag).fill("custodian", "guard")
	without := url.Values{"custodian": {"guard"}}
	s.post("/assets/"+a.Tag+"/issue", without).has(t, 403, "This form is out of date")
	s.post("/assets/"+a.Tag+"/issue", form, "Sec-Fetch-Site", "cross-site").has(t, 403, "sent from another site")
	s.post("/assets/"+a.Tag+"/issue", form, "Origin", "https://evil.example").has(t, 403, "sent from another site")
	s.post("/sign-in", url.Values{"username": {"x"}, "password": {"y"}}, "Sec-Fetch-Site", "cross-site").has(t, 403)
	if p := s.post("/assets/"+a.Tag+"/issue", form); p.StatusCode != 303 {
		t.Errorf("the form itself: %d %s", p.StatusCode, p.body)
	}
}

func TestIssueAndReturnOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	s.signIn("keeper-north")
	path := "/assets/" + a.Tag
	p := s.get(path)
	p.has(t, 200, "VHF hand-held radio", "Taken on charge", "Issue it", "Transfer it")
	form := p.fill("unit", "NORTH-POST", "custodian", "guard", "due_back", "2026-04-30", "note", "patrol")
	for range 2 { // the second is a double click
		if p = s.post(path+"/issue", form); p.StatusCode != 303 || p.Header.Get("Location") != "/vouchers/V-NORTH-STORE-2026-0001?done=dispatched" {
			t.Fatalf("%d %s %s", p.StatusCode, p.Header.Get("Location"), p.body)
		}
	}
	p = s.get("/vouchers/V-NORTH-STORE-2026-0001?done=dispatched")
	p.has(t, 200, "Dispatched.", "Gul Guard", "30 April 2026", "patrol", "Naveed North", "Sign for what is there", a.Tag)
	accept := p.fill("line.1", "accepted", "remark.1", "scratched")
	s.post("/vouchers/V-NORTH-STORE-2026-0001/accept", accept).has(t, 422, "Is required: draw it, or give a PIN", "scratched")
	accept.Set("drawing", booktest.Drawing)
	accept.Set("signed_name", "Gul Guard")
	if p = s.post("/vouchers/V-NORTH-STORE-2026-0001/accept", accept); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/vouchers/V-NORTH-STORE-2026-0001").has(t, 200, "data:image/svg&#43;xml", "SHA-256", "Accepted")
	p = s.get(path)
	p.has(t, 200, "Gul Guard", "30 April 2026", "V-NORTH-STORE-2026-0001: scratched", "Take it back")
	s.post(path+"/issue", p.fill("custodian", "guard")).has(t, 409, "already issued to guard of NORTH-POST, by voucher V-NORTH-STORE-2026-0001, by Naveed North")
	s.post(path+"/return", p.fill("condition", "shiny")).has(t, 422, "Must be one of new, good")
	if p = s.post(path+"/return", p.fill("condition", "fair", "note", "aerial bent")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get(path).has(t, 200, "Returned to store", "V-NORTH-POST-2026-0001", "new → fair")
}

func TestTakeOnChargeAndEditOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("keeper-north")
	s.get("/assets/new").has(t, 200, "What kind of thing is it?", "Vehicle")
	p := s.get("/assets/new?category=vehicle")
	p.has(t, 200, "Registration", "Odometer", "km")
	s.post("/assets/new", p.fill("category", "vehicle", "name", "Hilux", "unit", "NORTH-POST")).
		has(t, 422, "Registration is required for Vehicle", `value="Hilux"`)
	p = s.post("/assets/new", p.fill("category", "vehicle", "name", "Hilux", "unit", "NORTH-POST", "fields.registration", "GBA 1", "cost.amount", "100", "cost.currency", "usd"))
	if p.Header.Get("Location") != "/assets/QM-000001-3?done=taken" {
		t.Fatalf("%d %s %s", p.StatusCode, p.Header.Get("Location"), p.body)
	}
	p = s.get("/assets/QM-000001-3/edit")
	p.has(t, 200, `value="GBA 1"`, `value="USD"`)
	edit := p.fill("name", "Hilux Revo", "fields.registration", "GBA 2", "fields.odometer", "1200", "reason", "new plates")
	if p = s.post("/assets/QM-000001-3/edit", edit); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/assets/QM-000001-3").has(t, 200, "Hilux Revo", "1200 km", "GBA 1 → GBA 2", "new plates")
	edit.Set("_once", "another")
	s.post("/assets/QM-000001-3/edit", edit).has(t, 412, "changed since you read it")
	lot := s.get("/assets/new?category=radio").fill("category", "radio", "name", "Lamp", "unit", "NORTH", "serials", "A\r\nB\r\n")
	if p = s.post("/assets/new", lot); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/assets?q=lamp").has(t, 200, "2 items")
}

func TestRegisterPage(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	for _, serial := range []string{"alpha", "beta"} {
		s.Radio(serial)
	}
	s.signIn("keeper-north")
	s.get("/assets").has(t, 200, "QM-000001-3", "QM-000002-1", "2 items")
	s.get("/assets?q=beta").has(t, 200, "1 item<")
	s.get("/assets?q=nothing").has(t, 200, "Nothing matches")
	s.get("/assets?sort=colour").has(t, 422, "Must be one of tag")
	s.get("/assets/export.csv").has(t, 200, "tag,name,category")
	p := s.get("/assets")
	pdf := s.post("/labels", p.fill("which", "chosen", "stock", "L7160", "tag", "QM-000001-3", "tag", "QM-000002-1"))
	if pdf.StatusCode != 200 || !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Errorf("%d %.80s", pdf.StatusCode, pdf.body)
	}
	test := s.post("/labels", p.fill("which", "test", "stock", "L7160", "offset_x", "-0.5"))
	if test.StatusCode != 200 || !strings.HasPrefix(test.body, "%PDF-") {
		t.Errorf("%d %.80s", test.StatusCode, test.body)
	}
	s.post("/labels", p.fill("which", "all", "stock", "L7160", "start", "22")).has(t, 422, "Must be 1 to 21")
	s.post("/labels", p.fill("which", "chosen", "stock", "L7160")).has(t, 422, "Choose at least one item")
	s.signIn("keeper-south")
	s.get("/assets").has(t, 200, "Nothing is on charge yet")
	s.get("/assets/QM-000001-3").has(t, 404, "There is no asset QM-000001-3")
}

func TestScanPage(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("77")
	s.signIn("keeper-north")
	for _, code := range []string{a.Tag, "77", "https://qm.example.org/t/" + a.Tag} {
		if p := s.get("/scan?code=" + url.QueryEscape(code)); p.Header.Get("Location") != "/assets/"+a.Tag {
			t.Errorf("%s leads to %s", code, p.Header.Get("Location"))
		}
	}
	s.get("/scan?code=QM-000001-4").has(t, 422, "mistyped")
	s.get("/scan?code=nothing").has(t, 404, "Nothing on charge has the tag")
}

func (s *site) upload(path string, form url.Values, name, content string) page {
	s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, values := range form {
		if err := w.WriteField(key, values[0]); err != nil {
			s.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := io.WriteString(part, content); err != nil {
		s.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return s.send(r)
}

func TestImportIsShownBeforeItIsDone(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("keeper-north")
	form := s.get("/assets/import").fill()
	p := s.upload("/assets/import", form, "stock.csv", "Item;Type;Where;Colour\r\nRadio;Radio;Northern Store;black\r\n")
	p.has(t, 422, "no column has this", "Where") // the mapping is shown, to be put right
	draft := regexp.MustCompile(`action="(/assets/import/[^"]+)"`).FindStringSubmatch(p.body)[1]
	p = s.post(draft, p.fill("column.Item", "name", "column.Type", "category", "column.Where", "unit", "column.Colour", "note", "again", "1"))
	p.has(t, 200, "1 rows", "Take 1 item on charge", "NORTH-STORE")
	s.get("/assets").has(t, 200, "Nothing is on charge yet")
	p = s.post(draft, p.fill("column.Item", "name", "column.Type", "category", "column.Where", "unit", "column.Colour", "note"))
	p.has(t, 200, "1 item taken on charge from stock.csv", "QM-000001-3")
	s.upload("/assets/import", form, "stock.csv", "Name,Category,Unit\nx,boat,MOON\n").has(t, 422, "line 2", "there is no category boat")
	s.signIn("keeper-south")
	s.post(draft, s.get("/assets/import").fill()).has(t, 404, "no longer kept")
}

func TestPlacesAndPeoplePages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("admin")
	for _, c := range []struct{ path, says string }{{"/units", "Northern Gate"}, {"/donors", "Borders 2025"}, {"/categories", "Odometer"}, {"/people", "Gul Guard"}, {"/people/guard", "4471"}, {"/me", "Change your password"}} {
		s.get(c.path).has(t, 200, c.says)
	}
	if p := s.post("/units", s.get("/units").fill("code", "EAST", "name", "Eastern Command", "kind", "unit", "parent", "AGENCY")); p.StatusCode != 303 {
		t.Errorf("%d %s", p.StatusCode, p.body)
	}
	s.post("/units", s.get("/units").fill("code", "EAST", "name", "Eastern Command", "kind", "unit")).has(t, 409, "already taken")
	if p := s.post("/categories", s.get("/categories").fill("code", "scale", "name", "Scale", "label.0", "Capacity", "type.0", "number", "unit.0", "kg")); p.StatusCode != 303 {
		t.Errorf("%d %s", p.StatusCode, p.body)
	}
	s.get("/categories").has(t, 200, "fields.capacity", "(kg)")
	form := s.get("/categories/scale").fill("name", "Scale", "seen_within_days", "soon", "life_months", "60")
	s.post("/categories/scale", form).has(t, 400, "whole number of days", `value="soon"`, `value="60"`)
	form = s.get("/categories/scale").fill("name", "Scale", "seen_within_days", "4000", "threshold.amount", "500", "threshold.currency", "usd")
	s.post("/categories/scale", form).has(t, 422, `value="4000"`)
	form = s.get("/categories/scale").fill("name", "Scale", "seen_within_days", "90", "threshold.amount", "500", "threshold.currency", "usd")
	if p := s.post("/categories/scale", form); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/categories").has(t, 200, "Unaccounted when unseen for 90 days", "Capitalised from 500", "fields.capacity")
	if p := s.post("/categories/scale", s.get("/categories/scale").fill("name", "Scale", "seen_within_days", "", "threshold.amount", "", "threshold.currency", "")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	if now, err := s.Register.Category(s.Operator(), "scale"); err != nil || now.SeenWithin != 0 || now.Threshold != nil || len(now.Fields) != 1 {
		t.Errorf("%+v, %v", now, err)
	}
	if p := s.post("/people/new", s.get("/people/new").fill("code", "driver", "name", "Dost Driver", "unit", "EAST", "role", "storekeeper", "username", "dost", "password", "a long password")); p.StatusCode != 303 {
		t.Errorf("%d %s", p.StatusCode, p.body)
	}
	if p := s.post("/people/driver", s.get("/people/driver").fill("name", "Dost M. Driver", "unit", "EAST", "role", "storekeeper", "username", "dost", "scope", "EAST")); p.StatusCode != 303 {
		t.Errorf("%d %s", p.StatusCode, p.body)
	}
	s.post("/people/admin", s.get("/people/admin").fill("name", "Adil Admin", "inactive", "yes", "role", "admin", "username", "admin")).has(t, 409, "last administrator")
	s.signIn("auditor-a")
	s.get("/donors").has(t, 200, "First Donor")
	if strings.Contains(s.get("/donors").body, "Second Donor") {
		t.Error("an auditor sees another donor")
	}
	s.get("/assets/new?category=radio").has(t, 200)
	s.post("/assets/new", s.get("/assets/new?category=radio").fill("category", "radio", "name", "x", "unit", "NORTH")).has(t, 403, "auditor may not")
}

func editName(name string) register.AssetEdit { return register.AssetEdit{Name: &name} }
