package booktest

import (
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/stock"
	"quartermaster/services/store"
	"quartermaster/services/training"
)

// Walk goes once through what people do in a day, one after the other: stock comes
// in, is asked for, issued, used and printed of; a radio is lent and a kit moved.
// It shows that an engine serves every query of these services.
func Walk(t *testing.T, s store.Store) {
	w := Over(t, s)
	late, soon := w.Kits(10*models.One, "2027-01-31"), w.Kits(4*models.One, "2026-05-31")
	keeper, commander := w.As("keeper-north"), w.As("commander-north")
	is := func(name string, got, want any, err error) {
		t.Helper()
		if err != nil || got != want {
			t.Errorf("%s: %v, wanted %v; %v", name, got, want, err)
		}
	}
	r, err := w.Requests.Submit(commander, requests.NewRequest{Unit: "NORTH-POST", Item: "kit", Quantity: 6 * models.One, Purpose: "tests", Priority: "urgent"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Requests.Approve(w.As("chief"), r.Number, 0, requests.Approval{Quantity: 5 * models.One})
	is("approved", err, nil, err)
	inbox, err := w.Requests.Inbox(keeper)
	is("waiting for the keeper", inbox.Count, 1, err)
	v, err := w.Requests.Fulfil(keeper, r.Number, requests.Fulfilment{From: "NORTH-STORE", Receiver: "guard"})
	if err != nil {
		t.Fatal(err)
	}
	is("soonest first", v.Lines[0].Lot+" "+v.Lines[1].Lot, soon.Code+" "+late.Code, nil)
	_, err = w.Custody.Dispatch(keeper, v.Number, 0, Sign("Naveed North"))
	is("dispatched", err, nil, err)
	found, err := w.Custody.Scan(commander, late.Code)
	is("scanned", found.Lot.Code, late.Code, err)
	_, err = w.Custody.Accept(commander, v.Number, 0, custody.Acceptance{Signature: Sign("Gul Guard")})
	is("accepted", err, nil, err)
	r, err = w.Requests.Request(commander, r.Number)
	is("fulfilled", r.State, models.Fulfilled, err)
	used, err := w.Stock.ConsumeItem(keeper, "kit", stock.Use{Unit: "NORTH-POST", Quantity: 5 * models.One, Purpose: "search"})
	is("used of lots", len(used.Lots), 2, err)
	_, err = w.Stock.SetLevel(keeper, "kit", 0, models.Level{Unit: "NORTH-STORE", Reorder: 100 * models.One})
	is("level", nil, nil, err)
	totals, err := w.Stock.Totals(keeper, stock.Filter{})
	is("left", totals[0].OnHand, 9*models.One, err)
	is("units below their level", len(totals[0].Low), 1, err)
	for _, text := range []string{v.Number[:10], "gul gu", "north sto", "kit"} {
		hits, err := w.Search.Search(keeper, text)
		is("found by "+text, len(hits) > 0, true, err)
	}
	page, err := w.Stock.Movements(keeper, soon.Code, "", 10)
	is("movements", len(page.Records), 4, err)
	page, err = w.Stock.Lots(w.As("auditor-a"), stock.Filter{}, "", 10)
	is("lots that the donor sees", len(page.Records), 1, err)
	page, err = w.Stock.Lots(w.As("admin"), stock.Filter{Papers: register.Papers{Since: "2026-01-01"}, State: "any"}, "", 10)
	is("balances opened this year", len(page.Records) > 1, true, err)

	w.Pass(time.Hour)
	tags := w.Radios(3)
	loan, err := w.Custody.Draft(keeper, custody.NewVoucher{Kind: models.LoanVoucher, From: "NORTH-STORE", To: "COAST-STORE", Operation: "OP", DueBack: "2026-06-30", Lines: []custody.NewLine{{Tag: tags[0]}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Custody.Dispatch(keeper, loan.Number, 0, Sign("Naveed North"))
	is("on its way", err, nil, err)
	found, err = w.Custody.Scan(w.As("keeper-coast"), tags[0])
	is("arriving", found.Voucher, loan.Number, err)
	_, err = w.Custody.Accept(w.As("keeper-coast"), loan.Number, 0, custody.Acceptance{Signature: Sign("Kiran Coast")})
	is("lent", err, nil, err)
	_, err = w.Register.Asset(keeper, tags[0])
	is("seen by its owner", err, nil, err)
	for name, f := range map[string]custody.Filter{"": {}, "of a state": {State: "accepted"}, "of a kind": {Kind: "loan"}} {
		list, _, err := w.Custody.List(w.As("admin"), f, "", 10)
		want := 2
		if f.Kind != "" {
			want = 1
		}
		is(strings.TrimSpace("vouchers "+name), len(list), want, err)
	}
	w.Courses(models.Demand{Course: "voice", Without: models.WarnUntrained})
	w.Trained("relief", "voice", "2025-08-01")
	w.Trained("relief", "voice", "2026-01-10")
	for name, f := range map[string]training.Filter{"": {}, "of a course": {Course: "voice"}, "of a unit": {Unit: "NORTH"}, "that lapse": {Unit: "NORTH", Course: "voice", Until: "2026-08-01"}} {
		for _, who := range []string{"keeper-north", "admin"} {
			page, err = w.Training.List(w.As(who), f, "", 10)
			is(strings.TrimSpace("records "+name+" for "+who), len(page.Records), 1, err)
		}
	}
	able, err := w.Training.Operators(keeper, "NORTH-POST")
	is("who can operate radios", len(able), 1, err)
	counts, err := w.Training.Counts(w.As("auditor-a"), training.Period{})
	is("trained for radios", counts[0].People, 1, err)
	w.Pass(60 * 24 * time.Hour)
	lapsing, err := w.Flags.Reconcile(w.Operator(), models.TrainingLapsing, w.Training.Lapsing(w.Operator()), models.Say("renewed"))
	is("lapsing", lapsing.Standing, 1, err)
	w.count(keeper, commander, tags, is)
	_, left, err := w.Access.Outstanding(keeper, "guard")
	is("outstanding", left.Nothing(), true, err)
	pullReports(t, w)

	_, err = w.Proofs.Sweep(t.Context())
	is("swept into the log", err, nil, err)
	in, err := w.Proofs.Inclusion(keeper, ledger.Subject(store.Vouchers, loan.Number)+"@1")
	if err != nil {
		t.Fatal(err)
	}
	is("proved to its keeper", in.Check(Key(t).Public), nil, nil)
	_, err = w.Proofs.Inclusion(w.As("auditor-a"), ledger.Subject(store.Requests, r.Number)+"@1")
	is("another's event", models.KindOf(err), models.NotFound, nil)
	grown, err := w.Proofs.Consistency(t.Context(), 1, in.Index+1)
	is("only grown", len(grown.Proof) > 0, true, err)
	again, err := w.Proofs.Integrate(t.Context())
	is("entered again", again, 0, err)
	walkCare(t, w, is)
	walkDisposal(t, w, is)
	walkVisits(t, w, is)
	walkPhone(t, w, is)
	walkWorkshop(t, w, is)
	walkJobs(t, w, is)
	walkShares(t, w, is)
	walkSignIn(t, w, is)
	walkProvider(t, w, is)
	walkTell(t, w, is)
}
