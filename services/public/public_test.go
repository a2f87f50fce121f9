package public_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/public"
	"quartermaster/services/store"
)

func refusal(t *testing.T, err error, kind models.Kind, field string) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field {
		t.Fatalf("got %v, wanted %s of %q", err, kind, field)
	}
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var fault = public.NewReport{Kind: models.PublicFault, Text: "The aerial is broken off", Contact: "0300 0000000"}

// waiting reads what waits for a person.
func waiting(t *testing.T, w *booktest.World, who string) []*models.PublicReport {
	t.Helper()
	page, err := w.Public.List(w.As(who), public.Filter{State: models.PublicWaiting}, "", 50)
	if err != nil {
		t.Fatal(err)
	}
	var list []*models.PublicReport
	for _, r := range page.Records {
		report, err := store.Decode[models.PublicReport](r)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, report)
	}
	return list
}

func TestAReportWaitsForThoseWhoseItemItIs(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	n := fault
	n.Photo = photo(t)
	if err := w.Public.Send(t.Context(), strings.ToLower(a.Tag), "192.0.2.1", n); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]int{"keeper-north": 1, "commander-north": 1, "workshop": 1, "admin": 1, "keeper-south": 0} {
		if got := waiting(t, w, who); len(got) != want {
			t.Errorf("%s sees %d", who, len(got))
		}
	}
	_, err := w.Public.List(w.As("auditor-a"), public.Filter{}, "", 10)
	refusal(t, err, models.Forbidden, "")
	r := waiting(t, w, "keeper-north")[0]
	if r.Tag != a.Tag || r.What != a.Name || r.Text != fault.Text || r.Photo == nil {
		t.Errorf("%+v", r)
	}
	if _, content, err := w.Public.Photo(w.As("keeper-north"), r.ID); err != nil || len(content) == 0 {
		t.Error(err)
	}
	_, _, err = w.Public.Photo(w.As("keeper-south"), r.ID)
	refusal(t, err, models.NotFound, "id")
	if now := w.Asset(a.Tag); now.Version != a.Version {
		t.Error("the item changed before anybody confirmed it")
	}
	flags, err := w.Flags.Standing(w.As("keeper-north"), "public_reports/"+r.ID)
	if err != nil || len(flags) != 1 || flags[0].Kind != models.PublicReported || flags[0].Unit != "NORTH-STORE" {
		t.Errorf("%+v %v", flags, err)
	}
}

