package web_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/booktest"
	"quartermaster/services/server"
	"quartermaster/services/store"
	"quartermaster/services/web"
)

// walk goes through every address of the server as people who may see nothing of what
// is foreign to them: one object of every kind, in another part of the unit tree, paid
// for by another donor.
type walk struct {
	*site
	e       *booktest.Everything
	own     string // tag of an item of the walkers' own
	tokens  map[string]string
	cookies map[string]string
	form    map[string]string // the form token of each walker's pages
	opened  map[string]bool   // kinds of object that an administrator found at some address
}

// walkers see the north, or what the first donor paid for there.
var walkers = []string{"keeper-north", "auditor-a", "commander-north", "mechanic-north", "admin-north"}

// address is one that the server answers.
type address struct{ method, path string }

func (a address) isAPI() bool { return strings.HasPrefix(a.path, api.Root+"/") }

// bare is the path as the tables of this test name it.
func (a address) bare() string { return strings.TrimPrefix(a.path, api.Root) }

func (a address) String() string { return a.method + " " + a.path }

// TestNobodySeesWhatIsNotTheirs is that walk. A new address whose parameters, or whose
// body, are not in the tables of scope_table_test.go fails it.
func TestNobodySeesWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	for _, a := range w.addresses() {
		w.visit(a)
	}
	for kind := range w.e.IDs {
		if _, shared := sharedObjects[kind]; !shared && !w.opened[kind] && !unaddressed[kind] {
			t.Errorf("no address showed an administrator the %s %q; the walk proves nothing about it", kind, w.e.IDs[kind])
		}
	}
}

func newWalk(t testing.TB) *walk { return newWalkOver(t, booktest.New(t)) }

func newWalkOver(t testing.TB, world *booktest.World) *walk {
	return newWalkLogging(t, world, slog.New(slog.DiscardHandler))
}

func newWalkLogging(t testing.TB, world *booktest.World, log *slog.Logger) *walk {
	for _, p := range []models.Person{
		{Code: "mechanic-north", Name: "Mushtaq Mechanic", Unit: "NORTH", Username: "mechanic.north", Role: models.Maintenance},
		{Code: "admin-north", Name: "Asma Admin", Unit: "NORTH", Username: "admin.north", Role: models.Admin},
	} {
		world.Post(p)
	}
	own := world.Radio("N-1")
	w := &walk{site: &site{World: world, t: t}, e: world.Everything(), own: own.Tag, tokens: map[string]string{}, cookies: map[string]string{}, form: map[string]string{}, opened: map[string]bool{}}
	world.Live.End() // nobody waits for changes here
	pages := &web.Web{House: world.House, Log: log}
	w.app = server.New(server.Config{Log: log, Store: world.Book.Store, MetricsTo: []string{"0.0.0.0"}, OnError: func(c *fiber.Ctx, err error) error {
		if strings.HasPrefix(c.Path(), api.Root) {
			return api.Problem(c, err)
		}
		return pages.ErrorPage(c, err)
	}})
	(&api.API{House: world.House}).Mount(w.app)
	pages.Mount(w.app)
	for _, code := range append([]string{"admin"}, walkers...) {
		w.signIn(code)
		w.cookies[code] = w.cookie
		person, err := store.Get[models.Person](t.Context(), world.Book.Store, store.People, code)
		if err != nil {
			t.Fatal(err)
		}
		in, err := world.Access.SignIn(t.Context(), access.Credentials{Username: person.Username, Password: password}, "192.0.2.1", "test")
		if err != nil {
			t.Fatal(err)
		}
		w.tokens[code] = in.Token
		w.form[code] = w.get("/me").fill().Get("_token")
	}
	return w
}

// addresses lists what the server answers: all routes of the application but the
// middleware.
func (w *walk) addresses() []address {
	var all []address
	for _, r := range w.app.GetRoutes(true) {
		a := address{r.Method, r.Path}
		if r.Method != "HEAD" && r.Path != "/" && !slices.Contains(all, a) && !slices.Contains(ofTheServer, r.Path) {
			all = append(all, a)
		}
	}
	return append(all, address{"GET", "/"})
}

var parameter = regexp.MustCompile(`:[a-z]+`)

