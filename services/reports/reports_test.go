package reports_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/disposal"
	"quartermaster/services/ledger"
	"quartermaster/services/proofs"
	"quartermaster/services/register"
	"quartermaster/services/reports"
	"quartermaster/services/stock"
	"quartermaster/services/store"
	"quartermaster/services/visits"
)

func TestBadQuestionsHaveNamedAnswers(t *testing.T) {
	w := story(t)
	for name, c := range map[string]struct {
		who, kind, format string
		q                 models.ReportQuery
		want              models.Kind
		field             string
	}{
		"a period that ends before it starts": {"admin", "movements", "csv", models.ReportQuery{From: "2026-03-02", To: "2026-03-01"}, models.Invalid, "to"},
		"a period that starts in the future":  {"admin", "movements", "csv", models.ReportQuery{From: "2026-05-01"}, models.Invalid, "from"},
		"a period that ends in the future":    {"admin", "movements", "csv", models.ReportQuery{To: "2026-05-01"}, models.Invalid, "to"},
		"as of a day in the future":           {"admin", "register", "csv", models.ReportQuery{AsOf: "2026-04-03"}, models.Invalid, "as_of"},
		"as of an instant in the future":      {"admin", "register", "csv", models.ReportQuery{AsOf: "2026-04-02T13:00:00Z"}, models.Invalid, "as_of"},
		"as of what is no day":                {"admin", "register", "csv", models.ReportQuery{AsOf: "yesterday"}, models.Invalid, "as_of"},
		"a day that is none":                  {"admin", "movements", "csv", models.ReportQuery{From: "2026-02-30"}, models.Invalid, "from"},
		"a donor that is unknown":             {"admin", "register", "csv", models.ReportQuery{Donor: "NOBODY"}, models.NotFound, "donor"},
		"a donor that is not theirs":          {"auditor-a", "register", "csv", models.ReportQuery{Donor: "DONOR-B"}, models.NotFound, "donor"},
		"a grant that is not theirs":          {"auditor-a", "handover", "csv", models.ReportQuery{Grant: "B-2026"}, models.NotFound, "grant"},
		"a grant of another donor":            {"admin", "register", "csv", models.ReportQuery{Donor: "DONOR-A", Grant: "B-2026"}, models.Invalid, "grant"},
		"a unit that is not theirs":           {"keeper-north", "register", "csv", models.ReportQuery{Unit: "SOUTH"}, models.NotFound, "unit"},
		"a unit that is unknown":              {"keeper-north", "register", "csv", models.ReportQuery{Unit: "MOON"}, models.NotFound, "unit"},
		"a category that is unknown":          {"admin", "register", "csv", models.ReportQuery{Category: "boat"}, models.NotFound, "category"},
		"a period of what has none":           {"admin", "register", "csv", models.ReportQuery{From: "2026-01-01"}, models.Invalid, "from"},
		"an unknown format":                   {"admin", "register", "docx", models.ReportQuery{}, models.Invalid, "format"},
		"an unknown kind":                     {"admin", "weather", "csv", models.ReportQuery{}, models.NotFound, "kind"},
	} {
		file, err := w.Reports.Pull(w.As(c.who), c.kind, c.format, c.q)
		var refused *models.Error
		if !errors.As(err, &refused) || refused.Kind != c.want || refused.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
		if file != nil {
			_ = file.Close()
		}
	}
	if _, err := w.Reports.Pull(t.Context(), "register", "csv", models.ReportQuery{}); models.KindOf(err) != models.Unauthenticated {
		t.Errorf("nobody signed in: %v", err)
	}
}