func TestALabelWithoutAnItemWaitsForWhoSeesTheWholeBook(t *testing.T) {
	w := booktest.New(t)
	if err := w.Public.Send(t.Context(), w.TagOf(77), "192.0.2.1", fault); err != nil {
		t.Fatal(err)
	}
	if got := waiting(t, w, "admin"); len(got) != 1 || got[0].Item != "" {
		t.Errorf("%+v", got)
	}
	if got := waiting(t, w, "keeper-north"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestBadReportsAreRefused(t *testing.T) {
	w := booktest.New(t)
	tag := w.Radio("1").Tag
	with := func(change func(*public.NewReport)) public.NewReport { n := fault; change(&n); return n }
	for name, c := range map[string]struct {
		tag   string
		n     public.NewReport
		kind  models.Kind
		field string
	}{
		"a mistyped tag":      {"QM-000001-4", fault, models.Invalid, "tag"},
		"no tag":              {"../../etc/passwd", fault, models.Invalid, "tag"},
		"neither":             {tag, with(func(n *public.NewReport) { n.Kind = "praise" }), models.Invalid, "kind"},
		"nothing said":        {tag, with(func(n *public.NewReport) { n.Text = " \u202e\n" }), models.Invalid, "text"},
		"too much said":       {tag, with(func(n *public.NewReport) { n.Text = strings.Repeat("ب", 2001) }), models.Invalid, "text"},
		"too long a contact":  {tag, with(func(n *public.NewReport) { n.Contact = strings.Repeat("0", 201) }), models.Invalid, "contact"},
		"a contact of codes":  {tag, with(func(n *public.NewReport) { n.Contact = "a\x00b" }), models.Invalid, "contact"},
		"a photo that is not": {tag, with(func(n *public.NewReport) { n.Photo = []byte("MZ") }), models.Unsupported, "file"},
	} {
		t.Run(name, func(t *testing.T) {
			refusal(t, w.Public.Send(t.Context(), c.tag, "192.0.2.1", c.n), c.kind, c.field)
		})
	}
	if got := waiting(t, w, "admin"); len(got) != 0 {
		t.Errorf("%d are kept", len(got))
	}
}

func TestOneAddressCannotFloodTheBook(t *testing.T) {
	w := booktest.New(t)
	tag := w.Radio("1").Tag
	send := func(address string) error { return w.Public.Send(t.Context(), tag, address, fault) }
	taken := func(address func(int) string, most int) int {
		for i := range most {
			if err := send(address(i)); err != nil {
				refusal(t, err, models.TooMany, "")
				return i
			}
		}
		return most
	}
	if n := taken(func(int) string { return "192.0.2.1" }, 20); n != 6 {
		t.Errorf("%d of one address", n)
	}
	if n := taken(func(i int) string { return fmt.Sprintf("2001:db8:0:7::%x", i+1) }, 20); n != 6 {
		t.Errorf("%d of one subscriber's network", n)
	}
	if n := taken(func(i int) string { return fmt.Sprintf("198.51.%d.%d", i/250, i%250) }, 500); n != 108 {
		t.Errorf("%d more of all addresses", n)
	}
	w.Pass(time.Hour)
	if err := send("192.0.2.1"); err != nil {
		t.Error("an hour later:", err)
	}
}

func TestADismissedReportLeavesNoPhoto(t *testing.T) {
	w := booktest.New(t)
	n := fault
	n.Photo = photo(t)
	if err := w.Public.Send(t.Context(), w.Radio("1").Tag, "192.0.2.1", n); err != nil {
		t.Fatal(err)
	}
	id := waiting(t, w, "keeper-north")[0].ID
	_, err := w.Public.Dismiss(w.As("keeper-north"), id, 0, " ")
	refusal(t, err, models.Invalid, "remark")
	_, err = w.Public.Dismiss(w.As("keeper-south"), id, 0, "not ours")
	refusal(t, err, models.NotFound, "id")
	_, err = w.Public.Dismiss(w.As("keeper-north"), id, 7, "a joke")
	refusal(t, err, models.Stale, "If-Match")
	r, err := w.Public.Dismiss(w.As("keeper-north"), id, 1, "a joke")
	if err != nil || r.State != models.PublicDismissed || r.Decided.By != "keeper-north" {
		t.Fatalf("%+v %v", r, err)
	}
	_, _, err = w.Public.Photo(w.As("keeper-north"), id)
	refusal(t, err, models.NotFound, "id")
	_, err = w.Public.Dismiss(w.As("keeper-north"), id, 0, "again")
	refusal(t, err, models.Conflict, "state")
	if flags, err := w.Flags.Standing(w.As("keeper-north"), "public_reports/"+id); err != nil || len(flags) != 0 {
		t.Errorf("%+v %v", flags, err)
	}
}

func TestAReportSentTwiceIsTakenOnce(t *testing.T) {
	w := booktest.New(t)
	tag := w.Radio("1").Tag
	for range 2 {
		ctx, err := w.Book.OnlyOnce(context.Background(), public.Person, "key", []byte("/t/"+tag))
		if err != nil && ctx != nil {
			t.Fatal(err)
		}
		if err == nil {
			if err := w.Public.Send(ctx, tag, "192.0.2.1", fault); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := waiting(t, w, "admin"); len(got) != 1 {
		t.Errorf("%d are kept", len(got))
	}
}

func TestAConfirmedFaultOpensAJobInTheWorkshop(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	n := fault
	n.Photo = photo(t)
	if err := w.Public.Send(t.Context(), a.Tag, "192.0.2.1", n); err != nil {
		t.Fatal(err)
	}
	id := waiting(t, w, "keeper-north")[0].ID
	_, err := w.Public.Confirm(w.As("keeper-south"), id, 0, public.Confirmation{})
	refusal(t, err, models.NotFound, "id")
	r, err := w.Public.Confirm(w.As("commander-north"), id, 1, public.Confirmation{Remark: "seen it myself", Unusable: true})
	if err != nil || r.State != models.PublicConfirmed || r.Decided.Job != "W-NORTH-STORE-2026-0001" {
		t.Fatalf("%+v %v", r, err)
	}
	job, err := w.Workshop.Job(w.As("workshop"), r.Decided.Job)
	if err != nil || job.State != models.RepairConfirmed || job.What != fault.Text || job.ReportedBy != public.Person || job.Report != id {
		t.Errorf("%+v %v", job, err)
	}
	if _, content, err := w.Workshop.Photo(w.As("workshop"), job.Number, job.Photos[0].ID); err != nil || len(content) == 0 {
		t.Error(err)
	}
	_, err = w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Unit: "NORTH-POST"})
	refusal(t, err, models.Conflict, "condition")
	_, err = w.Public.Confirm(w.As("commander-north"), id, 0, public.Confirmation{})
	refusal(t, err, models.Conflict, "state")
	if page, err := w.Workshop.OfItem(w.As("workshop"), a.Tag, "", 10); err != nil || len(page.Records) != 1 {
		t.Errorf("%d jobs; %v", len(page.Records), err)
	}
}

func TestAConfirmedFindCountsAsSeen(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	w.Pass(time.Hour)
	if err := w.Public.Send(t.Context(), a.Tag, "192.0.2.1", public.NewReport{Kind: models.PublicFound, Text: "behind the fuel station"}); err != nil {
		t.Fatal(err)
	}
	sent := w.Now()
	w.Pass(24 * time.Hour)
	r, err := w.Public.Confirm(w.As("keeper-north"), waiting(t, w, "keeper-north")[0].ID, 0, public.Confirmation{})
	if err != nil || r.State != models.PublicConfirmed {
		t.Fatalf("%+v %v", r, err)
	}
	if now := w.Asset(a.Tag); now.LastSeenAt == nil || !now.LastSeenAt.Equal(sent) || now.LastSeenBy != public.Person {
		t.Errorf("%+v", now)
	}
	if err := w.Public.Send(t.Context(), w.TagOf(99), "192.0.2.1", fault); err != nil {
		t.Fatal(err)
	}
	_, err = w.Public.Confirm(w.As("admin"), waiting(t, w, "admin")[0].ID, 0, public.Confirmation{})
	refusal(t, err, models.Conflict, "state")
}
