package training

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// NewRecord is what is recorded of a course that somebody passed.
type NewRecord struct {
	Course  string     `json:"course"`
	Trainer string     `json:"trainer"`
	On      models.Day `json:"on"`
	// Expiry is the last day on which it holds; "" follows from the course.
	Expiry models.Day `json:"expiry,omitempty"`
	Number string     `json:"number,omitempty"` // of the certificate
	Note   string     `json:"note,omitempty"`
	// Certificate is the paper, where it is sent along.
	Certificate *Paper `json:"-"`
}

// Paper is a certificate as it is sent.
type Paper struct {
	Name    string
	Content []byte
}

// Record enters a course that a person in the caller's scope passed. The record
// that holds longest is the current one of the person and course.
func (s *Service) Record(ctx context.Context, code string, n NewRecord) (*models.Training, error) {
	caller, err := access.Allow(ctx, access.Train)
	if err != nil {
		return nil, err
	}
	person, err := s.Access.Person(ctx, code)
	if err != nil {
		return nil, err
	}
	if person.Inactive {
		return nil, models.Refuse(models.Conflict, "person", "%s no longer serves", person.Name)
	}
	course, err := s.course(ctx, "course", n.Course)
	if err != nil {
		return nil, err
	}
	t := &models.Training{ID: s.newID(), Person: person.Code, Unit: person.Unit, Path: person.Path, Course: course.Code, Trainer: strings.TrimSpace(n.Trainer),
		On: n.On, Expiry: n.Expiry, Number: strings.TrimSpace(n.Number), Note: strings.TrimSpace(n.Note), State: models.TrainingCurrent, By: caller.Code}
	if t.Expiry == "" && course.Months > 0 {
		t.Expiry = t.On.PlusMonths(course.Months)
	}
	if err := s.check(t); err != nil {
		return nil, err
	}
	var file []ledger.Entry
	if n.Certificate != nil {
		entry, err := s.certify(t, caller, *n.Certificate)
		if err != nil {
			return nil, err
		}
		file = append(file, entry)
	}
	ledger.Answer(ctx, t)
	return access.Anew(func() (*models.Training, error) {
		entries, err := s.enter(ctx, t, person.Name, course.Name)
		if err != nil {
			return nil, err
		}
		return t, s.Book.Commit(ctx, append(entries, file...)...)
	})
}

func (s *Service) check(t *models.Training) error {
	if err := models.Validate(t); err != nil {
		return err
	}
	switch {
	case t.On > s.Book.Today():
		return models.Refuse(models.Invalid, "on", "is in the future")
	case t.Expiry != "" && t.Expiry < t.On:
		return models.Refuse(models.Invalid, "expiry", "is before the day of the course")
	}
	return nil
}

// enter returns the changes by which a new record takes its place among those that
// the person has of the course.
func (s *Service) enter(ctx context.Context, t *models.Training, person, course string) ([]ledger.Entry, error) {
	records, err := s.of(ctx, t.Person, t.Course)
	if err != nil {
		return nil, err
	}
	var entries []ledger.Entry
	t.State = models.TrainingCurrent
	for _, record := range records {
		other, err := store.Decode[models.Training](record)
		if err != nil {
			return nil, err
		}
		switch {
		case other.State == models.TrainingWithdrawn:
		case other.On == t.On:
			return nil, models.Refuse(models.Conflict, "on", "%s of %s on %s is recorded already", course, person, t.On)
		case other.State != models.TrainingCurrent:
		case t.Outlasts(other):
			other.State = models.TrainingSuperseded
			entries = append(entries, ledger.Change(store.Trainings, record.Body, other, "training.superseded", t.ID))
		default:
			t.State = models.TrainingSuperseded
		}
	}
	return append(entries, ledger.Add(store.Trainings, t, "training.recorded", course)), nil
}

// of reads a person's records of a course, the latest first.
func (s *Service) of(ctx context.Context, person, course string) ([]store.Record, error) {
	return s.Book.Store.Find(ctx, store.Query{In: store.Trainings, By: "person", Desc: true,
		Where: []store.Cond{store.Is("person", person), store.Is("course", course)}})
}

