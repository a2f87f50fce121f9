package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"quartermaster/models"
	"quartermaster/services/requests"
)

// keyboard goes through pages with keys alone.
type keyboard struct {
	t    *testing.T
	ctx  context.Context
	last string // where the focus was
}

func (k *keyboard) press(keys string) {
	k.t.Helper()
	do(k.t, k.ctx, chromedp.KeyEvent(keys))
}

// focused is what has the focus: whether it is selector, what it is, whether it can be
// seen that it has it, and whether it stands behind what had it before.
const focused = `(() => {
	const on = document.activeElement, of = getComputedStyle(on), box = on.getBoundingClientRect();
	const shown = [on, on.nextElementSibling].some((e) => e && getComputedStyle(e).outlineStyle !== "none" && parseFloat(getComputedStyle(e).outlineWidth) >= 2);
	const inView = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
	const behind = !window.before?.isConnected || window.before === on /* the parts of a date */ || Boolean(window.before.compareDocumentPosition(on) & Node.DOCUMENT_POSITION_FOLLOWING);
	window.before = on;
	return { Is: on.matches("SELECTOR"), What: on.outerHTML.slice(0, 100), Shown: shown && inView, Behind: behind };
})()`

// to presses Tab until something has the focus. On the way, each that has it shows it,
// and they come in the order in which they are read.
func (k *keyboard) to(selector string) {
	k.t.Helper()
	for range 80 {
		k.press("\t")
		on := value[struct {
			Is, Shown, Behind bool
			What              string
		}](k.t, k.ctx, strings.Replace(focused, "SELECTOR", selector, 1))
		if !on.Shown {
			k.t.Errorf("it cannot be seen that the focus is on %s", on.What)
		}
		if !on.Behind {
			k.t.Fatalf("on the way to %s the focus went back to %s", selector, on.What)
		}
		if on.Is {
			return
		}
	}
	k.t.Fatalf("no key leads to %s", selector)
}

// opened waits for a page.
func (k *keyboard) opened(selector string) {
	k.t.Helper()
	do(k.t, k.ctx, chromedp.WaitVisible(selector))
}

func (k *keyboard) holds(what, script string) {
	k.t.Helper()
	if !value[bool](k.t, k.ctx, script) {
		k.t.Errorf("%s; the focus is on %s", what, value[string](k.t, k.ctx, "document.activeElement.outerHTML.slice(0, 100)"))
	}
}

// TestAStorekeeperNeedsNoMouse skips to the content, opens and closes the menu and the
// search, scans by typing, issues, and counts.
func TestAStorekeeperNeedsNoMouse(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a, b := s.Radio("1"), s.Radio("2")
	st := s.Stocktake("keeper-north")
	ctx, base := browse(t, s, "keeper-north", 1280)
	k := &keyboard{t: t, ctx: ctx}
	do(t, ctx, chromedp.Navigate(base+"/assets"))
	k.opened("#results")
	k.to(".skip")
	k.press("\r")
	k.to("main *")
	k.holds("the link to the content leads elsewhere", `location.hash === "#main"`)

	do(t, ctx, chromedp.Navigate(base+"/stock"))
	k.to(".menu > summary")
	k.press("\r")
	k.to(".menu a[href='/findings']")
	k.press(kb.Escape)
	k.holds("Escape leaves the menu open, or the focus lost", `!document.querySelector(".menu").open && document.activeElement.matches(".menu > summary")`)
	k.press("/")
	k.opened("dialog.palette[open] input")
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector("dialog.palette input").value = ""`)) // the driver types the key that opened it, which a keyboard does not
	k.press("sca")
	do(t, ctx, chromedp.Poll[chromedp.Void](`document.querySelector(".palette-hits a")`))
	k.press(kb.ArrowDown)
	k.holds("an arrow does not lead to what was found", `document.activeElement.matches(".palette-hits a")`)
	k.press(kb.Escape)
	k.holds("Escape leaves the search open, or the focus lost", `!document.querySelector("dialog.palette").open && document.activeElement.matches(".menu > summary")`)

	do(t, ctx, chromedp.Navigate(base+"/scan"))
	k.opened("input[name=code]")
	k.press(a.Tag + "\r")
	k.opened(".do summary")
	k.to(".do details.main > summary")
	k.press(" ")
	k.to("#i-custodian")
	k.press("guard")
	k.to("form[action$=issue] > button.main")
	k.press("\r")
	k.opened(".note.ok")
	if got := s.Asset(a.Tag); got.Status != models.InTransit {
		t.Errorf("the item is %s", got.Status)
	}

	do(t, ctx, chromedp.Navigate(base+"/stocktakes/"+st.Number+"/count"))
	k.opened("#count")
	k.to("#count [name=condition]")
	k.press(kb.ArrowRight)
	k.press(kb.ArrowLeft)
	k.holds("an arrow does not go from one condition to the next", `document.activeElement.name === "condition"`)
	do(t, ctx, chromedp.Focus("input[name=code]"), chromedp.KeyEvent(b.Tag+"\r"), chromedp.Poll[chromedp.Void](`document.querySelector("#tally b").textContent === "1"`))
	k.holds("the next label cannot be typed at once", `document.activeElement.name === "code"`)
}

// TestARequestIsApprovedByKeysAlone begins at the first page.
func TestARequestIsApprovedByKeysAlone(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	r, err := s.Requests.Submit(s.As("commander-north"), requests.NewRequest{Unit: "NORTH-POST", Category: "radio", Quantity: 2 * models.One, Purpose: "Patrols"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, _ := browse(t, s, "chief", 360)
	k := &keyboard{t: t, ctx: ctx}
	k.opened("#inbox a")
	k.to("#inbox a[href$='" + r.Number + "']")
	k.press("\r")
	k.opened("#a-quantity")
	k.to("#a-quantity")
	k.press(kb.Backspace + "1")
	k.to("form[action$=approve] button.main")
	k.press("\r")
	k.opened(".note.ok")
	if got, err := s.Requests.Request(s.As("chief"), r.Number); err != nil || got.State != models.Approved || got.Approved != models.One {
		t.Errorf("%+v, %v", got, err)
	}
}
