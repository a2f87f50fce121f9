package web_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// aForm is a form of a page, as a browser would send it.
type aForm struct {
	on, action string
	node       *html.Node
	sends      url.Values
	controls   []*html.Node    // that a person fills in
	ticks      map[string]bool // boxes to tick, and what is fixed
}

// formsOf are the forms of a page that are filled in.
func formsOf(t testing.TB, path, body string) []aForm {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var forms []aForm
	for n := range doc.Descendants() {
		if n.DataAtom != atom.Form || !strings.EqualFold(attribute(n, "method"), "post") {
			continue
		}
		at, err := url.Parse(attribute(n, "action"))
		if err != nil {
			t.Fatal(err)
		}
		f := aForm{on: path, action: at.Path, node: n, sends: url.Values{}, ticks: map[string]bool{}}
		for i := range doc.Descendants() {
			inside := attribute(i, "form") != "" && attribute(i, "form") == attribute(n, "id")
			for up := i; up != nil && !inside; up = up.Parent {
				inside = up == n
			}
			if inside && (attribute(i, "name") != "" || has(i, "data-of")) {
				f.add(i)
			}
		}
		if len(f.controls) > 0 {
			forms = append(forms, f)
		}
	}
	return forms
}

func (f *aForm) add(n *html.Node) {
	name := attribute(n, "name")
	switch n.DataAtom {
	case atom.Select:
		chosen := ""
		for o := range n.Descendants() {
			if o.DataAtom == atom.Option && (has(o, "selected") || chosen == "" && has(n, "required")) {
				chosen = attribute(o, "value")
			}
		}
		f.sends.Set(name, chosen)
	case atom.Textarea:
		f.sends.Set(name, inside(n))
	case atom.Input:
		switch kind := attribute(n, "type"); kind {
		case "hidden":
			f.sends.Set(name, attribute(n, "value"))
			f.ticks[name] = true
			return
		case "checkbox", "radio":
			f.ticks[name] = true
			if has(n, "checked") {
				f.sends.Add(name, attribute(n, "value"))
			}
			return
		case "file", "submit":
			return
		default:
			f.sends.Set(name, attribute(n, "value"))
			if has(n, "required") && attribute(n, "value") == "" {
				f.sends.Set(name, acceptable(n))
			}
		}
	case atom.Canvas:
	default:
		return
	}
	f.controls = append(f.controls, n)
}

func acceptable(n *html.Node) string {
	switch {
	case attribute(n, "type") == "date":
		return "2026-06-30"
	case attribute(n, "inputmode") != "" || attribute(n, "type") == "number":
		return "1"
	}
	return "x"
}

// unacceptable are values that a control's form may refuse.
func unacceptable(n *html.Node) []string {
	var values []string
	switch {
	case n.DataAtom == atom.Canvas:
		return nil
	case n.DataAtom == atom.Select:
		values = append(values, "no-such-choice")
	case attribute(n, "type") == "date":
		values = append(values, "31.12.26")
	case attribute(n, "inputmode") == "decimal", attribute(n, "inputmode") == "numeric", attribute(n, "type") == "number":
		values = append(values, "soon", "-1")
	case attribute(n, "list") != "":
		values = append(values, "nobody-of-that-code")
	default:
		values = append(values, strings.Repeat("x", 9000), "!?")
	}
	if has(n, "required") {
		values = append(values, "")
	}
	return values
}

func inside(n *html.Node) string {
	var said strings.Builder
	for part := range n.Descendants() {
		if part.Type == html.TextNode {
			said.WriteString(part.Data)
		}
	}
	return said.String()
}

// TestWhatIsWrongStandsBesideItsField fills in every form of every page with something
// wrong in one field after the other: each refusal stands beside the field that it is about,
// is tied to it, calls it by its label, and what was typed is still there.
func TestWhatIsWrongStandsBesideItsField(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	seen := map[string]bool{}
	forms, tried, beside := 0, 0, 0
	for _, path := range append(w.pages("admin"), besides...) {
		if slices.Contains([]string{"/verify", "/me/second-factor/"}, path) {
			continue // a file is looked at, a browser's answer is
		}
		if strings.HasPrefix(path, "/offline/") {
			continue
		}
	controls:
		for _, f := range formsOf(t, path, w.ask("admin", address{"GET", path}, path, nil).body) {
			key := f.key()
			if seen[key] || f.action == "" { // which scripts send from what a phone carries
				continue
			}
			seen[key] = true
			forms++
			for _, n := range f.controls {
				for _, value := range unacceptable(n) {
					name := attribute(n, "name")
					typed := url.Values{}
					for k, v := range f.sends {
						typed[k] = v
					}
					typed.Set(name, value)
					typed.Del("_once")
					got := w.sendForm(f, typed, "text/html")
					if got.StatusCode < 400 { // it was taken: what one sees now is another page
						again := formsOf(t, path, w.ask("admin", address{"GET", path}, path, nil).body)
						at := slices.IndexFunc(again, func(o aForm) bool { return o.key() == f.key() })
						if at < 0 {
							continue controls
						}
						f.sends = again[at].sends
						continue
					}
					tried++
					if w.refused(f, name, typed, got) {
						beside++
					}
				}
			}
		}
	}
	t.Logf("%d forms, %d refusals, %d of them about a field", forms, tried, beside)
	if forms < 60 || beside < 150 {
		t.Errorf("only %d forms were tried, and %d refusals stood beside a field", forms, beside)
	}
}

