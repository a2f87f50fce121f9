package stock_test

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/stock"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

func refused(t *testing.T, err error, kind models.Kind, field, says string) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field || !strings.Contains(e.Message, says) {
		t.Errorf("got %v, wanted %s about %q: …%s…", err, kind, field, says)
	}
}

func TestBalancesAreTheirMovements(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "book.db"), store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	booktest.BalancesAreTheirMovements(t, s)
}

func onHand(t *testing.T, w *booktest.World, lot *models.Lot, unit string) models.Quantity {
	t.Helper()
	q, err := w.Stock.OnHand(t.Context(), lot.Code, unit)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestSoonestExpiryFirst uses up and issues across lots.
func TestSoonestExpiryFirst(t *testing.T) {
	w := booktest.New(t)
	late, soon := w.Kits(10*models.One, "2027-01-31"), w.Kits(4*models.One, "2026-05-31")
	old := w.Kits(3*models.One, "2026-04-01")
	w.Pass(3 * 24 * time.Hour)
	ctx := w.As("keeper-north")
	used, err := w.Stock.ConsumeItem(ctx, "kit", stock.Use{Unit: "NORTH-STORE", Quantity: 3 * models.One, Purpose: "training", Result: "LAB-7"})
	if err != nil || len(used.Lots) != 1 || used.Lots[0].Lot != soon.Code {
		t.Fatalf("%+v, %v", used, err)
	}
	v, err := w.Custody.Draft(ctx, custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Lines: []custody.NewLine{{Item: "kit", Quantity: 5 * models.One}}})
	if err != nil || len(v.Lines) != 2 || v.Lines[0].Lot != soon.Code || v.Lines[0].Quantity != models.One || v.Lines[1].Lot != late.Code || v.Lines[1].Quantity != 4*models.One {
		t.Fatalf("%+v, %v", v, err)
	}
	if _, err := w.Custody.Dispatch(ctx, v.Number, 0, booktest.Sign("Naveed North")); err != nil {
		t.Fatal(err)
	}
	if soonest, latest := onHand(t, w, soon, "NORTH-STORE"), onHand(t, w, late, "NORTH-STORE"); soonest != 0 || latest != 6*models.One {
		t.Errorf("%s and %s are left", soonest, latest)
	}
	_, err = w.Custody.Accept(w.As("commander-north"), v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Kamran Commander"), Lines: []custody.LineReceipt{{Line: 1, Accepted: true}, {Line: 2, Remark: "crushed"}}})
	if err != nil || onHand(t, w, soon, "NORTH-POST") != models.One || onHand(t, w, late, "NORTH-STORE") != 10*models.One || onHand(t, w, late, "NORTH-POST") != 0 {
		t.Errorf("%v", err)
	}
	_, err = w.Stock.ConsumeItem(ctx, "kit", stock.Use{Unit: "NORTH-STORE", Quantity: 11 * models.One, Purpose: "training"})
	refused(t, err, models.Conflict, "quantity", "NORTH-STORE has 10 test of Drug test kit that can be used, not 11")

	_, err = w.Stock.Consume(ctx, old.Code, stock.Use{Unit: "NORTH-STORE", Quantity: models.One, Purpose: "training"})
	refused(t, err, models.Conflict, "lot", "expired on 1 April 2026 and is not to be used")
	expired, err := w.Custody.Draft(ctx, custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Lines: []custody.NewLine{{Lot: old.Code, Quantity: models.One}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Custody.Dispatch(ctx, expired.Number, 0, booktest.Sign("Naveed North"))
	refused(t, err, models.Conflict, "lines", "expired on 1 April 2026 and is not issued")
	_, err = w.Stock.Dispose(ctx, late.Code, stock.Correction{Unit: "NORTH-STORE", Quantity: models.One, Reason: "burnt"})
	refused(t, err, models.Conflict, "lot", "has not expired")
	if _, err = w.Stock.Dispose(ctx, old.Code, stock.Correction{Unit: "NORTH-STORE", Quantity: 3 * models.One, Reason: "burnt before a magistrate", Reference: "DC-3"}); err != nil || onHand(t, w, old, "NORTH-STORE") != 0 {
		t.Error(err)
	}
	page, err := w.Stock.Movements(ctx, old.Code, "", 10)
	if err != nil || len(page.Records) != 2 || !strings.Contains(string(page.Records[0].Body), `"kind":"disposed"`) {
		t.Errorf("%+v, %v", page, err)
	}
}

// TestManyUseAtOnce has twenty take one each of what three lots hold together.
func TestManyUseAtOnce(t *testing.T) {
	w := booktest.New(t)
	for _, expiry := range []models.Day{"2026-05-31", "2026-06-30", "2026-07-31"} {
		w.Kits(6*models.One, expiry)
	}
	ctx := w.As("keeper-north")
	var won, lost atomic.Int64
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := w.Stock.ConsumeItem(ctx, "kit", stock.Use{Unit: "NORTH-STORE", Quantity: models.One, Purpose: "field test"})
			switch {
			case err == nil:
				won.Add(1)
			case models.KindOf(err) == models.Conflict:
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 18 || lost.Load() != 2 {
		t.Errorf("%d won, %d lost", won.Load(), lost.Load())
	}
}

func TestBadStock(t *testing.T) {
	w := booktest.New(t)
	lot := w.Kits(10*models.One, "2027-01-31")
	ctx := w.As("keeper-north")
	good := stock.Receipt{Item: "kit", Number: "HX-2", Expiry: "2027-01-31", Unit: "NORTH-STORE", Quantity: models.One}
	for name, c := range map[string]struct {
		change func(*stock.Receipt)
		kind   models.Kind
		field  string
		says   string
	}{
		"no item":            {func(r *stock.Receipt) { r.Item = "tea" }, models.Invalid, "item", "there is no stock item"},
		"no unit":            {func(r *stock.Receipt) { r.Unit = "" }, models.Invalid, "unit", "is required"},
		"another's unit":     {func(r *stock.Receipt) { r.Unit = "SOUTH" }, models.Forbidden, "unit", "not in your part"},
		"no number":          {func(r *stock.Receipt) { r.Number = "" }, models.Invalid, "number", "is required"},
		"no expiry":          {func(r *stock.Receipt) { r.Expiry = "" }, models.Invalid, "expiry", "does not keep for ever"},
		"expired":            {func(r *stock.Receipt) { r.Expiry = "2026-03-30" }, models.Invalid, "expiry", "has passed"},
		"nothing":            {func(r *stock.Receipt) { r.Quantity = 0 }, models.Invalid, "quantity", "is zero"},
		"less than nothing":  {func(r *stock.Receipt) { r.Quantity = -models.One }, models.Invalid, "quantity", "is below zero"},
		"half a test":        {func(r *stock.Receipt) { r.Quantity = 500 }, models.Invalid, "quantity", "must be whole: Drug test kit is counted by the test"},
		"the wrong donor":    {func(r *stock.Receipt) { r.Donor, r.Grant = "DONOR-A", "B-2026" }, models.Invalid, "grant", "is a grant of DONOR-B"},
		"an unreadable cost": {func(r *stock.Receipt) { r.Cost = &models.Money{Amount: "ten", Currency: "USD"} }, models.Invalid, "cost.amount", "is an amount"},
	} {
		t.Run(name, func(t *testing.T) {
			r := good
			c.change(&r)
			_, err := w.Stock.Receive(ctx, r)
			refused(t, err, c.kind, c.field, c.says)
		})
	}
	_, err := w.Stock.Receive(w.As("commander-north"), good)
	refused(t, err, models.Forbidden, "", "commander may not receive")
	_, err = w.Stock.Consume(ctx, lot.Code, stock.Use{Unit: "NORTH-STORE", Quantity: 11 * models.One, Purpose: "test"})
	refused(t, err, models.Conflict, "quantity", "NORTH-STORE has 10 of "+lot.Code+", not 11")
	_, err = w.Stock.Consume(ctx, lot.Code, stock.Use{Unit: "NORTH-STORE", Quantity: models.One})
	refused(t, err, models.Invalid, "purpose", "is required")
	_, err = w.Stock.Adjust(ctx, lot.Code, stock.Correction{Unit: "NORTH-STORE", Quantity: -11 * models.One, Reason: "counted"})
	refused(t, err, models.Conflict, "quantity", "has 10")
	_, err = w.Stock.Adjust(ctx, lot.Code, stock.Correction{Unit: "NORTH-STORE", Quantity: models.One})
	refused(t, err, models.Invalid, "reason", "is required")
	_, err = w.Stock.Adjust(ctx, "LOT-000099-9", stock.Correction{Unit: "NORTH-STORE", Quantity: models.One, Reason: "counted"})
	refused(t, err, models.NotFound, "lot", "there is no lot")
	if q := onHand(t, w, lot, "NORTH-STORE"); q != 10*models.One {
		t.Errorf("%s are left", q)
	}
	_, err = w.Stock.AddItem(w.As("admin"), models.StockItem{Code: "kit", Name: "Again", Measure: "test"})
	refused(t, err, models.Conflict, "code", "is already taken")
	_, err = w.Stock.AddItem(ctx, models.StockItem{Code: "tea", Name: "Tea", Measure: "box"})
	refused(t, err, models.Forbidden, "", "may not change units")
}

// TestStockOnVouchers sends quantities that cannot go.
func TestStockOnVouchers(t *testing.T) {
	w := booktest.New(t)
	lot := w.Kits(10*models.One, "2027-01-31")
	ctx := w.As("keeper-north")
	draft := func(lines ...custody.NewLine) (*models.Voucher, error) {
		return w.Custody.Draft(ctx, custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Lines: lines})
	}
	for says, lines := range map[string][]custody.NewLine{
		"is zero":                 {{Lot: lot.Code}},
		"is below zero":           {{Lot: lot.Code, Quantity: -models.One}},
		"must be whole":           {{Lot: lot.Code, Quantity: 1500}},
		"is on the voucher twice": {{Lot: lot.Code, Quantity: models.One}, {Lot: strings.ToLower(lot.Code), Quantity: models.One}},
		"that can be used, not":   {{Item: "kit", Quantity: 11 * models.One}},
	} {
		_, err := draft(lines...)
		refused(t, err, models.Invalid, "lines", says)
	}
	v, err := draft(custody.NewLine{Lot: lot.Code, Quantity: 11 * models.One})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Custody.Dispatch(ctx, v.Number, 0, booktest.Sign("Naveed North"))
	refused(t, err, models.Conflict, "lines", "NORTH-STORE has 10 test of lot "+lot.Code+", not 11")
	_, err = w.Custody.Draft(ctx, custody.NewVoucher{Kind: models.LoanVoucher, From: "NORTH-STORE", To: "COAST-STORE", Operation: "OP", DueBack: "2026-05-01",
		Lines: []custody.NewLine{{Lot: lot.Code, Quantity: models.One}}})
	refused(t, err, models.Invalid, "lines", "does not come back; transfer it instead")
}

// TestAMovementNamesWhoMadeIt has one person draft, another dispatch and a third
// accept.
func TestAMovementNamesWhoMadeIt(t *testing.T) {
	w := booktest.New(t)
	lot := w.Kits(10*models.One, "2027-01-31")
	v, err := w.Custody.Draft(w.As("admin"), custody.NewVoucher{Kind: models.TransferVoucher, From: "NORTH-STORE", To: "SOUTH-STORE", Lines: []custody.NewLine{{Lot: lot.Code, Quantity: models.One}}})
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Minute)
	if _, err = w.Custody.Dispatch(w.As("keeper-north"), v.Number, 0, booktest.Sign("Naveed North")); err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Minute)
	if _, err = w.Custody.Accept(w.As("keeper-south"), v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Sana South")}); err != nil {
		t.Fatal(err)
	}
	moves, err := store.Find[models.Movement](t.Context(), w.Book.Store, store.Query{In: store.Movements, By: "lot", Where: []store.Cond{store.Is("lot", lot.Code)}, Desc: true, Limit: 2})
	if err != nil || len(moves) != 2 || moves[0].By != "keeper-south" || moves[1].By != "keeper-north" {
		t.Errorf("%+v, %v", moves, err)
	}
}

func TestTotalsAndLevels(t *testing.T) {
	w := booktest.New(t)
	w.Kits(10*models.One, "2027-01-31")
	w.Kits(4*models.One, "2026-05-31")
	w.Kits(3*models.One, "2026-04-01")
	w.Pass(3 * 24 * time.Hour)
	ctx := w.As("keeper-north")
	if _, err := w.Stock.SetLevel(ctx, "kit", 0, models.Level{Unit: "NORTH-STORE", Reorder: 20 * models.One}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Stock.SetLevel(ctx, "kit", 0, models.Level{Unit: "NORTH-POST", Reorder: models.One}); err != nil {
		t.Fatal(err)
	}
	_, err := w.Stock.SetLevel(ctx, "kit", 0, models.Level{Unit: "SOUTH", Reorder: models.One})
	refused(t, err, models.Forbidden, "unit", "not in your part")
	totals, err := w.Stock.Totals(ctx, stock.Filter{})
	if err != nil || len(totals) != 1 {
		t.Fatalf("%v, %v", totals, err)
	}
	if k := totals[0]; k.OnHand != 14*models.One || k.Expired != 3*models.One || k.Soon != 4*models.One || k.Next != "2026-05-31" || k.Lots != 3 || strings.Join(k.Low, " ") != "NORTH-POST NORTH-STORE" {
		t.Errorf("%+v", k)
	}
	for who, want := range map[string]int{"keeper-north": 3, "keeper-south": 0, "auditor-a": 3, "admin": 3} {
		page, err := w.Stock.Lots(w.As(who), stock.Filter{}, "", 10)
		if err != nil || len(page.Records) != want {
			t.Errorf("%s sees %d, %v", who, len(page.Records), err)
		}
	}
	page, err := w.Stock.Lots(ctx, stock.Filter{Item: "kit", Expiring: "2026-05-31"}, "", 10)
	if err != nil || len(page.Records) != 2 {
		t.Errorf("%d expire, %v", len(page.Records), err)
	}
	for want, f := range map[int][]stock.Filter{
		3: {{State: "on_hand"}, {State: "any"}, {Papers: register.Papers{Since: "2026-03-31"}, State: "any"}},
		2: {{State: "on_hand", Expiring: "2026-05-31"}},
		1: {{State: "expired"}, {State: "expired", Expiring: "2026-12-31"}},
		0: {{State: "used_up"}, {Papers: register.Papers{Since: w.Book.Today()}}, {Papers: register.Papers{Until: "2026-03-01"}}},
	} {
		for _, f := range f {
			page, err := w.Stock.Lots(ctx, f, "", 10)
			if err != nil {
				t.Fatalf("%+v: %v", f, err)
			}
			if len(page.Records) != want {
				t.Errorf("%+v: %d, wanted %d", f, len(page.Records), want)
			}
		}
	}
	_, err = w.Stock.Lots(ctx, stock.Filter{State: "mouldy"}, "", 10)
	refused(t, err, models.Invalid, "state", "must be one of on_hand, expired, used_up, any")
	totals, err = w.Stock.Totals(ctx, stock.Filter{Papers: register.Papers{Donor: "DONOR-B"}})
	if err != nil || totals[0].OnHand != 0 || totals[0].Low != nil {
		t.Errorf("one donor's share is held against the level of all: %+v, %v", totals[0], err)
	}
	_, err = w.Stock.OneLot(w.As("keeper-south"), "LOT-000001-3")
	refused(t, err, models.NotFound, "lot", "there is no lot")
}
