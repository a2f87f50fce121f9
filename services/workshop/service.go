// Package workshop mends things: a defect that is reported from the field opens a job,
// which somebody confirms, works on and ends with the record of a service, or
// dismisses.
package workshop

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
	"quartermaster/services/series"
	"quartermaster/services/store"
)

// Service keeps the jobs of the workshop.
type Service struct {
	Book        *ledger.Book
	Register    *register.Service
	Maintenance *maintenance.Service

	numbers series.Turns
}

const longestText = 2000

// load reads a job of an item in the caller's part of the book.
func (s *Service) load(ctx context.Context, caller *models.Person, number string) (store.Record, *models.Repair, error) {
	unknown := models.Refuse(models.NotFound, "number", "there is no job %q", number)
	record, err := s.Book.Store.Get(ctx, store.Repairs, number)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	job, err := store.Decode[models.Repair](record)
	if err == nil && !access.SeesPapers(caller, job.Path, job.PaidBy()) {
		return store.Record{}, nil, unknown
	}
	return record, job, err
}

// step loads a job, lets decide move it and say what else changes, and commits.
func (s *Service) step(ctx context.Context, number string, version int64, verb access.Verb, kind, reason string,
	decide func(*models.Person, *models.Repair) ([]ledger.Entry, error)) (*models.Repair, error) {
	caller, err := access.Allow(ctx, verb)
	if err != nil {
		return nil, err
	}
	if len(reason) > longestText {
		return nil, models.Refuse(models.Invalid, "reason", "is longer than %d characters", longestText)
	}
	return access.Anew(func() (*models.Repair, error) {
		entry, job, more, err := s.moved(ctx, caller, number, version, kind, reason, decide)
		if err != nil {
			return nil, err
		}
		ledger.Answer(ctx, job)
		return job, s.Book.Commit(ctx, slices.Insert(more, 0, entry)...)
	})
}

// withItem is step where the item changes too, in the same Commit.
func (s *Service) withItem(ctx context.Context, number string, version int64, verb access.Verb, kind, itemKind, reason string,
	decide func(*models.Person, *models.Repair, *models.Asset) ([]ledger.Entry, error)) (*models.Repair, error) {
	caller, err := access.Allow(ctx, verb)
	if err != nil {
		return nil, err
	}
	_, job, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	c := register.Changing{Verb: verb, Tag: job.Tag, Kind: itemKind, Reason: number}
	_, err = s.Register.ChangeWith(ctx, c, func(caller *models.Person, a *models.Asset) ([]ledger.Entry, error) {
		entry, moved, more, err := s.moved(ctx, caller, number, version, kind, reason, func(caller *models.Person, job *models.Repair) ([]ledger.Entry, error) {
			more, err := decide(caller, job, a)
			job.Unit, job.Path = a.Unit, a.Units()
			return more, err
		})
		if err != nil {
			return nil, err
		}
		job = moved
		ledger.Answer(ctx, job)
		return append(more, entry), nil
	})
	if err != nil {
		return nil, err
	}
	return job, nil
}

// moved reads a job, lets decide change it, and returns its change and what else
// decide wants changed.
func (s *Service) moved(ctx context.Context, caller *models.Person, number string, version int64, kind, reason string,
	decide func(*models.Person, *models.Repair) ([]ledger.Entry, error)) (entry ledger.Entry, job *models.Repair, more []ledger.Entry, err error) {
	record, job, err := s.load(ctx, caller, number)
	if err != nil {
		return entry, nil, nil, err
	}
	if err := access.Current(version, job.Version); err != nil {
		return entry, nil, nil, err
	}
	if more, err = decide(caller, job); err != nil {
		return entry, nil, nil, err
	}
	if err := models.Validate(job); err != nil {
		return entry, nil, nil, err
	}
	return ledger.Change(store.Repairs, record.Body, job, kind, reason), job, more, nil
}
