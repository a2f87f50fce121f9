package custody_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

func TestVouchersInContention(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "book.db"), store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	booktest.VouchersInContention(t, s, 200, 50, 500)
}

func draft(t *testing.T, w *booktest.World, who string, n custody.NewVoucher) *models.Voucher {
	t.Helper()
	v, err := w.Custody.Draft(w.As(who), n)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func dispatch(t *testing.T, w *booktest.World, who string, n custody.NewVoucher) *models.Voucher {
	t.Helper()
	v, err := w.Custody.Dispatch(w.As(who), draft(t, w, who, n).Number, 0, booktest.Sign("Dispatcher"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func lines(tags ...string) []custody.NewLine {
	var lines []custody.NewLine
	for _, tag := range tags {
		lines = append(lines, custody.NewLine{Tag: tag})
	}
	return lines
}

func TestAVoucherIsAcceptedInPart(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(3)
	v := dispatch(t, w, "keeper-north", custody.NewVoucher{Kind: models.TransferVoucher, From: "NORTH-STORE", To: "SOUTH-STORE", Lines: lines(tags...)})
	south := w.As("keeper-south")
	accept := func(l ...custody.LineReceipt) (*models.Voucher, error) {
		return w.Custody.Accept(south, v.Number, 0, custody.Acceptance{Lines: l, Signature: booktest.Sign("Sana South")})
	}
	_, err := accept(custody.LineReceipt{Line: 1, Accepted: true})
	refused(t, err, models.Invalid, "lines", "is neither accepted nor refused")
	_, err = accept(custody.LineReceipt{Line: 1, Accepted: true}, custody.LineReceipt{Line: 1}, custody.LineReceipt{Line: 2}, custody.LineReceipt{Line: 3})
	refused(t, err, models.Invalid, "lines", "is answered twice")
	_, err = accept(custody.LineReceipt{Line: 1, Accepted: true}, custody.LineReceipt{Line: 2, Accepted: true, Condition: "shiny"}, custody.LineReceipt{Line: 3})
	refused(t, err, models.Invalid, "lines", "line 2: the condition must be one of")
	_, err = accept(custody.LineReceipt{Line: 9, Accepted: true})
	refused(t, err, models.Invalid, "lines", "is not on the voucher")
	got, err := accept(custody.LineReceipt{Line: 1, Accepted: true, Condition: "fair", Remark: "scratched"}, custody.LineReceipt{Line: 2, Remark: "screen broken"}, custody.LineReceipt{Line: 3, Accepted: true})
	if err != nil || got.State != models.AcceptedInPart || len(custody.Broken(got)) != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []struct {
		unit      string
		voucher   string
		condition models.Condition
	}{{"SOUTH-STORE", v.Number, "fair"}, {"NORTH-STORE", "", "new"}, {"SOUTH-STORE", v.Number, "new"}} {
		if a := w.Asset(tags[i]); a.Unit != want.unit || a.Status != models.InStore || a.Voucher != want.voucher || a.Condition != want.condition {
			t.Errorf("line %d: %+v", i+1, a)
		}
	}
	got.Lines[1].Receipt.Accepted = true
	if broken := custody.Broken(got); !slices.Equal(broken, []string{"incoming"}) {
		t.Errorf("after a line was altered, broken are %v", broken)
	}
	got.Lines[1].Quantity++
	if broken := custody.Broken(got); len(broken) != 2 {
		t.Errorf("after a quantity was altered, broken are %v", broken)
	}
	_, err = accept()
	refused(t, err, models.Conflict, "state", "cannot be accepted: V-NORTH-STORE-2026-0001 is accepted in part, by Sana South on")
	_, err = w.Custody.Cancel(w.As("keeper-north"), v.Number, 0, "too late")
	refused(t, err, models.Conflict, "state", "cannot be cancelled")
}

func TestARefusalNamesEachLine(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(4)
	n := custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "guard"}
	n.Lines = lines(tags[0], tags[1])
	first := dispatch(t, w, "keeper-north", n)
	n.Lines = lines(tags...)
	second := draft(t, w, "keeper-north", n)
	_, err := w.Custody.Dispatch(w.As("keeper-north"), second.Number, 0, booktest.Sign("Dispatcher"))
	refused(t, err, models.Conflict, "lines", "2 lines stand in the way")
	var e *models.Error
	if !errors.As(err, &e) || len(e.Details) != 2 || e.Details[1].Line != 2 ||
		!strings.Contains(e.Details[1].Message, tags[1]+" is in transit to Gul Guard of NORTH-POST, by voucher "+first.Number+", by Naveed North on 31 March 2026") {
		t.Errorf("%+v", e)
	}
	if a := w.Asset(tags[3]); a.Status != models.InStore {
		t.Errorf("%+v", a)
	}
}

func TestBadVouchers(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(2)
	good := custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "guard", Lines: lines(tags...)}
	with := func(change func(*custody.NewVoucher)) custody.NewVoucher {
		n := good
		change(&n)
		return n
	}
	for name, c := range map[string]struct {
		n     custody.NewVoucher
		kind  models.Kind
		field string
		says  string
	}{
		"no kind":              {with(func(n *custody.NewVoucher) { n.Kind = "gift" }), models.Invalid, "kind", "must be one of"},
		"empty":                {with(func(n *custody.NewVoucher) { n.Lines = nil }), models.Invalid, "lines", "at least one line"},
		"a line twice":         {with(func(n *custody.NewVoucher) { n.Lines = lines(tags[0], strings.ToLower(tags[0])) }), models.Invalid, "lines", "is on the voucher twice"},
		"a line of nothing":    {with(func(n *custody.NewVoucher) { n.Lines = []custody.NewLine{{}} }), models.Invalid, "lines", "name a tag"},
		"an unknown tag":       {with(func(n *custody.NewVoucher) { n.Lines = lines(labels.FormatTag("QM", 9999)) }), models.Invalid, "lines", "there is no asset"},
		"an unknown lot":       {with(func(n *custody.NewVoucher) { n.Lines = []custody.NewLine{{Lot: "LOT-1", Quantity: models.One}} }), models.Invalid, "lines", "there is no lot"},
		"two of one asset":     {with(func(n *custody.NewVoucher) { n.Lines = []custody.NewLine{{Tag: tags[0], Quantity: 2 * models.One}} }), models.Invalid, "lines", "is one item"},
		"to itself":            {with(func(n *custody.NewVoucher) { n.To, n.Receiver = "NORTH-STORE", "" }), models.Invalid, "to", "is the sender itself"},
		"no receiver's unit":   {with(func(n *custody.NewVoucher) { n.To = "" }), models.Invalid, "to", "is required"},
		"no sender's unit":     {with(func(n *custody.NewVoucher) { n.From = "" }), models.Invalid, "from", "is required"},
		"an unknown sender":    {with(func(n *custody.NewVoucher) { n.From = "MOON" }), models.Invalid, "from", "there is no unit"},
		"a receiver elsewhere": {with(func(n *custody.NewVoucher) { n.Receiver = "keeper-south" }), models.Invalid, "receiver", "is posted to SOUTH, not to NORTH-POST"},
		"from out of scope":    {with(func(n *custody.NewVoucher) { n.From = "SOUTH-STORE" }), models.Forbidden, "from", "not in your part"},
		"issued out of scope":  {with(func(n *custody.NewVoucher) { n.To, n.Receiver = "SOUTH-STORE", "" }), models.Forbidden, "to", "transfer the item instead"},
		"a transfer due back":  {with(func(n *custody.NewVoucher) { n.Kind, n.DueBack = models.TransferVoucher, "2026-05-01" }), models.Invalid, "due_back", "only what is issued or lent"},
		"a loan to no agency":  {with(func(n *custody.NewVoucher) { n.Kind, n.DueBack, n.Operation = models.LoanVoucher, "2026-05-01", "OP" }), models.Invalid, "to", "of the same agency"},
		"a loan for nothing":   {with(func(n *custody.NewVoucher) { n.Kind, n.DueBack = models.LoanVoucher, "2026-05-01" }), models.Invalid, "operation", "is required"},
		"a loan for good":      {with(func(n *custody.NewVoucher) { n.Kind = models.LoanVoucher }), models.Invalid, "due_back", "is required"},
		"no donor":             {with(func(n *custody.NewVoucher) { n.Kind = models.HandoverVoucher }), models.Invalid, "from", "there is no donor"},
		"an unknown request":   {with(func(n *custody.NewVoucher) { n.Request = "R-1" }), models.Invalid, "request", "there is no request"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Custody.Draft(w.As("keeper-north"), c.n)
			refused(t, err, c.kind, c.field, c.says)
		})
	}
	if n, err := w.Book.Store.Count(t.Context(), store.Query{In: store.Vouchers, By: "raised"}); err != nil || n != 0 {
		t.Errorf("%d vouchers were kept, %v", n, err)
	}
	v := draft(t, w, "keeper-north", good)
	for name, c := range map[string]struct {
		sign  *custody.Signed
		field string
		says  string
	}{
		"none":          {nil, "signature", "is required"},
		"empty":         {&custody.Signed{Name: "N"}, "signature", "is required"},
		"over 100 KB":   {&custody.Signed{Name: "N", Drawing: strings.Repeat("x", 100<<10+1)}, "signature", "100 KB"},
		"a script":      {&custody.Signed{Name: "N", Drawing: `<svg width="9" height="9"><script>alert(1)</script></svg>`}, "signature", ""},
		"a PIN of none": {&custody.Signed{Person: "guard", PIN: "2468"}, "signature.pin", "has no PIN"},
	} {
		t.Run("signature "+name, func(t *testing.T) {
			_, err := w.Custody.Dispatch(w.As("keeper-north"), v.Number, 0, c.sign)
			refused(t, err, models.Invalid, c.field, c.says)
		})
	}
	if a := w.Asset(tags[0]); a.Version != 1 {
		t.Errorf("%+v", a)
	}
}

func TestALoanIsSeenByBoth(t *testing.T) {
	w := booktest.New(t)
	tag := w.Radios(1)[0]
	v := dispatch(t, w, "keeper-north", custody.NewVoucher{Kind: models.LoanVoucher, From: "NORTH-STORE", To: "COAST-STORE", Operation: "OP SEA LION 3", DueBack: "2026-06-30", Lines: lines(tag)})
	_, err := w.Custody.Accept(w.As("keeper-south"), v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Sana South")})
	refused(t, err, models.NotFound, "number", "there is no voucher")
	if _, err = w.Custody.Accept(w.As("keeper-coast"), v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Kiran Coast")}); err != nil {
		t.Fatal(err)
	}
	a := w.Asset(tag)
	if a.Status != models.Issued || a.Unit != "COAST-STORE" || a.Owner != "NORTH-STORE" || a.DueBack != "2026-06-30" {
		t.Errorf("%+v", a)
	}
	for _, who := range []string{"keeper-north", "keeper-coast"} {
		if _, err := w.Register.Asset(w.As(who), tag); err != nil {
			t.Errorf("%s: %v", who, err)
		}
	}
	_, err = w.Custody.Draft(w.As("keeper-coast"), custody.NewVoucher{Kind: models.ReturnVoucher, From: "COAST-STORE", To: "COAST", Lines: lines(tag)})
	if err != nil {
		t.Fatal(err)
	}
	back, err := w.Custody.Return(w.As("keeper-coast"), tag, 0, custody.Return{})
	if err != nil || back.Status != models.InTransit {
		t.Fatalf("%+v, %v", back, err)
	}
	if back = w.Accept(back); back.Status != models.InStore || back.Unit != "NORTH-STORE" || back.Owner != "" || back.OwnerPath != nil {
		t.Errorf("%+v", back)
	}
}

func TestADonorHandsOverTitle(t *testing.T) {
	w := booktest.New(t)
	tag := w.Radios(1)[0]
	n := custody.NewVoucher{Kind: models.HandoverVoucher, From: "DONOR-A", To: "NORTH-STORE", Agreement: "A-2025, annex 4", Lines: lines(tag)}
	v := dispatch(t, w, "keeper-north", n)
	a := w.Accept(w.Asset(tag))
	if v.Number != "V-NORTH-STORE-2026-0001" || a.Title == nil || a.Title.Holder != "AGENCY" || a.Title.Document != v.Number+", A-2025, annex 4" || a.Title.On != "2026-03-31" || a.Status != models.InStore {
		t.Errorf("%s: %+v, %+v", v.Number, a, a.Title)
	}
	again := draft(t, w, "keeper-north", n)
	_, err := w.Custody.Dispatch(w.As("keeper-north"), again.Number, 0, booktest.Sign("Donor's Delegate"))
	refused(t, err, models.Conflict, "lines", "the title of "+tag+" passed to AGENCY")
	n.From = "DONOR-B"
	_, err = w.Custody.Dispatch(w.As("keeper-north"), draft(t, w, "keeper-north", n).Number, 0, booktest.Sign("Donor's Delegate"))
	refused(t, err, models.Conflict, "lines", "was not given by DONOR-B")
}

// TestATitlePassesWhereTheItemLies hands over to an agency what its store keeps,
// which stays there, and not what another has.
func TestATitlePassesWhereTheItemLies(t *testing.T) {
	w := booktest.New(t)
	tag := w.Radios(1)[0]
	before := w.Asset(tag)
	n := custody.NewVoucher{Kind: models.HandoverVoucher, From: "DONOR-A", To: "COAST", Lines: lines(tag)}
	_, err := w.Custody.Dispatch(w.As("admin"), draft(t, w, "admin", n).Number, 0, booktest.Sign("Donor's Delegate"))
	refused(t, err, models.Conflict, "lines", "is with NORTH-STORE, which is not of COAST; receive it there first")
	n.To = "AGENCY"
	v := dispatch(t, w, "admin", n)
	w.Pass(time.Hour)
	if _, err := w.Custody.Accept(w.As("chief"), v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Chaudhry Chief")}); err != nil {
		t.Fatal(err)
	}
	a := w.Asset(tag)
	if a.Title == nil || a.Title.Holder != "AGENCY" || a.Unit != "NORTH-STORE" || a.Status != models.InStore || a.StoredAt != before.StoredAt {
		t.Errorf("%+v", a)
	}
}

func TestHandingAndTakingOver(t *testing.T) {
	w := booktest.New(t)
	ctx := w.As("keeper-north")
	tags := w.Radios(3)
	for _, tag := range tags {
		if _, err := w.Custody.Issue(ctx, tag, 0, custody.Issue{Custodian: "guard", DueBack: "2026-09-01", Receipt: booktest.Sign("Gul Guard")}); err != nil {
			t.Fatal(err)
		}
	}
	v := dispatch(t, w, "keeper-north", custody.NewVoucher{Kind: models.TakingOver, Sender: "guard", Receiver: "relief"})
	if v.From != "NORTH-POST" || v.To != "NORTH-POST" || len(v.Lines) != 3 {
		t.Errorf("%+v", v)
	}
	if _, o, err := w.Access.Outstanding(ctx, "relief"); err != nil || o.Vouchers != 1 {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := w.Custody.Accept(ctx, v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Rashid Relief")}); err != nil {
		t.Fatal(err)
	}
	if a := w.Asset(tags[2]); a.Custodian != "relief" || a.Status != models.Issued || a.DueBack != "2026-09-01" || a.IssuedFrom != "NORTH-STORE" {
		t.Errorf("%+v", a)
	}
	if _, o, err := w.Access.Outstanding(ctx, "guard"); err != nil || !o.Nothing() {
		t.Errorf("%+v, %v", o, err)
	}
	_, err := w.Custody.Draft(ctx, custody.NewVoucher{Kind: models.TakingOver, Sender: "guard", Receiver: "relief"})
	refused(t, err, models.Conflict, "sender", "guard holds nothing")
	_, err = w.Custody.Draft(ctx, custody.NewVoucher{Kind: models.TakingOver, Sender: "relief", Receiver: "relief"})
	refused(t, err, models.Invalid, "receiver", "is the person who hands over")
}

// TestWhatWasImportedAsIssuedGoesBackSo refuses the handing over of an item of
// which the book knows no issue.
func TestWhatWasImportedAsIssuedGoesBackSo(t *testing.T) {
	w := booktest.New(t)
	ctx := w.As("keeper-north")
	if _, err := w.Register.Import(ctx, register.Import{File: []byte("name,category,unit,custodian,status\nRadio,radio,NORTH-POST,guard,issued\n")}); err != nil {
		t.Fatal(err)
	}
	v := dispatch(t, w, "keeper-north", custody.NewVoucher{Kind: models.TakingOver, Sender: "guard", Receiver: "relief"})
	if _, err := w.Custody.Refuse(ctx, v.Number, 0, custody.Refusal{Reason: "not seen"}); err != nil {
		t.Fatal(err)
	}
	if a := w.Asset(w.TagOf(1)); a.Status != models.Issued || a.Custodian != "guard" || a.Voucher != "" {
		t.Errorf("%+v", a)
	}
}

func TestADraftIsRevisedAndCancelled(t *testing.T) {
	w := booktest.New(t)
	ctx := w.As("keeper-north")
	tags := w.Radios(2)
	v := draft(t, w, "keeper-north", custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Lines: lines(tags[0])})
	more := lines(tags...)
	receiver := "guard"
	got, err := w.Custody.Revise(ctx, v.Number, v.Version, custody.VoucherEdit{Lines: &more, Receiver: &receiver})
	if err != nil || len(got.Lines) != 2 || got.Receiver != "guard" {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = w.Custody.Revise(ctx, v.Number, v.Version, custody.VoucherEdit{Receiver: &receiver})
	refused(t, err, models.Stale, "If-Match", "was changed since")
	_, err = w.Custody.Cancel(ctx, v.Number, 0, "")
	refused(t, err, models.Invalid, "reason", "is required")
	if got, err = w.Custody.Cancel(ctx, v.Number, 0, "wrong unit"); err != nil || got.State != models.Cancelled {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = w.Custody.Dispatch(ctx, v.Number, 0, booktest.Sign("Dispatcher"))
	refused(t, err, models.Conflict, "state", "only a draft can be dispatched; V-NORTH-STORE-2026-0001 is cancelled")
}

func TestListsOfVouchers(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(3)
	for _, tag := range tags {
		dispatch(t, w, "keeper-north", custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Lines: lines(tag)})
	}
	if _, err := w.Custody.Refuse(w.As("commander-north"), "V-NORTH-STORE-2026-0002", 0, custody.Refusal{Reason: "wrong model"}); err != nil {
		t.Fatal(err)
	}
	list := func(who string, f custody.Filter) string {
		var numbers []string
		for cursor := ""; ; {
			page, next, err := w.Custody.List(w.As(who), f, cursor, 2)
			if err != nil {
				return err.Error()
			}
			for _, v := range page {
				numbers = append(numbers, v.Number[len(v.Number)-1:])
			}
			if cursor = next; cursor == "" {
				return strings.Join(numbers, "")
			}
		}
	}
	f := custody.Filter{}
	for _, c := range []struct {
		name, who, want string
		change          func(*custody.Filter)
	}{
		{"all", "admin", "321", func(*custody.Filter) {}},
		{"own", "keeper-north", "321", func(*custody.Filter) {}},
		{"another's", "keeper-south", "", func(*custody.Filter) {}},
		{"the payer's", "auditor-a", "321", func(*custody.Filter) {}},
		{"dispatched", "keeper-north", "31", func(f *custody.Filter) { f.State = "dispatched" }},
		{"refused", "auditor-a", "2", func(f *custody.Filter) { f.State = "refused" }},
		{"by unit", "admin", "321", func(f *custody.Filter) { f.Unit = "NORTH-POST" }},
		{"by grant", "admin", "321", func(f *custody.Filter) { f.Grant = "A-2025" }},
		{"by another grant", "admin", "", func(f *custody.Filter) { f.Grant = "B-2026" }},
		{"of the day", "admin", "321", func(f *custody.Filter) { f.Since, f.Until = "2026-03-31", "2026-03-31" }},
		{"of the day after", "admin", "", func(f *custody.Filter) { f.Since = "2026-04-01" }},
		{"loans", "admin", "", func(f *custody.Filter) { f.Kind = "loan" }},
		{"a state there is not", "admin", "state: must be one of draft, dispatched, accepted, accepted_in_part, refused, cancelled", func(f *custody.Filter) { f.State = "lost" }},
	} {
		g := f
		c.change(&g)
		if got := list(c.who, g); got != c.want {
			t.Errorf("%s: %q, wanted %q", c.name, got, c.want)
		}
	}
	tag := w.Radios(1)[0]
	v := dispatch(t, w, "keeper-north", custody.NewVoucher{Kind: models.TransferVoucher, From: "NORTH-STORE", To: "SOUTH-STORE", Lines: lines(tag)})
	if found, err := w.Custody.Scan(w.As("keeper-south"), strings.ToLower(tag)); err != nil || found.Voucher != v.Number || found.Asset != nil {
		t.Errorf("what arrives is scanned: %+v, %v", found, err)
	}
	if _, err := w.Custody.Scan(w.As("keeper-coast"), tag); models.KindOf(err) != models.NotFound {
		t.Errorf("by somebody else: %v", err)
	}
	lot := w.Kits(models.One, "2027-01-31")
	for _, text := range []string{w.Custody.Address(v.Number), strings.ToLower(v.Number)} {
		for who, actions := range map[string]int{"keeper-south": 1, "keeper-north": 0} {
			found, err := w.Custody.Scan(w.As(who), text)
			if err != nil || found.Voucher != v.Number || len(found.Actions) != actions {
				t.Errorf("%s scans %s: %+v, %v", who, text, found, err)
			}
		}
		if _, err := w.Custody.Scan(w.As("keeper-coast"), text); models.KindOf(err) != models.NotFound {
			t.Errorf("keeper-coast scans %s: %v", text, err)
		}
	}
	if found, err := w.Custody.Scan(w.As("keeper-north"), "HTTPS://QM.EXAMPLE.ORG/B/NORTH-STORE/A-3"); err != nil || found.Bin != "NORTH-STORE/A-3" {
		t.Errorf("%+v, %v", found, err)
	}
	if found, err := w.Custody.Scan(w.As("keeper-north"), "HTTPS://QM.EXAMPLE.ORG/L/"+lot.Code); err != nil || found.Lot.Code != lot.Code {
		t.Errorf("a lot is scanned: %+v, %v", found, err)
	}
}

// TestAnAuditorSeesTheirDonorsLinesAlone mixes two donors on one voucher.
func TestAnAuditorSeesTheirDonorsLinesAlone(t *testing.T) {
	w := booktest.New(t)
	own := w.Radios(1)[0]
	other, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Secret scanner", Category: "scanner", Unit: "NORTH-STORE", Grant: "B-2026"})
	if err != nil {
		t.Fatal(err)
	}
	v := dispatch(t, w, "keeper-north", custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Lines: lines(own, other.Tag)})
	got, err := w.Custody.Voucher(w.As("auditor-a"), v.Number)
	if err != nil || len(got.Lines) != 1 || got.Lines[0].Tag != own || got.Hidden != 1 || len(got.Broken) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	list, _, err := w.Custody.List(w.As("auditor-a"), custody.Filter{}, "", 10)
	if err != nil || len(list) != 1 || len(list[0].Lines) != 1 || list[0].Outgoing.Drawing != "" {
		t.Errorf("%+v, %v", list, err)
	}
	events, _, err := w.Custody.Events(w.As("auditor-a"), v.Number, "", 10)
	raw, _ := json.Marshal(events)
	if err != nil || len(events) != 2 || strings.Contains(string(raw), "Secret") {
		t.Errorf("%s, %v", raw, err)
	}
}

// TestALoanIsSignedByStorekeepers has the person named, who keeps no store, try.
func TestALoanIsSignedByStorekeepers(t *testing.T) {
	w := booktest.New(t)
	w.Post(models.Person{Code: "captain", Name: "Captain Coast", Unit: "COAST-STORE", Username: "captain", Role: models.Commander})
	v := dispatch(t, w, "keeper-north", custody.NewVoucher{Kind: models.LoanVoucher, From: "NORTH-STORE", To: "COAST-STORE", Receiver: "captain", Operation: "OP", DueBack: "2026-06-30", Lines: lines(w.Radios(1)...)})
	_, err := w.Custody.Accept(w.As("captain"), v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Captain Coast")})
	refused(t, err, models.Forbidden, "", "commander may not issue, return or transfer")
}
