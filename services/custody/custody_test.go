package custody_test

import (
	"errors"
	"flag"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

func refused(t *testing.T, err error, kind models.Kind, field, says string) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field || !strings.Contains(e.Message, says) {
		t.Errorf("got %v, wanted %s about %q: …%s…", err, kind, field, says)
	}
}

func TestIssueAndReturn(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	ctx := w.As("keeper-north")
	w.Pass(time.Hour)
	out, err := w.Custody.Issue(ctx, a.Tag, a.Version, custody.Issue{Unit: "NORTH-POST", Custodian: "guard", DueBack: "2026-04-30", Note: "patrol"})
	if err != nil {
		t.Fatal(err)
	}
	if out.Status != models.InTransit || out.Unit != "NORTH-STORE" || out.Voucher != "V-NORTH-STORE-2026-0001" {
		t.Errorf("dispatched: %+v", out)
	}
	out.Asset = w.Accept(out.Asset)
	if out.Status != models.Issued || out.Unit != "NORTH-POST" || out.Custodian != "guard" || out.DueBack != "2026-04-30" ||
		out.IssuedFrom != "NORTH-STORE" || !out.IssuedAt.Equal(booktest.Start.Add(time.Hour)) {
		t.Errorf("accepted: %+v", out)
	}
	back, err := w.Custody.Return(ctx, a.Tag, out.Version, custody.Return{Condition: "fair", Note: "aerial bent"})
	if err != nil {
		t.Fatal(err)
	}
	if back.Status != models.InStore || back.Unit != "NORTH-STORE" || back.Custodian != "" || back.DueBack != "" || back.IssuedAt != nil || back.Condition != "fair" || back.Path[2] != "NORTH-STORE" {
		t.Errorf("%+v", back)
	}
	voucher, err := w.Custody.Voucher(ctx, back.Voucher)
	if err != nil || voucher.Number != "V-NORTH-POST-2026-0001" || voucher.State != models.Accepted || voucher.Note != "aerial bent" || voucher.Incoming.Name != "Naveed North" || voucher.Outgoing != nil {
		t.Errorf("%+v, %v", voucher, err)
	}
	events, err := w.Register.History(ctx, a.Tag, 0, 10)
	if err != nil || len(events) != 4 || events[0].Kind != "asset.returned" || events[0].Reason != back.Voucher || events[1].Kind != "asset.issued" || events[2].Kind != "asset.dispatched" {
		t.Errorf("%+v, %v", events, err)
	}
}

func TestSignedOnTheSpot(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	ctx := w.As("keeper-north")
	out, err := w.Custody.Issue(ctx, a.Tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")})
	if err != nil || out.Status != models.Issued || out.Custodian != "guard" || out.Unit != "NORTH-POST" {
		t.Fatalf("%+v, %v", out, err)
	}
	_, err = w.Custody.Issue(ctx, w.Radio("2").Tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("naveed north")})
	refused(t, err, models.Invalid, "signature", "somebody else signs for receiving")
}

