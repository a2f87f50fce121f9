package web_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// What follows attacks every address that the server answers, whichever there are: the
// walk of scope_test.go knows them, with one object of every kind.

// path is the address with objects that are there.
func (w *walk) path(t *testing.T, a address) string {
	t.Helper()
	kinds, known := w.kinds(a)
	if !known {
		t.Fatalf("%s is new: see TestNobodySeesWhatIsNotTheirs", a)
	}
	return w.fill(a, kinds, w.e.IDs)
}

// writes are all addresses of pages that take something.
func (w *walk) writes() []address {
	return slices.DeleteFunc(w.addresses(), func(a address) bool { return a.method == "GET" || a.isAPI() })
}

// reads are all addresses, of pages and of the interface, that show something.
func (w *walk) reads() []address {
	return slices.DeleteFunc(w.addresses(), func(a address) bool { return a.method != "GET" })
}

// sent sends a form as the administrator's browser does, with headers set or, where the
// value is "", left out.
func (w *walk) sent(method, path, body string, headers ...string) page {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w.cookie = w.cookies["admin"]
	return w.send(r)
}

// asked asks as the administrator, by token or cookie.
func (w *walk) asked(a address, path string) page {
	w.t.Helper()
	return w.sendAs("admin", a, path, "", "")
}

// isPage says whether a browser draws the answer.
func (p page) isPage() bool {
	media := p.Header.Get("Content-Type")
	return strings.HasPrefix(media, "text/html") || strings.Contains(media, "xml") && !strings.Contains(media, "openxml")
}

// TestNoFormIsTakenFromElsewhere sends each form without the session's token, with
// another's, and with the right one from another site.
func TestNoFormIsTakenFromElsewhere(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	token := "_token=" + w.form["admin"]
	for _, a := range w.writes() {
		path := w.path(t, a)
		foreign := map[string][]string{
			"cross-site":              {"Sec-Fetch-Site", "cross-site"},
			"of a sister site":        {"Sec-Fetch-Site", "same-site"},
			"nonsense":                {"Sec-Fetch-Site", "SAME-ORIGIN, cross-site"},
			"another origin":          {"Origin", "https://evil.example"},
			"an origin that is like":  {"Origin", "http://example.com.evil.example"},
			"an origin with its name": {"Origin", "http://evil.example/example.com"},
			"no origin":               {"Origin", "null"},
		}
		before := w.events()
		for name, headers := range foreign {
			if got := w.sent(a.method, path, token, headers...); got.StatusCode != 403 {
				t.Errorf("%s, %s: %d", a, name, got.StatusCode)
			}
		}
		if !slices.Contains(forEverybody, a.String()) {
			for name, body := range map[string]string{
				"without a token": "x=y", "nothing at all": "", "an empty token": "_token=", "somebody else's token": "_token=" + w.form["keeper-north"],
				"the token in the address": "x=y&", "the token and more": token + "x",
			} {
				to := path
				if name == "the token in the address" {
					to += "?" + token
				}
				if got := w.sent(a.method, to, body); got.StatusCode != 403 {
					t.Errorf("%s, %s: %d", a, name, got.StatusCode)
				}
			}
		}
		if after := w.events(); after != before {
			t.Errorf("%s: %d events were written", a, after-before)
		}
	}
}

// TestTheInterfaceDoesNotKnowCookies asks as a browser would that another site makes ask.
func TestTheInterfaceDoesNotKnowCookies(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	for _, a := range w.addresses() {
		if !a.isAPI() || slices.Contains(forEverybody, a.String()) {
			continue
		}
		if got := w.sent(a.method, w.path(t, a), ""); got.StatusCode != 401 {
			t.Errorf("%s: %d", a, got.StatusCode)
		}
	}
}

// keptByBrowsers are addresses of what is the same for everybody.
var keptByBrowsers = []string{"GET /static/", "GET /sw.js", "GET /manifest", "GET /offline/", "GET /favicon", "GET /help/pictures/"}

// safeHeaders are in every answer, whatever it is.
var safeHeaders = map[string]string{
	"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
}