// TestEverybodyGetsTheirPartAlone looks for what is another's in every report.
func TestEverybodyGetsTheirPartAlone(t *testing.T) {
	w := story(t)
	w.Post(models.Person{Code: "auditor-b", Name: "Other Auditor", Username: "auditor.b", Role: models.Auditor, Donors: []string{"DONOR-B"}})
	for _, c := range []struct {
		who    string
		hidden []string // that no report of theirs holds
		shown  string   // that their register does
	}{
		{"auditor-a", []string{"Patrol vehicle", "B-2026", "DONOR-B"}, "RX-77"},
		{"auditor-b", []string{"RX-77", "R-1", "A-2025", "DONOR-A", "LOT-", "V-NORTH"}, "Patrol vehicle"},
		{"keeper-south", []string{"R-1", "LOT-", "Charger", "Gul Guard"}, "RX-77"},
		{"keeper-coast", []string{"QM-0", "LOT-", "V-NORTH", "A-2025", "B-2026"}, ""},
	} {
		for _, k := range reports.Kinds {
			content := string(pull(t, w, c.who, k.Name, "csv", models.ReportQuery{}))
			content = content[:strings.Index(content, "# quartermaster-proof")]
			for _, other := range c.hidden {
				if strings.Contains(strings.ReplaceAll(content, "what DONOR-", ""), other) && !(c.who == "keeper-south" && k.Name == "handover" && other != "LOT-") {
					t.Errorf("%s finds %q in %s:\n%s", c.who, other, k.Name, content)
				}
			}
			if k.Name == "register" && !strings.Contains(content, c.shown) {
				t.Errorf("%s does not find %q in their register", c.who, c.shown)
			}
		}
	}
}

// figures are the sections of a report, without what tells who asked for it and when.
func figures(t *testing.T, file []byte) string {
	t.Helper()
	var r struct{ Sections, Alarms json.RawMessage }
	if err := json.Unmarshal(file, &r); err != nil {
		t.Fatal(err)
	}
	return string(r.Sections) + string(r.Alarms)
}

// TestWhatWasRecoveredIsToldWhole reads a loss that ended in money.
func TestACategoryNarrowsDeliveriesAndFlags(t *testing.T) {
	w := story(t)
	for kind, c := range map[string]struct {
		category string
		q        models.ReportQuery
		has, not string
	}{
		"handover":            {"scanner", models.ReportQuery{From: "2026-01-01"}, "RX-77", "R-1"},
		"handover ":           {"radio", models.ReportQuery{From: "2026-01-01"}, "R-1", "RX-77"},
		"handover of neither": {"vehicle", models.ReportQuery{From: "2026-01-01"}, "", "RX-77"},
		"flags of damage":     {"radio", models.ReportQuery{}, "damage: Charger", "Portable X-ray scanner"},
		"flags":               {"scanner", models.ReportQuery{}, "Portable X-ray scanner", "Charger"},
	} {
		c.q.Category = c.category
		name, _, _ := strings.Cut(kind, " ")
		file, err := w.Reports.Pull(w.As("admin"), name, "csv", c.q)
		if err != nil {
			t.Fatalf("%s of %s: %v", kind, c.category, err)
		}
		text, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
		if got := string(text); !strings.Contains(got, c.has) || strings.Contains(got, c.not) {
			t.Errorf("%s of %s, with %q and without %q: %s", kind, c.category, c.has, c.not, got)
		}
	}
}

func TestWhatWasRecoveredIsToldWhole(t *testing.T) {
	w := story(t)
	usd := models.Money{Amount: "410", Currency: "USD"}
	number := "L-NORTH-STORE-2026-0002"
	must := func(_ *models.Loss, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.Disposal.Report(w.As("keeper-north"), disposal.NewLoss{Tag: w.Radio("R-9").Tag, Kind: models.Damage, On: w.Book.Today(), Where: "Gate", What: "Run over", Condition: "poor"}))
	must(w.Disposal.Appoint(w.As("admin"), number, 0, "commander-north"))
	must(w.Disposal.Conclude(w.As("commander-north"), number, 0, disposal.Findings{Findings: "Left unlocked.", Recommendation: models.RecoverCost, RecoverFrom: "Guard", Amount: &usd}))
	must(w.Disposal.Decide(w.As("admin"), number, 0, disposal.Ruling{Measure: models.RecoverCost, RecoverFrom: "Guard", Amount: &usd}))
	must(w.Disposal.Recover(w.As("admin"), number, 0, disposal.Receipt{From: "Guard", Amount: usd}))
	if csv := string(pull(t, w, "admin", "losses", "csv", models.ReportQuery{})); !strings.Contains(csv, "410 USD recovered from Guard") {
		t.Error(csv)
	}
}

