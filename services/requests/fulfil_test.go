package requests_test

import (
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/requests"
)

// approved submits a request and lets all of it pass.
func approved(t *testing.T, w *booktest.World, n requests.NewRequest) *models.Request {
	t.Helper()
	r := submit(t, w, "commander-north", n)
	r, err := w.Requests.Approve(w.As("chief"), r.Number, 0, requests.Approval{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestADraftKeepsToItsRequest raises vouchers for a request otherwise than by
// fulfilling it.
func TestADraftKeepsToItsRequest(t *testing.T) {
	w := booktest.New(t)
	radios := w.Radios(2)
	lot := w.Kits(10*models.One, "2027-01-31")
	r := approved(t, w, six())
	asked := custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Request: r.Number, Lines: []custody.NewLine{{Tag: radios[0]}}}
	for name, c := range map[string]struct {
		who         string
		change      func(*custody.NewVoucher)
		field, says string
	}{
		"of another agency": {"keeper-coast", func(n *custody.NewVoucher) {
			n.Kind, n.From, n.To = models.TransferVoucher, "COAST-STORE", "NORTH-POST"
		}, "request", "there is no request"},
		"for another unit":  {"keeper-north", func(n *custody.NewVoucher) { n.To = "NORTH" }, "to", r.Number + " is for NORTH-POST, not for NORTH"},
		"by a return":       {"keeper-north", func(n *custody.NewVoucher) { n.Kind = models.ReturnVoucher }, "request", "not by a return"},
		"of something else": {"keeper-north", func(n *custody.NewVoucher) { n.Lines = []custody.NewLine{{Lot: lot.Code, Quantity: models.One}} }, "lines", "nothing of it is what"},
	} {
		t.Run(name, func(t *testing.T) {
			n := asked
			c.change(&n)
			_, err := w.Custody.Draft(w.As(c.who), n)
			refused(t, err, models.Invalid, c.field, c.says)
		})
	}
	asked.Lines = append(asked.Lines, custody.NewLine{Lot: lot.Code, Quantity: 5 * models.One})
	v, err := w.Custody.Draft(w.As("keeper-north"), asked)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = w.Requests.Request(w.As("commander-north"), r.Number); err != nil || r.Promised() != models.One || r.PromisedBy(v.Number) != models.One {
		t.Errorf("what goes along was counted: %+v, %v", r.Fulfilment, err)
	}
	elsewhere := "NORTH"
	_, err = w.Custody.Revise(w.As("keeper-north"), v.Number, 0, custody.VoucherEdit{To: &elsewhere})
	refused(t, err, models.Invalid, "to", "is for NORTH-POST")
}

// TestOfManyTheLongestInStoreIsSuggested has the item that waited longest behind a
// thousand others.
func TestOfManyTheLongestInStoreIsSuggested(t *testing.T) {
	w := booktest.New(t)
	young := w.Radios(1100)
	for _, tag := range young[:3] {
		w.Pass(time.Hour)
		if _, err := w.Custody.Issue(w.As("keeper-north"), tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Custody.Return(w.As("keeper-north"), tag, 0, custody.Return{Unit: "NORTH-STORE"}); err != nil {
			t.Fatal(err)
		}
	}
	n := six()
	n.Quantity = 1098 * models.One
	r := approved(t, w, n)
	v, err := w.Requests.Fulfil(w.As("keeper-north"), r.Number, requests.Fulfilment{From: "NORTH-STORE", Quantity: 998 * models.One})
	if err != nil || len(v.Lines) != 998 || v.Lines[0].Tag != young[3] {
		t.Fatalf("%d lines, %v", len(v.Lines), err)
	}
	list, err := w.Requests.Available(w.As("keeper-north"), r.Number)
	if err != nil || len(list) != 1 || list[0].Quantity != 1100*models.One {
		t.Errorf("%+v, %v", list, err)
	}
	here, err := w.Requests.Here(w.As("keeper-north"), []*models.Request{r})
	if err != nil || here[r.Number] != 1100*models.One {
		t.Errorf("%v, %v", here, err)
	}
}

// TestPartsOfAMeasure approves and gives parts of a litre, and no part of a radio.
func TestPartsOfAMeasure(t *testing.T) {
	w := booktest.New(t)
	if _, err := w.Stock.AddItem(w.Operator(), models.StockItem{Code: "solution", Name: "Reference solution", Measure: "litre", Divisible: true}); err != nil {
		t.Fatal(err)
	}
	n := requests.NewRequest{Unit: "NORTH-POST", Item: "solution", Quantity: 2 * models.One, Purpose: "calibration"}
	r := submit(t, w, "commander-north", n)
	r, err := w.Requests.Approve(w.As("chief"), r.Number, 0, requests.Approval{Quantity: 1500})
	if err != nil || r.Approved != 1500 {
		t.Errorf("%+v, %v", r, err)
	}
	radios := submit(t, w, "commander-north", six())
	_, err = w.Requests.Approve(w.As("chief"), radios.Number, 0, requests.Approval{Quantity: 1500})
	refused(t, err, models.Invalid, "quantity", "must be whole")
	radios = approved(t, w, six())
	_, err = w.Requests.Fulfil(w.As("keeper-north"), radios.Number, requests.Fulfilment{From: "NORTH-STORE", Quantity: 500})
	refused(t, err, models.Invalid, "quantity", "must be whole")
}

// TestWhatOthersDecideOnHidesNothing puts more requests of another's before one of
// the chief's than a list holds.
func TestWhatOthersDecideOnHidesNothing(t *testing.T) {
	w := booktest.New(t)
	admin := models.Admin
	if _, err := w.Register.EditUnit(w.Operator(), "SOUTH", 0, register.UnitEdit{Approver: &admin}); err != nil {
		t.Fatal(err)
	}
	south := six()
	south.Unit, south.Priority = "SOUTH", "immediate"
	for range 102 {
		submit(t, w, "keeper-south", south)
	}
	r := submit(t, w, "commander-north", six())
	inbox, err := w.Requests.Inbox(w.As("chief"))
	if err != nil || inbox.Count != 1 || inbox.More || inbox.Items[0].Number != r.Number {
		t.Errorf("%+v, %v", inbox, err)
	}
	if inbox, err = w.Requests.Inbox(w.As("admin")); err != nil || inbox.Count != 100 || !inbox.More {
		t.Errorf("%d, %v, %v", inbox.Count, inbox.More, err)
	}
}
