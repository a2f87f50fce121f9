package mailings_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/mail"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/mailings"
	"quartermaster/services/notices"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// box is a real SMTP server that keeps what it is given.
type box struct {
	mu      sync.Mutex
	letters []string
}

func (b *box) NewSession(*smtp.Conn) (smtp.Session, error) { return b, nil }
func (*box) Mail(string, *smtp.MailOptions) error          { return nil }
func (*box) Rcpt(string, *smtp.RcptOptions) error          { return nil }
func (*box) Reset()                                        {}
func (*box) Logout() error                                 { return nil }
func (b *box) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, string(raw))
	return err
}

// world is a small book that can send e-mail, in a store that can be opened again.
func world(t *testing.T) (*booktest.World, *box, func() *booktest.World) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &box{}
	server := smtp.NewServer(b)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "book.db"), store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	booktest.Over(t, s)
	again := func() *booktest.World {
		return booktest.With(t, s, notices.Settings{SMTP: &notices.SMTP{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, TLS: "none", From: "qm@example.org"}})
	}
	return again(), b, again
}

var quarterly = mailings.NewSchedule{For: "Ms Holm, First Donor", To: []string{"holm@example.org", "audit@example.org"}, Kind: "movements", Donor: "DONOR-A", Format: "xlsx", Every: models.EveryQuarter, On: 5}

func add(t *testing.T, w *booktest.World, n mailings.NewSchedule) *models.ReportSchedule {
	t.Helper()
	schedule, err := w.Mailings.Add(w.As("admin"), n)
	if err != nil {
		t.Fatal(err)
	}
	return schedule
}

func send(t *testing.T, w *booktest.World, want int) {
	t.Helper()
	if n, err := w.Mailings.Send(w.Operator()); err != nil || n != want {
		t.Errorf("%d sent, wanted %d; %v", n, want, err)
	}
}

func TestAReportOfTheQuarterIsSentOnce(t *testing.T) {
	w, b, again := world(t)
	w.Radio("N-1")
	schedule := add(t, w, quarterly)
	if schedule.Next != "2026-04-05" {
		t.Errorf("due on %s", schedule.Next)
	}
	send(t, w, 0)
	w.Pass(5 * 24 * time.Hour)
	send(t, w, 1)
	send(t, w, 0)
	w = again() // a restart, before anything was delivered
	w.Pass(5*24*time.Hour + time.Minute)
	send(t, w, 0)
	if n, err := w.Notices.Deliver(w.Operator()); err != nil || n != 2 {
		t.Fatalf("%d delivered, %v", n, err)
	}
	if n, _ := w.Notices.Deliver(w.Operator()); n != 0 || len(b.letters) != 2 {
		t.Errorf("%d letters", len(b.letters))
	}
	letter, err := mail.ReadMessage(strings.NewReader(b.letters[0]))
	if err != nil || !strings.Contains(letter.Header.Get("Subject"), "1 January 2026 to 31 March 2026") || !strings.Contains(b.letters[0], "movements-DONOR-A-2026-01-01-2026-03-31.xlsx") {
		t.Errorf("%v, %v", letter.Header, err)
	}
	now, err := w.Mailings.Schedule(w.As("admin"), schedule.ID)
	if err != nil || now.Next != "2026-07-05" || now.Sent != 1 || now.Last.To != "2026-03-31" {
		t.Fatalf("%+v, %v", now, err)
	}
	file, err := store.Get[models.File](t.Context(), w.Book.Store, store.Files, now.Last.File.ID)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := w.Proofs.Examine(t.Context(), file.Content); err != nil || found.Report == nil {
		t.Errorf("what was sent does not prove itself: %v", err)
	}
	events, _, err := w.Mailings.Events(w.As("admin"), schedule.ID, "", 10)
	if err != nil || len(events) != 2 || events[0].Kind != "report_schedule.sent" || events[0].Reason != "1 January 2026 to 31 March 2026" {
		t.Errorf("%+v, %v", events, err)
	}
}