// key tells one form from another.
func (f aForm) key() string {
	key := f.action
	for _, n := range f.controls {
		key += " " + attribute(n, "name")
	}
	return key
}

// notFields are what a refusal names that nobody fills in.
var notFields = []string{"If-Match", "version", "state", "Idempotency-Key", "code", "lines"}

// refused looks at how a refusal is shown, and says whether it is about a field.
func (w *walk) refused(f aForm, name string, typed url.Values, got page) bool {
	w.t.Helper()
	where := fmt.Sprintf("%s on %s, %s=%.20q", f.action, f.on, name, typed.Get(name))
	if !strings.Contains(got.body, `role="alert" tabindex="-1"`) {
		w.t.Errorf("%s: %d, and nothing says why: %s", where, got.StatusCode, short(got.body))
		return false
	}
	doc, err := html.Parse(strings.NewReader(got.body))
	if err != nil {
		w.t.Fatal(err)
	}
	var shown *aForm
	for _, again := range formsOf(w.t, f.on, got.body) {
		if again.action == f.action && (shown == nil || !shown.wrong()) {
			shown = &again
		}
	}
	if shown == nil {
		if got.StatusCode != 404 && w.offers(f) { // otherwise it may not be done any more
			w.t.Errorf("%s: %d, and the form is gone with what was typed: %s", where, got.StatusCode, short(got.body))
		}
		return false
	}
	if !shown.wrong() {
		var problem struct{ Field string }
		told := w.sendForm(f, typed, "application/problem+json")
		if err := json.Unmarshal([]byte(told.body), &problem); err != nil || problem.Field != "" && !slices.Contains(notFields, problem.Field) && !shown.ticks[problem.Field] {
			w.t.Errorf("%s: nothing stands beside the field %q: %.300s", where, problem.Field, told.body)
		}
		return false
	}
	first := true
	for _, n := range shown.controls {
		tied := attribute(n, "aria-describedby")
		if !strings.Contains(tied, "wrong-") {
			continue
		}
		if attribute(n, "aria-invalid") != "true" && n.DataAtom != atom.Canvas {
			w.t.Errorf("%s: %s is not called invalid", where, attribute(n, "name"))
		}
		if has(n, "autofocus") != first {
			w.t.Errorf("%s: the focus is elsewhere than on the first that is wrong", where)
		}
		first = false
		said := ""
		for d := range doc.Descendants() {
			if id := attribute(d, "id"); strings.HasPrefix(id, "wrong-") && slices.Contains(strings.Fields(tied), id) {
				said = inside(d)
			}
		}
		if said == "" {
			w.t.Errorf("%s: nothing describes %s", where, attribute(n, "name"))
		}
	}
	for d := range doc.Descendants() {
		if attribute(d, "role") == "alert" && has(d, "tabindex") && !leadsToAField(d) {
			w.t.Errorf("%s: %q does not lead to the field", where, inside(d))
		}
	}
	for _, n := range shown.controls {
		name := attribute(n, "name")
		if attribute(n, "type") == "password" || n.DataAtom == atom.Select || n.DataAtom == atom.Canvas {
			continue
		}
		value := attribute(n, "value")
		if n.DataAtom == atom.Textarea {
			value = inside(n)
		}
		if value != typed.Get(name) {
			w.t.Errorf("%s: %s held %.40q, and now %.40q", where, name, typed.Get(name), value)
		}
	}
	return true
}

func leadsToAField(note *html.Node) bool {
	for n := range note.Descendants() {
		if n.DataAtom == atom.A && strings.HasPrefix(attribute(n, "href"), "#") && len(inside(n)) > 1 {
			return true
		}
	}
	return false
}

// offers says whether the page still shows the form.
func (w *walk) offers(f aForm) bool {
	page := w.ask("admin", address{"GET", f.on}, f.on, nil)
	return slices.ContainsFunc(formsOf(w.t, f.on, page.body), func(o aForm) bool { return o.action == f.action })
}

// wrong says whether the form has a field that is called wrong.
func (f aForm) wrong() bool {
	return slices.ContainsFunc(f.controls, func(n *html.Node) bool { return strings.Contains(attribute(n, "aria-describedby"), "wrong-") })
}

func (w *walk) sendForm(f aForm, typed url.Values, accept string) page {
	r := httptest.NewRequest("POST", f.action, strings.NewReader(typed.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", accept)
	r.Header.Set("Referer", "http://example.com"+f.on)
	w.cookie = w.cookies["admin"]
	return w.send(r)
}
