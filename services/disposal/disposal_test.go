package disposal_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/disposal"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

func refused(t *testing.T, err error, kind models.Kind, field string) {
	t.Helper()
	var e *models.Error
	if models.KindOf(err) != kind {
		t.Fatalf("got %v, wanted a refusal of kind %s in %q", err, kind, field)
	}
	e, _ = err.(*models.Error)
	if e == nil || e.Field != field {
		t.Fatalf("got %v, wanted field %q", err, field)
	}
}

// TestAStolenItemIsInquiredDecidedAndStruckOff goes the long way: reported, inquired
// into, decided, consented to by the donor, recovered in part, struck off.
func TestAStolenItemIsInquiredDecidedAndStruckOff(t *testing.T) {
	w := booktest.New(t)
	w.Limits()
	a := w.Radio("S-1")
	moved := must(w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}))(t)
	w.Pass(48 * time.Hour)
	l := w.Lose(moved.Asset)
	if l.Number != "L-NORTH-POST-2026-0001" || l.HeldBy != "guard" || l.HeldIn != "NORTH-POST" || l.Authority != models.UnitAuthority {
		t.Fatalf("%+v", l)
	}
	a = w.Asset(a.Tag)
	if a.Status != models.Missing || a.Custodian != "guard" || a.Loss != l.Number {
		t.Fatalf("%+v", a)
	}
	d := w.Disposal
	_, err := d.Appoint(w.As("commander-north"), l.Number, 0, "keeper-north")
	refused(t, err, models.Invalid, "officer") // who reported it
	_, err = d.Appoint(w.As("commander-north"), l.Number, 0, "guard")
	refused(t, err, models.Invalid, "officer") // who held it
	_, err = d.Appoint(w.As("keeper-south"), l.Number, 0, "workshop")
	refused(t, err, models.Forbidden, "")
	must(d.Appoint(w.As("commander-north"), l.Number, 0, "keeper-south"))(t)
	_, err = d.Conclude(w.As("keeper-north"), l.Number, 0, disposal.Findings{Findings: "x", Recommendation: models.WriteOffItem})
	refused(t, err, models.Forbidden, "")
	_, err = d.Conclude(w.As("keeper-south"), l.Number, 0, disposal.Findings{Findings: "x", Recommendation: models.RepairItem})
	refused(t, err, models.Invalid, "recommendation")
	usd := &models.Money{Amount: "100", Currency: "USD"}
	must(d.AttachToLoss(w.As("keeper-south"), l.Number, 0, register.Paper{Is: models.Opinion, Name: "opinion.txt", Content: []byte("opinion")}))(t)
	must(d.Conclude(w.As("keeper-south"), l.Number, 0, disposal.Findings{Findings: "The guard slept.", Recommendation: models.WriteOffItem, RecoverFrom: "Gul Guard", Amount: usd}))(t)
	_, err = d.Decide(w.As("keeper-south"), l.Number, 0, disposal.Ruling{Measure: models.WriteOffItem})
	refused(t, err, models.Forbidden, "")
	l = must(d.Decide(w.As("commander-north"), l.Number, 0, disposal.Ruling{Measure: models.WriteOffItem, RecoverFrom: "Gul Guard", Amount: usd}))(t)
	l = must(d.Loss(w.As("commander-north"), l.Number))(t)
	if l.State != models.LossDecided || l.WriteOff == "" {
		t.Fatalf("%+v", l)
	}
	_, err = d.StrikeOff(w.As("keeper-north"), l.WriteOff, 0, disposal.Leaving{Method: models.NothingLeft})
	refused(t, err, models.Conflict, "consent") // the title is the donor's still
	must(d.Consent(w.As("keeper-north"), l.WriteOff, 0, disposal.Consenting{Document: "Letter 14 of the donor", On: w.Book.Today()}))(t)
	_, err = d.StrikeOff(w.As("keeper-north"), l.WriteOff, 0, disposal.Leaving{Method: models.Destroyed})
	refused(t, err, models.Invalid, "method")
	wo := must(d.StrikeOff(w.As("keeper-north"), l.WriteOff, 0, disposal.Leaving{Method: models.NothingLeft}))(t)
	l = must(d.Loss(w.As("commander-north"), l.Number))(t)
	if wo.State != models.WriteOffDone || !l.Open() {
		t.Fatalf("%s, loss %s: the recovery is still to come", wo.State, l.State)
	}
	l = must(d.Recover(w.As("keeper-north"), l.Number, 0, disposal.Receipt{From: "Gul Guard", Amount: *usd, Reference: "Treasury 5"}))(t)
	if l.State != models.LossClosed || l.Outcome != "100 USD recovered from Gul Guard, struck off charge by "+l.WriteOff {
		t.Fatalf("%s: %s", l.State, l.Outcome)
	}
	a = w.Asset(a.Tag)
	if a.Status != models.StruckOff || a.Custodian != "" || a.Disposal == nil || a.Disposal.Consent != "Letter 14 of the donor" {
		t.Fatalf("%+v", a)
	}
	_, err = w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")})
	if err == nil || !strings.Contains(err.Error(), "struck off charge on") {
		t.Errorf("issued what is struck off: %v", err)
	}
	found := must(w.Register.Scan(w.As("keeper-north"), a.Tag))(t)
	if found.Asset.Status != models.StruckOff || len(found.Actions) != 0 {
		t.Errorf("scanned: %+v", found)
	}
	standing := must(w.Flags.Standing(w.As("admin"), ledger.Subject(store.Losses, l.Number)))(t)
	if len(standing) != 0 {
		t.Errorf("the finding stands: %+v", standing)
	}
}

