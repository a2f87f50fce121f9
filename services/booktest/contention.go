package booktest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// VouchersInContention has many vouchers dispatched at once over fewer assets than
// they name, each asset being on several, while others accept, refuse and cancel
// them: every asset goes by at most one, and nothing is left half moved.
func VouchersInContention(t *testing.T, s store.Store, vouchers, lines, assets int) {
	w := Over(t, s)
	tags := w.Radios(assets)
	numbers := make([]string, vouchers)
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range numbers {
		n := custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "guard"}
		for _, at := range dice.Perm(assets)[:lines] {
			n.Lines = append(n.Lines, custody.NewLine{Tag: tags[at]})
		}
		v, err := w.Custody.Draft(w.As("keeper-north"), n)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("V-NORTH-STORE-2026-%04d", i+1); v.Number != want {
			t.Fatalf("the voucher after %d others is %s", i, v.Number)
		}
		numbers[i] = v.Number
	}
	var won atomic.Int64
	var all sync.WaitGroup
	work := make(chan string)
	for range 16 {
		all.Go(func() {
			for number := range work {
				_, err := w.Custody.Dispatch(w.As("keeper-north"), number, 0, Sign("Naveed North"))
				switch {
				case err == nil:
					won.Add(1)
					w.endBoth(t, number)
				case models.KindOf(err) != models.Conflict:
					t.Errorf("%s: %v", number, err)
				}
			}
		})
	}
	for _, number := range numbers {
		work <- number
	}
	close(work)
	all.Wait()
	if won.Load() == 0 {
		t.Error("nobody won")
	}
	w.Straight(t, tags, numbers)
}

// endBoth has one person accept a voucher in part while another cancels it.
func (w *World) endBoth(t *testing.T, number string) {
	var both sync.WaitGroup
	var accepted, cancelled error
	both.Go(func() {
		_, accepted = w.Custody.Accept(w.As("commander-north"), number, 0, custody.Acceptance{Signature: Sign("Kamran Commander")})
	})
	both.Go(func() { _, cancelled = w.Custody.Cancel(w.As("keeper-north"), number, 0, "called back") })
	both.Wait()
	if (accepted == nil) == (cancelled == nil) {
		t.Errorf("%s: accepting said %v, cancelling %v", number, accepted, cancelled)
	}
	for _, err := range []error{accepted, cancelled} {
		if err != nil && models.KindOf(err) != models.Conflict {
			t.Errorf("%s: %v", number, err)
		}
	}
}

// Radios takes so many radios on charge at the northern store.
func (w *World) Radios(n int) []string {
	w.t.Helper()
	var tags []string
	for n > 0 {
		some := min(n, 500)
		lot, err := w.Register.TakeLotOnCharge(w.Operator(), register.Lot{Count: some, Asset: register.NewAsset{
			Name: "VHF hand-held radio", Category: "radio", Unit: "NORTH-STORE", Grant: "A-2025", Condition: "new"}})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, a := range lot.Items {
			tags = append(tags, a.Tag)
		}
		n -= some
	}
	return tags
}

// Straight checks that assets and vouchers agree: what is on its way is so by one
// voucher that is dispatched and names it, what was accepted is with the receiver,
// everything else is where it was; and that each chain of events is whole.
func (w *World) Straight(t *testing.T, tags, numbers []string) {
	t.Helper()
	by := map[string]*models.Voucher{}
	for _, number := range numbers {
		v, err := store.Get[models.Voucher](t.Context(), w.Book.Store, store.Vouchers, number)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		by[number] = v
	}
	moving := map[string]string{}
	for _, v := range by {
		if v.State != models.Underway && v.State != models.Accepted {
			continue
		}
		for _, line := range v.Lines {
			if other := moving[line.Tag]; other != "" {
				t.Errorf("%s goes by %s and by %s", line.Tag, other, v.Number)
			}
			moving[line.Tag] = v.Number
		}
	}
	for _, tag := range tags {
		a := w.Asset(tag)
		want, unit := models.InStore, "NORTH-STORE"
		if v := by[moving[tag]]; v != nil && v.State == models.Underway {
			want = models.InTransit
		} else if v != nil {
			want, unit = models.Issued, v.To
		}
		if a.Status != want || a.Unit != unit || a.Voucher != moving[tag] {
			t.Errorf("%s is %s with %s by %q, should be %s with %s by %q", tag, a.Status, a.Unit, a.Voucher, want, unit, moving[tag])
		}
		if err := w.Book.Verify(t.Context(), ledger.Subject(store.Assets, a.ID), a.Head, a.Version); err != nil {
			t.Error(err)
		}
	}
}
