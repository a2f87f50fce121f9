package jobs_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"quartermaster/jobs"
	"quartermaster/models"
	"quartermaster/services/backup"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/flags"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

const day = 24 * time.Hour

// world is a book with its jobs.
type world struct {
	*booktest.World
	t *testing.T
}

func open(t *testing.T) world {
	w := world{booktest.New(t), t}
	w.Backups.Settings = backup.Settings{Folder: t.TempDir(), Keep: backup.Keep{Daily: 2}, Late: 50 * time.Hour}
	w.Timetable.Instance = "test"
	if err := w.Timetable.Plan(jobs.Table(w.House), nil); err != nil {
		t.Fatal(err)
	}
	return w
}

// run runs a job and checks what it found, opened and closed.
func (w world) run(name string, found, opened, closed int) {
	w.t.Helper()
	l, err := w.Timetable.Run(w.As("admin"), name)
	if err != nil || l.Last == nil || l.Last.Error != "" {
		w.t.Fatalf("%s: %+v, %v", name, l, err)
	}
	if l.Last.Found != found || l.Last.Opened != opened || l.Last.Closed != closed {
		w.t.Errorf("%s on %s found %d, opened %d, closed %d; wanted %d, %d, %d", name, w.Book.Today(), l.Last.Found, l.Last.Opened, l.Last.Closed, found, opened, closed)
	}
}

// on lets time pass until a day.
func (w world) on(d models.Day) { w.Pass(time.Duration(d.Since(w.Book.Today())) * day) }

