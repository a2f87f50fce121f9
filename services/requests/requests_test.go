package requests_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/store"
)

func refused(t *testing.T, err error, kind models.Kind, field, says string) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field || !strings.Contains(e.Message, says) {
		t.Errorf("got %v, wanted %s about %q: …%s…", err, kind, field, says)
	}
}

func six() requests.NewRequest {
	return requests.NewRequest{Unit: "NORTH-POST", Category: "radio", Quantity: 6 * models.One, Purpose: "winter patrols", Priority: "urgent", NeededBy: "2026-05-01"}
}

func submit(t *testing.T, w *booktest.World, who string, n requests.NewRequest) *models.Request {
	t.Helper()
	r, err := w.Requests.Submit(w.As(who), n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestFromAskingToGiving follows one request to its end, by two vouchers.
func TestFromAskingToGiving(t *testing.T) {
	w := booktest.New(t)
	r := submit(t, w, "commander-north", six())
	if r.Number != "R-NORTH-POST-2026-0001" || r.State != models.Submitted || r.Approver != models.Commander || r.What != "Radio" || requests.Holder(r).String() != "waits for a commander to decide" {
		t.Errorf("%+v, %s", r, requests.Holder(r))
	}
	inbox := func(who, want string) {
		t.Helper()
		got, err := w.Requests.Inbox(w.As(who))
		var told []string
		for _, item := range got.Items {
			told = append(told, item.For+" "+item.Number)
		}
		if err != nil || strings.Join(told, ", ") != want || got.Count != len(told) {
			t.Errorf("waiting for %s: %v %v, wanted %s", who, told, err, want)
		}
	}
	inbox("commander-north", "")
	inbox("chief", "approve "+r.Number)
	r, err := w.Requests.Approve(w.As("chief"), r.Number, r.Version, requests.Approval{Quantity: 4 * models.One, Remarks: "four will do"})
	if err != nil || r.State != models.Approved || r.Approved != 4*models.One || r.DecidedBy != "chief" {
		t.Fatalf("%+v, %v", r, err)
	}
	inbox("keeper-north", "fulfil "+r.Number)
	inbox("keeper-south", "")

	tags := w.Radios(2)
	w.Pass(time.Hour)
	v, err := w.Requests.Fulfil(w.As("keeper-north"), r.Number, requests.Fulfilment{From: "NORTH-STORE"})
	if err != nil || v.Kind != models.IssueVoucher || v.To != "NORTH-POST" || len(v.Lines) != 2 || v.Lines[0].Tag != tags[0] || v.Request != r.Number {
		t.Fatalf("%+v, %v", v, err)
	}
	inbox("keeper-north", "dispatch "+v.Number+", fulfil "+r.Number)
	if _, err = w.Custody.Dispatch(w.As("keeper-north"), v.Number, 0, booktest.Sign("Naveed North")); err != nil {
		t.Fatal(err)
	}
	inbox("commander-north", "accept "+v.Number)
	accept := custody.Acceptance{Lines: []custody.LineReceipt{{Line: 1, Accepted: true}, {Line: 2, Remark: "dead battery"}}, Signature: booktest.Sign("Kamran Commander")}
	if _, err = w.Custody.Accept(w.As("commander-north"), v.Number, 0, accept); err != nil {
		t.Fatal(err)
	}
	if r, err = w.Requests.Request(w.As("commander-north"), r.Number); err != nil || r.Given() != models.One || r.Remaining() != 3*models.One || !r.Waits() {
		t.Errorf("%+v, %v", r, err)
	}
	more := w.Radios(3)
	_, err = w.Requests.Fulfil(w.As("keeper-north"), r.Number, requests.Fulfilment{From: "NORTH-STORE", Lines: []custody.NewLine{{Tag: more[0]}, {Tag: more[1]}, {Tag: more[2]}, {Tag: tags[1]}}})
	refused(t, err, models.Invalid, "lines", "come to 4, but only 3 are open")
	v, err = w.Requests.Fulfil(w.As("keeper-north"), r.Number, requests.Fulfilment{From: "NORTH-STORE"})
	if err != nil || len(v.Lines) != 3 || v.Lines[0].Tag != tags[1] {
		t.Fatalf("longest in store first: %+v, %v", v, err)
	}
	_, err = w.Requests.Fulfil(w.As("keeper-north"), r.Number, requests.Fulfilment{From: "NORTH-STORE"})
	refused(t, err, models.Conflict, "state", "is on vouchers already")
	_, err = w.Requests.Close(w.As("chief"), r.Number, 0, "no longer needed")
	refused(t, err, models.Forbidden, "", "only a storekeeper")
	_, err = w.Requests.Close(w.As("keeper-north"), r.Number, 0, "no longer needed")
	refused(t, err, models.Conflict, "state", v.Number+" is still underway")
	if _, err = w.Custody.Dispatch(w.As("keeper-north"), v.Number, 0, booktest.Sign("Naveed North")); err != nil {
		t.Fatal(err)
	}
	if _, err = w.Custody.Accept(w.As("commander-north"), v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Kamran Commander")}); err != nil {
		t.Fatal(err)
	}
	if r, err = w.Requests.Request(w.As("commander-north"), r.Number); err != nil || r.State != models.Fulfilled {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = w.Requests.Fulfil(w.As("keeper-north"), r.Number, requests.Fulfilment{From: "NORTH-STORE"})
	refused(t, err, models.Conflict, "state", "is fulfilled; nothing is given on it")
	inbox("commander-north", "")
}

func TestWhoDecides(t *testing.T) {
	w := booktest.New(t)
	role := models.Storekeeper
	own := submit(t, w, "chief", six())
	_, err := w.Requests.Approve(w.As("chief"), own.Number, 0, requests.Approval{})
	refused(t, err, models.Forbidden, "", "nobody decides on a request of their own")
	_, err = w.Requests.Approve(w.As("keeper-north"), own.Number, 0, requests.Approval{})
	refused(t, err, models.Forbidden, "", "the role commander decides on requests of NORTH-POST")
	_, err = w.Requests.Approve(w.As("keeper-south"), own.Number, 0, requests.Approval{})
	refused(t, err, models.NotFound, "number", "there is no request")
	if _, err := w.Register.EditUnit(w.As("admin"), "NORTH", 0, register.UnitEdit{Approver: &role}); err != nil {
		t.Fatal(err)
	}
	r := submit(t, w, "commander-north", six())
	if r.Approver != models.Storekeeper {
		t.Errorf("%s decides", r.Approver)
	}
	for _, q := range []models.Quantity{-1, 7 * models.One, 1500} {
		_, err = w.Requests.Approve(w.As("keeper-north"), r.Number, 0, requests.Approval{Quantity: q})
		refused(t, err, models.Invalid, "quantity", "must be")
	}
	_, err = w.Requests.Decline(w.As("keeper-north"), r.Number, 0, "")
	refused(t, err, models.Invalid, "reason", "is required")
	if r, err = w.Requests.Decline(w.As("keeper-north"), r.Number, 0, "none to spare"); err != nil || r.State != models.Declined || r.Remarks != "none to spare" {
		t.Fatalf("%+v, %v", r, err)
	}
	_, err = w.Requests.Approve(w.As("keeper-north"), r.Number, 0, requests.Approval{})
	refused(t, err, models.Conflict, "state", "is declined; nothing more is decided on it")
	_, err = w.Requests.Fulfil(w.As("keeper-north"), r.Number, requests.Fulfilment{From: "NORTH-STORE"})
	refused(t, err, models.Conflict, "state", "is declined; nothing is given on it")
	if own, err = w.Requests.Close(w.As("chief"), own.Number, 0, "asked twice"); err != nil || own.State != models.Closed {
		t.Fatalf("%+v, %v", own, err)
	}
}

func TestBadRequests(t *testing.T) {
	w := booktest.New(t)
	for name, c := range map[string]struct {
		change func(*requests.NewRequest)
		kind   models.Kind
		field  string
		says   string
	}{
		"nothing":          {func(n *requests.NewRequest) { n.Quantity = 0 }, models.Invalid, "quantity", "is zero"},
		"less":             {func(n *requests.NewRequest) { n.Quantity = -models.One }, models.Invalid, "quantity", "is below zero"},
		"half a radio":     {func(n *requests.NewRequest) { n.Quantity = 500 }, models.Invalid, "quantity", "must be whole"},
		"no purpose":       {func(n *requests.NewRequest) { n.Purpose = "" }, models.Invalid, "purpose", "is required"},
		"no such priority": {func(n *requests.NewRequest) { n.Priority = "now" }, models.Invalid, "priority", "must be one of"},
		"no subject":       {func(n *requests.NewRequest) { n.Category = "" }, models.Invalid, "category", "or for a stock item"},
		"two subjects":     {func(n *requests.NewRequest) { n.Item = "kit" }, models.Invalid, "category", "or for a stock item"},
		"unknown category": {func(n *requests.NewRequest) { n.Category = "drone" }, models.Invalid, "category", "there is no category"},
		"unknown item":     {func(n *requests.NewRequest) { n.Category, n.Item = "", "kit" }, models.Invalid, "item", "there is no stock item"},
		"a day gone by":    {func(n *requests.NewRequest) { n.NeededBy = "2026-03-30" }, models.Invalid, "needed_by", "has passed"},
		"another's unit":   {func(n *requests.NewRequest) { n.Unit = "SOUTH" }, models.Forbidden, "unit", "not in your part"},
	} {
		t.Run(name, func(t *testing.T) {
			n := six()
			c.change(&n)
			_, err := w.Requests.Submit(w.As("commander-north"), n)
			refused(t, err, c.kind, c.field, c.says)
		})
	}
	_, err := w.Requests.Submit(w.As("auditor-a"), six())
	refused(t, err, models.Forbidden, "", "auditor may not ask")
}

func TestTheMostUrgentComeFirst(t *testing.T) {
	w := booktest.New(t)
	for _, p := range []models.Priority{"routine", "immediate", "urgent", "immediate"} {
		n := six()
		n.Priority = p
		submit(t, w, "commander-north", n)
		w.Pass(time.Minute)
	}
	page, err := w.Requests.List(w.As("keeper-north"), requests.Filter{State: "submitted"}, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, record := range page.Records {
		order = append(order, strings.TrimLeft(record.ID[len(record.ID)-4:], "0"))
	}
	if got := strings.Join(order, " "); got != "2 4 3 1" {
		t.Error(got)
	}
	mine, err := w.Requests.List(w.As("keeper-north"), requests.Filter{Mine: true}, "", 10)
	if err != nil || len(mine.Records) != 0 {
		t.Errorf("%d, %v", len(mine.Records), err)
	}
}

func TestWhatIsInStoreNearby(t *testing.T) {
	w := booktest.New(t)
	w.Radios(2)
	other := w.Radio("1")
	if _, err := w.Custody.Transfer(w.As("keeper-north"), other.Tag, 0, custody.Transfer{Unit: "SOUTH-STORE", Receipt: booktest.Sign("Sana South")}); err != nil {
		t.Fatal(err)
	}
	r := submit(t, w, "commander-north", six())
	got, err := w.Requests.Available(w.As("keeper-north"), r.Number)
	if err != nil || fmt.Sprint(got) != "[{NORTH-STORE 2 true} {SOUTH-STORE 1 false}]" {
		t.Errorf("%v, %v", got, err)
	}
	named := six()
	named.Make, named.Model = "icom", "IC-F3400"
	if got, err = w.Requests.Available(w.As("keeper-north"), submit(t, w, "commander-north", named).Number); err != nil || fmt.Sprint(got) != "[{SOUTH-STORE 1 false}]" {
		t.Errorf("%v, %v", got, err)
	}
	if n, err := w.Book.Store.Count(t.Context(), store.Query{In: store.Requests, By: "raised"}); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
}

// TestAStoreSuppliesTheUnitAboveIt has a person who keeps the northern store alone
// see, fulfil and hand over what a post beside the store asked for.
func TestAStoreSuppliesTheUnitAboveIt(t *testing.T) {
	w := booktest.New(t)
	w.Post(models.Person{Code: "keeper", Name: "Kulsoom Keeper", Unit: "NORTH-STORE", Username: "keeper", Role: models.Storekeeper})
	tag := w.Radios(1)[0]
	r := submit(t, w, "commander-north", six())
	if _, err := w.Requests.Approve(w.As("chief"), r.Number, 0, requests.Approval{}); err != nil {
		t.Fatal(err)
	}
	ctx := w.As("keeper")
	page, err := w.Requests.List(ctx, requests.Filter{State: "approved"}, "", 10)
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("%d, %v", len(page.Records), err)
	}
	here, err := w.Requests.Here(ctx, []*models.Request{must(store.Decode[models.Request](page.Records[0]))})
	if err != nil || here[r.Number] != models.One {
		t.Errorf("%v, %v", here, err)
	}
	v, err := w.Requests.Fulfil(ctx, r.Number, requests.Fulfilment{From: "NORTH-STORE", Receiver: "guard"})
	if err != nil || v.Lines[0].Tag != tag || v.Kind != models.IssueVoucher {
		t.Fatalf("%+v, %v", v, err)
	}
	if _, err := w.Custody.Dispatch(ctx, v.Number, 0, booktest.Sign("Kulsoom Keeper")); err != nil {
		t.Fatal(err)
	}
	if inbox, err := w.Requests.Inbox(ctx); err != nil || inbox.Count != 1 || inbox.Items[0].For != "fulfil" {
		t.Errorf("who sent it does not wait to accept it: %+v, %v", inbox, err)
	}
	if _, err := w.Custody.Accept(ctx, v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Gul Guard")}); err != nil {
		t.Errorf("signed at the store's counter: %v", err)
	}
	if _, err := w.Requests.Request(w.As("keeper-south"), r.Number); models.KindOf(err) != models.NotFound {
		t.Error(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
