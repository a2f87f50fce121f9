package web_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// elsewhere are ways to write another site's address that some browser or library takes
// for a path of this one, or the other way round.
var elsewhere = []string{
	"https://evil.example", "//evil.example", "///evil.example", `/\evil.example`, `\\evil.example`, `\/evil.example`, "https:evil.example", "https:/evil.example",
	"/%2f%2fevil.example", "/%5cevil.example", "%2f%2fevil.example", "/\tevil.example", "/\t/evil.example", "\t//evil.example", "/\r\n/evil.example", "/\x00/evil.example", "/ /evil.example",
	" //evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "/..//evil.example", "/.//evil.example", "/x/..//evil.example", "/@evil.example", "@evil.example",
	"/\u2028/evil.example", "/\u3002evil.example", "//evil。example", "http://evil.example\\@example.com", "/sign-in/..//evil.example", "/?next=//evil.example",
}

// stays says whether a browser that is sent to location from a page of this site stays on
// it, by the WHATWG's rules for addresses: tabs and line ends are left out, \ is /.
func stays(location string) bool {
	location = strings.Trim(location, " \x00\t\r\n\f")
	location = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(location)
	location = strings.ReplaceAll(location, `\`, "/")
	if strings.HasPrefix(location, "//") || !strings.HasPrefix(location, "/") {
		return false
	}
	base, err := url.Parse("http://example.com/a/b")
	if err != nil {
		return false
	}
	to, err := base.Parse(location)
	return err == nil && to.Host == "example.com" && !strings.HasPrefix(to.Path, "//")
}

// TestNobodyIsLedElsewhere gives addresses of other sites to every page, by every name
// that says where to go next, in its address and in its form.
func TestNobodyIsLedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	for n, a := range w.addresses() {
		if a.isAPI() || a.String() == "POST /sign-out" {
			continue
		}
		path := w.path(t, a)
		for _, to := range []string{"//evil.example", `/\evil.example`, elsewhere[n%len(elsewhere)]} {
			values := url.Values{"_token": {w.form["admin"]}}
			for _, name := range []string{"next", "back", "url", "return", "to", "redirect", "from", "for", "code"} {
				values.Set(name, to)
			}
			var got page
			if a.method == "GET" {
				got = w.asked(a, path+"?"+values.Encode())
			} else {
				got = w.sent(a.method, path, values.Encode())
			}
			if location := got.Header.Get("Location"); location != "" && !stays(location) {
				t.Errorf("%s with %q leads to %q", a, to, location)
			}
			if strings.Contains(got.body, `href="`+to) || strings.Contains(strings.ToLower(got.body), `href="javascript:`) {
				t.Errorf("%s with %q links to it", a, to)
			}
		}
	}
	for _, to := range elsewhere { // what signing in leads to
		form := url.Values{"username": {"admin"}, "password": {password}, "next": {to}}
		if to == elsewhere[0] {
			w.signIn("admin")
		}
		w.cookie = ""
		if location := w.post("/sign-in", form).Header.Get("Location"); !stays(location) {
			t.Errorf("signing in with %q leads to %q", to, location)
		}
	}
}

// TestAddressesAreNotMadeOfTheHostThatIsAskedFor sends what some servers take for their
// own name: no answer, and no message, holds it.
func TestAddressesAreNotMadeOfTheHostThatIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	for _, a := range w.reads() {
		if strings.HasPrefix(a.path, "/ledger") {
			continue // shows commands with the address that is asked for, where no base is set
		}
		r := httptest.NewRequest("GET", w.path(t, a), nil)
		r.Host = "evil.example"
		for _, name := range []string{"X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "Forwarded", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Host-Override"} {
			r.Header.Set(name, "evil.example")
		}
		w.cookie = w.cookies["admin"]
		if a.isAPI() {
			r.Header.Set("Authorization", "Bearer "+w.tokens["admin"])
			w.cookie = ""
		}
		got := w.send(r)
		if strings.Contains(got.body, "evil.example") || strings.Contains(got.Header.Get("Location"), "evil.example") {
			t.Errorf("%s: the answer holds the host that was asked for", a)
		}
	}
}