// visit asks at one address as everybody.
func (w *walk) visit(a address) {
	kinds, known := w.kinds(a)
	if !known {
		w.t.Errorf("%s is new: add to objects in scope_table_test.go which object of booktest.Everything each of its parameters names (and make one there)", a)
		return
	}
	body, written := w.bodies(a)
	if a.method != "GET" && len(kinds) == 0 && !written {
		w.t.Errorf("%s is new: add to naming in scope_table_test.go a body that names what is foreign, or that it has none", a)
		return
	}
	foreign := w.fill(a, kinds, w.e.IDs)
	w.asNobody(a, foreign, body)
	if slices.Contains(ownSession, a.String()) {
		return
	}
	if a.method == "GET" && len(kinds) > 0 {
		if got := w.ask("admin", a, foreign, nil); got.StatusCode < 400 {
			for _, kind := range kinds {
				w.opened[kind] = true
			}
		}
	}
	for _, who := range walkers {
		got := w.check(who, a, foreign, body)
		if w.hides(kinds) {
			w.guessed(who, a, kinds, got, body)
		} else if a.method == "GET" {
			w.searched(who, a, foreign)
		} else if got.StatusCode < 400 && !slices.Contains(recorded, a.String()) && !slices.Contains(given, a.String()) {
			w.t.Errorf("%s, %s: answered with %d to what names what is foreign: %s", who, a, got.StatusCode, short(got.body))
		}
	}
}

// hides says whether any of the kinds of object is foreign to the walkers.
func (w *walk) hides(kinds []string) bool {
	return slices.ContainsFunc(kinds, func(kind string) bool { _, shared := sharedObjects[kind]; return !shared })
}

// guessed holds the answer about a foreign object to the one about an object that was
// never there: both are the same, and say that there is none.
func (w *walk) guessed(who string, a address, kinds []string, got page, body map[string]any) {
	asked, never := map[string]string{}, map[string]string{}
	for _, kind := range kinds {
		id, foreign := w.e.IDs[kind], true
		if shared, is := sharedObjects[kind]; is {
			id, foreign = cmp.Or(id, shared), false
		}
		asked[kind], never[kind] = id, id
		if foreign {
			never[kind] = booktest.Like(id)
		}
	}
	if got.StatusCode != 404 && got.StatusCode != 403 && !slices.Contains(onlyLeads, a.String()) {
		w.t.Errorf("%s, %s: answered with %d about what is foreign: %s", who, a, got.StatusCode, short(got.body))
		return
	}
	other := w.ask(who, a, w.fill(a, kinds, never), body)
	if other.StatusCode != got.StatusCode || w.plain(other, never) != w.plain(got, asked) {
		w.t.Errorf("%s, %s tells what is foreign from what was never there:\n%d %s\n%d %s", who, a, got.StatusCode, short(w.plain(got, asked)), other.StatusCode, short(w.plain(other, never)))
	}
	if len(kinds) > 1 && kinds[0] == "asset" { // what is foreign under the address of one's own
		mixed := map[string]string{"asset": w.own}
		for _, kind := range kinds[1:] {
			mixed[kind] = w.e.IDs[kind]
		}
		if got := w.check(who, a, w.fill(a, kinds, mixed), body); got.StatusCode != 404 && got.StatusCode != 403 {
			w.t.Errorf("%s, %s under an own item: %d %s", who, a, got.StatusCode, short(got.body))
		}
	}
}

var changing = regexp.MustCompile(`name="_once" value="[^"]*"`)

// plain is an answer without what is different in each, and without what was asked for.
func (w *walk) plain(p page, ids map[string]string) string {
	text := strings.ReplaceAll(changing.ReplaceAllString(p.body, ""), p.Header.Get("X-Request-Id"), "REQUEST")
	for _, kind := range slices.SortedFunc(maps.Keys(ids), func(a, b string) int { return len(ids[b]) - len(ids[a]) }) {
		text = strings.ReplaceAll(text, ids[kind], kind)
	}
	return text
}

// searched asks a list for what is foreign by every filter.
func (w *walk) searched(who string, a address, path string) {
	names := pageFilters
	if a.isAPI() {
		names = w.filters(a)
	} else if who != "keeper-north" && who != "auditor-a" {
		return
	}
	for _, name := range names {
		values, known := filterValues[name]
		if !known {
			w.t.Errorf("%s takes %s: add to filterValues in scope_table_test.go by which values what is foreign would be found", a, name)
		}
		for _, value := range values {
			if id := w.e.IDs[value]; id != "" {
				value = id
			}
			w.check(who, a, path+"?"+url.Values{name: {value}}.Encode(), nil)
		}
	}
}

// filters are the parameters that the interface's table names for an address.
func (w *walk) filters(a address) []string {
	var names []string
	for _, r := range (&api.API{House: w.House}).Routes() {
		if r.Method == a.method && api.Root+r.Path == a.path {
			for _, q := range r.Query {
				names = append(names, q.Name)
			}
		}
	}
	return names
}

