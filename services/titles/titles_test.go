package titles_test

import (
	"errors"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/disposal"
	"quartermaster/services/register"
	"quartermaster/services/stock"
	"quartermaster/services/titles"
)

func must[T any](doc T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
}

func refused(t *testing.T, err error, kind models.Kind, field string) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field {
		t.Fatalf("got %v, wanted %s in %q", err, kind, field)
	}
}

var letter = register.Paper{Is: models.TransferPaper, Name: "transfer.txt", Content: []byte("Transfer of ownership, annex 4")}

// TestAGrantClosesWhenNothingIsLeftOnItsName clears one obstacle after the other.
func TestAGrantClosesWhenNothingIsLeftOnItsName(t *testing.T) {
	w := booktest.New(t)
	w.Limits()
	admin, keeper := w.As("admin"), w.As("keeper-north")
	evidence := &models.Money{Amount: "400", Currency: "USD"}
	must(w.Register.EditGrant(admin, "A-2025", 0, register.GrantEdit{EvidenceFrom: evidence}))(t)
	a, b, lost := w.Radio("S-1"), w.Radio("S-2"), w.Radio("S-3")
	w.Kits(4*models.One, "2027-01-31")
	l := w.Lose(lost)
	closing := func(want titles.Counts) {
		t.Helper()
		c := must(w.Titles.Closing(admin, "A-2025"))(t)
		for _, kind := range titles.ObstacleKinds {
			if c.Counts[kind] != want[kind] {
				t.Errorf("%s: %d, wanted %d", kind, c.Counts[kind], want[kind])
			}
		}
	}
	c := must(w.Titles.Closing(admin, "A-2025"))(t)
	lots := 0
	var lot string
	for _, line := range c.Lines {
		if line.Lot != "" {
			lots++
			lot = line.Lot
		}
	}
	closing(titles.Counts{titles.TitleMissing: 3 + lots, titles.LossOpen: 1})
	_, err := w.Titles.Close(admin, "A-2025", 0, titles.Closure{Signature: booktest.Sign("Adil Admin")})
	refused(t, err, models.Conflict, "code")

	n := titles.NewTransfer{To: "AGENCY", On: w.Book.Today(), Document: "Transfer of ownership 12", Grant: "A-2025"}
	tt := must(w.Titles.Record(keeper, n))(t)
	if len(tt.Lines) != 2 || w.Asset(a.Tag).Title.Holder != "AGENCY" {
		t.Fatalf("%+v", tt)
	}
	if lot != "" {
		must(w.Titles.Record(keeper, titles.NewTransfer{To: "AGENCY", On: w.Book.Today(), Document: "Transfer 13", Lots: []string{lot}}))(t)
	}
	closing(titles.Counts{titles.TitleMissing: 1, titles.EvidenceMissing: 2, titles.LossOpen: 1}) // 410 USD each
	must(w.Titles.Attach(keeper, tt.Number, 0, letter))(t)
	closing(titles.Counts{titles.TitleMissing: 1, titles.LossOpen: 1})
	_, err = w.Titles.Record(keeper, titles.NewTransfer{To: "AGENCY", On: w.Book.Today(), Document: "again", Tags: []string{b.Tag}})
	refused(t, err, models.Conflict, "tags")

	must(w.Disposal.Found(keeper, l.Number, 0, disposal.Outcome{Text: "In the van"}))(t)
	rest := must(w.Titles.Record(keeper, titles.NewTransfer{To: "AGENCY", On: w.Book.Today(), Document: "Transfer of ownership 14", Tags: []string{lost.Tag}}))(t)
	must(w.Titles.Attach(keeper, rest.Number, 0, letter))(t)
	v := must(w.Custody.Transfer(keeper, b.Tag, 0, custody.Transfer{Unit: "NORTH-POST"}))(t)
	closing(titles.Counts{titles.OnItsWay: 1})
	w.Accept(v.Asset)
	g := must(w.Titles.Close(admin, "A-2025", 0, titles.Closure{Remarks: "All handed over", Signature: booktest.Sign("Adil Admin")}))(t)
	if g.Closed == nil || g.Closed.Passed != 3+lots || g.Closed.Signature.Hash == "" {
		t.Fatalf("%+v", g.Closed)
	}
	_, err = w.Register.TakeOnCharge(keeper, register.NewAsset{Name: "Radio", Category: "radio", Unit: "NORTH-STORE", Grant: "A-2025"})
	refused(t, err, models.Invalid, "grant")
	name := "Radio, renamed"
	must(w.Register.Edit(keeper, a.Tag, 0, register.AssetEdit{Name: &name}))(t) // what it paid for is still looked after
	_, err = w.Titles.Close(admin, "A-2025", 0, titles.Closure{Signature: booktest.Sign("Adil Admin")})
	refused(t, err, models.Conflict, "code")
	_, err = w.Stock.Receive(keeper, stock.Receipt{Item: "kit", Number: "N", Expiry: "2027-01-01", Grant: "A-2025", Unit: "NORTH-STORE", Quantity: models.One})
	refused(t, err, models.Conflict, "grant")
}

