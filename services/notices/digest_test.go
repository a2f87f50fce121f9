package notices_test

import (
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/flags"
	"quartermaster/services/requests"
)

// choose has a person choose a digest.
func (d desk) choose(t *testing.T, code string, digest models.Digest) {
	t.Helper()
	email := code + "@example.org"
	if _, err := d.Access.ChooseNotices(d.As(code), 0, access.NoticeChoice{Email: &email, Digest: &digest}); err != nil {
		t.Fatal(err)
	}
}

// matter opens a flag about something of a unit.
func (d desk) matter(t *testing.T, kind models.FlagKind, ref string, since models.Day, path ...string) {
	t.Helper()
	entries, err := d.Flags.Opening(d.Operator(), kind, flags.Cause{Subject: "assets/" + ref, Ref: ref, What: models.Plain("Baggage scanner"), Detail: models.Say("calibration was due on %v", since),
		Since: since, Unit: path[len(path)-1], Path: path, Donor: "DONOR-A"})
	if err == nil {
		err = d.Book.Commit(d.Operator(), entries...)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// digests makes and delivers what is due, and returns the letters that came in since.
func (d desk) digests(t *testing.T, o *postOffice, want int) []*mail.Message {
	t.Helper()
	o.mu.Lock()
	o.received = nil
	o.mu.Unlock()
	n, err := d.Notices.SendDigests(d.Operator())
	if err != nil || n != want {
		t.Fatalf("%d digests, wanted %d; %v", n, want, err)
	}
	d.sent(t, want)
	return o.letters(t)
}

// parts reads the parts of a letter.
func parts(t *testing.T, letter *mail.Message) map[string]string {
	t.Helper()
	_, params, err := mime.ParseMediaType(letter.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for r := multipart.NewReader(letter.Body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		media, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		found[media] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
}

// TestNoScriptOfOthersIsInALetter nor a head, where the names of people and things hold them.
func TestNoScriptOfOthersIsInALetter(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	karachi(t, d)
	const script = `<script>qm</script>"><img src=x onerror=qm>`
	name := script + " Bcc: all@example.org"
	if _, err := d.Access.EditPerson(d.Operator(), "keeper-north", 0, access.PersonEdit{Name: &name}); err != nil {
		t.Fatal(err)
	}
	d.choose(t, "keeper-north", models.DailyDigest)
	entries, err := d.Flags.Opening(d.Operator(), models.Unaccounted, flags.Cause{Subject: "assets/QM-000010-1", Ref: "QM-000010-1", What: models.Plain(script), Detail: models.Say("calibration was due on %v", script),
		Since: "2026-03-05", Unit: "NORTH", Path: []string{"AGENCY", "NORTH"}, Donor: "DONOR-A"})
	if err == nil {
		err = d.Book.Commit(d.Operator(), entries...)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.at(t, "2026-04-01 07:00")
	letter := d.digests(t, o, 1)[0]
	if letter.Header.Get("Bcc") != "" || strings.Contains(letter.Header.Get("To"), "all@") {
		t.Errorf("%v", letter.Header)
	}
	content := parts(t, letter)
	if !strings.Contains(content["text/plain"], script) || !strings.Contains(content["text/html"], "&lt;script&gt;qm") {
		t.Errorf("the names are not in the letter; the test proves little: %v", content)
	}
	for _, runs := range []string{"<script>qm", "<img src=x"} {
		if strings.Contains(content["text/html"], runs) {
			t.Errorf("%q is in the letter", runs)
		}
	}
}

func (d desk) at(t *testing.T, text string) {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", text, d.Book.Zone)
	if err != nil {
		t.Fatal(err)
	}
	d.Pass(when.Sub(d.Now()))
}

func karachi(t *testing.T, d desk) {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Karachi")
	if err != nil {
		t.Fatal(err)
	}
	d.Book.Zone = zone
}

func TestADigestSaysWhatConcernsSomebody(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	karachi(t, d) // Start is 14:30 there, a Tuesday
	d.matter(t, models.OverdueService, "QM-000007-1", "2026-03-01", "AGENCY", "NORTH")
	d.Pass(time.Hour)
	for _, code := range []string{"keeper-north", "keeper-south", "auditor-a", "commander-north"} {
		d.choose(t, code, models.DailyDigest)
	}
	d.digests(t, o, 0) // chosen after the hour: not before tomorrow
	d.Pass(time.Hour)
	for i := range 8 {
		d.matter(t, models.Unaccounted, fmt.Sprintf("QM-00010%d-1", i), "2026-03-30", "AGENCY", "NORTH", "NORTH-POST")
	}
	d.matter(t, models.Expiring, "LOT-000009-1", "2026-04-05", "AGENCY", "NORTH")
	d.matter(t, models.Expiring, "LOT-000010-1", "2026-06-05", "AGENCY", "NORTH")
	d.matter(t, models.OverdueReturn, "QM-000555-1", "2026-03-05", "COAST")
	a := d.Radio("1")
	v, err := d.Custody.Draft(d.As("keeper-north"), custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "guard", Lines: []custody.NewLine{{Tag: a.Tag}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Requests.Submit(d.As("commander-north"), requests.NewRequest{Unit: "NORTH-POST", Category: "radio", Quantity: 6 * models.One, Purpose: "x", NeededBy: "2026-05-01"}); err != nil {
		t.Fatal(err)
	}
	d.at(t, "2026-04-01 06:59")
	d.digests(t, o, 0)
	d.at(t, "2026-04-01 07:00")
	letters := d.digests(t, o, 3) // nothing concerns the south
	d.digests(t, o, 0)
	byName := map[string]*mail.Message{}
	for _, letter := range letters {
		byName[letter.Header.Get("To")] = letter
	}
	letter := byName["<keeper-north@example.org>"]
	if letter == nil || byName["<auditor-a@example.org>"] == nil {
		t.Fatalf("%v", byName)
	}
	if got := subjectOf(t, letter); got != "Quartermaster: 11 findings (10 new), 1 waiting for you" {
		t.Errorf("subject %q", got)
	}
	content := parts(t, letter)
	for media, texts := range map[string][]string{
		"text/plain": {"Naveed North,", "WAITING FOR YOU: 1", "to dispatch: " + v.Number, "NEW SINCE TUESDAY 31 MARCH, 15:30", "Unaccounted\n- Baggage scanner QM-00010", "… and 3 more",
			"COMING DUE IN THE NEXT 14 DAYS", "- 5 April 2026: Baggage scanner LOT-000009-1", "- Unaccounted: 8", "- Overdue service: 1", "https://qm.example.org/me", "https://qm.example.org/vouchers/" + v.Number},
		"text/html": {"Waiting for you: 1", "New since Tuesday 31 March, 15:30", `href="https://qm.example.org/findings/`, "5 April 2026", `href="https://qm.example.org/findings?kind=unaccounted"`, `href="https://qm.example.org/me"`},
	} {
		for _, text := range texts {
			if !strings.Contains(content[media], text) {
				t.Errorf("%s lacks %q:\n%s", media, text, content[media])
			}
		}
		for _, text := range []string{"QM-000007-1", "QM-000555-1", "- 5 June 2026", ">5 June 2026", "<no value>", "password", "whsec"} {
			if strings.Contains(content[media], text) {
				t.Errorf("%s has %q:\n%s", media, text, content[media])
			}
		}
	}
	if text := parts(t, byName["<auditor-a@example.org>"])["text/plain"]; strings.Contains(text, v.Number) || !strings.Contains(text, "QM-00010") {
		t.Errorf("the auditor's: %s", text)
	}
	d.at(t, "2026-04-02 09:00") // the server was down at seven
	letters = d.digests(t, o, 3)
	if text := parts(t, letters[0])["text/plain"]; strings.Contains(text, "NEW SINCE") || !strings.Contains(text, "STANDING") {
		t.Errorf("nothing is new, and the rest stands: %s", text)
	}
	d.choose(t, "keeper-north", models.NoDigest)
	d.Pass(-3 * time.Hour) // the clock is set back over the hour
	d.digests(t, o, 0)
	d.at(t, "2026-04-10 09:00")
	d.digests(t, o, 2)
}

func TestAWeeklyDigestComesOnMondays(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	karachi(t, d)
	d.matter(t, models.OverdueService, "QM-000007-1", "2026-03-01", "AGENCY", "NORTH")
	d.choose(t, "keeper-north", models.WeeklyDigest)
	for _, c := range []struct {
		when string
		want int
	}{{"2026-03-31 20:00", 0}, {"2026-04-05 23:00", 0}, {"2026-04-06 06:00", 0}, {"2026-04-06 07:01", 1}, {"2026-04-12 09:00", 0}, {"2026-04-15 09:00", 1}, {"2026-04-20 07:00", 1}} {
		d.at(t, c.when)
		d.digests(t, o, c.want)
	}
}

func TestThreeInstancesSendOneDigest(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	for _, code := range []string{"keeper-north", "commander-north", "workshop"} {
		d.choose(t, code, models.DailyDigest)
	}
	d.matter(t, models.OverdueService, "QM-000007-1", "2026-03-01", "AGENCY", "NORTH")
	d.Pass(24 * time.Hour)
	var all sync.WaitGroup
	sent := make([]int, 3)
	for i := range sent {
		w := booktest.With(t, d.Book.Store, settings(o))
		w.Pass(24 * time.Hour)
		all.Go(func() {
			n, err := w.Notices.SendDigests(access.AsOperator(context.Background()))
			if err != nil {
				t.Error(err)
			}
			sent[i] = n
		})
	}
	all.Wait()
	if sent[0]+sent[1]+sent[2] != 3 {
		t.Errorf("%v", sent)
	}
	d.sent(t, 3)
}

func TestChoosingNotices(t *testing.T) {
	d := open(t, nil)
	text := func(s string) *string { return &s }
	daily, none, hourly := models.DailyDigest, models.NoDigest, models.Digest("hourly")
	for name, c := range map[string]struct {
		choice access.NoticeChoice
		field  string
	}{
		"no address":       {access.NoticeChoice{Digest: &daily}, "email"},
		"not an address":   {access.NoticeChoice{Email: text("naveed"), Digest: &none}, "email"},
		"another head":     {access.NoticeChoice{Email: text("a@example.org\r\nBcc: b@example.org"), Digest: &none}, "email"},
		"no such choice":   {access.NoticeChoice{Email: text("a@example.org"), Digest: &hourly}, "digest"},
		"a name before it": {access.NoticeChoice{Email: text("A <a@example.org>")}, "email"},
	} {
		_, err := d.Access.ChooseNotices(d.As("keeper-north"), 0, c.choice)
		if refusal, ok := err.(*models.Error); !ok || refusal.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.choose(t, "keeper-north", models.DailyDigest)
	p, err := d.Access.ChooseNotices(d.As("keeper-north"), 0, access.NoticeChoice{Email: text("")})
	if err != nil || p.Digest != "" || p.DigestSince != nil {
		t.Errorf("without an address: %+v %v", p, err)
	}
	if p, err = d.Access.EditPerson(d.As("admin"), "relief", 0, access.PersonEdit{Email: text("relief@example.org")}); err != nil || p.Email != "relief@example.org" || p.Digest != "" {
		t.Errorf("entered by an administrator: %+v %v", p, err)
	}
	p, err = d.Access.Person(d.As("admin"), "keeper-north")
	if err != nil || p.Email != "" {
		t.Errorf("%+v %v", p, err)
	}
}

// TestADigestIsInTheLanguageOfWhoGetsIt asks for Urdu, with Eastern digits.
func TestADigestIsInTheLanguageOfWhoGetsIt(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	karachi(t, d)
	d.choose(t, "keeper-north", models.DailyDigest)
	if err := d.Access.ChooseLanguage(d.As("keeper-north"), "ur", "eastern"); err != nil {
		t.Fatal(err)
	}
	d.matter(t, models.OverdueReturn, "QM-000007-1", "2026-03-01", "AGENCY", "NORTH")
	entries, err := d.Flags.Opening(d.Operator(), models.HandoverUnaccepted, flags.Cause{Subject: "vouchers/V-1", Ref: "V-1", What: models.Say("%v to %v", models.IssueVoucher, "NORTH"),
		Detail: models.Say("dispatched on %v and neither accepted nor refused", models.Day("2026-03-03")), Unit: "NORTH", Path: []string{"AGENCY", "NORTH"}})
	if err == nil {
		err = d.Book.Commit(d.Operator(), entries...)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.at(t, "2026-04-01 07:00")
	letter := d.digests(t, o, 1)[0]
	if got := subjectOf(t, letter); got != "کوارٹر ماسٹر: ۲ نشاندہیاں (۲ نئی)" {
		t.Errorf("subject %q", got)
	}
	content := parts(t, letter)
	for media, texts := range map[string][]string{
		"text/plain": {"۳ مارچ ۲۰۲۶ کو روانہ ہوا، نہ وصول ہوا نہ اس سے انکار", "QM-000007-1", "https://qm.example.org/me"},
		"text/html":  {`<html lang="ur" dir="rtl">`, "۳ مارچ ۲۰۲۶ کو روانہ ہوا، نہ وصول ہوا نہ اس سے انکار", "<bdi>QM-000007-1</bdi>"},
	} {
		for _, text := range texts {
			if !strings.Contains(content[media], text) {
				t.Errorf("%s lacks %q:\n%s", media, text, content[media])
			}
		}
	}
	d.choose(t, "keeper-north", models.NoDigest)
}