// TestAPastReportStays asks for every report as of an hour, lets everything change,
// and asks for the same again.
func TestAPastReportStays(t *testing.T) {
	w := story(t)
	at := models.At(w.Now()).String()
	day := models.ReportQuery{To: "2026-04-02", From: "2026-04-01"}
	before := map[string]string{}
	for _, k := range reports.Kinds {
		q := models.ReportQuery{AsOf: at}
		if k.Period {
			q.From, q.To = day.From, day.To
		}
		before[k.Name] = figures(t, pull(t, w, "admin", k.Name, "json", q))
	}
	w.Pass(48 * time.Hour)
	ctx := w.Operator()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	name, grant, life := "Renamed", "B-2026", 12
	for number := int64(1); number <= 4; number++ {
		must(w.Register.Edit(ctx, w.TagOf(number), 0, register.AssetEdit{Name: &name, Grant: &grant, Value: &models.Valuation{}, Cost: &models.Money{Amount: "1", Currency: "EUR"}}))
	}
	must(w.Register.Retag(ctx, w.TagOf(1), 0, "lost"))
	must(w.Register.EditCategory(ctx, "radio", 0, register.CategoryEdit{LifeMonths: &life, Name: &name}))
	must(w.Register.EditUnit(ctx, "NORTH-STORE", 0, register.UnitEdit{Name: &name}))
	must(w.Custody.Transfer(ctx, w.TagOf(2), 0, custody.Transfer{Unit: "SOUTH-STORE", Receipt: booktest.Sign("S")}))
	must(w.Stock.Consume(ctx, "LOT-000001-3", stock.Use{Unit: "NORTH-STORE", Quantity: 5 * models.One, Purpose: "more"}))
	closing, err := w.Flags.Closing(ctx, ledger.Subject(store.Assets, w.Asset(w.TagOf(4)).ID), models.Say("came back"), models.OverdueReturn)
	must(nil, err)
	must(nil, w.Book.Commit(ctx, closing...))
	must(w.Disposal.Approve(w.As("admin"), "WO-NORTH-STORE-2026-0001", 0, ""))
	w.Radio("R-2")
	w.Trained("keeper-north", "voice", "2026-04-02")
	demands := []models.Demand{{Course: "crypto", Without: "warn"}}
	must(w.Register.EditCategory(ctx, "radio", 0, register.CategoryEdit{Demands: &demands}))
	must(w.Visits.Close(w.As("auditor-a"), "EV-radio-2026-0001-F1", 0, visits.FollowUp{Text: "Seen."}))
	for _, k := range reports.Kinds {
		q := models.ReportQuery{AsOf: at}
		if k.Period {
			q.From, q.To = day.From, day.To
		}
		if again := figures(t, pull(t, w, "admin", k.Name, "json", q)); again != before[k.Name] {
			t.Errorf("%s was\n%s\nand is said to have been\n%s", k.Name, before[k.Name], again)
		}
		if now := figures(t, pull(t, w, "admin", k.Name, "json", models.ReportQuery{})); now == before[k.Name] {
			t.Errorf("%s does not show what happened since", k.Name)
		}
	}
}

func TestMovementsAreToldByTheirReasonAndBalance(t *testing.T) {
	w := story(t)
	w.Pass(24 * time.Hour)
	grant := "B-2026"
	if _, err := w.Register.Edit(w.Operator(), w.TagOf(3), 0, register.AssetEdit{Grant: &grant}); err != nil {
		t.Fatal(err)
	}
	rows := func(q models.ReportQuery) map[string][]string {
		r := csv.NewReader(bytes.NewReader(pull(t, w, "admin", "movements", "csv", q)))
		r.FieldsPerRecord = -1
		all, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		byName := map[string][]string{}
		for _, row := range all {
			if len(row) == 12 {
				byName[row[0]+" "+row[2]] = row[3:]
			}
		}
		return byName
	}
	north := rows(models.ReportQuery{Unit: "NORTH", From: "2026-04-01"})
	for name, want := range map[string]string{
		"Scanner A-2025": "1 0 0 0 1 0 0 0 agrees", // transferred to the south
		"Radio A-2025":   "3 0 0 0 0 0 1 2 agrees", // the charger is another grant's
		"Radio B-2026":   "0 0 0 1 0 0 0 1 agrees",
		"Total ":         "4 0 0 1 1 0 1 3 agrees",
	} {
		if got := strings.Join(north[name], " "); got != want {
			t.Errorf("in the north, %s: %q, not %q", name, got, want)
		}
	}
	if got := strings.Join(rows(models.ReportQuery{Unit: "SOUTH", From: "2026-04-01"})["Scanner A-2025"], " "); got != "0 0 1 0 0 0 0 1 agrees" {
		t.Errorf("in the south: %s", got)
	}
}