func (w *walk) keepsSafe(t *testing.T, what string, p page) {
	t.Helper()
	for name, value := range safeHeaders {
		if p.Header.Get(name) != value {
			t.Errorf("%s: %s is %q", what, name, p.Header.Get(name))
		}
	}
	policy := p.Header.Get("Content-Security-Policy")
	parts := []string{"default-src 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"}
	if attached := strings.HasSuffix(policy, "sandbox"); attached {
		parts = []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"}
	}
	for _, part := range parts {
		if !strings.Contains(policy, part) {
			t.Errorf("%s: the policy lacks %s: %s", what, part, policy)
		}
	}
	for _, hole := range []string{"unsafe", "http:", "https:", "*"} {
		if strings.Contains(policy, hole) {
			t.Errorf("%s: the policy holds %s", what, hole)
		}
	}
	if referrer := p.Header.Get("Referrer-Policy"); referrer != "same-origin" && referrer != "no-referrer" {
		t.Errorf("%s: Referrer-Policy is %q", what, referrer)
	}
	if p.Header.Get("Permissions-Policy") == "" {
		t.Errorf("%s: no Permissions-Policy", what)
	}
	if caching := p.Header.Get("Cache-Control"); !strings.Contains(caching, "no-store") && !slices.ContainsFunc(keptByBrowsers, func(start string) bool { return strings.HasPrefix(what, start) }) &&
		!(strings.HasSuffix(policy, "sandbox") && strings.HasPrefix(caching, "private")) { // until the sign-out, which clears it
		t.Errorf("%s: Cache-Control is %q", what, caching)
	}
	for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Server", "X-Powered-By"} {
		if p.Header.Get(name) != "" {
			t.Errorf("%s: %s is %q", what, name, p.Header.Get(name))
		}
	}
	if p.isPage() && !strings.Contains(p.Header.Get("Content-Type"), "charset=utf-8") && strings.HasPrefix(p.Header.Get("Content-Type"), "text/") {
		t.Errorf("%s: Content-Type is %q", what, p.Header.Get("Content-Type"))
	}
	for _, cookie := range p.Cookies() {
		if !cookie.HttpOnly || cookie.SameSite == http.SameSiteNoneMode || cookie.SameSite == 0 || cookie.Path != "/" || cookie.Domain != "" {
			t.Errorf("%s sets %s", what, cookie)
		}
	}
}

// TestEveryAnswerKeepsBrowsersFromMisusingIt asks at every address as an administrator
// and as nobody, with and without what it needs, and where nothing is.
func TestEveryAnswerKeepsBrowsersFromMisusingIt(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	for _, a := range w.addresses() {
		path := w.path(t, a)
		if !slices.Contains(ownSession, a.String()) {
			w.keepsSafe(t, a.String()+" by an administrator", w.sendAs("admin", a, path, "", ""))
		}
		w.keepsSafe(t, a.String()+" by nobody", w.sendAs("", a, path, "", ""))
	}
	for _, path := range []string{"/nothing", "/api/v1/nothing", "/assets/%00", "/assets/" + strings.Repeat("x", 3000), "/healthz", "/readyz", "/metrics", "/static/nothing"} {
		w.keepsSafe(t, "GET "+path+" ", w.sent("GET", path, ""))
		w.keepsSafe(t, "PUT "+path+" ", w.sent("PUT", path, ""))
	}
}

// TestReadingChangesNothing opens every page as an administrator: nothing is done by an
// address alone, which another site could make a browser open.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	for _, a := range w.reads() {
		if slices.Contains(recorded, a.String()) || slices.Contains(ownSession, a.String()) || strings.HasSuffix(a.path, "/reports/made/:id/file") { // a report that is fetched is recorded
			continue
		}
		before := w.events()
		got := w.asked(a, w.path(t, a))
		if after := w.events(); after != before {
			t.Errorf("%s: %d, %d events were written", a, got.StatusCode, after-before)
		}
		if got.StatusCode >= 500 {
			t.Errorf("%s: %d", a, got.StatusCode)
		}
	}
}

// TestMethodsThatAreNotOfferedDoNothing tries others than an address has, and what some
// servers take as another.
func TestMethodsThatAreNotOfferedDoNothing(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	offered := map[string]bool{}
	for _, a := range w.addresses() {
		offered[a.String()] = true
	}
	before := w.events()
	for _, a := range w.addresses() {
		path := w.path(t, a)
		for _, method := range []string{"PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "OPTIONS"} {
			other := address{method, a.path}
			if offered[other.String()] {
				continue
			}
			got := w.sendAs("admin", other, path, "", "")
			if got.StatusCode < 400 {
				t.Errorf("%s: %d", other, got.StatusCode)
			}
			if strings.Contains(got.body, w.cookies["admin"]) {
				t.Errorf("%s gives the cookie back", other)
			}
		}
		if a.method == "GET" && !offered["POST "+a.path] && !offered["DELETE "+a.path] {
			if got := w.sent("POST", path, "_method=DELETE&_token="+w.form["admin"], "X-HTTP-Method-Override", "DELETE"); got.StatusCode < 400 {
				t.Errorf("POST %s as DELETE: %d", a.path, got.StatusCode)
			}
		}
	}
	if after := w.events(); after != before {
		t.Errorf("%d events were written", after-before)
	}
}