// check asks as somebody: nothing foreign is in the answer, and nothing was changed.
func (w *walk) check(who string, a address, path string, body map[string]any) page {
	before := w.events()
	got := w.ask(who, a, path, body)
	if got.StatusCode >= 500 {
		w.t.Errorf("%s, %s %s: %d %s", who, a.method, path, got.StatusCode, short(got.body))
	}
	if after := w.events(); after != before && !slices.Contains(recorded, a.String()) {
		w.t.Errorf("%s, %s %s: %d events were written; %d %s", who, a.method, path, after-before, got.StatusCode, short(got.body))
	}
	w.holdsNothing(who, a, path, body, got)
	return got
}

// holdsNothing looks for what is foreign in an answer, besides what was asked for.
func (w *walk) holdsNothing(who string, a address, path string, body map[string]any, got page) {
	raw, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	unescaped, err := url.QueryUnescape(path)
	if err != nil {
		w.t.Fatal(err)
	}
	asked := strings.ToLower(unescaped + string(raw))
	text := strings.ToLower(contentOf(got.body))
	for _, secret := range append([]string{booktest.Marker}, w.e.Secrets...) {
		secret = strings.ToLower(secret)
		if at := strings.Index(text, secret); at >= 0 && !strings.Contains(asked, secret) {
			w.t.Errorf("%s, %s %s: the answer (%d) holds %q: …%s…", who, a.method, path, got.StatusCode, secret, text[max(0, at-150):min(len(text), at+150)])
			return
		}
	}
}

// contentOf is the text of an answer; of a workbook, that of its parts.
func contentOf(body string) string {
	archive, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		return body
	}
	var text bytes.Buffer
	for _, f := range archive.File {
		part, err := f.Open()
		if err != nil {
			continue
		}
		_, _ = io.Copy(&text, part)
		_ = part.Close()
	}
	return text.String()
}

// asNobody asks without a sign-in.
func (w *walk) asNobody(a address, path string, body map[string]any) {
	got := w.ask("", a, path, body)
	if slices.Contains(forEverybody, a.String()) {
		if strings.Contains(a.path, "/:secret") {
			return // it is for whoever has its address
		}
		w.holdsNothing("nobody", a, path, body, got)
		return
	}
	switch {
	case (a.isAPI() || strings.HasPrefix(a.path, "/phone/")) && got.StatusCode != 401:
		w.t.Errorf("nobody, %s: %d %s", a, got.StatusCode, short(got.body))
	case !a.isAPI() && !strings.HasPrefix(a.path, "/phone/") && (got.StatusCode != 303 || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in")):
		w.t.Errorf("nobody, %s is not led to the sign-in: %d %s", a, got.StatusCode, short(got.body))
	}
}

func (w *walk) ask(who string, a address, path string, body map[string]any) page {
	if a.method == "GET" {
		r := httptest.NewRequest(a.method, path, nil)
		return w.sendAs(who, a, r.URL.RequestURI(), "", "")
	}
	if query, ok := body["query"].(string); ok {
		return w.sendAs(who, a, path+"?"+query, "{}", "application/json")
	}
	if raw, ok := body["raw"].(string); ok && a.isAPI() {
		return w.sendAs(who, a, path, raw, body["type"].(string))
	}
	if a.isAPI() {
		raw, err := json.Marshal(body)
		if err != nil || body == nil {
			raw = []byte("{}")
		}
		return w.sendAs(who, a, path, string(raw), "application/json")
	}
	form := url.Values{"_token": {w.form[who]}, "version": {"1"}}
	for name, value := range body {
		switch value := value.(type) {
		case string:
			form.Set(name, value)
		case []string:
			form[name] = value
		}
	}
	return w.sendAs(who, a, path, form.Encode(), "application/x-www-form-urlencoded")
}

func (w *walk) sendAs(who string, a address, path, body, media string) page {
	r := httptest.NewRequest(a.method, path, strings.NewReader(body))
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	if a.isAPI() && who != "" {
		r.Header.Set("Authorization", "Bearer "+w.tokens[who])
	}
	w.cookie = ""
	if !a.isAPI() {
		w.cookie = w.cookies[who]
	}
	return w.send(r)
}

// fill puts identities in the place of an address's parameters.
func (w *walk) fill(a address, kinds []string, ids map[string]string) string {
	n := 0
	return parameter.ReplaceAllStringFunc(a.path, func(string) string {
		id, known := ids[kinds[n]]
		if !known {
			id = sharedObjects[kinds[n]]
		}
		n++
		return url.PathEscape(id)
	})
}

func (w *walk) events() int64 {
	w.Reports.Wait() // which are made beside the requests
	n, err := w.Book.Store.Count(w.t.Context(), store.Query{In: store.Events, By: "at"})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func short(text string) string {
	if at := strings.Index(text, "<main"); at >= 0 {
		text = text[at:]
	}
	return text[:min(len(text), 600)]
}