// flag returns the one flag of a kind that who sees; nil for none.
func (w world) flag(who string, kind models.FlagKind) *models.Flag {
	w.t.Helper()
	page, err := w.Flags.List(w.As(who), flags.Filter{Kind: string(kind)}, "", 10)
	if err != nil || len(page.Records) > 1 {
		w.t.Fatalf("%d flags, %v", len(page.Records), err)
	}
	if len(page.Records) == 0 {
		return nil
	}
	f, err := store.Decode[models.Flag](page.Records[0])
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func (w world) must(_ any, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestOverdueReturns(t *testing.T) {
	w := open(t)
	a := w.Radio("1")
	w.must(w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard", DueBack: "2026-04-30"}))
	a = w.Accept(w.Asset(a.Tag))
	w.on("2026-04-30")
	w.run("overdue_returns", 0, 0, 0)
	w.on("2026-05-01")
	w.run("overdue_returns", 1, 1, 0)
	w.run("overdue_returns", 1, 0, 0)
	f := w.flag("keeper-north", models.OverdueReturn)
	if f == nil || f.Ref != a.Tag || f.Owner != "guard" || f.Unit != "NORTH-POST" || f.Since != "2026-04-30" || f.Detail != "due back on 30 April 2026" {
		t.Errorf("%+v", f)
	}
	for who, sees := range map[string]bool{"keeper-south": false, "auditor-a": true, "chief": true} {
		if (w.flag(who, models.OverdueReturn) != nil) != sees {
			t.Errorf("%s sees it: %t", who, !sees)
		}
	}
	w.must(w.Custody.Return(w.As("keeper-north"), a.Tag, 0, custody.Return{}))
	if f := w.flag("admin", models.OverdueReturn); f != nil {
		t.Errorf("it came back: %+v", f)
	}
	w.run("overdue_returns", 0, 0, 0)
}

// TestALoanThatIsOverdueIsSeenByWhoLent goes over a month's end.
func TestALoanThatIsOverdueIsSeenByWhoLent(t *testing.T) {
	w := open(t)
	a := w.Radio("1")
	v, err := w.Custody.Draft(w.As("keeper-north"), custody.NewVoucher{Kind: models.LoanVoucher, From: "NORTH-STORE", To: "COAST-STORE", Operation: "OP", DueBack: "2026-06-30", Lines: []custody.NewLine{{Tag: a.Tag}}})
	w.must(v, err)
	w.must(w.Custody.Dispatch(w.As("keeper-north"), v.Number, 0, booktest.Sign("Naveed North")))
	w.must(w.Custody.Accept(w.As("keeper-coast"), v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Kiran Coast")}))
	w.on("2026-07-01")
	w.run("overdue_returns", 1, 1, 0)
	for _, who := range []string{"keeper-north", "keeper-coast"} {
		if f := w.flag(who, models.OverdueReturn); f == nil || f.Unit != "COAST-STORE" || !strings.HasPrefix(f.Detail, "on loan from NORTH-STORE") {
			t.Errorf("%s: %+v", who, f)
		}
	}
}

func TestUnaccounted(t *testing.T) {
	w := open(t)
	never, seen := w.Radio("1"), w.Radio("2")
	short := 30
	w.must(w.Register.EditCategory(w.Operator(), "vehicle", 0, register.CategoryEdit{SeenWithin: &short}))
	w.on("2027-03-31")
	w.run("unaccounted", 0, 0, 0)
	w.must(w.Custody.Issue(w.As("keeper-north"), seen.Tag, 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}))
	w.on("2027-04-01")
	w.run("unaccounted", 1, 1, 0)
	if f := w.flag("keeper-north", models.Unaccounted); f == nil || f.Ref != never.Tag || f.Detail != "not seen since it was taken on charge on 31 March 2026" || f.Since != "2027-04-01" {
		t.Errorf("%+v", f)
	}
	w.must(w.Custody.Issue(w.As("keeper-north"), never.Tag, 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard"}))
	w.Accept(w.Asset(never.Tag))
	if f := w.flag("admin", models.Unaccounted); f != nil {
		t.Errorf("somebody signed for it: %+v", f)
	}
	w.on("2028-03-31") // a leap year has passed
	w.run("unaccounted", 1, 1, 0)
	w.must(w.Register.EditCategory(w.Operator(), "radio", 0, register.CategoryEdit{SeenWithin: &short}))
	w.run("unaccounted", 2, 1, 0)
}

func TestWarrantiesEnding(t *testing.T) {
	w := open(t)
	a := w.Radio("1")
	leap := models.Day("2028-02-29")
	w.must(w.Register.Edit(w.Operator(), a.Tag, 0, register.AssetEdit{WarrantyTo: &leap}))
	for _, c := range []struct {
		on                    models.Day
		found, opened, closed int
	}{{"2027-12-30", 0, 0, 0}, {"2027-12-31", 1, 1, 0}, {"2028-02-29", 1, 0, 0}, {"2028-03-01", 0, 0, 1}} {
		w.on(c.on)
		w.run("warranties", c.found, c.opened, c.closed)
	}
}

func TestExpiry(t *testing.T) {
	w := open(t)
	lot := w.Kits(20*models.One, "2026-08-31")
	for _, c := range []struct {
		on                    models.Day
		found, opened, closed int
		within                string
	}{
		{"2026-06-01", 0, 0, 0, ""}, {"2026-06-02", 1, 1, 0, "within 90 days"}, {"2026-07-01", 1, 0, 0, "within 90 days"},
		{"2026-07-02", 1, 0, 0, "within 60 days"}, {"2026-08-01", 1, 0, 0, "within 30 days"}, {"2026-08-31", 1, 0, 0, "within 30 days"}, {"2026-09-01", 0, 0, 1, ""},
	} {
		w.on(c.on)
		w.run("expiring", c.found, c.opened, c.closed)
		f := w.flag("keeper-north", models.Expiring)
		if (f != nil) != (c.within != "") || f != nil && (!strings.Contains(f.Detail, c.within) || f.Since != "2026-08-31" || f.Ref != lot.Code) {
			t.Errorf("on %s: %+v", c.on, f)
		}
	}
	w.run("expired", 1, 1, 0)
	at := stock.Correction{Unit: "NORTH-STORE", Quantity: 8 * models.One, Reason: "burnt"}
	w.must(w.Stock.Dispose(w.As("keeper-north"), lot.Code, at))
	if f := w.flag("admin", models.Expired); f == nil {
		t.Error("some of it is still there")
	}
	w.run("expired", 1, 0, 0)
	if f := w.flag("admin", models.Expired); f == nil || !strings.HasPrefix(f.Detail, "12 test: expired") {
		t.Errorf("%+v", f)
	}
	at.Quantity = 12 * models.One
	w.must(w.Stock.Dispose(w.As("keeper-north"), lot.Code, at))
	if f := w.flag("admin", models.Expired); f != nil {
		t.Errorf("nothing is left of it: %+v", f)
	}
	w.run("expired", 0, 0, 0)
}

func TestLowStock(t *testing.T) {
	w := open(t)
	lot := w.Kits(10*models.One, "2026-12-31")
	w.must(w.Stock.SetLevel(w.As("keeper-north"), "kit", 0, models.Level{Unit: "NORTH-STORE", Reorder: 10 * models.One}))
	w.run("low_stock", 0, 0, 0)
	w.must(w.Stock.Consume(w.As("keeper-north"), lot.Code, stock.Use{Unit: "NORTH-STORE", Quantity: models.One, Purpose: "search"}))
	w.run("low_stock", 1, 1, 0)
	if f := w.flag("keeper-north", models.LowStock); f == nil || f.Detail != "9 test on hand, order at 10" || f.Since != "2026-03-31" {
		t.Errorf("%+v", f)
	}
	w.Pass(day)
	w.must(w.Stock.Consume(w.As("keeper-north"), lot.Code, stock.Use{Unit: "NORTH-STORE", Quantity: 5 * models.One, Purpose: "search"}))
	w.run("low_stock", 1, 0, 0)
	if f := w.flag("keeper-north", models.LowStock); f == nil || f.Detail != "4 test on hand, order at 10" || f.Since != "2026-03-31" {
		t.Errorf("%+v", f)
	}
	w.Kits(5*models.One, "2027-12-31")
	if f := w.flag("admin", models.LowStock); f == nil {
		t.Error("nine are not enough")
	}
	w.Kits(models.One, "2027-12-31")
	if f := w.flag("admin", models.LowStock); f != nil {
		t.Errorf("there is enough: %+v", f)
	}
}

func TestHandoversNotAccepted(t *testing.T) {
	w := open(t)
	a := w.Radio("1")
	draft, err := w.Custody.Draft(w.As("keeper-north"), custody.NewVoucher{Kind: models.TransferVoucher, From: "NORTH-STORE", To: "SOUTH-STORE", Lines: []custody.NewLine{{Tag: a.Tag}}})
	w.must(draft, err)
	w.on("2026-04-20")
	w.run("handovers", 0, 0, 0)
	w.must(w.Custody.Dispatch(w.As("keeper-north"), draft.Number, 0, booktest.Sign("Naveed North")))
	w.on("2026-04-23")
	w.run("handovers", 0, 0, 0)
	w.on("2026-04-24")
	w.run("handovers", 1, 1, 0)
	for who, sees := range map[string]bool{"keeper-north": true, "keeper-south": true, "keeper-coast": false, "auditor-a": true} {
		if (w.flag(who, models.HandoverUnaccepted) != nil) != sees {
			t.Errorf("%s sees it: %t", who, !sees)
		}
	}
	w.must(w.Custody.Refuse(w.As("keeper-south"), draft.Number, 0, custody.Refusal{Reason: "broken on the way"}))
	if f := w.flag("admin", models.HandoverUnaccepted); f != nil {
		t.Errorf("it was refused: %+v", f)
	}
}

func TestRequestsThatWait(t *testing.T) {
	w := open(t)
	w.Kits(10*models.One, "2027-12-31")
	ask := func(priority models.Priority) *models.Request {
		r, err := w.Requests.Submit(w.As("commander-north"), requests.NewRequest{Unit: "NORTH-POST", Item: "kit", Quantity: models.One, Purpose: "tests", Priority: priority})
		w.must(r, err)
		return r
	}
	r, routine := ask("urgent"), ask("routine")
	w.on("2026-04-03")
	w.run("requests", 0, 0, 0)
	w.on("2026-04-04")
	w.run("requests", 1, 1, 0)
	w.must(w.Requests.Approve(w.As("chief"), r.Number, 0, requests.Approval{}))
	if f := w.flag("admin", models.RequestWaiting); f != nil {
		t.Errorf("it was decided: %+v", f)
	}
	w.must(w.Requests.Decline(w.As("chief"), routine.Number, 0, "none are left"))
	w.on("2026-04-07")
	w.run("requests", 0, 0, 0)
	w.on("2026-04-08") // four days after the approval
	w.run("requests", 1, 1, 0)
	if f := w.flag("commander-north", models.RequestWaiting); f == nil || !strings.Contains(f.Detail, "storekeeper") || f.Times != 2 {
		t.Errorf("%+v", f)
	}
	w.must(w.Requests.Fulfil(w.As("keeper-north"), r.Number, requests.Fulfilment{From: "NORTH-STORE"}))
	if f := w.flag("admin", models.RequestWaiting); f != nil {
		t.Errorf("a voucher gives it: %+v", f)
	}
}

// TestEveryJobRunsOnAnEmptyBook runs the whole table, twice.
func TestEveryJobRunsOnAnEmptyBook(t *testing.T) {
	w := open(t)
	for range 2 {
		w.Timetable.Tick(context.Background())
		w.Timetable.Wait()
		w.Pass(day)
	}
	list, err := w.Timetable.List(w.As("admin"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		if l.Last == nil || l.Failing() || len(l.Recent) != 2 || l.What == "" {
			t.Errorf("%+v", l)
		}
	}
}
