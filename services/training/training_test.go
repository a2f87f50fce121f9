package training_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/training"
)

// demanding makes a world in which radios demand one course with a warning and
// another without which they are refused.
func demanding(t *testing.T) *booktest.World {
	t.Helper()
	w := booktest.New(t)
	w.Courses(models.Demand{Course: "voice", Without: models.WarnUntrained}, models.Demand{Course: "crypto", Without: models.RefuseUntrained})
	return w
}

func refusal(t *testing.T, err error, kind models.Kind, field string, texts ...string) *models.Error {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field {
		t.Fatalf("got %v, wanted %s of %s", err, kind, field)
	}
	for _, text := range texts {
		if !strings.Contains(e.Message, text) {
			t.Errorf("%q lacks %q", e.Message, text)
		}
	}
	return e
}

func TestARecordHoldsAsLongAsTheCourseSays(t *testing.T) {
	w := demanding(t)
	w.Trained("guard", "voice", "2025-08-31")
	list, err := w.Training.OfPerson(w.As("commander-north"), "guard")
	if err != nil || len(list) != 1 || list[0].Expiry != "2026-02-28" {
		t.Fatalf("%+v %v", list, err)
	}
	if list[0].Holds("2026-03-01") || !list[0].Holds("2026-02-28") {
		t.Error("the last day is part of it, the next is not")
	}
}

func TestTheRecordThatHoldsLongestIsCurrent(t *testing.T) {
	w := demanding(t)
	ctx := w.As("keeper-north")
	states := func() string {
		t.Helper()
		list, err := w.Training.OfPerson(ctx, "guard")
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, r := range list {
			words = append(words, string(r.On)+" "+string(r.State))
		}
		return strings.Join(words, ", ")
	}
	newest := w.Trained("guard", "voice", "2026-01-10")
	w.Trained("guard", "voice", "2025-06-01") // found in a drawer
	if got := states(); got != "2026-01-10 current, 2025-06-01 superseded" {
		t.Error(got)
	}
	w.Trained("guard", "voice", "2026-03-01")
	if got := states(); got != "2026-03-01 current, 2026-01-10 superseded, 2025-06-01 superseded" {
		t.Error(got)
	}
	list, _ := w.Training.OfPerson(ctx, "guard")
	_, err := w.Training.Withdraw(ctx, list[0].ID, 0, " ")
	refusal(t, err, models.Invalid, "reason")
	if _, err := w.Training.Withdraw(ctx, list[0].ID, 0, "somebody else's certificate"); err != nil {
		t.Fatal(err)
	}
	if got := states(); got != "2026-03-01 withdrawn, 2026-01-10 current, 2025-06-01 superseded" {
		t.Error(got)
	}
	_, err = w.Training.Withdraw(ctx, list[0].ID, 0, "again")
	refusal(t, err, models.Conflict, "state", "somebody else's certificate")
	_, err = w.Training.Record(ctx, "guard", training.NewRecord{Course: "voice", Trainer: "x", On: newest.On})
	refusal(t, err, models.Conflict, "on", "is recorded already")
}