func TestTransferReachesUnitsOutOfScope(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	ctx := w.As("keeper-north")
	_, err := w.Custody.Issue(ctx, a.Tag, 0, custody.Issue{Unit: "SOUTH"})
	refused(t, err, models.Forbidden, "unit", "transfer the item instead")
	moved, err := w.Custody.Transfer(ctx, a.Tag, 0, custody.Transfer{Unit: "SOUTH-STORE", Note: "flood relief"})
	if err != nil || moved.Unit != "NORTH-STORE" || moved.Status != models.InTransit {
		t.Fatalf("%+v, %v", moved, err)
	}
	_, err = w.Custody.Accept(ctx, moved.Voucher, 0, custody.Acceptance{Signature: booktest.Sign("Sana South")})
	refused(t, err, models.Forbidden, "", "only SOUTH-STORE can say")
	if _, err := w.Custody.Accept(w.As("keeper-south"), moved.Voucher, 0, custody.Acceptance{Signature: booktest.Sign("Sana South")}); err != nil {
		t.Fatal(err)
	}
	if now := w.Asset(a.Tag); now.Unit != "SOUTH-STORE" || now.Status != models.InStore {
		t.Errorf("%+v", now)
	}
	_, err = w.Custody.Issue(ctx, a.Tag, 0, custody.Issue{Unit: "NORTH-POST"})
	refused(t, err, models.NotFound, "tag", "there is no asset")
	if _, err = w.Custody.Issue(w.As("keeper-south"), a.Tag, 0, custody.Issue{Unit: "SOUTH"}); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	ctx := w.As("keeper-north")
	issue := func(i custody.Issue) error { _, err := w.Custody.Issue(ctx, a.Tag, 0, i); return err }
	refused(t, issue(custody.Issue{}), models.Invalid, "custodian", "say who")
	refused(t, issue(custody.Issue{Unit: "MOON"}), models.Invalid, "unit", "there is no unit")
	refused(t, issue(custody.Issue{Custodian: "nobody"}), models.Invalid, "custodian", "there is no person")
	refused(t, issue(custody.Issue{Unit: "NORTH-STORE", Custodian: "guard"}), models.Invalid, "custodian", "Gul Guard is posted to NORTH-POST, not to NORTH-STORE")
	refused(t, issue(custody.Issue{Unit: "NORTH-STORE"}), models.Invalid, "unit", "is the sender itself")
	refused(t, issue(custody.Issue{Unit: "NORTH-POST", DueBack: "2026-03-01"}), models.Invalid, "due_back", "1 March 2026 has passed")
	refused(t, issue(custody.Issue{Unit: "NORTH-POST", DueBack: "soon"}), models.Invalid, "due_back", "is not a day")
	refused(t, issue(custody.Issue{Unit: "NORTH-POST", Condition: "shiny"}), models.Invalid, "condition", "must be one of")
	refused(t, issue(custody.Issue{Unit: "NORTH-POST", Note: strings.Repeat("x", 2001)}), models.Invalid, "note", "longer")
	_, err := w.Custody.Issue(w.As("commander-north"), a.Tag, 0, custody.Issue{Unit: "NORTH-POST"})
	refused(t, err, models.Forbidden, "", "commander may not issue")
	_, err = w.Custody.Return(ctx, a.Tag, 0, custody.Return{})
	refused(t, err, models.Conflict, "status", "only an issued item can be returned")
	_, err = w.Custody.Transfer(ctx, a.Tag, 0, custody.Transfer{Unit: "NORTH-STORE"})
	refused(t, err, models.Invalid, "unit", "is the sender itself")
	if last, err := w.Book.Latest(ctx, ledger.Subject(store.Assets, a.ID)); err != nil || last.Seq != 1 {
		t.Errorf("%+v, %v", last, err)
	}
}

// TestOfManyWhoIssueOneItemOneWins has ten storekeepers issue the same item at
// the same moment; nine are told who was first.
func TestOfManyWhoIssueOneItemOneWins(t *testing.T) {
	w := booktest.New(t)
	ctx := w.As("keeper-north")
	for range 20 {
		a := w.Radio(nextSerial())
		var won, lost int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				_, err := w.Custody.Issue(ctx, a.Tag, 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
					return
				}
				lost++
				refused(t, err, models.Conflict, "status", a.Tag+" is in transit to Gul Guard of NORTH-POST, by voucher V-NORTH-STORE-2026-00")
			})
		}
		all.Wait()
		if won != 1 || lost != 9 {
			t.Fatalf("%d won, %d lost", won, lost)
		}
	}
}

var serials int

func nextSerial() string { serials++; return strings.Repeat("I", serials) }

// Each check moves items some thirty times; -rapid.checks asks for more of them.
func init() { _ = flag.Set("rapid.checks", "50") }