// TestWhatDoesNotBalanceIsTold alters the register behind the ledger's back.
func TestWhatDoesNotBalanceIsTold(t *testing.T) {
	w := story(t)
	record, err := w.Register.Asset(w.Operator(), w.TagOf(1))
	if err != nil {
		t.Fatal(err)
	}
	a, err := store.Decode[models.Asset](record)
	if err != nil {
		t.Fatal(err)
	}
	a.Unit, a.Path = "COAST-STORE", []string{"COAST", "COAST-STORE"}
	if err := w.Book.Store.Commit(t.Context(), store.Replace(store.Assets, a.ID, a.Version, a)); err != nil {
		t.Fatal(err)
	}
	movement, err := store.Find[models.Movement](t.Context(), w.Book.Store, store.Query{In: store.Movements, By: "at"})
	if err != nil {
		t.Fatal(err)
	}
	movement[1].Quantity = -models.One
	if err := w.Book.Store.Commit(t.Context(), store.Replace(store.Movements, movement[1].ID, movement[1].Version, movement[1])); err != nil {
		t.Fatal(err)
	}
	for kind, alarm := range map[string]string{"movements": "ALTERED: QM-000001-3", "consumables": "DOES NOT BALANCE"} {
		content := string(pull(t, w, "admin", kind, "csv", models.ReportQuery{Unit: "AGENCY"}))
		if !strings.Contains(content, "ATTENTION,"+alarm) && !strings.Contains(content, "ATTENTION,\""+alarm) {
			t.Errorf("%s keeps silent:\n%s", kind, content)
		}
	}
}

func TestEveryPullIsAnEvent(t *testing.T) {
	w := story(t)
	pull(t, w, "auditor-a", "register", "csv", models.ReportQuery{})
	if _, err := w.Reports.Show(w.As("auditor-a"), "flags", models.ReportQuery{}); err != nil {
		t.Fatal(err)
	}
	page, err := w.Reports.List(w.As("auditor-a"), "", 10)
	if err != nil || len(page.Records) != 2 {
		t.Fatalf("%d pulls, %v", len(page.Records), err)
	}
	for _, record := range page.Records {
		event, err := w.Book.Latest(t.Context(), ledger.Subject(store.Reports, record.ID))
		if err != nil || event.Kind != "report.pulled" || event.Actor != "auditor-a" {
			t.Errorf("%+v, %v", event, err)
		}
		if _, err := w.Reports.Report(w.As("keeper-north"), record.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("somebody else sees it: %v", err)
		}
	}
}

func TestAReportIsMadeInTheBackground(t *testing.T) {
	w := story(t)
	ordered, err := w.Reports.Start(w.As("auditor-a"), "register", "xlsx", models.ReportQuery{})
	if err != nil {
		t.Fatal(err)
	}
	w.Reports.Wait()
	made, err := w.Reports.Report(w.As("auditor-a"), ordered.ID)
	if err != nil || made.State != models.ReportDone || made.Lines != 4 || made.Percent() != 100 {
		t.Fatalf("%+v, %v", made.Report, err)
	}
	file, content, err := w.Reports.Fetch(w.As("auditor-a"), ordered.ID)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(content)
	if err != nil || int64(len(raw)) != file.Size {
		t.Fatalf("%d of %d bytes, %v", len(raw), file.Size, err)
	}
	if _, err := proofs.CheckReport(raw, booktest.Key(t).Public); err != nil {
		t.Error(err)
	}
	if _, _, err := w.Reports.Fetch(w.As("keeper-north"), ordered.ID); models.KindOf(err) != models.NotFound {
		t.Errorf("somebody else fetches it: %v", err)
	}
	w.Pass(reports.Kept + time.Hour)
	if n, err := w.Reports.Sweep(w.Operator()); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, _, err := w.Reports.Fetch(w.As("auditor-a"), ordered.ID); models.KindOf(err) != models.NotFound {
		t.Errorf("fetched after a week: %v", err)
	}
	left, err := w.Book.Store.Count(t.Context(), store.Query{In: store.Files, By: "subject"})
	if err != nil || left != 0 {
		t.Errorf("%d parts are left, %v", left, err)
	}
}