func TestBadRecordsAreRefused(t *testing.T) {
	w := demanding(t)
	if _, err := w.Access.EditPerson(w.Operator(), "relief", 0, access.PersonEdit{Inactive: new(true)}); err != nil {
		t.Fatal(err)
	}
	good := training.NewRecord{Course: "voice", Trainer: "Signals School", On: "2026-01-10"}
	with := func(change func(*training.NewRecord)) training.NewRecord { n := good; change(&n); return n }
	for _, c := range []struct {
		name, who, person string
		n                 training.NewRecord
		kind              models.Kind
		field             string
	}{
		{"an unknown course", "keeper-north", "guard", with(func(n *training.NewRecord) { n.Course = "juggling" }), models.Invalid, "course"},
		{"nobody taught it", "keeper-north", "guard", with(func(n *training.NewRecord) { n.Trainer = " " }), models.Invalid, "trainer"},
		{"no day", "keeper-north", "guard", with(func(n *training.NewRecord) { n.On = "" }), models.Invalid, "on"},
		{"a day that is none", "keeper-north", "guard", with(func(n *training.NewRecord) { n.On = "2026-02-30" }), models.Invalid, "on"},
		{"tomorrow", "keeper-north", "guard", with(func(n *training.NewRecord) { n.On = "2026-04-01" }), models.Invalid, "on"},
		{"ended before it began", "keeper-north", "guard", with(func(n *training.NewRecord) { n.Expiry = "2026-01-09" }), models.Invalid, "expiry"},
		{"a certificate that is a program", "keeper-north", "guard", with(func(n *training.NewRecord) {
			n.Certificate = &training.Paper{Name: "c.pdf", Content: []byte("\x7fELF\x02\x01\x01")}
		}), models.Unsupported, "file"},
		{"somebody who left", "keeper-north", "relief", good, models.Conflict, "person"},
		{"somebody of another command", "keeper-south", "guard", good, models.NotFound, "code"},
		{"an auditor", "auditor-a", "guard", good, models.Forbidden, ""},
		{"the workshop", "workshop", "guard", good, models.Forbidden, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := w.Training.Record(w.As(c.who), c.person, c.n)
			refusal(t, err, c.kind, c.field)
		})
	}
	if list, err := w.Training.OfPerson(w.As("keeper-north"), "guard"); err != nil || len(list) != 0 {
		t.Errorf("%d recorded all the same; %v", len(list), err)
	}
}

func TestACertificateIsKeptAndShownToWhoSeesThePerson(t *testing.T) {
	w := demanding(t)
	pdf := []byte("%PDF-1.4\n%%EOF\n")
	r, err := w.Training.Record(w.As("keeper-north"), "guard", training.NewRecord{Course: "voice", Trainer: "Signals School", On: "2026-01-10", Certificate: &training.Paper{Name: "scan 7.pdf", Content: pdf}})
	if err != nil {
		t.Fatal(err)
	}
	attachment, content, err := w.Training.Certificate(w.As("commander-north"), r.ID)
	if err != nil || attachment.Name != "scan 7.pdf" || string(content) != string(pdf) {
		t.Errorf("%+v %v", attachment, err)
	}
	_, _, err = w.Training.Certificate(w.As("keeper-south"), r.ID)
	refusal(t, err, models.NotFound, "id")
	_, err = w.Training.Certify(w.As("keeper-north"), r.ID, 0, training.Paper{Name: "other.pdf", Content: pdf})
	refusal(t, err, models.Conflict, "file", "scan 7.pdf")
}

func TestACategoryDemandsOnlyCoursesThatThereAre(t *testing.T) {
	w := booktest.New(t)
	_, err := w.Register.EditCategory(w.Operator(), "radio", 0, register.CategoryEdit{Demands: &[]models.Demand{{Course: "juggling", Without: models.WarnUntrained}}})
	refusal(t, err, models.Invalid, "demands[0].course", "juggling")
	w.Courses()
	_, err = w.Register.EditCategory(w.Operator(), "radio", 0, register.CategoryEdit{Demands: &[]models.Demand{{Course: "voice", Without: "shrug"}}})
	refusal(t, err, models.Invalid, "demands[0].without")
}

func TestIssuingToTheUntrainedWarnsOrIsRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		knows []string // courses
		move  func(w *booktest.World, tag string) ([]string, error)
		warns string // "" for none
		stops string
	}{
		{"a voucher to nobody by name", nil, draft("", models.IssueVoucher), "", ""},
		{"a voucher to somebody who knows nothing", nil, draft("guard", models.IssueVoucher), "", "line 1: Gul Guard has no valid record of Handling of keys (crypto), which custodians of Radio need"},
		{"one who knows half", []string{"crypto"}, draft("guard", models.IssueVoucher), "Gul Guard has no valid record of Voice procedure (voice), which custodians of Radio need", ""},
		{"one who knows all", []string{"crypto", "voice"}, draft("guard", models.IssueVoucher), "", ""},
		{"a transfer", nil, draft("guard", models.TransferVoucher), "", "line 1: Gul Guard"},
		{"a quick issue to who knows nothing", nil, quick, "", "Gul Guard has no valid record of Handling of keys"},
		{"a quick issue to who knows half", []string{"crypto"}, quick, "Voice procedure", ""},
		{"a quick issue to who knows all", []string{"voice", "crypto"}, quick, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := demanding(t)
			a := w.Radio("1")
			for _, course := range c.knows {
				w.Trained("guard", course, "2026-01-10")
			}
			warnings, err := c.move(w, a.Tag)
			if c.stops != "" {
				if err == nil || !strings.Contains(err.Error(), c.stops) {
					t.Fatalf("got %v, wanted %q", err, c.stops)
				}
				if now := w.Asset(a.Tag); now.Version != a.Version {
					t.Errorf("the item changed: %+v", now)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if told := strings.Join(warnings, "; "); c.warns == "" && told != "" || !strings.Contains(told, c.warns) {
				t.Errorf("warned %q, wanted %q", told, c.warns)
			}
		})
	}
}

