package web_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	protocol "github.com/chromedp/cdproto/network"
	pageprotocol "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// axeSource is axe-core, which looks for what keeps people out (WCAG 2.2).
const axeSource = "axe/node_modules/axe-core/axe.min.js"

func readAxe(t testing.TB) string {
	t.Helper()
	source, err := os.ReadFile(axeSource)
	if err == nil {
		return string(source)
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no axe-core: run make axe, which has npm fetch it into services/web/axe")
	}
	t.Skip("axe-core is not there: the pages are NOT tried for whether everybody can use them; run make axe to have them tried")
	return ""
}

// besides are pages in another state than their address alone shows them in.
var besides = []string{
	"/assets?q=nothing-of-that-name", "/assets/new?category=vehicle", "/vouchers/new?kind=loan", "/vouchers/new?kind=handover", "/care/calendar?month=2026-04", "/search?q=radio", "/scan?code=nothing",
	"/reports/handover", "/reports/movements", "/reports/verification", "/reports/maintenance", "/reports/consumables", "/reports/depreciation", "/reports/flags", "/reports/movements?from=x", "/nowhere",
}

// pages are the addresses of every page that somebody is shown, about an object of every
// kind where an address names one; nobody is "".
func (w *walk) pages(who string) []string {
	w.t.Helper()
	var shown []string
	for _, a := range w.addresses() {
		if a.method != http.MethodGet || a.isAPI() || strings.HasPrefix(a.path, "/live/") {
			continue
		}
		kinds, known := w.kinds(a)
		if !known {
			w.t.Fatalf("%s is not in objects of scope_table_test.go", a)
		}
		path := w.fill(a, kinds, w.e.IDs)
		got := w.ask(who, a, path, nil)
		if got.StatusCode == http.StatusOK && strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") && strings.Contains(got.body, "<main") {
			shown = append(shown, path)
		}
	}
	return shown
}

// tour opens page after page in one browser.
type tour struct {
	*walk
	t    testing.TB
	ctx  context.Context
	base string

	shown, public []string // the pages of an administrator, and of who is not signed in
}

func newTour(t testing.TB) *tour {
	t.Helper()
	w := newWalk(t)
	v := &tour{walk: w, t: t, shown: append(w.pages("admin"), besides...), public: w.pages("")}
	ctx, base := browse(t, w.site, "admin", 360, refused(404, "/nowhere"), refused(404, "/scan?code=nothing"), refused(422, "/reports/movements?from=x"), refused(401, "/phone/desk"))
	v.ctx, v.base = ctx, base
	return v
}

// open opens a page and waits until all of it is there.
func (v *tour) open(path string) {
	v.t.Helper()
	do(v.t, v.ctx, chromedp.Navigate(v.base+path))
}

// signOut forgets who is signed in and what was chosen.
func (v *tour) signOut() {
	v.t.Helper()
	do(v.t, v.ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, protocol.ClearBrowserCookies, cdp.Empty{})
		return err
	}))
}

// The rules of axe that are looked at, by their tags: WCAG 2.0 to 2.2, A and AA. In the
// sun, letters keep the stricter contrast of 7 to 1 (WCAG 2.2, 1.4.6).
const (
	everyRule   = `{ type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }`
	butContrast = `{ type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }, rules: { "color-contrast": { enabled: false } }`
	contrast    = `{ type: "rule", values: ["color-contrast"] }`
	inSunlight  = `{ type: "rule", values: ["color-contrast-enhanced"] }`
	tooSmall    = `[...document.querySelectorAll("button, .button, summary, select, textarea, input:not([type=hidden])")].filter((e) => {
		const boxes = [e, ...e.labels ?? []].filter((b) => b.checkVisibility({ visibilityProperty: true })).map((b) => b.getBoundingClientRect());
		if (!e.checkVisibility({ visibilityProperty: true }) || !boxes[0].width || e.closest(".skip, .vh, .hide, .heard")) return false;
		return !boxes.some((b) => b.height >= 43.5 && b.width >= 43.5);
	}).map((e) => { const b = e.getBoundingClientRect(); return e.outerHTML.slice(0, 120).replace(/\s+/g, " ") + " " + Math.round(b.width) + "×" + Math.round(b.height); })`
)

// obeys has axe look at the page with some of its rules, in a theme.
func (v *tour) obeys(where, theme, rules string) {
	v.t.Helper()
	broken := value[[]string](v.t, v.ctx, `(async () => {
		document.documentElement.dataset.theme = "`+theme+`";
		const { violations } = await axe.run(document, { runOnly: `+rules+`, resultTypes: ["violations"] });
		return violations.flatMap((rule) => rule.nodes.slice(0, 3).map((n) => rule.id + ": " + n.target.join(" ") + " " + n.html.slice(0, 120) + ": " + n.failureSummary.split("\n").slice(1, 2).join(" ").trim() + " (" + rule.nodes.length + ")"));
	})()`)
	for _, b := range broken {
		v.t.Errorf("%s, %s: %s", where, theme, b)
	}
}

// TestEverybodyCanUseEveryPage opens every page on a phone, in both languages and all
// themes, and has axe look at it; what is pressed is large enough for a thumb in a glove.
func TestEverybodyCanUseEveryPage(t *testing.T) {
	t.Parallel()
	axe := readAxe(t)
	v := newTour(t)
	v.cold() // no service worker that is wiped when somebody signs out stands between
	do(t, v.ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, pageprotocol.AddScriptToEvaluateOnNewDocument, pageprotocol.AddScriptToEvaluateOnNewDocumentParams{Source: axe})
		return err
	}))
	look := func(where, path, rules, theme, contrast string) {
		t.Helper()
		t.Log(where)
		v.open(path)
		value[bool](t, v.ctx, `(() => { for (const d of document.querySelectorAll("main details, details.menu")) d.open = true; return true; })()`)
		v.obeys(where, "light", rules)
		v.obeys(where, theme, contrast)
		if small := value[[]string](t, v.ctx, tooSmall); len(small) > 0 {
			t.Errorf("%s: too small for a thumb: %s", where, strings.Join(small, "; "))
		}
	}
	for _, path := range v.shown {
		look(path, path, everyRule, "dark", contrast)
	}
	v.speak(t, "admin", "ur") // in the same colours
	for _, path := range v.shown {
		look(path+" in Urdu", path, butContrast, "sunlight", inSunlight)
	}
	v.signOut()
	for _, path := range v.public {
		look(path, path, everyRule, "sunlight", inSunlight)
	}
}
