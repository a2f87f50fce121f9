package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func TestAThemeIsKeptOnTheDevice(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("keeper-north")
	signedIn, before := s.cookie, s.get("/sw.js").body
	chosen := s.post("/theme", url.Values{"theme": {"sunlight"}, "next": {"/stock"}})
	if chosen.StatusCode != 303 || chosen.Header.Get("Location") != "/stock" {
		t.Fatalf("%d %s", chosen.StatusCode, chosen.Header.Get("Location"))
	}
	cookie, _, _ := strings.Cut(chosen.Header.Get("Set-Cookie"), ";")
	s.cookie = signedIn + "; " + cookie
	for _, path := range []string{"/stock", "/sign-in", "/nowhere", "/offline/scan"} {
		if p := s.get(path); !strings.Contains(p.body, `data-theme="sunlight"`) {
			t.Errorf("%s has another theme: %.200s", path, p.body)
		}
	}
	if s.get("/sw.js?theme=sunlight").body == before {
		t.Error("a phone keeps its pages in the theme before")
	}
	s.post("/theme", url.Values{"theme": {"neon"}}).has(t, 422, "There is no such theme")
	if p := s.post("/theme", url.Values{"theme": {""}, "next": {"//evil.example"}}); p.Header.Get("Location") != "/" || !strings.Contains(p.Header.Get("Set-Cookie"), "theme=;") {
		t.Errorf("%s, %s", p.Header.Get("Location"), p.Header.Get("Set-Cookie"))
	}
	s.cookie = signedIn + "; theme=neon"
	if p := s.get("/stock"); strings.Contains(p.body, "data-theme") {
		t.Error("a page has a theme that there is none of")
	}
}

// colours are the page's ground, its letters, and how thick its lines are.
const colours = `(() => { const of = getComputedStyle(document.body); return of.backgroundColor + " " + of.color + " " + getComputedStyle(document.querySelector("header.top")).borderBottomWidth; })()`

const byDay, byNight, inTheSun = "rgb(246, 244, 238) rgb(29, 36, 48) 1px", "rgb(20, 24, 29) rgb(230, 233, 236) 1px", "rgb(255, 255, 255) rgb(0, 0, 0) 2px"

// prefers has the browser say what its device prefers.
func prefers(t testing.TB, ctx context.Context, feature, value string) {
	t.Helper()
	do(t, ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}})
		return err
	}))
}

// TestPagesFollowTheDeviceUntilAThemeIsChosen changes what the device prefers, then
// chooses in the menu, and opens a page without a network.
func TestPagesFollowTheDeviceUntilAThemeIsChosen(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.Radio("1")
	n := s.serveOnNetwork(t)
	p := openPhone(t, t.TempDir())
	p.console.expect(outOfReach)
	s.signOnto(t, p, n.base(), "keeper-north")
	s.carries(t, p, 1)
	shows := func(when, wanted string) {
		t.Helper()
		if got := value[string](t, p, colours); got != wanted {
			t.Errorf("%s the page is %s", when, got)
		}
	}
	shows("by itself", byDay)
	prefers(t, p, "prefers-color-scheme", "dark")
	shows("on a dark device", byNight)
	prefers(t, p, "prefers-contrast", "more")
	shows("on a device with more contrast", inTheSun)
	do(t, p, chromedp.Click(".menu > summary"), chromedp.Click(".menu [value=dark]"), chromedp.WaitReady("[data-theme=dark] .menu [value=dark][aria-pressed=true]"))
	shows("as was chosen", byNight)
	do(t, p, chromedp.Click(".menu [value=sunlight]"), chromedp.WaitReady("[data-theme=sunlight]"))
	prefers(t, p, "prefers-contrast", "no-preference")
	keeps := func(what string) {
		t.Helper()
		value[bool](t, p, `(async () => {
			for (;;) {
				const page = await caches.match("/offline/scan", { ignoreSearch: true });
				if ((await page?.text())?.includes('`+what+`')) return true;
				await new Promise((r) => setTimeout(r, 50));
			}
		})()`)
	}
	keeps(`data-theme="sunlight"`)
	n.set(true)
	do(t, p, chromedp.Navigate(n.base()+"/scan"), chromedp.WaitVisible(".offline-bar"))
	shows("without a network", inTheSun)
	n.set(false)
	s.speak(t, "keeper-north", "ur")
	do(t, p, chromedp.Navigate(n.base()+"/scan"), chromedp.WaitReady("html[lang=ur]"))
	keeps(`lang="ur" dir="rtl" data-theme="sunlight"`)
}

// speak has somebody read the book in a language.
func (s *site) speak(t testing.TB, code, language string) {
	t.Helper()
	if err := s.Access.ChooseLanguage(s.As(code), language, ""); err != nil {
		t.Fatal(err)
	}
}