// draft drafts and dispatches a voucher of one line, and returns what it warns of.
func draft(receiver string, kind models.VoucherKind) func(*booktest.World, string) ([]string, error) {
	return func(w *booktest.World, tag string) ([]string, error) {
		ctx := w.As("keeper-north")
		v, err := w.Custody.Draft(ctx, custody.NewVoucher{Kind: kind, From: "NORTH-STORE", To: "NORTH-POST", Receiver: receiver, Lines: []custody.NewLine{{Tag: tag}}})
		if err != nil {
			return nil, err
		}
		drafted := v.Warnings()
		if v, err = w.Custody.Dispatch(ctx, v.Number, 0, booktest.Sign("Naveed North")); err == nil && !slices.Equal(v.Warnings(), drafted) {
			return nil, errors.New("the dispatched voucher warns of something else than the draft")
		}
		return drafted, err
	}
}

func quick(w *booktest.World, tag string) ([]string, error) {
	got, err := w.Custody.Issue(w.As("keeper-north"), tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")})
	if err != nil {
		return nil, err
	}
	return got.Warnings, nil
}

func TestWhoTakesOverMustBeTrainedForEachLine(t *testing.T) {
	w := booktest.New(t)
	for _, serial := range []string{"1", "2"} {
		a := w.Radio(serial)
		if _, err := w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}); err != nil {
			t.Fatal(err)
		}
	}
	w.Courses(models.Demand{Course: "crypto", Without: models.RefuseUntrained})
	over := custody.NewVoucher{Kind: models.TakingOver, Sender: "guard", Receiver: "relief"}
	_, err := w.Custody.Draft(w.As("keeper-north"), over)
	e := refusal(t, err, models.Conflict, "receiver", "2 lines cannot go to Rashid Relief")
	if len(e.Details) != 2 || e.Details[0].Line != 1 || e.Details[1].Line != 2 {
		t.Errorf("%+v", e.Details)
	}
	w.Trained("relief", "crypto", "2026-03-01")
	if _, err := w.Custody.Draft(w.As("keeper-north"), over); err != nil {
		t.Error(err)
	}
}

func TestARecordThatLapsesOnTheWayStopsTheReceipt(t *testing.T) {
	w := booktest.New(t)
	w.Courses(models.Demand{Course: "crypto", Without: models.RefuseUntrained})
	w.Trained("guard", "crypto", "2025-04-01") // for twelve months: until 1 April 2026
	a := w.Radio("1")
	got, err := w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Custodian: "guard"})
	if err != nil || len(got.Warnings) > 0 {
		t.Fatalf("%v %v", got, err)
	}
	w.Pass(48 * time.Hour)
	accept := custody.Acceptance{Signature: booktest.Sign("Gul Guard")}
	_, err = w.Custody.Accept(w.As("commander-north"), got.Voucher, 0, accept)
	refusal(t, err, models.Conflict, "receiver", "the last one lapsed on 1 April 2026")
	accept.Lines = []custody.LineReceipt{{Line: 1, Accepted: false, Remark: "not trained any more"}}
	if _, err := w.Custody.Accept(w.As("commander-north"), got.Voucher, 0, accept); err != nil {
		t.Error("and yet it can be sent back:", err)
	}
}

