package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/stocktake"
	"quartermaster/services/workshop"
)

// TestOpenPagesFollowChanges keeps pages open while others work.
func TestOpenPagesFollowChanges(t *testing.T) {
	s := open(t, false)
	a, b := s.Radio("1"), s.Radio("2")
	ctx, base := browse(t, s, "commander-north", 360)
	shows := func(script string) {
		t.Helper()
		do(t, ctx, chromedp.Poll[chromedp.Void](script))
	}
	do(t, ctx, chromedp.Navigate(base+"/"), chromedp.WaitVisible("#inbox"))
	shows(`document.querySelector("#waiting").textContent === "0"`)
	v, err := s.Custody.Draft(s.As("keeper-north"), custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "relief", Lines: []custody.NewLine{{Tag: a.Tag}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Custody.Dispatch(s.As("keeper-north"), v.Number, 0, booktest.Sign("Naveed North")); err != nil {
		t.Fatal(err)
	}
	shows(`document.querySelector("#waiting").textContent === "1" && document.querySelector("#inbox").textContent.includes("` + v.Number + `")`)

	do(t, ctx, chromedp.Navigate(base+"/workshop"), chromedp.WaitVisible("#board .empty"))
	if _, err := s.Workshop.Report(s.As("keeper-north"), b.Tag, workshop.NewDefect{What: "No sound"}); err != nil {
		t.Fatal(err)
	}
	shows(`document.querySelector("#board .card")?.textContent.includes("No sound")`)

	st := s.Stocktake("keeper-north")
	do(t, ctx, chromedp.Navigate(base+"/stocktakes/"+st.Number), chromedp.WaitVisible("#standing"))
	before := value[string](t, ctx, `document.querySelector("#standing").textContent`)
	if _, err := s.Stocktakes.Sight(s.As("keeper-north"), st.Number, stocktake.Count{Code: b.Tag}); err != nil {
		t.Fatal(err)
	}
	shows(`document.querySelector("#standing").textContent !== ` + "`" + before + "`")
}

func TestAStocktakeOfOthersCannotBeFollowed(t *testing.T) {
	s := open(t, false)
	s.Radio("1")
	st := s.Stocktake("keeper-north")
	s.signIn("keeper-coast")
	if got := s.get("/live/stocktakes/" + st.Number); got.StatusCode != 404 {
		t.Errorf("%d", got.StatusCode)
	}
}
