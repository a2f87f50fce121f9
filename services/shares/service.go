// Package shares gives donors links to their reports: whoever holds one sees one report,
// or one grant, without a sign-in, for a while, and each opening is recorded.
package shares

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/limit"
	"quartermaster/services/register"
	"quartermaster/services/reports"
	"quartermaster/services/store"
	"quartermaster/services/titles"
)

// Service keeps the links.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
	Reports  *reports.Service
	Titles   *titles.Service

	guesses  *limit.Limit // wrong secrets, by network
	openings *limit.Limit // by share
}

// New makes the service over a book.
func New(book *ledger.Book, r *register.Service, made *reports.Service, t *titles.Service) *Service {
	return &Service{Book: book, Register: r, Reports: made, Titles: t,
		guesses:  &limit.Limit{One: 20, All: 2000, Window: time.Hour},
		openings: &limit.Limit{One: 60, All: 2000, Window: 10 * time.Minute}}
}

// Path is where links lead; the secret follows.
const Path = "/s/"

const (
	// Usual is for how many days a link is good when nobody says otherwise, Longest for
	// how many at most.
	Usual   = 30
	Longest = 366
)

func (s *Service) newID() string {
	return ulid.MustNew(ulid.Timestamp(s.Book.Now()), rand.Reader).String()
}

// Share returns a link that the caller may see to: an administrator of the whole book
// every one, another their own.
func (s *Service) Share(ctx context.Context, id string) (*models.Share, error) {
	_, share, err := s.load(ctx, id)
	return share, err
}

func (s *Service) load(ctx context.Context, id string) (store.Record, *models.Share, error) {
	caller, err := access.Allow(ctx, access.Share)
	if err != nil {
		return store.Record{}, nil, err
	}
	unknown := models.Refuse(models.NotFound, "id", "there is no link %q", id)
	record, err := s.Book.Store.Get(ctx, store.Shares, id)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	share, err := store.Decode[models.Share](record)
	if err == nil && share.By != caller.Code && !access.Everywhere(caller) {
		return store.Record{}, nil, unknown
	}
	return record, share, err
}

// List returns a page of the links that the caller may see to, newest first.
func (s *Service) List(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Share)
	if err != nil {
		return nil, err
	}
	q := store.Query{In: store.Shares, By: "by", Where: []store.Cond{store.Is("by", caller.Code)}, Desc: true}
	if access.Everywhere(caller) {
		q = store.Query{In: store.Shares, By: "id", Desc: true}
	}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// Events returns a page of a link's history, newest first: its openings above all.
func (s *Service) Events(ctx context.Context, id, cursor string, limit int) ([]models.Event, string, error) {
	share, err := s.Share(ctx, id)
	if err != nil {
		return nil, "", err
	}
	return s.Book.Events(ctx, ledger.Subject(store.Shares, share.ID), cursor, limit)
}

// Openings returns a page of a link's openings, newest first.
func (s *Service) Openings(ctx context.Context, id, cursor string, limit int) ([]models.Opening, string, error) {
	events, next, err := s.Events(ctx, id, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	var openings []models.Opening
	for _, event := range events {
		if event.Kind != "share.opened" {
			continue
		}
		opening := models.Opening{At: event.At, What: event.Reason, Agent: event.Device}
		if last, differs := event.Changes["last_opening"]; differs { // from another at the same instant
			if err := json.Unmarshal(last.After, &opening); err != nil {
				return nil, "", err
			}
		}
		openings = append(openings, opening)
	}
	return openings, next, nil
}

// Withdraw ends a link at once. version, if not 0, is the one that was read.
func (s *Service) Withdraw(ctx context.Context, id string, version int64, reason string) (*models.Share, error) {
	record, share, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := access.Current(version, share.Version); err != nil {
		return nil, err
	}
	if share.Withdrawn != nil {
		return nil, models.Refuse(models.Conflict, "", "the link was withdrawn on %s", share.Withdrawn.At)
	}
	share.Withdrawn = &models.Withdrawal{By: ledger.AuthorOf(ctx).Person, At: models.At(s.Book.Now()), Reason: reason}
	if err := models.Validate(share); err != nil {
		return nil, err
	}
	return share, access.Outrun(s.Book.Commit(ctx, ledger.Change(store.Shares, record.Body, share, "share.withdrawn", reason)))
}
