package web_test

import (
	"archive/zip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"quartermaster/services/booktest"
)

// payload ends an attribute, an element and a comment, and begins a script.
const payload = `"'--></textarea><script>qm()</script>`

// begins finds what would run, or end what it stands in, had it not been escaped.
var begins = regexp.MustCompile(`(?i)<script>qm|</textarea><script|["']--(>|&gt;)`)

// runs says whether anything of the payload is more than text on a page.
func (p page) runs() string {
	if !p.isPage() {
		return ""
	}
	return begins.FindString(p.body)
}

// TestNoScriptOfOthersIsOnAnyPage fills every text of the book with a script: names,
// serial numbers, remarks, file names, signatures, what strangers send. Then it asks for
// everything, by everybody's eyes, and looks at each answer that a browser draws.
func TestNoScriptOfOthersIsOnAnyPage(t *testing.T) {
	t.Parallel()
	w := newWalkSaying(t, payload)
	shown := 0
	for _, a := range w.reads() {
		paths := []string{w.path(t, a)}
		switch {
		case strings.HasSuffix(a.path, ":tag"):
			for _, kind := range []string{"moved asset", "told asset"} {
				paths = append(paths, strings.Replace(a.path, ":tag", w.e.IDs[kind], 1))
			}
		case strings.HasSuffix(a.path, "/:kind"):
			for _, kind := range []string{"handover", "movements", "losses", "consumables", "maintenance", "flags", "visits", "end_use", "verification"} {
				paths = append(paths, strings.Replace(w.path(t, a), "/register", "/"+kind, 1)+"?donor=DONOR-B")
			}
		}
		for _, path := range paths {
			got := w.asked(a, path)
			if strings.HasPrefix(a.path, "/s/:secret") {
				w.cookie = ""
				got = w.get(path)
			}
			if found := got.runs(); found != "" {
				t.Errorf("%s: %q is on the page: %s", path, found, around(got.body, found))
			}
			if strings.Contains(got.body, "&lt;script&gt;qm") {
				shown++
			}
			if strings.HasPrefix(got.Header.Get("Content-Type"), "text/plain") && got.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s may be taken for a page", path)
			}
		}
	}
	t.Logf("%d pages show the script as text", shown)
	if shown < 40 {
		t.Errorf("only %d pages show it as text; the test proves little", shown)
	}
}

func around(text, part string) string {
	at := strings.Index(text, part)
	return text[max(0, at-200):min(len(text), at+100)]
}

// TestNoPaperDoesAnything fills every text of the book with what would end a text of a PDF
// and begin an action of it: between the brackets of a text, in Latin script or UTF-16, its
// own are escaped. What is drawn is compressed.
func TestNoPaperDoesAnything(t *testing.T) {
	t.Parallel()
	const ends = "qm) >> /OpenAction << /S /JavaScript /JS (a) >> ("
	w := newWalkSaying(t, ends)
	papers := 0
	for _, a := range w.reads() {
		got := w.asked(a, w.path(t, a))
		if !strings.HasPrefix(got.body, "%PDF-") {
			continue
		}
		papers++
		for _, does := range []string{"qm) >>", "\x00q\x00m\x00)\x00 ", "/JS (a", "/Launch", "/SubmitForm"} {
			if strings.Contains(got.body, does) {
				t.Errorf("%s: %q is in the paper: %q", a, does, around(got.body, does))
			}
		}
	}
	if papers < 4 {
		t.Errorf("only %d papers were made; the test proves little", papers)
	}
}

// TestNoScriptOfOthersIsInMessages looks at what was mailed, fed and sent on.
func TestNoScriptOfOthersIsInMessages(t *testing.T) {
	t.Parallel()
	w := newWalkSaying(t, payload)
	for _, a := range w.reads() {
		if !strings.Contains(a.path, "messages") && !strings.Contains(a.path, "calendar") {
			continue
		}
		got := w.asked(a, w.path(t, a))
		if found := got.runs(); found != "" {
			t.Errorf("%s: %q", a, found)
		}
		if strings.Contains(got.Header.Get("Content-Type"), "text/calendar") && strings.Contains(got.body, "\n"+payload) {
			t.Errorf("%s: a text begins a line", a)
		}
	}
}

// TestWhatIsAskedForIsShownAsText puts the script into every parameter that any address
// takes, and into the address itself.
func TestWhatIsAskedForIsShownAsText(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	names := append(slices.Clone(pageFilters), "done", "next", "from", "to", "kind", "status", "category", "custodian", "cursor", "sort", "format", "as_of", "since", "until", "map", "sent", "limit", "visit", "item", "lot", "tags", "lines", "report", "code", "name", "was", "of")
	for n, a := range w.reads() {
		if a.String() == "GET /static/:name" {
			continue
		}
		path := w.path(t, a)
		single := append(slices.Clone(pageFilters), names[n%len(names)], names[(2*n+1)%len(names)], names[(3*n+2)%len(names)])
		for _, part := range []string{payload, strings.ToUpper(payload), "javascript:qm()//" + payload} {
			values := url.Values{}
			for _, name := range names {
				values.Set(name, part)
			}
			tried := []string{path + "?" + values.Encode(), parameter.ReplaceAllString(a.path, url.PathEscape(part))}
			for _, name := range single {
				if part == payload && !a.isAPI() {
					tried = append(tried, path+"?"+url.Values{name: {part}}.Encode())
				}
			}
			for _, path := range tried {
				got := w.asked(a, path)
				if found := got.runs(); found != "" {
					t.Errorf("GET %s: %q is on the page: %s", path, found, around(got.body, found))
				}
				if got.StatusCode >= 500 {
					t.Errorf("GET %s: %d %s", path, got.StatusCode, short(got.body))
				}
				if strings.Contains(strings.ToLower(got.body), `href="javascript:`) {
					t.Errorf("GET %s links to a script", path)
				}
			}
		}
	}
}

