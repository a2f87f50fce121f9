// Package maintenance sees to it that equipment is looked after: when each item is
// next due for service, by the calendar or by its meter; what was done to it, at
// what cost; whether its calibration is in force; and what is in the workshop.
package maintenance

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Service keeps schedules, meters and service records.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
	Flags    *flags.Service
}

// newID returns an identity that sorts by the time it was made.
func (s *Service) newID() string {
	return ulid.MustNew(ulid.Timestamp(s.Book.Now()), rand.Reader).String()
}

// planned works out anew when the item is due, and returns the entries that close
// the flags which it no longer gives cause for.
func (s *Service) planned(ctx context.Context, a *models.Asset, outcome models.Text) ([]ledger.Entry, error) {
	schedules, err := s.Register.Schedules(ctx, a)
	if err != nil {
		return nil, err
	}
	today := s.Book.Today()
	a.Plan(schedules, today)
	var gone []models.FlagKind
	if !a.Care.Overdue(today) {
		gone = append(gone, models.OverdueService)
	}
	if a.Care == nil || a.Care.Due == "" || a.Care.Due > today.Plus(Soon) {
		gone = append(gone, models.DueSoon)
	}
	if a.Care != nil && a.Care.Certificate != nil {
		if expiry := a.Care.Certificate.Expiry; expiry >= today {
			gone = append(gone, models.Expired)
			if expiry > today.Plus(Expiring) {
				gone = append(gone, models.Expiring)
			}
		}
	}
	return s.Flags.Closing(ctx, ledger.Subject(store.Assets, a.ID), outcome, gone...)
}

// happened checks the day of something that was done to the item, and returns
// today where none is given. field names the day.
func (s *Service) happened(a *models.Asset, field string, on models.Day) (models.Day, error) {
	today := s.Book.Today()
	switch received := a.Received(today); {
	case on == "":
		return today, nil
	case !on.Valid():
		return "", models.Refuse(models.Invalid, field, "is not a day; write it like 2026-03-31")
	case on > today:
		return "", models.Refuse(models.Invalid, field, "%s is in the future", on)
	case on < received:
		return "", models.Refuse(models.Invalid, field, "%s is before %s was taken on charge, on %s", on, a.Tag, received)
	}
	return on, nil
}

// asset reads an item in the caller's scope.
func (s *Service) asset(ctx context.Context, tag string) (*models.Asset, error) {
	record, err := s.Register.Asset(ctx, tag)
	if err != nil {
		return nil, err
	}
	return store.Decode[models.Asset](record)
}

func notFound(err error, what, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return models.Refuse(models.NotFound, "id", "there is no %s %s", what, id)
	}
	return err
}