// TestMovementsKeepTheBookStraight makes any sequence of movements and checks
// what must always be true of the asset, its history and its chain.
func TestMovementsKeepTheBookStraight(t *testing.T) {
	w := booktest.New(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		a := w.Radio(strings.Repeat("x", n%100+1) + strings.Repeat("y", n/100))
		ctx := w.As("admin")
		units := []string{"NORTH-STORE", "NORTH-POST", "SOUTH-STORE"}
		status, events := models.InStore, int64(1)
		step := func(err error, allowed bool, next models.Status) {
			if (err == nil) != allowed {
				rt.Fatalf("from %s to %s: %v", status, next, err)
			}
			if allowed {
				status = next
				events++
			} else if models.KindOf(err) != models.Conflict {
				rt.Fatalf("refused with %v", err)
			}
		}
		unit := a.Unit
		var going, voucher string
		var next models.Status
		rt.Repeat(map[string]func(*rapid.T){
			"issue": func(rt *rapid.T) {
				to := rapid.SampledFrom(units[1:]).Draw(rt, "unit")
				if to == unit {
					rt.Skip("it is there")
				}
				got, err := w.Custody.Issue(ctx, a.Tag, 0, custody.Issue{Unit: to})
				step(err, status == models.InStore, models.InTransit)
				if err == nil {
					next, going, voucher = models.Issued, to, got.Voucher
				}
			},
			"return": func(rt *rapid.T) {
				got, err := w.Custody.Return(ctx, a.Tag, 0, custody.Return{Unit: rapid.SampledFrom(append(units, "")).Draw(rt, "unit")})
				step(err, status == models.Issued, models.InStore)
				if err == nil {
					unit = got.Unit
				}
			},
			"transfer": func(rt *rapid.T) {
				to := rapid.SampledFrom(units).Draw(rt, "unit")
				if to == unit {
					rt.Skip("it is there")
				}
				got, err := w.Custody.Transfer(ctx, a.Tag, 0, custody.Transfer{Unit: to})
				step(err, status == models.InStore, models.InTransit)
				if err == nil {
					next, going, voucher = models.InStore, to, got.Voucher
				}
			},
			"accept": func(rt *rapid.T) {
				if voucher == "" {
					rt.Skip("nothing was dispatched")
				}
				_, err := w.Custody.Accept(ctx, voucher, 0, custody.Acceptance{Signature: booktest.Sign("Receiver")})
				allowed := status == models.InTransit
				step(err, allowed, next)
				if allowed {
					unit = going
				}
			},
			"send back": func(rt *rapid.T) {
				if voucher == "" {
					rt.Skip("nothing was dispatched")
				}
				var err error
				if rapid.Bool().Draw(rt, "cancel") {
					_, err = w.Custody.Cancel(ctx, voucher, 0, "no longer needed")
				} else {
					_, err = w.Custody.Refuse(ctx, voucher, 0, custody.Refusal{Reason: "damaged"})
				}
				step(err, status == models.InTransit, models.InStore)
			},
			"": func(rt *rapid.T) {
				record, err := w.Register.Asset(ctx, a.Tag)
				if err != nil {
					rt.Fatal(err)
				}
				now, err := store.Decode[models.Asset](record)
				if err != nil {
					rt.Fatal(err)
				}
				if now.Status != status || now.Unit != unit || now.Path[len(now.Path)-1] != unit || now.Version != events {
					rt.Fatalf("%s with %s at version %d, not %s with %s at %d", now.Status, now.Unit, now.Version, status, unit, events)
				}
				if now.Status == models.InTransit && now.Voucher != voucher {
					rt.Fatalf("on its way by %s, not %s", now.Voucher, voucher)
				}
				if issued := now.Status == models.Issued; issued != (now.IssuedAt != nil) || issued != (now.IssuedFrom != "") || !issued && now.Custodian != "" {
					rt.Fatalf("%+v", now)
				}
				if err := w.Book.Verify(ctx, ledger.Subject(store.Assets, a.ID), now.Head, now.Version); err != nil {
					rt.Fatal(err)
				}
			},
		})
	})
}
