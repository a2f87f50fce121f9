package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

const issueForm = "details[data-if='can.issue']"

// issueOutOfReach issues an item to the guard on a phone without a network.
func issueOutOfReach(t *testing.T, p *phone, base, tag string) {
	t.Helper()
	do(t, p, chromedp.Navigate(base+"/assets/"+tag), chromedp.WaitVisible(issueForm+" > summary"), chromedp.Click(issueForm+" > summary"),
		chromedp.SetValue("#i-custodian", "guard"), chromedp.Click(issueForm+" button.main"), chromedp.WaitVisible("#waiting"))
	if says := value[string](t, p, `document.querySelector("#waiting li").textContent`); !strings.Contains(says, "Issued") {
		t.Errorf("waiting is %q", says)
	}
}

// TestWhatTheBookDoesNotTakeIsAsked issues an item out of reach that somebody else
// issues meanwhile, signs out with that unanswered, lets another use the phone, and
// answers it.
func TestWhatTheBookDoesNotTakeIsAsked(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	n := s.serveOnNetwork(t)
	p := openPhone(t, t.TempDir())
	p.console.expect(outOfReach, refused(409, "/assets/"+a.Tag+"/issue"))
	s.signOnto(t, p, n.base(), "keeper-north")
	s.carries(t, p, 1)
	n.set(true)
	issueOutOfReach(t, p, n.base(), a.Tag)
	if _, err := s.Custody.Issue(s.Operator(), a.Tag, 0, custody.Issue{Custodian: "relief", Receipt: booktest.Sign("Rashid Relief")}); err != nil {
		t.Fatal(err)
	}
	n.set(false)
	do(t, p, chromedp.Navigate(n.base()+"/outbox"), chromedp.WaitVisible(".question .timeline"))
	says := value[string](t, p, `document.querySelector(".question").innerText`)
	for _, story := range []string{"guard", "already issued to relief of NORTH-POST", "Custodian: relief"} {
		if !strings.Contains(says, story) {
			t.Errorf("the question lacks %q: %s", story, says)
		}
	}

	do(t, p, chromedp.Click("header .menu summary"), chromedp.WaitVisible("form[action='/sign-out'] button"), chromedp.Click("form[action='/sign-out'] button"), chromedp.WaitVisible("#leave button[value=leave]"),
		chromedp.Click("#leave button[value=leave]"), chromedp.WaitVisible("#username"))
	until(t, p, `await count("lines") + await count("things") === 0 && await count("outbox") === 1`)
	s.signOnto(t, p, n.base(), "keeper-south")
	do(t, p, chromedp.Navigate(n.base()+"/outbox"), chromedp.WaitVisible("#sealed"))
	if text := value[string](t, p, `document.querySelector("#sealed").innerText`); !strings.Contains(text, "Naveed North") || value[int](t, p, `document.querySelectorAll(".question").length`) != 0 {
		t.Errorf("another sees %q", text)
	}
	do(t, p, chromedp.Navigate(n.base()+"/me"), chromedp.Click("header .menu summary"), chromedp.WaitVisible("form[action='/sign-out'] button"), chromedp.Click("form[action='/sign-out'] button"), chromedp.WaitVisible("#username"))
	s.signOnto(t, p, n.base(), "keeper-north")
	s.carries(t, p, 1)
	do(t, p, chromedp.Navigate(n.base()+"/outbox"), chromedp.WaitVisible(".question input[name=remark]"), chromedp.SendKeys(".question input[name=remark]", "The guard has it; the relief signed for another."),
		chromedp.Click(".question button[value=noted]"), chromedp.WaitVisible("#nothing"))
	e, err := s.Book.Latest(t.Context(), ledger.Subject(store.Assets, a.ID))
	if err != nil || e.Kind != "asset.noted" || !strings.Contains(e.Reason, "The guard has it") || e.HappenedAt == nil {
		t.Errorf("%+v, %v", e, err)
	}
	if holder := s.Asset(a.Tag).Custodian; holder != "relief" {
		t.Errorf("it was forced: %s has it", holder)
	}
	kept, err := s.Phone.Unbooked(s.As("keeper-north"), "", 10)
	if err != nil || len(kept.Records) != 1 {
		t.Fatalf("%d kept, %v", len(kept.Records), err)
	}
	u, err := store.Decode[models.Unbooked](kept.Records[0])
	if err != nil || u.Outcome != models.Noted || u.Fields["custodian"] != "guard" || !strings.Contains(u.Refusal, "already issued") {
		t.Errorf("%+v, %v", u, err)
	}
}

// TestAPhoneOfWhoWasSignedOutIsWiped ends somebody's sign-in from outside; a phone
// whose sign-in only lasted its time keeps what it carries.
func TestAPhoneOfWhoWasSignedOutIsWiped(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	n := s.serveOnNetwork(t)
	p := openPhone(t, t.TempDir())
	p.console.expect(outOfReach, refused(401, "/phone/desk"), refused(401, "/assets/"+a.Tag+"/issue"))
	s.signOnto(t, p, n.base(), "keeper-north")
	s.carries(t, p, 1)
	s.Pass(access.SessionLasts * 2)
	do(t, p, chromedp.Navigate(n.base()+"/assets"), chromedp.WaitVisible("#username"))
	if told := value[string](t, p, `fetch("/phone/desk").then((a) => a.json()).then((a) => a.field)`); told != access.Lapsed {
		t.Errorf("the phone is told that its %q ended", told)
	}
	until(t, p, `await count("lines") === 1`)
	s.signOnto(t, p, n.base(), "keeper-north")
	s.carries(t, p, 1)
	n.set(true)
	issueOutOfReach(t, p, n.base(), a.Tag)
	gone := true
	if _, err := s.Access.EditPerson(s.Operator(), "keeper-north", 0, access.PersonEdit{Inactive: &gone}); err != nil {
		t.Fatal(err)
	}
	n.set(false)
	do(t, p, chromedp.Navigate(n.base()+"/assets"), chromedp.WaitVisible("#username"))
	until(t, p, `await count("lines") + await count("things") === 0 && await count("outbox") === 1`)
	if status := s.Asset(a.Tag).Status; status != models.InStore {
		t.Errorf("what was done by who was signed out was sent: %s", status)
	}
}
