package web_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/maintenance"
	"quartermaster/services/notices"
	"quartermaster/services/public"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/store"
	"quartermaster/services/workshop"
)

// program finds the browser.
func program(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no browser: install chromium")
	}
	t.Skip("no browser is installed: the pages are not tried in one; install chromium to have them tried")
	return ""
}

// browse serves the site on a port and opens a browser of a phone's width at it,
// signed in as a person of the world. An error in its console fails the test, unless it
// is expected, as listen has it.
func browse(t testing.TB, s *site, code string, width int64, expected ...string) (context.Context, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.app.Listener(listener) }()
	t.Cleanup(func() {
		s.Live.End()
		if err := s.app.Shutdown(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program(t)), chromedp.NoSandbox, chromedp.DisableGPU)
	allocated, stopBrowser := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stopBrowser)
	ctx, closeTab := chromedp.NewContext(allocated)
	t.Cleanup(closeTab)
	phone := func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 740, DeviceScaleFactor: 1, Mobile: width < 600})
		return err
	}
	if err := chromedp.Do(ctx, chromedp.Func(phone)); err != nil {
		t.Fatal(err)
	}
	listen(t, ctx, expected...)
	s.signIn(code) // sets the password
	base := "http://" + listener.Addr().String()
	person, err := s.Access.Person(s.Operator(), code)
	if err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(base+"/sign-in"), chromedp.SendKeys("#username", person.Username), chromedp.SendKeys("#password", password+"\n"), chromedp.WaitVisible("header.top"))
	return ctx, base
}

// longest is how long a step in the browser may take, with others beside it.
const longest = time.Minute

func do(t testing.TB, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("%v, on a page that says: %s", err, said(ctx))
	}
}

