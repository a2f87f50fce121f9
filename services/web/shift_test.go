package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// mostShift is how far what one reads may move while a page loads and lives, of the 0.1 that
// counts as good (Cumulative Layout Shift, web.dev).
const mostShift = 0.02

// shifted adds up by how much the page moved what was read, from when it began to load.
const shifted = `new Promise((tell) => {
	let sum = 0;
	new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; }).observe({ type: "layout-shift", buffered: true });
	setTimeout(() => tell(sum), 700);
})`

// TestNothingJumps opens the pages of a post on a phone, and has live ones follow a change.
func TestNothingJumps(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	ctx, base := browse(t, s, "keeper-north", 360)
	for _, path := range []string{"/assets", "/assets/" + a.Tag, "/scan", "/vouchers", "/requests", "/stock", "/findings", "/care", "/workshop", "/"} {
		do(t, ctx, chromedp.Navigate(base+path))
		if path == "/" || path == "/workshop" {
			s.Radio("of " + path)
		}
		if moved := value[float64](t, ctx, shifted); moved > mostShift {
			t.Errorf("%s moved by %.3f", path, moved)
		}
	}
}
