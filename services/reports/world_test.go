package reports_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/disposal"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
	"quartermaster/services/stock"
	"quartermaster/services/stocktake"
	"quartermaster/services/store"
	"quartermaster/services/visits"
)

// story makes a book in which each report has something to tell: items of two
// donors, a donor handover that is accepted in part, a transfer, an issue, stock that
// is used and destroyed, and flags of several ages. Names are in two scripts.
func story(t testing.TB) *booktest.World {
	t.Helper()
	w := booktest.New(t)
	ctx := w.Operator()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	life, class, residual := 60, "Communication equipment", "10"
	_, err := w.Register.EditCategory(ctx, "radio", 0, register.CategoryEdit{LifeMonths: &life, Class: &class, Residual: &residual, Threshold: &models.Money{Amount: "100", Currency: "USD"}})
	must(err)
	item := func(n register.NewAsset) *models.Asset {
		a, err := w.Register.TakeOnCharge(ctx, n)
		must(err)
		return a
	}
	usd := func(amount string) *models.Money { return &models.Money{Amount: amount, Currency: "USD"} }
	scanner := item(register.NewAsset{Name: "Portable X-ray scanner", Category: "scanner", Make: "Rapiscan", Model: "920DX", Serial: "RX-77", Unit: "NORTH-STORE", Grant: "A-2025", Condition: "new",
		AcquiredOn: "2026-01-10", Supplier: "Supplier, Inc.", Order: "PO-12", Cost: usd("48250.50"), Accounting: models.Accounting{Share: "80", Invoice: "INV-9", Use: "as_intended", UseVerifiedOn: "2026-03-20"}})
	item(register.NewAsset{Name: `=HYPERLINK("http://evil","سرچ لائٹ")`, Category: "radio", Serial: "@SUM(1)", Unit: "NORTH-STORE", Grant: "A-2025", AcquiredOn: "2025-06-30",
		Cost: &models.Money{Amount: "90000", Currency: "PKR"}, Accounting: models.Accounting{Value: &models.Valuation{Currency: "USD", Rate: "0.0036", On: "2025-06-30"}}})
	item(register.NewAsset{Name: "Charger", Category: "radio", Unit: "NORTH-STORE", Grant: "A-2025", AcquiredOn: "2026-02-01", Cost: usd("25")})
	radio := w.Radio("R-1")
	item(register.NewAsset{Name: "Patrol vehicle", Category: "vehicle", Unit: "SOUTH-STORE", Grant: "B-2026", Fields: map[string]any{"registration": "ABC-1"}, Cost: usd("30000")})
	w.Courses(models.Demand{Course: "voice", Without: "warn"})
	w.Trained("guard", "voice", "2026-02-20")
	w.Trained("commander-north", "voice", "2025-08-01") // lapsed since
	kits := w.Kits(20*models.One, "2026-12-31")
	w.Pass(24 * time.Hour)

	v, err := w.Custody.Draft(ctx, custody.NewVoucher{Kind: models.HandoverVoucher, From: "DONOR-A", To: "NORTH-STORE", Agreement: "LoA 2025/17", Lines: []custody.NewLine{{Tag: scanner.Tag}, {Tag: radio.Tag}}})
	must(err)
	_, err = w.Custody.Dispatch(ctx, v.Number, 0, booktest.Sign("Dana Donor"))
	must(err)
	w.Pass(2 * time.Hour)
	_, err = w.Custody.Accept(ctx, v.Number, 0, custody.Acceptance{Signature: booktest.Sign("نوید شمالی"), Lines: []custody.LineReceipt{{Line: 1, Accepted: true, Condition: "new"}, {Line: 2, Remark: "aerial broken"}}})
	must(err)
	w.Pass(24 * time.Hour)
	_, err = w.Custody.Issue(ctx, radio.Tag, 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard", Receipt: booktest.Sign("Gul Guard")})
	must(err)
	_, err = w.Custody.Transfer(ctx, scanner.Tag, 0, custody.Transfer{Unit: "SOUTH-STORE", Receipt: booktest.Sign("Sana South")})
	must(err)
	_, err = w.Stock.Consume(ctx, kits.Code, stock.Use{Unit: "NORTH-STORE", Quantity: 3 * models.One, Purpose: "Search of a lorry", Reference: "TKM/41", Result: "LAB-310"})
	must(err)
	w.Pass(time.Hour)
	st := w.Stocktake()
	_, err = w.Stocktakes.Sight(w.As("commander-north"), st.Number, stocktake.Count{Code: radio.Tag, Condition: "good", Remark: "seal broken"})
	must(err)
	_, err = w.Stocktakes.Close(w.As("keeper-north"), st.Number, 0, stocktake.Closing{Signatures: []*custody.Signed{booktest.Sign("Kamran Commander"), booktest.Sign("Naveed North")}})
	must(err)
	_, err = w.Maintenance.AddSchedule(ctx, maintenance.NewSchedule{Name: "Yearly check", Category: "scanner", Months: 1})
	must(err)
	_, err = w.Maintenance.Record(ctx, radio.Tag, 0, maintenance.NewService{By: "Radio workshop", Labour: usd("12.50"), Work: []models.Work{{What: "Aerial renewed", Done: true}, {What: "Test report", Done: false}}})
	must(err)
	for _, c := range []flags.Cause{
		{Subject: ledger.Subject(store.Assets, radio.ID), Ref: radio.Tag, What: models.Plain(radio.Name), Detail: models.Say("was due back"), Since: "2026-03-01", Unit: "NORTH-POST", Path: []string{"AGENCY", "NORTH", "NORTH-POST"}, Owner: "guard", Donor: "DONOR-A", Grant: "A-2025"},
		{Subject: ledger.Subject(store.Assets, scanner.ID), Ref: scanner.Tag, What: models.Plain(scanner.Name), Detail: models.Say("is not seen"), Since: "2025-08-01", Unit: "SOUTH-STORE", Path: []string{"AGENCY", "SOUTH", "SOUTH-STORE"}, Donor: "DONOR-A", Grant: "A-2025"},
	} {
		entries, err := w.Flags.Opening(ctx, models.OverdueReturn, c)
		must(err)
		must(w.Book.Commit(ctx, entries...))
	}
	w.Limits()
	_, err = w.Disposal.Report(w.As("keeper-north"), disposal.NewLoss{Tag: w.TagOf(3), Kind: models.Damage, On: "2026-04-01", Where: "Charging room", What: "Fell into water", Condition: "poor"})
	must(err)
	_, err = w.Disposal.Propose(w.As("keeper-north"), disposal.Proposal{Tag: w.TagOf(2), Ground: "obsolete", Why: "Analogue"})
	must(err)
	visit, err := w.Visits.Plan(w.As("auditor-a"), visits.NewVisit{Name: "Yearly visit", Scope: models.VisitScope{Category: "radio"}, On: w.Book.Today(), Sample: &models.Sample{Size: 1, Seed: 4}})
	must(err)
	_, err = w.Visits.Begin(w.As("auditor-a"), visit.Number, 0)
	must(err)
	yes := true
	_, err = w.Visits.See(w.As("auditor-a"), visit.Number, visits.Look{Code: radio.Tag, Outcome: models.ItemSeen, Use: "as_intended", UsedFor: "Patrols", Needed: &yes, Condition: "good"})
	must(err)
	_, err = w.Visits.Check(w.As("auditor-a"), visit.Number, 0, visits.Answers{Answers: []visits.Answer{{Question: 1, Answer: "no", Remark: "the fence is down"}}})
	must(err)
	f, err := w.Visits.Raise(w.As("auditor-a"), visit.Number, 0, visits.NewFinding{Severity: "major", What: "The fence of the post is down.", Unit: "NORTH-POST", Due: w.Book.Today().Plus(30)})
	must(err)
	_, err = w.Visits.Answer(w.As("commander-north"), f.Number, 0, visits.FollowUp{Text: "Wire was bought.", Evidence: "PO-31"})
	must(err)
	return w
}

// pull makes a report as a file and returns its content.
func pull(t testing.TB, w *booktest.World, who, kind, format string, q models.ReportQuery) []byte {
	t.Helper()
	file, err := w.Reports.Pull(w.As(who), kind, format, q)
	if err != nil {
		t.Fatalf("%s as %s: %v", kind, format, err)
	}
	defer file.Close()
	var content bytes.Buffer
	if _, err := io.Copy(&content, file); err != nil {
		t.Fatal(err)
	}
	return content.Bytes()
}
