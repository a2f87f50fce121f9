package notices_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/notices"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// desk is a world that can send.
type desk struct{ *booktest.World }

func settings(o *postOffice) notices.Settings {
	n := notices.Settings{DigestHour: 7, Networks: loopback}
	if o != nil {
		n.SMTP = &o.SMTP
	}
	return n
}

func open(t *testing.T, o *postOffice) desk {
	t.Helper()
	w := booktest.New(t)
	return desk{booktest.With(t, w.Book.Store, settings(o))}
}

// write commits a letter and returns its id.
func (d desk) write(t testing.TB, m notices.Mail) string {
	t.Helper()
	entries, err := d.Notices.Mail(m)
	if err == nil {
		err = d.Book.Commit(d.Operator(), entries...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d.last(t).ID
}

// last is the message that was queued last.
func (d desk) last(t testing.TB) *models.Message {
	t.Helper()
	list, _, err := d.Notices.Messages(d.Operator(), notices.Filter{}, "", 1)
	if err != nil || len(list) == 0 {
		t.Fatalf("%d messages, %v", len(list), err)
	}
	return list[0]
}

// deliver sends what is due, of which so many must be accepted, and returns a message
// as it is then.
func (d desk) deliver(t testing.TB, id string, accepted int) *models.Message {
	t.Helper()
	if n, err := d.Notices.Deliver(t.Context()); err != nil || n != accepted {
		t.Fatalf("%d accepted, wanted %d; %v", n, accepted, err)
	}
	m, err := d.Notices.Message(d.Operator(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestALetterArrivesAsItWasWritten(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	file := &models.File{ID: "report", Type: "application/pdf", Content: []byte(strings.Repeat("%PDF ", 5000))}
	entries, err := d.Notices.Mail(notices.Mail{Kind: "report", To: []string{"a@example.org", "b@example.org"}, Subject: "اسلحہ خانہ کی رپورٹ", Text: "سلام\n.\nend",
		HTML: "<p>سلام</p>", Attachments: []models.Enclosure{{File: "report", Name: "رپورٹ.pdf"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Book.Commit(d.Operator(), append(entries, ledger.Add(store.Files, file, "file.added", ""))...); err != nil {
		t.Fatal(err)
	}
	d.deliver(t, d.last(t).ID, 2)
	letters := o.letters(t)
	if len(letters) != 2 || letters[0].Header.Get("Message-ID") == letters[1].Header.Get("Message-ID") {
		t.Fatalf("%d letters", len(letters))
	}
	letter := letters[0]
	if got := subjectOf(t, letter); got != "اسلحہ خانہ کی رپورٹ" {
		t.Errorf("subject %q", got)
	}
	if got := letter.Header.Get("Date"); got != "Tue, 31 Mar 2026 09:30:00 +0000" {
		t.Errorf("date %q", got)
	}
	media, params, err := mime.ParseMediaType(letter.Header.Get("Content-Type"))
	if err != nil || media != "multipart/mixed" {
		t.Fatalf("%s %v", media, err)
	}
	parts := multipart.NewReader(letter.Body, params["boundary"])
	if _, err := parts.NextPart(); err != nil {
		t.Fatal(err)
	}
	part, err := parts.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
	if err != nil || string(content) != string(file.Content) {
		t.Errorf("the attachment has %d bytes; %v", len(content), err)
	}
	if name, err := new(mime.WordDecoder).DecodeHeader(part.FileName()); err != nil || name != "رپورٹ.pdf" {
		t.Errorf("the attachment is called %q; %v", name, err)
	}
}

func TestNobodyWritesIntoTheHeadOfALetter(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	d.deliver(t, d.write(t, notices.Mail{To: []string{"a@example.org"}, Subject: "Voucher\r\nBcc: all@example.org\u2028\nX: y", Text: "x"}), 1)
	letter := o.letters(t)[0]
	if letter.Header.Get("Bcc") != "" || letter.Header.Get("X") != "" || subjectOf(t, letter) != "Voucher Bcc: all@example.org X: y" {
		t.Errorf("%v", letter.Header)
	}
	for _, to := range []string{"", "a", "a@example.org\r\nBcc: b@example.org", "A <a@example.org>", "a@example.org, b@example.org"} {
		if _, err := d.Notices.Mail(notices.Mail{To: []string{to}}); models.KindOf(err) != models.Invalid {
			t.Errorf("%q: %v", to, err)
		}
	}
	if _, err := open(t, nil).Notices.Mail(notices.Mail{To: []string{"a@example.org"}}); models.KindOf(err) != models.Unavailable {
		t.Errorf("without a mail server: %v", err)
	}
}

func TestALetterIsTriedUntilItIsAccepted(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	d.Notices.Random = func() float64 { return 0.5 }
	id := d.write(t, notices.Mail{To: []string{"a@example.org"}, Subject: "x", Text: "y"})
	o.does(func(o *postOffice) {
		o.data = func() error { return &smtp.SMTPError{Code: 451, Message: "try again later"} }
	})
	m := d.deliver(t, id, 0)
	if !m.Waits() || m.Attempts != 1 || !strings.Contains(m.Trouble, "451") || m.Next.Sub(d.Now()) != 22500*time.Millisecond {
		t.Errorf("after a 4xx: %+v", m)
	}
	if m = d.deliver(t, id, 0); m.Attempts != 1 {
		t.Errorf("tried again at once: %+v", m)
	}
	o.does(func(o *postOffice) { o.data, o.hangUp = nil, true })
	d.Pass(time.Minute)
	if m = d.deliver(t, id, 0); m.Attempts != 2 || !m.Waits() {
		t.Errorf("after the connection broke: %+v", m)
	}
	o.does(func(o *postOffice) { o.hangUp = false })
	d.World = booktest.With(t, d.Book.Store, settings(o)) // the program is started anew
	d.Pass(time.Hour)
	if m = d.deliver(t, id, 1); m.State != models.MessageSent || m.Attempts != 3 || m.Trouble != "" || m.Next != nil {
		t.Errorf("accepted: %+v", m)
	}
	if got := o.letters(t)[0].Header.Get("Message-ID"); got != "<"+id+"@example.org>" {
		t.Errorf("Message-ID %s", got)
	}
	d.Pass(100 * 24 * time.Hour)
	d.deliver(t, id, 0)
	if _, err := d.Notices.Resend(d.As("admin"), id); models.KindOf(err) != models.Conflict {
		t.Errorf("an accepted letter sent again: %v", err)
	}
	if n, err := d.Notices.Sweep(d.Operator()); err != nil || n != 1 {
		t.Errorf("%d swept, %v", n, err)
	}
}

func TestWhatIsRefusedForGoodCanBeSentAgain(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	o.does(func(o *postOffice) {
		o.rcpt = func(string) error { return &smtp.SMTPError{Code: 550, Message: "no such mailbox"} }
	})
	id := d.write(t, notices.Mail{To: []string{"a@example.org"}, Subject: "x", Text: "y"})
	if m := d.deliver(t, id, 0); m.State != models.MessageDead || !strings.Contains(m.Trouble, "no such mailbox") {
		t.Errorf("after a 5xx: %+v", m)
	}
	d.Pass(30 * 24 * time.Hour)
	d.deliver(t, id, 0)
	for _, who := range []string{"keeper-north", "auditor-a", "commander-north"} {
		if _, err := d.Notices.Resend(d.As(who), id); models.KindOf(err) != models.Forbidden {
			t.Errorf("%s: %v", who, err)
		}
		if _, _, err := d.Notices.Messages(d.As(who), notices.Filter{}, "", 10); models.KindOf(err) != models.Forbidden {
			t.Errorf("%s: %v", who, err)
		}
	}
	o.does(func(o *postOffice) { o.rcpt = nil })
	if m, err := d.Notices.Resend(d.As("admin"), id); err != nil || !m.Waits() || m.AgainBy != "admin" {
		t.Errorf("%+v %v", m, err)
	}
	if m := d.deliver(t, id, 1); m.State != models.MessageSent {
		t.Errorf("%+v", m)
	}
}

func TestALetterIsGivenUpAfterDays(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	o.does(func(o *postOffice) {
		o.rcpt = func(string) error { return &smtp.SMTPError{Code: 450, Message: "busy"} }
	})
	id := d.write(t, notices.Mail{To: []string{"a@example.org"}, Subject: "x", Text: "y"})
	begun := d.Now()
	for range 100 {
		m := d.deliver(t, id, 0)
		if m.State == models.MessageDead {
			if after := d.Now().Sub(begun); m.Attempts != 16 || after < 20*time.Hour || after > 50*time.Hour {
				t.Errorf("given up after %d attempts and %s", m.Attempts, after)
			}
			return
		}
		d.Pass(m.Next.Sub(d.Now()))
	}
	t.Error("never given up")
}

// TestThreeInstancesSendEachOnce has three programs over one book deliver at once.
func TestThreeInstancesSendEachOnce(t *testing.T) {
	o := office(t, "none")
	d := open(t, o)
	const letters = 60
	var entries []ledger.Entry
	for i := range letters {
		some, err := d.Notices.Mail(notices.Mail{To: []string{fmt.Sprintf("p%d@example.org", i)}, Subject: "x", Text: "y"})
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, some...)
	}
	if err := d.Book.Commit(d.Operator(), entries...); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	accepted := make([]int, 3)
	for i := range accepted {
		w := booktest.With(t, d.Book.Store, settings(o))
		all.Go(func() {
			n, err := w.Notices.Deliver(t.Context())
			if err != nil {
				t.Error(err)
			}
			accepted[i] = n
		})
	}
	all.Wait()
	seen := map[string]int{}
	for _, to := range o.to {
		seen[to]++
	}
	if len(o.to) != letters || len(seen) != letters || accepted[0]+accepted[1]+accepted[2] != letters {
		t.Errorf("%d letters to %d people; each instance sent %v", len(o.to), len(seen), accepted)
	}
}

// frail is a store that breaks when a test says so.
type frail struct {
	store.Store
	breaks func() bool
}

func (f frail) Commit(ctx context.Context, changes ...store.Change) error {
	if f.breaks() {
		return errors.New("the store broke")
	}
	return f.Store.Commit(ctx, changes...)
}

// TestWhateverHappensEachLetterIsSent has programs be started anew, the store break
// and the mail server refuse or hang up at any point: in the end each letter has
// arrived, and none again after its acceptance was recorded.
func TestWhateverHappensEachLetterIsSent(t *testing.T) {
	o := office(t, "none")
	engine, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "book.db"), store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	rounds := 0
	rapid.Check(t, func(r *rapid.T) {
		rounds++
		storms := rapid.SliceOfN(rapid.SampledFrom([]string{"well", "store", "refuse", "hang up", "take and break", "restart", "wait"}), 1, 12).Draw(r, "storms")
		var mu sync.Mutex
		storm := "well"
		is := func(what string) bool {
			mu.Lock()
			defer mu.Unlock()
			return storm == what
		}
		set := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			storm = what
		}
		taken := false
		broken := frail{engine, func() bool {
			mu.Lock()
			defer mu.Unlock()
			return storm == "store" || storm == "take and break" && taken // after the server took the letter
		}}
		o.mu.Lock()
		o.received, o.to = nil, nil
		o.data = func() error {
			if is("refuse") {
				return &smtp.SMTPError{Code: 451, Message: "later"}
			}
			mu.Lock()
			taken = true
			mu.Unlock()
			return nil
		}
		o.mu.Unlock()
		d := desk{booktest.With(t, broken, settings(o))}
		d.Pass(time.Duration(rounds) * 365 * 24 * time.Hour) // after all that rounds before it left
		passed := time.Duration(rounds) * 365 * 24 * time.Hour
		to := fmt.Sprintf("round%d@example.org", rounds)
		id := d.write(t, notices.Mail{To: []string{to}, Subject: "x", Text: "y"})
		recorded := 0
		look := func() {
			m, err := d.Notices.Message(d.Operator(), id)
			if err != nil {
				r.Fatal(err)
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			arrived := len(o.to)
			if m.State == models.MessageSent && recorded == 0 {
				recorded = arrived
			}
			if m.State == models.MessageSent && arrived != recorded || m.State == models.MessageDead {
				r.Fatalf("%d arrived, %d when that was recorded: %+v", arrived, recorded, m)
			}
		}
		for _, what := range storms {
			mu.Lock()
			taken = false
			mu.Unlock()
			set(what)
			o.does(func(o *postOffice) { o.hangUp = what == "hang up" })
			_, _ = d.Notices.Deliver(t.Context())
			set("well")
			look()
			switch what {
			case "restart":
				d = desk{booktest.With(t, broken, settings(o))}
				d.Pass(passed)
			case "wait", "take and break":
				d.Pass(7 * time.Hour)
				passed += 7 * time.Hour
			}
		}
		o.does(func(o *postOffice) { o.hangUp = false })
		for range 3 {
			d.Pass(7 * time.Hour)
			if _, err := d.Notices.Deliver(t.Context()); err != nil {
				r.Fatal(err)
			}
			look()
		}
		if recorded == 0 {
			r.Fatalf("never sent: %v", storms)
		}
	})
}