// TestEveryFieldOfEveryFormTakesAScriptAsText finds every form of every page, fills every
// field in which one can write with the script, sends it, and looks at what comes of it:
// the page that refuses it and keeps what was typed, or the page where it leads.
func TestEveryFieldOfEveryFormTakesAScriptAsText(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	sent, taken := map[string]bool{}, 0
	for _, a := range w.reads() {
		if a.isAPI() || slices.Contains(ownSession, a.String()) {
			continue
		}
		p := w.asked(a, w.path(t, a))
		if !p.isPage() {
			continue
		}
		for _, f := range p.forms(t) {
			key := f.action + " " + strings.Join(f.fields, ",")
			if f.method != "POST" || sent[key] || f.action == "/sign-out" || f.action == "/me" || f.action == "/me/pin" {
				continue
			}
			sent[key] = true
			for _, values := range f.filled() {
				values.Set("_token", w.form["admin"])
				got := w.sent("POST", f.action, values.Encode())
				if got.StatusCode == 303 {
					taken++
					if location := got.Header.Get("Location"); strings.HasPrefix(location, "/") && !strings.HasPrefix(location, "/sign-in") {
						got = w.sent("GET", location, "")
					}
				}
				if found := got.runs(); found != "" {
					t.Errorf("the form %s: %q is on the page: %s", f.action, found, around(got.body, found))
				}
				if got.StatusCode >= 500 {
					t.Errorf("the form %s: %d", f.action, got.StatusCode)
				}
			}
		}
	}
	t.Logf("%d forms, %d times taken", len(sent), taken)
	if len(sent) < 60 || taken < 20 {
		t.Errorf("%d forms were found and %d times one was taken; the test proves little", len(sent), taken)
	}
}

type form struct {
	method, action string
	fields         []string
	values         url.Values // as they are on the page
	text           []string   // fields in which one can write
}

// filled are what is sent: the script in every field at once, and in those in which
// anything may be written, beside what the page has.
func (f form) filled() []url.Values {
	all, some := url.Values{}, url.Values{}
	for name, value := range f.values {
		all[name], some[name] = value, value
	}
	for _, name := range f.text {
		all.Set(name, payload)
		if some.Get(name) == "" && !regexp.MustCompile(`(?i)(code|date|_on$|^on$|until|deadline|days|quantity|amount|cost|tag|unit|email|value|number|count|months|username)`).MatchString(name) {
			some.Set(name, payload)
		}
	}
	return []url.Values{all, some}
}

// forms reads the forms of a page.
func (p page) forms(t *testing.T) []form {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(p.body))
	if err != nil {
		t.Fatal(err)
	}
	var all []form
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		f := form{method: strings.ToUpper(attribute(n, "method")), action: attribute(n, "action"), values: url.Values{}}
		if f.action == "" {
			f.action = p.Request.URL.RequestURI()
		}
		for in := range n.Descendants() {
			f.add(in)
		}
		all = append(all, f)
	}
	return all
}

func (f *form) add(in *html.Node) {
	name := attribute(in, "name")
	if in.Type != html.ElementNode || name == "" {
		return
	}
	f.fields = append(f.fields, name)
	switch kind := attribute(in, "type"); {
	case in.Data == "textarea":
		f.text = append(f.text, name)
	case in.Data == "select":
		for option := range in.Descendants() {
			if option.Type == html.ElementNode && option.Data == "option" && (f.values.Get(name) == "" || has(option, "selected")) {
				f.values.Set(name, attribute(option, "value"))
			}
		}
	case in.Data != "input" || kind == "submit" || kind == "file":
	case kind == "checkbox" || kind == "radio":
		if has(in, "checked") {
			f.values.Add(name, attribute(in, "value"))
		}
	case kind == "hidden":
		f.values.Set(name, attribute(in, "value"))
	default:
		f.values.Set(name, attribute(in, "value"))
		f.text = append(f.text, name)
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// TestDownloadsAreNotPages looks at every file that is made: of a type that no browser
// draws, with a name of its own.
func TestDownloadsAreNotPages(t *testing.T) {
	t.Parallel()
	w := newWalkSaying(t, payload)
	for _, a := range w.reads() {
		got := w.asked(a, w.path(t, a))
		disposition := got.Header.Get("Content-Disposition")
		if strings.ContainsAny(disposition, "<>\r\n\x00") {
			t.Errorf("%s: Content-Disposition is %q", a, disposition)
		}
		if _, err := zip.NewReader(strings.NewReader(got.body), int64(len(got.body))); err == nil && !strings.HasPrefix(disposition, "attachment") {
			t.Errorf("%s: a workbook that is no download: %q", a, disposition)
		}
	}
}

// newWalkSaying is a walk through a book in which every text is what is said.
func newWalkSaying(t *testing.T, says string) *walk {
	world := booktest.New(t)
	world.Says = says
	return newWalkOver(t, world)
}