func must[T any](doc T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
}

// TestTheValueSaysWhoDecides tries everybody at every value.
func TestTheValueSaysWhoDecides(t *testing.T) {
	w := booktest.New(t)
	w.Limits()
	w.Post(models.Person{Code: "second", Name: "Second Admin", Username: "second", Role: models.Admin})
	for _, c := range []struct {
		cost string
		may  []string
	}{
		{"500", []string{"commander-north", "chief", "admin"}},
		{"500.01", []string{"chief", "admin"}},
		{"5000", []string{"chief", "admin"}},
		{"5000.01", []string{"admin"}},
		{"", []string{"admin"}},
	} {
		edit := register.AssetEdit{Cost: &models.Money{}}
		if c.cost != "" {
			edit.Cost = &models.Money{Amount: c.cost, Currency: "USD"}
		}
		a := w.Radio("")
		must(w.Register.Edit(w.Operator(), a.Tag, 0, edit))(t)
		wo := must(w.Disposal.Propose(w.As("keeper-north"), disposal.Proposal{Tag: a.Tag, Ground: "worn_out", Why: "Ten years old"}))(t)
		for _, who := range []string{"commander-north", "chief", "admin", "keeper-south", "workshop", "keeper-north"} {
			person := must(store.Get[models.Person](t.Context(), w.Book.Store, store.People, who))(t)
			if got := disposal.MayDecideWriteOff(person, wo); got != slices.Contains(c.may, who) {
				t.Errorf("%s USD: %s may decide: %v", c.cost, who, got)
			}
		}
	}
}

