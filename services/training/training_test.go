package training_test

import (
	"errors"
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
	refusal(t, err, models.Conflict, "receiver", "the last one lapsed on 2026-04-01")
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
