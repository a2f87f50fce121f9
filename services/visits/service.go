// Package visits is end-use monitoring: a monitor of the donor or the agency goes and
// sees by serial number what was given, how it is used and how it is kept. A visit is
// planned, made and signed; what it finds is followed up until it is closed, by
// whoever made the visit and never by who answered for it.
package visits

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/series"
	"quartermaster/services/signing"
	"quartermaster/services/store"
)

// Service keeps visits.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
	Flags    *flags.Service
	Signing  *signing.Service

	numbers series.Turns
}

const longestWhy = 2000

// load reads a visit that the caller may see: of their part of the tree, of what
// their donors paid for, or their own.
func (s *Service) load(ctx context.Context, caller *models.Person, number string) (store.Record, *models.Visit, error) {
	unknown := models.Refuse(models.NotFound, "number", "there is no visit %q", number)
	record, err := s.Book.Store.Get(ctx, store.Visits, number)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	v, err := store.Decode[models.Visit](record)
	if err == nil && !sees(caller, v) {
		return store.Record{}, nil, unknown
	}
	return record, v, err
}

// sees says whether the visit may be shown to the person. An auditor who lost a donor
// loses the visits to what it paid for as well.
func sees(p *models.Person, v *models.Visit) bool {
	return access.SeesPapers(p, v.Within, v.Payers) || p.Role != models.Auditor && v.Led(p.Code)
}

// Leads says whether the person makes the visit and follows it up: who planned it,
// its monitor, or an administrator of the whole book.
func Leads(p *models.Person, v *models.Visit) bool {
	return access.May(p.Role, access.Monitor) && (v.Led(p.Code) || access.Everywhere(p))
}

// changing says what is about to be done to a visit.
type changing struct {
	number  string
	version int64 // that was read; 0 when the caller names none
	kind    string
	reason  string
}

// change loads a visit that the caller leads, lets decide change it and say what else
// changes, and commits. When something of that was changed in between, decide is
// asked again about how things are now.
func (s *Service) change(ctx context.Context, c changing, decide func(*models.Person, *models.Visit) ([]ledger.Entry, error)) (*models.Visit, error) {
	caller, err := access.Allow(ctx, access.Monitor)
	if err != nil {
		return nil, err
	}
	return access.Anew(func() (*models.Visit, error) {
		record, v, err := s.load(ctx, caller, c.number)
		if err != nil {
			return nil, err
		}
		if err := access.Current(c.version, v.Version); err != nil {
			return nil, err
		}
		if !Leads(caller, v) {
			return nil, models.Refuse(models.Forbidden, "", "%s is made by %s; only they, or who planned it, do this", v.Number, v.Monitor.Words())
		}
		more, err := decide(caller, v)
		if err != nil {
			return nil, err
		}
		if err := models.Validate(v); err != nil {
			return nil, err
		}
		return v, s.Book.Commit(ctx, slices.Concat([]ledger.Entry{ledger.Change(store.Visits, record.Body, v, c.kind, c.reason)}, more)...)
	})
}

// underway refuses what is done on the visit itself, before or after it.
func underway(v *models.Visit) error {
	switch v.State {
	case models.VisitUnderway:
		return nil
	case models.VisitPlanned:
		return models.Refuse(models.Conflict, "state", "%s has not begun", v.Number)
	}
	return models.Refuse(models.Conflict, "state", "%s is %s; nothing more is recorded on it", v.Number, v.State.Words())
}

// of tells a refusal as one about a part of what was asked for.
func of(part string, err error) error {
	var refused *models.Error
	if !errors.As(err, &refused) {
		return err
	}
	return models.InField(err, part+"."+refused.Field)
}
