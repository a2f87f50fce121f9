package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/stocktake"
)

// TestAStocktakeWithoutJavaScript opens one, counts with the plain form, has a line
// counted again, and closes it with two signatures.
func TestAStocktakeWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	tags := s.Radios(3)
	s.signIn("keeper-north")
	form := s.get("/stocktakes/new")
	form.has(t, 200, "Naveed North", "Kamran Commander")
	fill := func(do string, more ...string) url.Values {
		return form.fill(append([]string{"do", do, "name", "Yearly count", "officers", "chief", "officers", "commander-north", "deadline", "2026-04-30"}, more...)...)
	}
	s.post("/stocktakes/new", fill("preview", "unit", "NORTH")).has(t, 200, "<b>3 items</b>", "<b>3</b> to count", `value="Yearly count"`)
	late := fill("open")
	late.Set("deadline", "2026-03-01")
	s.post("/stocktakes/new", late).has(t, 422, "has passed", `value="Yearly count"`, `value="chief" checked`)
	s.post("/stocktakes/new", fill("open")).has(t, 303)
	at := "/stocktakes/ST-NORTH-2026-0001"
	s.get(at).has(t, 200, "Opened", tags[0], "3 outstanding", "Kamran Commander")
	s.Pass(time.Minute)

	s.signIn("chief")
	s.get("/").has(t, 200, "To count", "Yearly count")
	counting := s.get(at + "/count")
	counting.has(t, 200, "of 3", "autofocus")
	p := s.post(at+"/count", counting.fill("code", tags[0], "condition", "good", "in_use", "yes", "location", "Shelf 4"))
	p.has(t, 303)
	counting = s.get(p.Header.Get("Location"))
	counting.has(t, 200, `data-outcome="ok"`, "Counted", tags[0], `value="good" checked`, `value="Shelf 4"`)
	s.post(at+"/count", counting.fill("code", tags[0])).has(t, 409, `data-outcome="known"`, "was counted already, by Chaudhry Chief")
	s.post(at+"/count", s.get(at+"/count").fill("code", "what", "remark", "torn label")).has(t, 422, `data-outcome="bad"`, "is no tag", `value="torn label"`, `value="what"`)
	s.post(at+"/count", s.get(at+"/count").fill("code", s.TagOf(999))).has(t, 303)
	s.get(at+"?state=unknown").has(t, 200, s.TagOf(999))

	s.signIn("keeper-north")
	page := s.get(at + "?state=sighted")
	page.has(t, 200, "Chaudhry Chief", "Good", "in use")
	s.post(at+"/recount?state=sighted", page.fill("code", tags[0], "reason", "spot check")).has(t, 303)
	s.get(at+"?state=recount").has(t, 200, tags[0], "To be counted again")
	page = s.get(at)
	s.post(at+"/close", page.fill("drawing", booktest.Drawing, "signed_name", "Naveed North", "remarks", "Two are looked for")).has(t, 422, "required of two people", "Two are looked for")
	page = s.get(at)
	s.post(at+"/close", page.fill("drawing", booktest.Drawing, "signed_name", "Naveed North", "drawing", booktest.Drawing, "signed_name", "Kamran Commander")).has(t, 303)
	s.get(at).has(t, 200, "Closed", "2 unaccounted", tags[1])
	s.get(at+"/result").has(t, 200, "Unaccounted", tags[2], "Nobody verified what they are custodian of", "Kamran Commander", "SHA-256")
	s.get(at+"/count").has(t, 200, "nothing more is counted")
	s.get("/assets/"+tags[0]).has(t, 200, "Counted in a stocktake")
}

// TestAScanIsNotedUnlessAnotherSiteLinksToIt tells a scan from a link by what the
// browser says of where it comes from.
func TestAScanIsNotedUnlessAnotherSiteLinksToIt(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	tag := s.Radios(1)[0]
	s.signIn("keeper-north")
	for _, c := range []struct {
		path, from string
		noted      bool
	}{
		{"/scan?code=" + tag, "", false}, {"/scan?code=" + tag, "cross-site", false}, {"/t/" + tag, "cross-site", false},
		{"/scan?code=" + tag, "same-origin", true}, {"/t/" + tag, "none", true},
	} {
		before := s.Asset(tag).Version
		s.getFrom(c.path, c.from).has(t, 303)
		if noted := s.Asset(tag).Version > before; noted != c.noted {
			t.Errorf("%s from %q: noted %v", c.path, c.from, noted)
		}
		s.Pass(2 * time.Hour)
	}
}

