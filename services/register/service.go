// Package register keeps the property book itself: what equipment there is, where
// it belongs, who paid for it and what is recorded of it. Moving equipment is
// package custody's.
package register

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Service is the register.
type Service struct {
	Book   *ledger.Book
	Prefix string // of new tags
	Base   string // of the address in labels' codes: https://host
}

// newID returns an identity that sorts by the time it was made.
func (s *Service) newID() string {
	return ulid.MustNew(ulid.Timestamp(s.Book.Now()), rand.Reader).String()
}

func (s *Service) today() models.Day { return models.DayOf(s.Book.Now().UTC().Add(latestZone)) }

// latestZone is added to UTC for "today", so that no post in the east of the world
// is refused a day that has begun there (UTC+14, Kiribati).
const latestZone = 14 * time.Hour

// lookup reads one of the things that an asset refers to by code.
func lookup[T any](ctx context.Context, s store.Store, in *store.Collection, field, code string) (*T, error) {
	doc, err := store.Get[T](ctx, s, in, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.Invalid, field, "there is no %s %q", nameOf[in], code)
	}
	return doc, err
}

var nameOf = map[*store.Collection]string{
	store.Units: "unit", store.Donors: "donor", store.Grants: "grant", store.People: "person", store.Categories: "category",
}