// TestWhoMayHoldATitle names each misuse.
func TestWhoMayHoldATitle(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("S-1")
	keeper := w.As("keeper-north")
	today := w.Book.Today()
	for name, c := range map[string]struct {
		n     titles.NewTransfer
		kind  models.Kind
		field string
	}{
		"a unit":         {titles.NewTransfer{To: "NORTH", On: today, Document: "D", Tags: []string{a.Tag}}, models.Invalid, "to"},
		"another agency": {titles.NewTransfer{To: "COAST", On: today, Document: "D", Tags: []string{a.Tag}}, models.Invalid, "to"},
		"another donor":  {titles.NewTransfer{To: "DONOR-B", Donor: true, On: today, Document: "D", Tags: []string{a.Tag}}, models.Invalid, "to"},
		"no such donor":  {titles.NewTransfer{To: "DONOR-X", Donor: true, On: today, Document: "D", Tags: []string{a.Tag}}, models.Invalid, "to"},
		"no document":    {titles.NewTransfer{To: "AGENCY", On: today, Tags: []string{a.Tag}}, models.Invalid, "document"},
		"in the future":  {titles.NewTransfer{To: "AGENCY", On: today.Plus(1), Document: "D", Tags: []string{a.Tag}}, models.Invalid, "on"},
		"nothing":        {titles.NewTransfer{To: "AGENCY", On: today, Document: "D"}, models.Invalid, "tags"},
		"no such item":   {titles.NewTransfer{To: "AGENCY", On: today, Document: "D", Tags: []string{w.TagOf(99)}}, models.NotFound, "tags"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Titles.Record(keeper, c.n)
			refused(t, err, c.kind, c.field)
		})
	}
	back := must(w.Titles.Record(keeper, titles.NewTransfer{To: "DONOR-A", Donor: true, On: today, Document: "Retention of title", Tags: []string{a.Tag}}))(t)
	if !w.Asset(a.Tag).TitleWithDonor() {
		t.Error("the donor's still")
	}
	must(w.Titles.Transfer(w.As("auditor-a"), back.Number))(t)
	_, err := w.Titles.Transfer(w.As("keeper-south"), back.Number)
	refused(t, err, models.NotFound, "number")
	_, err = w.Titles.Closing(w.As("keeper-north"), "A-2025")
	refused(t, err, models.Forbidden, "")
	_, err = w.Titles.Closing(w.As("auditor-a"), "B-2026")
	refused(t, err, models.NotFound, "code")
}

// TestTitleDoesNotPassBesideTheConsentOfTheDonor has a storekeeper record a transfer of
// title that would let an item go without the donor's consent.
func TestTitleDoesNotPassBesideTheConsentOfTheDonor(t *testing.T) {
	w := booktest.New(t)
	w.Limits()
	keeper := w.As("keeper-north")
	worn, stolen := w.Radio("S-1"), w.Radio("S-2")
	w.Lose(stolen)
	must(w.Disposal.Propose(keeper, disposal.Proposal{Tag: worn.Tag, Ground: "worn_out", Why: "The battery holds no charge."}))(t)
	for _, tag := range []string{worn.Tag, stolen.Tag} {
		_, err := w.Titles.Record(keeper, titles.NewTransfer{To: "AGENCY", On: w.Book.Today(), Document: "D", Tags: []string{tag}})
		refused(t, err, models.Conflict, "tags")
		if !w.Asset(tag).TitleWithDonor() {
			t.Errorf("the title of %s passed", tag)
		}
	}
}

// TestAGrantIsFlaggedThreeMonthsAhead watches it come and go.
func TestAGrantIsFlaggedThreeMonthsAhead(t *testing.T) {
	w := booktest.New(t)
	admin := w.As("admin")
	w.Radio("S-1")
	to := w.Book.Today().Plus(93)
	must(w.Register.EditGrant(admin, "A-2025", 0, register.GrantEdit{To: &to}))(t)
	flag := func() int {
		return must(w.Flags.Reconcile(admin, models.GrantEnding, w.Titles.Ending(admin), models.Say("goes on")))(t).Standing
	}
	if n := flag(); n != 0 {
		t.Error(n)
	}
	to = to.Plus(-1)
	must(w.Register.EditGrant(admin, "A-2025", 0, register.GrantEdit{To: &to}))(t)
	if n := flag(); n != 1 {
		t.Error(n)
	}
}