func TestRecordsMoveWithThePerson(t *testing.T) {
	w := demanding(t)
	w.Trained("guard", "voice", "2026-01-10")
	if _, err := w.Access.EditPerson(w.Operator(), "guard", 0, access.PersonEdit{Unit: new("SOUTH")}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]int{"keeper-north": 0, "keeper-south": 1, "admin": 1, "auditor-a": 0} {
		page, err := w.Training.List(w.As(who), training.Filter{}, "", 10)
		if err != nil || len(page.Records) != want {
			t.Errorf("%s sees %d, wanted %d; %v", who, len(page.Records), want, err)
		}
	}
	if list, err := store.Find[models.Training](t.Context(), w.Book.Store, store.Query{In: store.Trainings, By: "unit", Where: []store.Cond{store.Is("units", "SOUTH")}}); err != nil || len(list) != 1 {
		t.Errorf("%d in the south; %v", len(list), err)
	}
}

func TestWhoCanOperateWhat(t *testing.T) {
	w := demanding(t)
	keeper := w.As("keeper-north")
	w.Trained("guard", "voice", "2026-03-01")
	w.Trained("guard", "crypto", "2026-01-10")
	w.Trained("relief", "voice", "2026-03-01")
	w.Trained("keeper-south", "voice", "2026-03-01")
	list, err := w.Training.Operators(keeper, "NORTH")
	if err != nil || len(list) != 1 || len(list[0].Can) != 1 || len(list[0].Cannot) != 0 {
		t.Fatalf("%+v %v", list, err)
	}
	if o := list[0].Can[0]; o.Name != "Gul Guard" || o.Until != "2026-09-01" {
		t.Errorf("%+v", o)
	}
	a := w.Radio("1")
	if _, err := w.Custody.Issue(keeper, a.Tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}); err != nil {
		t.Fatal(err)
	}
	w.Pass(200 * 24 * time.Hour) // his voice procedure lapses; he still has the radio
	list, err = w.Training.Operators(keeper, "NORTH-POST")
	if err != nil || len(list) != 1 || len(list[0].Can) != 0 || len(list[0].Cannot) != 1 || !slices.Equal(list[0].Cannot[0].Lacks, []string{"Voice procedure"}) {
		t.Fatalf("%+v %v", list, err)
	}
	for who, want := range map[string]int{"keeper-south": 0, "auditor-a": 0, "admin": 1} {
		if list, err := w.Training.Operators(w.As(who), "NORTH"); err != nil || len(list) != want {
			t.Errorf("%s sees %+v, %v", who, list, err)
		}
	}
	_, err = w.Training.Operators(keeper, "NOWHERE")
	refusal(t, err, models.Invalid, "unit")
}

func TestPeopleAreCountedPerKindOfEquipment(t *testing.T) {
	w := demanding(t)
	w.Radio("1") // paid for by the first donor
	for _, person := range []string{"guard", "relief", "keeper-south"} {
		w.Trained(person, "voice", "2026-03-01")
	}
	w.Trained("guard", "crypto", "2025-12-01")
	w.Trained("relief", "crypto", "2024-12-01") // lapsed
	for _, c := range []struct {
		name, who string
		p         training.Period
		want      string
	}{
		{"everywhere", "admin", training.Period{Since: "2026-01-01"}, "1 trained, 3 in the period"},
		{"of a period", "admin", training.Period{Since: "2025-11-01", Until: "2025-12-31"}, "1 trained, 1 in the period"},
		{"in the south", "admin", training.Period{Unit: "SOUTH"}, "0 trained, 1 in the period"},
		{"in one's own part", "keeper-north", training.Period{}, "1 trained, 2 in the period"},
		{"a post of it", "keeper-north", training.Period{Unit: "NORTH-POST"}, "1 trained, 2 in the period"},
		{"of somebody else's part", "keeper-north", training.Period{Unit: "SOUTH"}, ""},
		{"for the donor of some", "auditor-a", training.Period{}, "1 trained, 3 in the period"},
	} {
		t.Run(c.name, func(t *testing.T) {
			counts, err := w.Training.Counts(w.As(c.who), c.p)
			got := ""
			if len(counts) == 1 {
				got = fmt.Sprintf("%d trained, %d in the period", counts[0].People, counts[0].InPeriod)
			}
			if err != nil || got != c.want {
				t.Errorf("%q, wanted %q; %v", got, c.want, err)
			}
		})
	}
	w.Post(models.Person{Code: "auditor-b", Name: "Basit Auditor", Username: "auditor.b", Role: models.Auditor, Donors: []string{"DONOR-B"}})
	if counts, err := w.Training.Counts(w.As("auditor-b"), training.Period{}); err != nil || len(counts) != 0 {
		t.Errorf("a donor who gave none is told of %+v; %v", counts, err)
	}
}