// said is what the page in the browser says.
func said(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname + ': ' + document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

func value[T any](t testing.TB, ctx context.Context, script string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return got
}

// draw signs in a box.
func draw(t testing.TB, ctx context.Context, box string) {
	t.Helper()
	at := value[[]float64](t, ctx, `(() => { const pad = document.querySelector("`+box+`"); pad.scrollIntoView({block: "center"}); const r = pad.getBoundingClientRect(); return [r.left, r.top]; })()`)
	pen(t, ctx, [2]float64{at[0] + 20, at[1] + 90}, [2]float64{at[0] + 60, at[1] + 30}, [2]float64{at[0] + 90, at[1] + 100}, [2]float64{at[0] + 150, at[1] + 40})
}

// TestAStorekeeperIssuesWithAScanner scans with something that types, issues and
// takes back, on a phone.
func TestAStorekeeperIssuesWithAScanner(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	ctx, base := browse(t, s, "keeper-north", 360)
	do(t, ctx, chromedp.Navigate(base+"/scan"), chromedp.WaitReady("input[name=code]"))
	if focused := value[string](t, ctx, "document.activeElement.name"); focused != "code" {
		t.Errorf("the box is not ready for a scanner: %q is", focused)
	}
	do(t, ctx, chromedp.SendKeys("input[name=code]", "HTTPS://QM.EXAMPLE.ORG/T/"+a.Tag+"\n"), chromedp.WaitVisible(".do summary"),
		chromedp.Click(".do details.main summary"), chromedp.SendKeys("#i-custodian", "guard"), chromedp.Click(".do details.main form button.main"), chromedp.WaitVisible(".note.ok"))
	draw(t, ctx, "form[action$=accept] canvas")
	do(t, ctx, chromedp.SetValue("#accept-name", "Gul Guard"), chromedp.Click("form[action$=accept] button.main"), chromedp.WaitVisible(".signature img[src^=data]"))
	do(t, ctx, chromedp.Navigate(base+"/scan?code="+a.Tag), chromedp.WaitVisible(".do summary"))
	do(t, ctx, chromedp.Click(".do details.main summary"), chromedp.Click(".do details.main form button.main"), chromedp.WaitVisible(".note.ok"))
	if now := value[string](t, ctx, "document.querySelector('.chip').textContent"); now != "In store" {
		t.Errorf("the item is %q", now)
	}
}

func TestTheRegisterSearchesWhileOneTypes(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	for _, serial := range []string{"alpha", "beta", "gamma"} {
		s.Radio(serial)
	}
	ctx, base := browse(t, s, "keeper-north", 1280)
	do(t, ctx, chromedp.Navigate(base+"/assets"), chromedp.SendKeys("form.filters input[name=q]", "gam"),
		chromedp.Poll[chromedp.Void]("document.querySelectorAll('#results tbody tr').length === 1"))
	if address := value[string](t, ctx, "location.search"); !strings.Contains(address, "q=gam") {
		t.Errorf("the address is %q", address)
	}
	do(t, ctx, chromedp.Click("#all"))
	if chosen := value[int](t, ctx, "document.querySelectorAll('#results input[name=tag]:checked').length"); chosen != 1 {
		t.Errorf("%d chosen", chosen)
	}
}

// TestNoPageIsWiderThanAPhone measures every page with long names on 360 pixels,
// and has the browser report what its policy refused.
func TestNoPageIsWiderThanAPhone(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio(strings.Repeat("SERIAL", 19))
	long := "Portable X-ray baggage inspection system with conveyor, remote console and trailer, complete set in six transport cases"
	if _, err := s.Register.Edit(s.Operator(), a.Tag, 0, editName(long)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Kits(1_000_000*models.One, "2026-05-31")
	s.Courses(models.Demand{Course: "voice", Without: models.WarnUntrained}, models.Demand{Course: "crypto", Without: models.WarnUntrained})
	s.Trained("guard", "voice", "2026-01-10")
	if _, err := s.Workshop.Report(s.As("keeper-north"), a.Tag, workshop.NewDefect{What: strings.Repeat("longwordwithoutblanks", 40)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Public.Send(t.Context(), a.Tag, "192.0.2.1", public.NewReport{Kind: models.PublicFound, Text: strings.Repeat("longwordwithoutblanks", 40), Contact: strings.Repeat("0300", 40)}); err != nil {
		t.Fatal(err)
	}
	s.Trained("guard", "crypto", "2026-01-10")
	if _, err := s.Register.SetContents(s.Operator(), a.Tag, 0, register.Contents{Parts: []register.Part{{Name: long, Quantity: 12 * models.One, Missing: models.One}}}); err != nil {
		t.Fatal(err)
	}
	for _, lines := range [][]custody.NewLine{{{Tag: a.Tag}}, {{Item: "kit", Quantity: 5 * models.One}}} {
		v, err := s.Custody.Draft(s.As("keeper-north"), custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "relief", Note: long, Lines: lines})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Custody.Dispatch(s.As("keeper-north"), v.Number, 0, booktest.Sign(strings.Repeat("Naveed North ", 12))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Requests.Submit(s.As("commander-north"), requests.NewRequest{Unit: "NORTH-POST", Category: "radio", Make: long, Quantity: 1000 * models.One, Purpose: long, Priority: "immediate"}); err != nil {
		t.Fatal(err)
	}
	given, err := s.Requests.Submit(s.As("commander-north"), requests.NewRequest{Unit: "NORTH-POST", Item: "kit", Quantity: 1_000_000 * models.One, Purpose: long})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Requests.Approve(s.As("chief"), given.Number, 0, requests.Approval{Remarks: long}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Requests.Fulfil(s.As("keeper-north"), given.Number, requests.Fulfilment{From: "NORTH-STORE"}); err != nil {
		t.Fatal(err)
	}
	rewrite(t, s, "V-NORTH-STORE-2026-0002")
	truck := s.truck(t)
	if _, err := s.Register.Edit(s.Operator(), truck.Tag, 0, editName(long)); err != nil {
		t.Fatal(err)
	}
	serviced, err := s.Maintenance.Record(s.As("workshop"), truck.Tag, 0, maintenance.NewService{On: "2026-03-01", Schedules: []string{"Oil and filters"}, Note: long, By: long, Labour: &models.Money{Amount: "123456789012345.5", Currency: "PKR"},
		Parts: []models.Part{{Name: long, Quantity: 123456 * models.One}}, Certificate: &models.Certificate{Number: strings.Repeat("CERT", 30), Issuer: long, Expiry: "2026-03-02"}, Readings: []maintenance.NewReading{{Value: 1_000_000 * models.One}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Maintenance.ReadMeter(s.Operator(), truck.Tag, 0, maintenance.NewReading{Value: 1_001_000 * models.One}); err != nil {
		t.Fatal(err)
	}
	countedAtLength(t, s, a.Tag, long)
	watched := s.watch(a, long)
	hook, err := s.Notices.AddWebhook(s.As("admin"), notices.NewWebhook{Name: long, URL: "https://hooks.invalid/" + strings.Repeat("a", 300), Events: []string{"asset.taken_on_charge"}})
	if err != nil {
		t.Fatal(err)
	}
	s.Radio(long)
	if _, err := s.Notices.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	told, _, err := s.Notices.Messages(s.As("admin"), notices.Filter{}, "", 1)
	if err != nil || len(told) != 1 {
		t.Fatalf("%d messages, %v", len(told), err)
	}
	ended := append(endedAtLength(t, s, long), visitedAtLength(t, s)...)
	ended = append(ended, sharedAtLength(t, s)...)
	ctx, base := browse(t, s, "admin", 360, refused(422, "/reports/movements?from=x"), refused(404, "/scan?code=nothing"), refused(422, "/assets/QM-000001-4"))
	for _, path := range append(ended, "/notices", "/notices/webhooks/new", "/notices/webhooks/"+hook.ID, "/notices/messages/"+told[0].ID,
		"/care", "/care/calendar?month=2025-11", "/care/figures", "/care/schedules", "/care/schedules/"+truck.Care.Plans[0].Schedule, "/assets/"+truck.Tag+"/service", "/assets/"+truck.Tag, "/assets/"+truck.Tag+"/services/"+serviced.ID,
		"/start", "/help", "/help/admin", "/search", "/search?q=radio", "/stocktakes", "/stocktakes/new", "/stocktakes/ST-AGENCY-2026-0001", "/stocktakes/ST-AGENCY-2026-0001/result", "/stocktakes/ST-AGENCY-2026-0002", "/stocktakes/ST-AGENCY-2026-0002?state=sighted",
		"/stocktakes/ST-AGENCY-2026-0002?state=unknown", "/stocktakes/ST-AGENCY-2026-0002/count", "/", "/findings", watched, "/jobs", "/vouchers", "/vouchers/V-NORTH-STORE-2026-0003", "/requests/R-NORTH-POST-2026-0002", "/vouchers/V-NORTH-STORE-2026-0001", "/vouchers/V-NORTH-STORE-2026-0002", "/vouchers/new", "/vouchers/new?kind=loan", "/vouchers/new?kind=handover",
		"/vouchers/new?kind=taking_over&sender=guard", "/requests", "/requests/new", "/requests/R-NORTH-POST-2026-0001", "/stock", "/stock/kit", "/lots/LOT-000001-3", "/assets/"+a.Tag+"/kit", "/assets", "/assets/"+a.Tag, "/assets/"+a.Tag+"/edit", "/assets/new", "/assets/new?category=vehicle", "/assets/import",
		"/categories/radio",
		"/scan", "/outbox", "/offline/start", "/offline/scan", "/offline/asset", "/offline/service", "/offline/voucher", "/offline/count", "/offline/outbox", "/reports", "/reports/register", "/reports/handover", "/reports/movements", "/reports/consumables", "/reports/depreciation", "/reports/flags", "/reports/verification", "/reports/maintenance", "/reports/made", "/reports/movements?from=x", "/ledger", "/verify", "/units", "/donors", "/categories", "/people", "/people/guard", "/people/guard/training/new", "/courses", "/units/NORTH-POST", "/public-reports", "/workshop", "/workshop/W-NORTH-STORE-2026-0001", "/people/new", "/me", "/me/password", "/me/confirm", "/me/second-factor", "/scan?code=nothing", "/assets/QM-000001-4") {
		do(t, ctx, chromedp.Navigate(base+path), chromedp.WaitReady("main"))
		if width := value[int](t, ctx, "document.documentElement.scrollWidth"); width > 360 {
			t.Errorf("%s is %d pixels wide", path, width)
		}
		if over := value[string](t, ctx, "[...document.querySelectorAll('td')].filter(c => c.offsetParent && c.textContent.trim() && c.scrollWidth > c.clientWidth + 1 && !c.closest('.scroll')).map(c => c.textContent.trim()).join(' | ')"); over != "" {
			t.Errorf("%s has text that runs out of its cell: %s", path, over)
		}
		if n := value[int](t, ctx, "[...document.querySelectorAll('input:not([type=hidden]),select,textarea')].filter(e => !e.labels?.length && !e.ariaLabel).length"); n > 0 {
			t.Errorf("%s has %d fields without a name", path, n)
		}
	}
}

// rewrite changes a line of a voucher behind the book's back.
func rewrite(t testing.TB, s *site, number string) {
	t.Helper()
	v, err := store.Get[models.Voucher](t.Context(), s.Book.Store, store.Vouchers, number)
	if err != nil {
		t.Fatal(err)
	}
	v.Lines[0].Quantity += models.One
	read := v.Version
	v.Version++
	if err := s.Book.Store.Commit(t.Context(), store.Replace(store.Vouchers, number, read, v)); err != nil {
		t.Fatal(err)
	}
}