// certify keeps the paper of a record.
func (s *Service) certify(t *models.Training, caller *models.Person, p Paper) (ledger.Entry, error) {
	file, attachment, err := s.Register.NewFile(p.Name, p.Content)
	if err != nil {
		return ledger.Entry{}, err
	}
	file.Subject = ledger.Subject(store.Trainings, t.ID)
	attachment.AddedBy = caller.Code
	t.Certificate = &attachment
	return ledger.Add(store.Files, file, "file.added", attachment.Name), nil
}

// Certify attaches the certificate to a record that has none yet.
func (s *Service) Certify(ctx context.Context, id string, version int64, p Paper) (*models.Training, error) {
	return s.change(ctx, id, version, "training.certified", p.Name, func(caller *models.Person, t *models.Training) ([]ledger.Entry, error) {
		if t.Certificate != nil {
			return nil, models.Refuse(models.Conflict, "file", "this record has its certificate, %s; withdraw the record if it is wrong", t.Certificate.Name)
		}
		entry, err := s.certify(t, caller, p)
		return []ledger.Entry{entry}, err
	})
}

// Withdraw takes back a record that was wrong, or whose certificate was revoked. The
// one that held before, if any, is current again.
func (s *Service) Withdraw(ctx context.Context, id string, version int64, reason string) (*models.Training, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "say why the record is withdrawn")
	}
	return s.change(ctx, id, version, "training.withdrawn", reason, func(_ *models.Person, t *models.Training) ([]ledger.Entry, error) {
		was := t.State
		t.State, t.Reason = models.TrainingWithdrawn, reason
		if was != models.TrainingCurrent {
			return nil, nil
		}
		records, err := s.of(ctx, t.Person, t.Course)
		if err != nil {
			return nil, err
		}
		var best *models.Training
		var before []byte
		for _, record := range records {
			other, err := store.Decode[models.Training](record)
			if err != nil {
				return nil, err
			}
			if other.State == models.TrainingSuperseded && (best == nil || other.Outlasts(best)) {
				best, before = other, record.Body
			}
		}
		if best == nil {
			return nil, nil
		}
		best.State = models.TrainingCurrent
		return []ledger.Entry{ledger.Change(store.Trainings, before, best, "training.reinstated", t.ID)}, nil
	})
}

// change loads a record of a person in the caller's scope, lets decide change it and
// say what else changes, and commits.
func (s *Service) change(ctx context.Context, id string, version int64, kind, reason string,
	decide func(*models.Person, *models.Training) ([]ledger.Entry, error)) (*models.Training, error) {
	caller, err := access.Allow(ctx, access.Train)
	if err != nil {
		return nil, err
	}
	record, t, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := access.Current(version, t.Version); err != nil {
		return nil, err
	}
	if t.State == models.TrainingWithdrawn {
		return nil, models.Refuse(models.Conflict, "state", "this record was withdrawn: %s", t.Reason)
	}
	more, err := decide(caller, t)
	if err != nil {
		return nil, err
	}
	ledger.Answer(ctx, t)
	entries := slices.Insert(more, 0, ledger.Change(store.Trainings, record.Body, t, kind, reason))
	return t, access.Outrun(s.Book.Commit(ctx, entries...))
}

// load reads a record of a person in the caller's scope.
func (s *Service) load(ctx context.Context, id string) (store.Record, *models.Training, error) {
	unknown := models.Refuse(models.NotFound, "id", "there is no training record %q", id)
	record, err := s.Book.Store.Get(ctx, store.Trainings, id)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	t, err := store.Decode[models.Training](record)
	if err != nil {
		return record, nil, err
	}
	if _, err := s.Access.Person(ctx, t.Person); err != nil {
		if models.KindOf(err) == models.NotFound {
			return store.Record{}, nil, unknown
		}
		return record, nil, err
	}
	return record, t, nil
}
