package training

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// OfPerson returns the records of a person in the caller's scope, the latest first.
func (s *Service) OfPerson(ctx context.Context, code string) ([]*models.Training, error) {
	if _, err := s.Access.Person(ctx, code); err != nil {
		return nil, err
	}
	return store.Find[models.Training](ctx, s.Book.Store, store.Query{In: store.Trainings, By: "person", Desc: true,
		Where: []store.Cond{store.Is("person", code)}, Limit: mostRecords})
}

// mostRecords is how many records of one person are shown.
const mostRecords = 200

// Filter says which current records a list shows.
type Filter struct {
	Unit   string // with those below it
	Course string
	Until  models.Day // that lapse on this day or before; those that hold for good are left out
}

// List returns a page of the current records of people in the caller's scope, those
// that lapse first in front; those that hold for good come first of all.
func (s *Service) List(ctx context.Context, f Filter, cursor string, limit int) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	if !f.Until.Valid() {
		return nil, models.Refuse(models.Invalid, "until", "is not a day; write it like 2026-03-31")
	}
	q, err := s.query(ctx, caller, f)
	if err != nil || q == nil {
		return &store.Page{}, err
	}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// query lays the filter over the caller's scope; nil when they have nothing in
// common. Auditors see nobody's records, only how many there are.
func (s *Service) query(ctx context.Context, caller *models.Person, f Filter) (*store.Query, error) {
	if caller.Role == models.Auditor {
		return nil, nil
	}
	conds, nothing, err := register.Papers{Unit: f.Unit}.Within(ctx, s.Register, caller, "on")
	if err != nil || nothing {
		return nil, err
	}
	q := &store.Query{In: store.Trainings, By: "unit"}
	if len(conds) == 0 { // the whole book
		q.By = "expiry"
		conds = append(conds, store.Is("state", string(models.TrainingCurrent)))
	}
	if f.Course != "" {
		if _, err := s.course(ctx, "course", f.Course); err != nil {
			return nil, err
		}
		conds = append(conds, store.Is("course", f.Course))
		q.By = map[string]string{"unit": "unit_course", "expiry": "current"}[q.By]
	}
	if f.Until != "" {
		conds = append(conds, store.From("expiry", "1"), store.Under("expiry", string(f.Until.Plus(1))))
	}
	q.Where = conds
	return q, nil
}

// Certificate returns the paper of a record of a person in the caller's scope.
func (s *Service) Certificate(ctx context.Context, id string) (*models.Attachment, []byte, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, nil, err
	}
	_, t, err := s.load(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if t.Certificate == nil {
		return nil, nil, models.Refuse(models.NotFound, "id", "no certificate is attached to this record")
	}
	file, err := store.Get[models.File](ctx, s.Book.Store, store.Files, t.Certificate.ID)
	if err != nil {
		return nil, nil, err
	}
	return t.Certificate, file.Content, nil
}
