// Package public takes in what people without a sign-in report of a label that they
// scanned: a fault, or an item that they found. They are shown nothing and told
// nothing but that it was received; what they sent waits for a person in the item's
// part of the tree, who confirms or dismisses it.
package public

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/limit"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/workshop"
)

// Service keeps reports from the public.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
	Flags    *flags.Service
	Workshop *workshop.Service

	once  sync.Once
	limit *limit.Limit
}

// Person is the author of what somebody without a sign-in sends.
const Person = "public"

func (s *Service) newID() string {
	return ulid.MustNew(ulid.Timestamp(s.Book.Now()), rand.Reader).String()
}

// load reads a report that the caller may decide on: of an item in their part of the
// tree; of a label without an item, with the whole book.
func (s *Service) load(ctx context.Context, caller *models.Person, id string) (store.Record, *models.PublicReport, error) {
	unknown := models.Refuse(models.NotFound, "id", "there is no report %q", id)
	record, err := s.Book.Store.Get(ctx, store.PublicReports, id)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	r, err := store.Decode[models.PublicReport](record)
	if err == nil && !access.CoversUnit(caller, r.Path) {
		return store.Record{}, nil, unknown
	}
	return record, r, err
}
