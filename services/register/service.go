// Package register keeps the property book itself: what equipment there is, where
// it belongs, who paid for it and what is recorded of it. Moving equipment is
// package custody's.
package register

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
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
	// MayHold refuses, about a field of a request, that somebody has equipment of some
	// categories in custody; nil lets everybody.
	MayHold func(ctx context.Context, field string, holder *models.Person, categories []string) error

	settled settled
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
func lookup[T any](ctx context.Context, s *Service, in *store.Collection, field, code string) (*T, error) {
	if doc, ok := s.settled.load(in, code).(*T); ok {
		return doc, nil
	}
	doc, err := store.Get[T](ctx, s.Book.Store, in, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.Invalid, field, "there is no %s %q", nameOf[in], code)
	}
	if err == nil {
		s.settled.keep(in, code, doc)
	}
	return doc, err
}

// settled keeps units, donors and grants that were looked up. They are never
// removed, and what is asked of them here never changes: a unit's place in the
// tree, a grant's donor. Their names may.
type settled struct {
	mu   sync.RWMutex
	docs map[settledKey]any
}

type settledKey struct {
	in   *store.Collection
	code string
}

const mostSettled = 10_000

func (k *settled) load(in *store.Collection, code string) any {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.docs[settledKey{in, code}]
}

func (k *settled) keep(in *store.Collection, code string, doc any) {
	if in != store.Units && in != store.Donors && in != store.Grants {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.docs == nil || len(k.docs) >= mostSettled {
		k.docs = map[settledKey]any{}
	}
	k.docs[settledKey{in, code}] = doc
}

var nameOf = map[*store.Collection]string{
	store.Units: "unit", store.Donors: "donor", store.Grants: "grant", store.People: "person", store.Categories: "category", store.Courses: "course",
}