func TestMisuseIsNamed(t *testing.T) {
	w := booktest.New(t)
	w.Limits()
	a := w.Radio("S-1")
	keeper := w.As("keeper-north")
	good := disposal.NewLoss{Tag: a.Tag, Kind: models.Theft, On: w.Book.Today(), Where: "here", What: "gone"}
	for name, c := range map[string]struct {
		change func(*disposal.NewLoss)
		ctx    context.Context
		kind   models.Kind
		field  string
	}{
		"of another kind":   {func(n *disposal.NewLoss) { n.Kind = "fire" }, keeper, models.Invalid, "kind"},
		"in the future":     {func(n *disposal.NewLoss) { n.On = w.Book.Today().Plus(1) }, keeper, models.Invalid, "on"},
		"without a day":     {func(n *disposal.NewLoss) { n.On = "" }, keeper, models.Invalid, "on"},
		"without a place":   {func(n *disposal.NewLoss) { n.Where = " " }, keeper, models.Invalid, "where"},
		"without a story":   {func(n *disposal.NewLoss) { n.What = "" }, keeper, models.Invalid, "what"},
		"of another's item": {func(*disposal.NewLoss) {}, w.As("keeper-south"), models.NotFound, "tag"},
		"by an auditor":     {func(*disposal.NewLoss) {}, w.As("auditor-a"), models.Forbidden, ""},
		"with a condition":  {func(n *disposal.NewLoss) { n.Condition = "poor" }, keeper, models.Invalid, "condition"},
	} {
		t.Run(name, func(t *testing.T) {
			n := good
			c.change(&n)
			_, err := w.Disposal.Report(c.ctx, n)
			refused(t, err, c.kind, c.field)
		})
	}
	l := w.Lose(a)
	_, err := w.Disposal.Report(keeper, good)
	refused(t, err, models.Conflict, "tag") // twice
	_, err = w.Disposal.Propose(keeper, disposal.Proposal{Tag: a.Tag, Ground: "worn_out", Why: "gone"})
	refused(t, err, models.Conflict, "tag") // what is missing
	_, err = w.Disposal.Decide(w.As("chief"), l.Number, 0, disposal.Ruling{Measure: models.WriteOffItem})
	refused(t, err, models.Conflict, "state") // before the inquiry
	_, err = w.Disposal.WaiveInquiry(w.As("chief"), l.Number, 0, "Small")
	refused(t, err, models.Conflict, "reason") // worth more than that
	_, err = w.Disposal.Loss(w.As("keeper-south"), l.Number)
	refused(t, err, models.NotFound, "number")
	must(w.Disposal.Loss(w.As("auditor-a"), l.Number))(t)
	_, err = w.Disposal.Appoint(w.As("chief"), l.Number, l.Version+7, "workshop")
	refused(t, err, models.Stale, "If-Match")
	b := w.Radio("S-2")
	wo := must(w.Disposal.Propose(keeper, disposal.Proposal{Tag: b.Tag, Ground: "obsolete", Why: "Analogue"}))(t)
	_, err = w.Disposal.StrikeOff(keeper, wo.Number, 0, disposal.Leaving{Method: models.Donated, Recipient: "School"})
	refused(t, err, models.Conflict, "state")
	must(w.Disposal.Approve(w.As("chief"), wo.Number, 0, ""))(t)
	must(w.Disposal.Consent(keeper, wo.Number, 0, disposal.Consenting{Document: "Letter", On: w.Book.Today()}))(t)
	for _, c := range []struct {
		how   disposal.Leaving
		field string
	}{
		{disposal.Leaving{Method: "burnt"}, "method"},
		{disposal.Leaving{Method: models.Destroyed}, "file"},
		{disposal.Leaving{Method: models.Sold, Recipient: "Dealer"}, "proceeds"},
		{disposal.Leaving{Method: models.Donated}, "recipient"},
		{disposal.Leaving{Method: models.NothingLeft}, "method"},
		{disposal.Leaving{Method: models.Donated, Recipient: "School", On: w.Book.Today().Plus(1)}, "on"},
		{disposal.Leaving{Method: models.Donated, Recipient: "School", On: w.Book.Today().Plus(-1)}, "on"},
	} {
		_, err := w.Disposal.StrikeOff(keeper, wo.Number, 0, c.how)
		refused(t, err, models.KindOf(err), c.field)
	}
	done := must(w.Disposal.StrikeOff(keeper, wo.Number, 0, disposal.Leaving{Method: models.Destroyed, Papers: []register.Paper{booktest.Certificate}}))(t)
	if done.State != models.WriteOffDone || len(done.Files) != 1 {
		t.Errorf("%+v", done)
	}
}

// TestWhatIsFoundIsWhereItWas brings an item back and makes its write-off void.
func TestWhatIsFoundIsWhereItWas(t *testing.T) {
	w := booktest.New(t)
	w.Limits()
	a := w.Radio("S-1")
	l := w.Lose(a)
	must(w.Disposal.Appoint(w.As("chief"), l.Number, 0, "workshop"))(t)
	must(w.Disposal.Conclude(w.As("workshop"), l.Number, 0, disposal.Findings{Findings: "No trace.", Recommendation: models.WriteOffItem}))(t)
	l = must(w.Disposal.Decide(w.As("chief"), l.Number, 0, disposal.Ruling{Measure: models.WriteOffItem}))(t)
	l = must(w.Disposal.Found(w.As("keeper-north"), l.Number, 0, disposal.Outcome{Condition: "fair", Text: "Behind the shelf"}))(t)
	a = w.Asset(a.Tag)
	wo := must(w.Disposal.WriteOff(w.As("chief"), l.WriteOff))(t)
	if a.Status != models.InStore || a.Loss != "" || a.WriteOff != "" || a.Condition != "fair" || wo.State != models.WriteOffWithdrawn || l.Outcome != "found again" {
		t.Errorf("%+v\n%+v", a, wo)
	}
	_, err := w.Disposal.StrikeOff(w.As("keeper-north"), wo.Number, 0, disposal.Leaving{Method: models.NothingLeft})
	refused(t, err, models.Conflict, "state")
	if a.LastSeenAt == nil {
		t.Error("nobody saw it")
	}
}