// TestAReportThatWasBrokenOffIsMadeByAnother leaves a report as a program does that
// is killed in the midst of it.
func TestAReportThatWasBrokenOffIsMadeByAnother(t *testing.T) {
	w := story(t)
	now := models.At(w.Now())
	report := &models.Report{ID: "01KN72R0A0000000000000BROK", Kind: "register", Title: "Asset register", Format: "csv", By: "keeper-north", State: models.ReportRunning, AskedAt: now}
	if err := w.Book.Commit(w.Operator(), ledger.Add(store.Reports, report, "report.asked", "csv")); err != nil {
		t.Fatal(err)
	}
	if err := w.Book.Store.Commit(t.Context(), store.Insert(store.ReportProgress, report.ID, &models.ReportProgress{Report: report.ID, Worker: "gone", BeatAt: now, Base: models.Base{Version: 1}})); err != nil {
		t.Fatal(err)
	}
	if n, err := w.Reports.Work(w.Operator()); err != nil || n != 0 {
		t.Errorf("taken from somebody who is at it: %d, %v", n, err)
	}
	w.Pass(2 * time.Minute)
	w.Radio("entered since")
	if n, err := w.Reports.Work(w.Operator()); err != nil || n != 1 {
		t.Fatalf("%d made, %v", n, err)
	}
	made, err := w.Reports.Report(w.As("keeper-north"), report.ID)
	if err != nil || made.State != models.ReportDone || made.Lines != 3 {
		t.Errorf("%+v, %v", made.Report, err)
	}
}

func TestAReportOfWhoMayNoLongerSeeItFails(t *testing.T) {
	w := story(t)
	report := &models.Report{ID: "01KN72R0A0000000000000FA1L", Kind: "register", Format: "csv", By: "auditor-a", State: models.ReportWaiting, AskedAt: models.At(w.Now()), Asked: models.ReportQuery{Donor: "DONOR-A"}}
	if err := w.Book.Commit(w.Operator(), ledger.Add(store.Reports, report, "report.asked", "csv")); err != nil {
		t.Fatal(err)
	}
	record, err := w.Book.Store.Get(t.Context(), store.People, "auditor-a")
	if err != nil {
		t.Fatal(err)
	}
	person, err := store.Decode[models.Person](record)
	if err != nil {
		t.Fatal(err)
	}
	person.Donors = []string{"DONOR-B"}
	if err := w.Book.Commit(w.Operator(), ledger.Change(store.People, record.Body, person, "person.changed", "")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reports.Work(w.Operator()); err != nil {
		t.Fatal(err)
	}
	made, err := w.Reports.Report(w.Operator(), report.ID)
	if err != nil || made.State != models.ReportFailed || !strings.Contains(made.Failure, `no donor "DONOR-A"`) {
		t.Errorf("%+v, %v", made.Report, err)
	}
}

// TestTheEndUseReportOfAYearIsAskedForUntilItIsMade turns the year, and makes the
// report as a page, of a part, and as it is owed.
func TestTheEndUseReportOfAYearIsAskedForUntilItIsMade(t *testing.T) {
	w := booktest.New(t)
	by := "01-31"
	if _, err := w.Register.EditDonor(w.Operator(), "DONOR-A", 0, register.DonorEdit{EndUseBy: &by}); err != nil {
		t.Fatal(err)
	}
	w.Radio("R-1")
	owed := func() int {
		t.Helper()
		did, err := w.Flags.Reconcile(w.Operator(), models.EndUseOwed, w.Reports.EndUseOwed(w.Operator()), models.Say("it was made"))
		if err != nil {
			t.Fatal(err)
		}
		return did.Standing
	}
	if owed() != 0 {
		t.Error("owed before the year ended")
	}
	w.Pass(w.Book.Today().Midnight().AddDate(1, 0, 0).Sub(w.Book.Today().Midnight()))
	if owed() != 1 {
		t.Error("not owed")
	}
	whole := models.ReportQuery{Donor: "DONOR-A", From: "2026-01-01", To: "2026-12-31"}
	if _, err := w.Reports.Show(w.As("admin"), "end_use", whole); err != nil {
		t.Fatal(err)
	}
	part := whole
	part.Unit = "NORTH"
	pull(t, w, "admin", "end_use", "pdf", part)
	pull(t, w, "admin", "end_use", "pdf", models.ReportQuery{Donor: "DONOR-A", To: "2026-06-30"})
	if owed() != 1 {
		t.Error("a page, a part or half a year is not the report")
	}
	pull(t, w, "admin", "end_use", "pdf", models.ReportQuery{Donor: "DONOR-A", AsOf: "2026-12-31"})
	if owed() != 0 {
		t.Error("it was made, and is still owed")
	}
}
