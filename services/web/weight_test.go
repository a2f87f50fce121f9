package web_test

import (
	"context"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	protocol "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The measures of a page that is opened for the first time, on Chromium's "Slow 3G": 400 ms
// there and back, 400 kbit/s.
const (
	heaviest    = 100_000 // bytes of a page with all that it brings along
	tripMs      = 400
	bytesPerMs  = 400_000 / 8 / 1000
	paintWithin = 1500 // ms until something can be read
	paintingMs  = 150  // of which the browser needs to lay it out
)

// onPhones are the pages that people open at a post: those of a sign-in, of what waits, of
// a label and of counting.
func (v *tour) onPhones() []string {
	return []string{"/", "/scan", "/assets/" + v.e.IDs["asset"], "/stocktakes/" + v.e.IDs["stocktake"] + "/count", "/sign-in"}
}

// cold has the browser keep nothing, so that each page is opened for the first time.
func (v *tour) cold() {
	v.t.Helper()
	do(v.t, v.ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, protocol.SetBypassServiceWorker, protocol.SetBypassServiceWorkerParams{Bypass: true}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, protocol.SetCacheDisabled, protocol.SetCacheDisabledParams{CacheDisabled: true})
		return err
	}))
}

// weight is what a page brings along; what it says of itself (W3C, Resource Timing).
type weight struct {
	Document, All int // bytes, as they were sent
	Blocking      []struct {
		Name  string
		Bytes int
	} // what the first paint waits for, besides the document
	Elsewhere []string // what comes from another host
}

const weigh = `(async () => {
	await new Promise((r) => document.readyState === "complete" ? r() : addEventListener("load", r));
	const [page] = performance.getEntriesByType("navigation"), parts = performance.getEntriesByType("resource");
	return {
		Document: page.transferSize, All: parts.reduce((sum, part) => sum + part.transferSize, page.transferSize),
		Blocking: parts.filter((part) => part.renderBlockingStatus === "blocking").map((part) => ({ Name: new URL(part.name).pathname, Bytes: part.transferSize })),
		Elsewhere: parts.map((part) => part.name).filter((name) => !/^(data|blob):/.test(name) && new URL(name).origin !== location.origin),
	};
})()`

// TestEveryPageIsLight weighs every page as it comes to a phone for the first time, and
// holds those of a post to what lets them be read within a second and a half on a weak
// network: the document and one style sheet, each one trip and their bytes.
func TestEveryPageIsLight(t *testing.T) {
	t.Parallel()
	v := newTour(t)
	v.cold()
	byBrowser := 0 // what it asks for on its own: the icon and the manifest
	for _, path := range []string{"/static/icon.svg", "/manifest.webmanifest", "/static/icon-192.png"} {
		byBrowser += len(v.get(path).body)
	}
	measure := func(path string) weight {
		t.Helper()
		v.open(path)
		w := value[weight](t, v.ctx, weigh)
		if total := w.All + byBrowser; total > heaviest {
			t.Errorf("%s weighs %d bytes", path, total)
		}
		if len(w.Elsewhere) > 0 {
			t.Errorf("%s asks other hosts: %v", path, w.Elsewhere)
		}
		return w
	}
	for _, path := range v.shown {
		measure(path)
	}
	for _, path := range v.onPhones() {
		if path == "/sign-in" {
			v.signOut()
		}
		w := measure(path)
		if len(w.Blocking) != 1 || w.Blocking[0].Name != "/static/app.css" {
			t.Fatalf("the first paint of %s waits for %v", path, w.Blocking)
		}
		first := w.Document + w.Blocking[0].Bytes
		if ms := 2*tripMs + first/bytesPerMs + paintingMs; ms > paintWithin {
			t.Errorf("%s can be read after %d ms on a weak network: %d bytes come before", path, ms, first)
		}
	}
}

// BenchmarkPages measures when something can be read (first contentful paint) of the
// pages of a post, opened for the first time on "Slow 3G", in ms.
func BenchmarkPages(b *testing.B) {
	v := newTour(b)
	v.cold()
	do(b, v.ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, protocol.EmulateNetworkConditionsByRule, protocol.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*protocol.Conditions{{Latency: tripMs, DownloadThroughput: 1000 * bytesPerMs, UploadThroughput: 1000 * bytesPerMs}}})
		return err
	}))
	for _, path := range v.onPhones() {
		if path == "/sign-in" {
			v.signOut()
		}
		b.Run(path, func(b *testing.B) {
			var sum float64
			for range b.N {
				v.open(path)
				sum += value[float64](b, v.ctx, `new Promise((r) => new PerformanceObserver((list) => { for (const e of list.getEntries()) if (e.name === "first-contentful-paint") r(e.startTime); }).observe({ type: "paint", buffered: true }))`)
			}
			b.ReportMetric(sum/float64(b.N), "ms/paint")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// TestStaticFilesAreSmallAndKept asks for the style sheet as browsers do.
func TestStaticFilesAreSmallAndKept(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	address := regexp.MustCompile(`/static/app\.css\?\w+`).FindString(s.get("/sign-in").body)
	for accepts, encoding := range map[string]string{"gzip, deflate, br": "br", "gzip": "gzip", "br;q=0, gzip": "gzip", "": ""} {
		r := httptest.NewRequest("GET", address, nil)
		r.Header.Set("Accept-Encoding", accepts)
		p := s.send(r)
		if p.Header.Get("Content-Encoding") != encoding || !strings.Contains(p.Header.Get("Vary"), "Accept-Encoding") || !strings.Contains(p.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%q: %d bytes, %v", accepts, len(p.body), p.Header)
		}
		if encoding != "" && len(p.body) > 16_000 {
			t.Errorf("by %s the style sheet has %d bytes", encoding, len(p.body))
		}
	}
}
