package web_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// injections are pieces of the languages of stores, shells, templates and file systems.
var injections = []string{
	`' OR '1'='1`, `'; DROP TABLE assets; --`, `" OR ""="`, `x' UNION SELECT body FROM passwords --`, `1) OR (1=1`, `\' OR 1=1 --`, "’ OR 1=1", "ʼ OR ʼ1ʼ=ʼ1",
	`{"$ne":null}`, `{"$gt":""}`, `{"$where":"1"}`, `$ne`, `[$ne]`, `{"$regex":".*"}`, `;return true`,
	"%", "_", "*", "?", ".*", "zq\x00", "\x00' OR 1=1", "\xff\xfe", "\u202e", "𝟙", "${zq7*zq7}", "{{.}}", "%s%n%d", "$(id)", "`id`", "|id", "../../../etc/passwd", strings.Repeat("'", 500),
}

// neverThere is what a filter finds nothing by.
const neverThere = "zzz-never-there"

// steering are parameters that choose nothing of what is there.
var steering = []string{"limit", "cursor", "sort", "format", "dry_run", "map", "name", "reason", "scale", "dpi", "is", "since", "until", "as_of", "mine", "noted", "stock", "expiring", "meter"}

// TestFiltersTakeWhatTheyAreGivenAsText asks each list by each of its filters for pieces of
// the languages of stores: it finds no more than by a word that is nowhere, and nothing fails.
func TestFiltersTakeWhatTheyAreGivenAsText(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	filters := 0
	for _, a := range w.reads() {
		if !a.isAPI() {
			continue
		}
		path := w.path(t, a)
		for _, name := range w.filters(a) {
			filters++
			before := w.found(t, a, path, name, neverThere)
			for _, given := range injections {
				if found := w.found(t, a, path, name, given); found > before && !slices.Contains(steering, name) {
					t.Errorf("%s?%s=%q finds %d, where a word that is nowhere finds %d", a, name, given, found, before)
				}
			}
		}
		for _, given := range []string{"unit[$ne]=x", "unit[]=x", "$where=1", "unit.$gt=", "__proto__[x]=1"} {
			if got := w.asked(a, path+"?"+given); got.StatusCode >= 500 || got.StatusCode == 200 && len(w.filters(a)) > 0 && strings.Contains(got.body, `"items"`) {
				t.Errorf("%s?%s: %d", a, given, got.StatusCode)
			}
		}
	}
	if filters < 60 {
		t.Errorf("only %d filters were tried", filters)
	}
}

// found is how much a list finds by a filter.
func (w *walk) found(t *testing.T, a address, path, name, value string) int {
	t.Helper()
	got := w.asked(a, path+"?"+url.Values{name: {value}}.Encode())
	if got.StatusCode >= 500 {
		t.Errorf("%s?%s=%q: %d %s", a, name, value, got.StatusCode, short(got.body))
	}
	if got.StatusCode == 200 && name == "cursor" && value != "" && strings.Contains(got.body, `"items":[{`) && value != neverThere {
		t.Errorf("%s takes the cursor %q", a, value)
	}
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if json.Unmarshal([]byte(got.body), &list) != nil {
		return 0
	}
	return len(list.Items)
}

// TestPagesTakeFiltersAsText asks each page by each filter.
func TestPagesTakeFiltersAsText(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	for n, a := range w.reads() {
		if a.isAPI() || slices.Contains(ownSession, a.String()) {
			continue
		}
		path := w.path(t, a)
		for i, name := range append(slices.Clone(pageFilters), "cursor", "sort", "from", "to", "kind", "status") {
			given := injections[(n+7*i)%len(injections)]
			if got := w.asked(a, path+"?"+url.Values{name: {given}}.Encode()); got.StatusCode >= 500 {
				t.Errorf("%s?%s=%q: %d", a, name, given, got.StatusCode)
			}
		}
	}
}

// outside are names that lead elsewhere where a name is made into a path.
var outside = []string{
	"..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5cwindows%5cwin.ini", "....%2f%2f....%2f%2fetc%2fpasswd", "%2fetc%2fpasswd", "file:%2f%2f%2fetc%2fpasswd",
	"%00", "x%00.png", "..%c0%af..%c0%afetc%c0%afpasswd", "%252e%252e%252fetc%252fpasswd", "CON", "..", ".", "~root", "app.css%00.js", "..%2fweb.go", "%2e%2e%2fscope_test.go", "C:%5cboot.ini",
}

// TestNamesInAddressesAreNoPaths puts such names in the place of every parameter.
func TestNamesInAddressesAreNoPaths(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	for _, a := range w.addresses() {
		if !strings.Contains(a.path, ":") || a.String() == "DELETE /api/v1/sessions/current" {
			continue
		}
		before := w.events()
		for _, name := range outside {
			path := parameter.ReplaceAllString(a.path, name)
			var got page
			if a.method == "GET" {
				got = w.asked(a, path)
			} else {
				got = w.sendAs("admin", a, path, "_token="+w.form["admin"], "application/x-www-form-urlencoded")
			}
			if got.StatusCode >= 500 {
				t.Errorf("%s %s: %d", a.method, path, got.StatusCode)
			}
			for _, inside := range []string{"root:x:", "package web", "[fonts]"} {
				if strings.Contains(got.body, inside) {
					t.Errorf("%s %s: a file of the machine", a.method, path)
				}
			}
			if strings.HasPrefix(a.path, "/static/") && got.StatusCode == 200 {
				t.Errorf("%s: %d", path, got.StatusCode)
			}
		}
		if after := w.events(); after != before {
			t.Errorf("%s: %d events were written", a, after-before)
		}
	}
	for _, path := range []string{"/static/", "/static", "/static/../web.go", "/.git/config", "/static/.", "/debug/pprof/", "/.env", "/templates/layout.html"} {
		if got := w.sent("GET", path, ""); got.StatusCode == 200 {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}