func TestLapsingRecordsAreFlaggedSixtyDaysAhead(t *testing.T) {
	w := demanding(t)
	w.Trained("guard", "voice", "2026-01-10")  // until 10 July
	w.Trained("relief", "voice", "2025-12-01") // until 1 June
	ctx := w.Operator()
	flagged := func() string {
		t.Helper()
		if _, err := w.Flags.Reconcile(ctx, models.TrainingLapsing, w.Training.Lapsing(ctx), models.Say("renewed")); err != nil {
			t.Fatal(err)
		}
		var told []string
		for cause, err := range w.Training.Lapsing(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			told = append(told, cause.What.String()+" "+string(cause.Since))
		}
		return strings.Join(told, "; ")
	}
	if got := flagged(); got != "" { // 31 March
		t.Error(got)
	}
	w.Pass(2 * 24 * time.Hour) // 2 April, sixty days before 1 June
	if got := flagged(); got != "Rashid Relief, Voice procedure 2026-06-01" {
		t.Error(got)
	}
	w.Pass(61 * 24 * time.Hour) // lapsed; told until it is renewed
	if got := flagged(); got != "Rashid Relief, Voice procedure 2026-06-01; Gul Guard, Voice procedure 2026-07-10" {
		t.Error(got)
	}
	w.Trained("relief", "voice", "2026-06-01")
	if _, err := w.Access.EditPerson(ctx, "guard", 0, access.PersonEdit{Inactive: new(true)}); err != nil {
		t.Fatal(err)
	}
	if got := flagged(); got != "" {
		t.Error(got)
	}
	standing, err := w.Flags.Standing(ctx, "trainings/"+first(t, w, "relief").ID)
	if err != nil || len(standing) != 0 {
		t.Errorf("%+v %v", standing, err)
	}
}

func first(t *testing.T, w *booktest.World, person string) *models.Training {
	t.Helper()
	list, err := w.Training.OfPerson(w.Operator(), person)
	if err != nil || len(list) == 0 {
		t.Fatal(err)
	}
	return list[len(list)-1]
}

// TestNobodyComesToAnswerForWhatTheyMayNotHave makes somebody custodian without a
// voucher: by taking on charge, and by succession.
func TestNobodyComesToAnswerForWhatTheyMayNotHave(t *testing.T) {
	w := booktest.New(t)
	w.Courses()
	radio := func(custodian string) error {
		_, err := w.Register.TakeOnCharge(w.As("keeper-north"), register.NewAsset{Name: "Radio", Category: "radio", Unit: "NORTH-POST", Custodian: custodian})
		return err
	}
	if err := radio("guard"); err != nil {
		t.Fatal(err)
	}
	leave := func() error {
		_, err := w.Access.EditPerson(w.Operator(), "guard", 0, access.PersonEdit{Inactive: new(true), Successor: new("relief")})
		return err
	}
	for _, without := range []models.Untrained{models.RefuseUntrained, models.WarnUntrained} {
		demands := []models.Demand{{Course: "voice", Without: without}}
		if _, err := w.Register.EditCategory(w.Operator(), "radio", 0, register.CategoryEdit{Demands: &demands}); err != nil {
			t.Fatal(err)
		}
		if without == models.RefuseUntrained {
			refusal(t, radio("relief"), models.Conflict, "custodian", "has no valid record of Voice procedure (voice), which custodians of Radio need")
			refusal(t, leave(), models.Conflict, "successor", "Rashid Relief has no valid record of Voice procedure")
			if a := w.Asset(w.TagOf(1)); a.Custodian != "guard" {
				t.Errorf("%s answers for it", a.Custodian)
			}
			continue
		}
		if err := radio("relief"); err != nil {
			t.Error(err)
		}
		if err := leave(); err != nil || w.Asset(w.TagOf(1)).Custodian != "relief" {
			t.Error(err)
		}
	}
}
