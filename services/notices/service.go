// Package notices tells people and other programs what happens in the book, without
// their asking: a digest by e-mail of what concerns somebody, and events to webhooks.
// Whatever is to be told is written into an outbox in the same Commit as what it
// tells of, and is sent from there until whom it is for has accepted it.
package notices

import (
	"context"
	"crypto/rand"
	"log/slog"
	random "math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/requests"
)

// Settings are what the service is told from outside.
type Settings struct {
	SMTP *SMTP // nil: no mail is sent
	// Networks are those that webhooks may lie in although they are not public: of
	// the own house, or of a test.
	Networks []netip.Prefix
	Base     string // address of the pages: https://host
	// DigestHour is the hour of the day, in the house's zone, at which digests are sent.
	DigestHour int
	Log        *slog.Logger // of deliveries; nil is none
}

// Service keeps the outbox and the webhooks, and delivers.
type Service struct {
	Book     *ledger.Book
	Flags    *flags.Service
	Requests *requests.Service
	Settings Settings
	// Random gives numbers from 0 up to 1 that spread attempts over time.
	Random func() float64

	mail, hooks channel // by which messages leave
	holder      string  // this instance
	heard       subscribers
	counts      counts

	mu      sync.Mutex
	resting map[string]time.Time // destinations that did not answer, until when they are left alone
}

// channel is a way out: e-mail or webhooks.
type channel interface {
	// send returns nil once the receiver has accepted the message. What it does not
	// return may still have been accepted: a connection can break before the answer.
	send(context.Context, *models.Message) error
}

// New makes the service over a book and has the book tell it of every change.
func New(book *ledger.Book, found *flags.Service, asked *requests.Service, settings Settings) *Service {
	s := &Service{Book: book, Flags: found, Requests: asked, Settings: settings, Random: random.Float64, holder: newID(time.Now()), resting: map[string]time.Time{}}
	if settings.Log == nil {
		s.Settings.Log = slog.New(slog.DiscardHandler)
	}
	if settings.SMTP != nil {
		s.mail = &mailer{SMTP: *settings.SMTP, book: book}
	}
	s.hooks = &poster{client: outward(settings.Networks), book: book}
	s.counts.init()
	book.Tell = s.tell
	return s
}

// SendsMail says whether this server can send e-mail.
func (s *Service) SendsMail() bool { return s.mail != nil }

func newID(at time.Time) string { return ulid.MustNew(ulid.Timestamp(at), rand.Reader).String() }

// administrator returns the caller if they may see to what leaves the house. It may
// be about any part of the book, so only who sees the whole of it may.
func administrator(ctx context.Context) (*models.Person, error) {
	caller, err := access.Allow(ctx, access.ManageNotices)
	if err == nil && !access.Everywhere(caller) {
		err = models.Refuse(models.Forbidden, "", "only an administrator of the whole book may %s", access.ManageNotices)
	}
	return caller, err
}