func TestInstancesAtOnceSendOne(t *testing.T) {
	w, _, again := world(t)
	add(t, w, quarterly)
	other := again()
	w.Pass(6 * 24 * time.Hour)
	other.Pass(6 * 24 * time.Hour)
	var all sync.WaitGroup
	for _, one := range []*booktest.World{w, other, w, other} {
		all.Go(func() {
			if _, err := one.Mailings.Send(one.Operator()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if letters, _, err := w.Notices.Messages(w.As("admin"), notices.Filter{}, "", 10); err != nil || len(letters) != 2 {
		t.Errorf("%d letters, %v", len(letters), err)
	}
}

func TestWhatWasMissedIsMadeUpFor(t *testing.T) {
	w, _, _ := world(t)
	n := quarterly
	n.Kind, n.Every, n.Format, n.On = "register", models.EveryMonth, "", 28
	schedule := add(t, w, n)
	if schedule.Next != "2026-04-28" || schedule.Format != "pdf" {
		t.Errorf("%+v", schedule)
	}
	w.Pass(95 * 24 * time.Hour) // to 4 July: April, May and June were missed
	send(t, w, 3)
	now, err := w.Mailings.Schedule(w.As("admin"), schedule.ID)
	if err != nil || now.Next != "2026-07-28" || now.Last.From != "2026-05-01" || now.Last.To != "2026-05-31" {
		t.Errorf("%+v, %v", now, err)
	}
	// what is changed is not sent again for a period that was
	first := 1
	if now, err = w.Mailings.Change(w.As("admin"), schedule.ID, now.Version, mailings.Edit{On: &first}); err != nil || now.Next != "2026-08-01" {
		t.Errorf("next on %s, %v", now.Next, err)
	}
	off := true
	if now, err = w.Mailings.Change(w.As("admin"), schedule.ID, 0, mailings.Edit{Off: &off}); err != nil || now.Next != "" {
		t.Errorf("%+v, %v", now, err)
	}
	w.Pass(60 * 24 * time.Hour)
	send(t, w, 0)
	off = false
	if now, err = w.Mailings.Change(w.As("admin"), schedule.ID, 0, mailings.Edit{Off: &off}); err != nil || now.Next != "2026-10-01" {
		t.Errorf("on again, next on %s, %v", now.Next, err)
	}
}

func TestALargeReportIsGivenAsALink(t *testing.T) {
	w, b, _ := world(t)
	w.Radio("N-1")
	w.Mailings.Largest = 1000
	schedule := add(t, w, quarterly)
	w.Pass(6 * 24 * time.Hour)
	send(t, w, 1)
	if n, err := w.Notices.Deliver(w.Operator()); err != nil || n != 2 || strings.Contains(b.letters[0], "Content-Disposition") {
		t.Fatalf("%d delivered, %v: %s", n, err, b.letters)
	}
	now, err := w.Mailings.Schedule(w.As("admin"), schedule.ID)
	if err != nil || now.Last.File != nil {
		t.Fatalf("%+v, %v", now, err)
	}
	share, err := w.Shares.Share(w.As("admin"), now.Last.Share)
	if err != nil || share.Asked.From != "2026-01-01" || share.Asked.To != "2026-03-31" || share.Kind != "movements" {
		t.Errorf("%+v, %v", share, err)
	}
}

func TestABadScheduleIsRefused(t *testing.T) {
	w, _, _ := world(t)
	for name, c := range map[string]struct {
		change func(*mailings.NewSchedule)
		field  string
	}{
		"to nobody":        {func(n *mailings.NewSchedule) { n.To = nil }, "to"},
		"to no address":    {func(n *mailings.NewSchedule) { n.To = []string{"holm"} }, "to[0]"},
		"of no kind":       {func(n *mailings.NewSchedule) { n.Kind = "gossip" }, "kind"},
		"of everybody":     {func(n *mailings.NewSchedule) { n.Donor = "" }, "donor"},
		"of no donor":      {func(n *mailings.NewSchedule) { n.Donor = "DONOR-X" }, "donor"},
		"as a page":        {func(n *mailings.NewSchedule) { n.Format = "page" }, "format"},
		"each day":         {func(n *mailings.NewSchedule) { n.Every = "day" }, "every"},
		"on the 31st":      {func(n *mailings.NewSchedule) { n.On = 31 }, "on"},
		"of another grant": {func(n *mailings.NewSchedule) { n.Grant = "B-2026" }, "grant"},
	} {
		n := quarterly
		c.change(&n)
		_, err := w.Mailings.Add(w.As("admin"), n)
		var refused *models.Error
		field := ""
		if errors.As(err, &refused) {
			if field = refused.Field; len(refused.Details) > 0 {
				field = refused.Details[0].Field
			}
		}
		if field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, who := range []string{"keeper-north", "auditor-a", "commander-north"} {
		if _, err := w.Mailings.Add(w.As(who), quarterly); models.KindOf(err) != models.Forbidden {
			t.Errorf("by %s: %v", who, err)
		}
	}
}

func TestWhatCannotBeSentSaysWhy(t *testing.T) {
	w := booktest.New(t) // sends no e-mail
	schedule := add(t, w, quarterly)
	w.Pass(6 * 24 * time.Hour)
	for range 2 {
		if n, err := w.Mailings.Send(context.Background()); err == nil || n != 0 {
			t.Errorf("%d, %v", n, err)
		}
	}
	now, err := w.Mailings.Schedule(w.As("admin"), schedule.ID)
	if err != nil || !strings.Contains(now.Trouble, "sends no e-mail") || now.Next != "2026-04-05" || now.Version != 2 {
		t.Errorf("%+v, %v", now, err)
	}
}