// TestSmallLossesNeedNoInquiry waives it below the book value that is set.
func TestSmallLossesNeedNoInquiry(t *testing.T) {
	w := booktest.New(t)
	w.Limits()
	a := w.Radio("S-1")
	must(w.Register.Edit(w.Operator(), a.Tag, 0, register.AssetEdit{Cost: &models.Money{Amount: "99.99", Currency: "USD"}}))(t)
	l := w.Lose(a)
	l = must(w.Disposal.WaiveInquiry(w.As("commander-north"), l.Number, 0, "Below the limit"))(t)
	l = must(w.Disposal.Decide(w.As("commander-north"), l.Number, 0, disposal.Ruling{Measure: models.WriteOffItem}))(t)
	if l.State != models.LossDecided {
		t.Error(l.State)
	}
}

// TestSplitAndNarrowWriteOffsAreNoted is what an auditor looks for.
func TestSplitAndNarrowWriteOffsAreNoted(t *testing.T) {
	w := booktest.New(t)
	w.Limits()
	var last *models.WriteOff
	for _, cost := range []string{"200", "200", "460"} {
		a := w.Radio("")
		must(w.Register.Edit(w.Operator(), a.Tag, 0, register.AssetEdit{Cost: &models.Money{Amount: cost, Currency: "USD"}}))(t)
		last = must(w.Disposal.Propose(w.As("keeper-north"), disposal.Proposal{Tag: a.Tag, Ground: "worn_out", Why: "old"}))(t)
	}
	if len(last.Noted) != 2 || !strings.Contains(last.Noted[0], "just under the 500 USD") || !strings.Contains(last.Noted[1], "comes to 860.00 USD") {
		t.Errorf("%q", last.Noted)
	}
	page := must(w.Disposal.WriteOffs(w.As("auditor-a"), disposal.WriteOffFilter{Noted: true}, "", 10))(t)
	if len(page.Records) != 1 {
		t.Errorf("an auditor sees %d that are noted", len(page.Records))
	}
}

// TestKitsAreHandled notes what a kit lacks, and lets the parts of a kit stay.
func TestKitsAreHandled(t *testing.T) {
	w := booktest.New(t)
	w.Limits()
	kit, part := w.Radio("K"), w.Radio("P")
	must(w.Register.SetContents(w.As("keeper-north"), kit.Tag, 0, register.Contents{Parts: []register.Part{{Tag: part.Tag}}}))(t)
	l := w.Lose(part)
	if got := w.Asset(kit.Tag); got.Contents[0].Missing != models.One {
		t.Errorf("%+v", got.Contents)
	}
	must(w.Disposal.Found(w.As("keeper-north"), l.Number, 0, disposal.Outcome{Text: "In the van"}))(t)
	if got := w.Asset(kit.Tag); got.Contents[0].Missing != 0 {
		t.Errorf("%+v", got.Contents)
	}
	wo := must(w.Disposal.Propose(w.As("keeper-north"), disposal.Proposal{Tag: kit.Tag, Ground: "worn_out", Why: "case broken"}))(t)
	must(w.Disposal.Approve(w.As("chief"), wo.Number, 0, ""))(t)
	must(w.Disposal.Consent(w.As("keeper-north"), wo.Number, 0, disposal.Consenting{Document: "Letter", On: w.Book.Today()}))(t)
	must(w.Disposal.StrikeOff(w.As("keeper-north"), wo.Number, 0, disposal.Leaving{Method: models.ReturnedToDonor}))(t)
	if got := w.Asset(part.Tag); got.Kit != "" || got.Status != models.InStore {
		t.Errorf("the part: %+v", got)
	}
}
