// Package disposal is the end of equipment: losses, thefts and damage are reported,
// inquired into and decided on; what is worn out, obsolete or gone is written off and
// struck off charge. Nobody decides on what they reported, held or inquired into, and
// nothing is struck off without a decision of the authority that its value requires.
package disposal

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Service keeps losses and write-offs.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
	Flags    *flags.Service
}

const longestWhy = 4000

// paper is a loss or a write-off.
type paper interface {
	models.Document
	Units() []string
	PaidBy() []string
	Involved() []string
}

// read returns a paper by its number, as it is stored.
func read[T any](ctx context.Context, s *Service, in *store.Collection, what, number string) (store.Record, *T, error) {
	record, err := s.Book.Store.Get(ctx, in, number)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, models.Refuse(models.NotFound, "number", "there is no %s %q", what, number)
	}
	if err != nil {
		return record, nil, err
	}
	doc, err := store.Decode[T](record)
	return record, doc, err
}

// sees says whether the paper may be shown to the person: it is of their part of the
// tree, their donors paid for the item, or they have had to do with it.
func sees(p *models.Person, doc paper) bool {
	return access.SeesPapers(p, doc.Units(), doc.PaidBy()) || p.Role != models.Auditor && slices.Contains(doc.Involved(), p.Code)
}

// Loss returns one loss that the caller may see.
func (s *Service) Loss(ctx context.Context, number string) (*models.Loss, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, l, err := s.loss(ctx, caller, number)
	return l, err
}

func (s *Service) loss(ctx context.Context, caller *models.Person, number string) (store.Record, *models.Loss, error) {
	record, l, err := read[models.Loss](ctx, s, store.Losses, "loss", number)
	if err == nil && !sees(caller, l) {
		return store.Record{}, nil, models.Refuse(models.NotFound, "number", "there is no loss %q", number)
	}
	return record, l, err
}

// WriteOff returns one write-off that the caller may see.
func (s *Service) WriteOff(ctx context.Context, number string) (*models.WriteOff, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, w, err := s.writeOff(ctx, caller, number)
	return w, err
}

func (s *Service) writeOff(ctx context.Context, caller *models.Person, number string) (store.Record, *models.WriteOff, error) {
	record, w, err := read[models.WriteOff](ctx, s, store.WriteOffs, "write-off", number)
	if err == nil && !sees(caller, w) {
		return store.Record{}, nil, models.Refuse(models.NotFound, "number", "there is no write-off %q", number)
	}
	return record, w, err
}

// changing says what is about to be done to a paper.
type changing struct {
	verb    access.Verb
	number  string
	version int64 // that was read; 0 when the caller names none
	kind    string
	reason  string
}

// changeLoss loads a loss in the caller's sight, lets decide change it and say what
// else changes, brings its finding in line, and commits. When something of that was
// changed in between, decide is asked again about how things are now.
func (s *Service) changeLoss(ctx context.Context, c changing, decide func(*models.Person, *models.Loss) ([]ledger.Entry, error)) (*models.Loss, error) {
	caller, err := s.allow(ctx, c)
	if err != nil {
		return nil, err
	}
	return access.Anew(func() (*models.Loss, error) {
		record, l, err := s.loss(ctx, caller, c.number)
		if err != nil {
			return nil, err
		}
		if err := access.Current(c.version, l.Version); err != nil {
			return nil, err
		}
		if !l.Open() {
			return nil, models.Refuse(models.Conflict, "state", "%s is closed: %s", l.Number, l.Ended())
		}
		more, err := decide(caller, l)
		if err != nil {
			return nil, err
		}
		if err := models.Validate(l); err != nil {
			return nil, err
		}
		flag, err := s.flagged(ctx, l)
		if err != nil {
			return nil, err
		}
		return l, s.Book.Commit(ctx, slices.Concat([]ledger.Entry{ledger.Change(store.Losses, record.Body, l, c.kind, c.reason)}, more, flag)...)
	})
}

func (s *Service) allow(ctx context.Context, c changing) (*models.Person, error) {
	if len(c.reason) > longestWhy {
		return nil, models.Refuse(models.Invalid, "remarks", "is longer than %d characters", longestWhy)
	}
	return access.Allow(ctx, c.verb)
}

// changeWriteOff is changeLoss of a write-off.
func (s *Service) changeWriteOff(ctx context.Context, c changing, decide func(*models.Person, *models.WriteOff) ([]ledger.Entry, error)) (*models.WriteOff, error) {
	caller, err := s.allow(ctx, c)
	if err != nil {
		return nil, err
	}
	return access.Anew(func() (*models.WriteOff, error) {
		record, w, err := s.writeOff(ctx, caller, c.number)
		if err != nil {
			return nil, err
		}
		if err := access.Current(c.version, w.Version); err != nil {
			return nil, err
		}
		if !w.Open() {
			return nil, models.Refuse(models.Conflict, "state", "%s is %s; nothing more is done about it", w.Number, w.State.Words())
		}
		more, err := decide(caller, w)
		if err != nil {
			return nil, err
		}
		if err := models.Validate(w); err != nil {
			return nil, err
		}
		return w, s.Book.Commit(ctx, append([]ledger.Entry{ledger.Change(store.WriteOffs, record.Body, w, c.kind, c.reason)}, more...)...)
	})
}

// asset reads the item of a paper, whoever sees it now.
func (s *Service) asset(ctx context.Context, id string) (store.Record, *models.Asset, error) {
	record, err := s.Book.Store.Get(ctx, store.Assets, id)
	if err != nil {
		return record, nil, err
	}
	a, err := store.Decode[models.Asset](record)
	return record, a, err
}

// within refuses who does not answer for the unit of a paper.
func within(p *models.Person, i *models.Item) error {
	if !access.CoversUnit(p, i.Path) {
		return models.Refuse(models.Forbidden, "", "%s is not in your part of the unit tree", i.Unit)
	}
	return nil
}