// TestTwentyLabelsAreCountedWithAScanner counts on a phone with something that
// types, some labels twice and one mistyped, without leaving the page.
func TestTwentyLabelsAreCountedWithAScanner(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	tags := s.Radios(22)
	st := s.Stocktake()
	s.Pass(time.Minute)
	counting := "/stocktakes/" + st.Number + "/count"
	ctx, base := browse(t, s, "chief", 360, refused(409, counting), refused(422, counting)) // a label twice, and one mistyped
	do(t, ctx, chromedp.Navigate(base+counting), chromedp.WaitReady("#count"), chromedp.Poll[chromedp.Void]("document.activeElement.name === 'code'"))
	value[bool](t, ctx, "(window.untouched = true)")
	do(t, ctx, chromedp.Click("input[name=condition][value=good] + span"), chromedp.Poll[chromedp.Void]("document.activeElement.name === 'code'"))
	said := func(outcome, word string) {
		t.Helper()
		do(t, ctx, chromedp.Poll[chromedp.Void](`document.querySelector("#outcome").dataset.outcome === "`+outcome+`" && document.querySelector("#outcome").textContent.includes("`+word+`")`))
	}
	for _, tag := range tags[:20] { // as fast as it types
		do(t, ctx, chromedp.SendKeys("input[name=code]", "HTTPS://QM.EXAMPLE.ORG/T/"+tag+"\n"))
	}
	do(t, ctx, chromedp.Poll[chromedp.Void](`document.querySelector("#tally b").textContent === "20"`))
	do(t, ctx, chromedp.SendKeys("input[name=code]", tags[3]+"\n"))
	said("known", "was counted already, by Chaudhry Chief")
	do(t, ctx, chromedp.SendKeys("input[name=code]", "QM-123456-0\n"))
	said("bad", "is mistyped")
	do(t, ctx, chromedp.SendKeys("input[name=code]", s.TagOf(4_444)+"\n"))
	said("odd", "Nothing on charge has this label")
	if kept := value[bool](t, ctx, "window.untouched === true && document.querySelector('[name=condition]:checked').value === 'good' && document.activeElement.name === 'code'"); !kept {
		t.Error("the page was left, or what was chosen is gone")
	}
	shown, err := s.Stocktakes.Stocktake(s.As("keeper-north"), st.Number)
	if err != nil || shown.Tally != (models.Tally{Expected: 22, Sighted: 20, Outstanding: 2, Unknown: 1}) || s.Asset(tags[0]).Condition != "good" {
		t.Errorf("%+v, %v", shown, err)
	}
}

// countedAtLength fills a stocktake with long names for the pages that show it.
func countedAtLength(t *testing.T, s *site, tag, long string) {
	t.Helper()
	officers := []string{"chief", "admin"}
	open := func() *models.Stocktake {
		t.Helper()
		st, err := s.Stocktakes.Open(s.Operator(), stocktake.NewStocktake{Name: long, Deadline: booktest.Deadline, Officers: officers, Scope: models.StocktakeScope{Unit: "AGENCY", Lots: true}})
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	closed, running := open(), open()
	s.Pass(time.Minute)
	for _, count := range []stocktake.Count{{Code: tag, Condition: "unserviceable", Remark: long, Location: strings.Repeat("Shelf ", 16)}, {Code: strings.Repeat("STICKER", 12), Unlabelled: true, Remark: long}} {
		for _, st := range []*models.Stocktake{closed, running} {
			if _, err := s.Stocktakes.Sight(s.As("chief"), st.Number, count); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := s.Stocktakes.Close(s.Operator(), closed.Number, 0, stocktake.Closing{Remarks: long, Signatures: []*custody.Signed{booktest.Sign("A"), booktest.Sign(strings.Repeat("Second ", 20))}}); err != nil {
		t.Fatal(err)
	}
}
