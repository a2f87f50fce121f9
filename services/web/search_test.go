package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestTheBoxOverAnyPageFindsAndLeads searches with the keyboard alone.
func TestTheBoxOverAnyPageFindsAndLeads(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("gamma-7")
	ctx, base := browse(t, s, "keeper-north", 360)
	// a key that the box opens for types nothing into it
	slash := func() {
		value[bool](t, ctx, `document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "/", bubbles: true, cancelable: true}))`)
		do(t, ctx, chromedp.WaitVisible("dialog.palette[open] input"))
	}
	do(t, ctx, chromedp.Navigate(base+"/stock"), chromedp.Poll[chromedp.Void](`document.readyState === "complete"`))
	slash()
	do(t, ctx, chromedp.KeyEvent("find"), chromedp.Poll[chromedp.Void](`document.querySelector(".palette-hits a")?.textContent === "Findings"`),
		chromedp.KeyEvent("\x1b"), chromedp.WaitNotPresent("dialog.palette[open]"))
	slash()
	do(t, ctx, chromedp.KeyEvent("gam 7"), chromedp.Poll[chromedp.Void](`document.querySelector(".palette-hits a")?.href.endsWith("/assets/`+a.Tag+`")`),
		chromedp.KeyEvent("\r"), chromedp.WaitVisible(".do summary"))
}

func TestASearchPageSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("auditor-a")
	for _, p := range []struct{ path, says string }{
		{"/search", "the beginning of their number"},
		{"/search?q=zebra", "Nothing that you may see"},
		{"/search?q=%21", "no letters or digits"},
		{"/search?q=donor-a", `href="/assets?donor=DONOR-A"`},
	} {
		if got := s.get(p.path); !strings.Contains(got.body, p.says) {
			t.Errorf("%s does not say %q: %s", p.path, p.says, got.body)
		}
	}
}
