package visits

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/series"
	"quartermaster/services/store"
)

// NewVisit is what a visit is to be.
type NewVisit struct {
	Name  string            `json:"name"`
	Scope models.VisitScope `json:"scope"`
	// Monitor is the caller when nobody is named; somebody outside by name and
	// organisation.
	Monitor models.Monitor `json:"monitor"`
	On      models.Day     `json:"on"`
	Sample  *models.Sample `json:"sample,omitempty"` // nil is everything in the scope
}

// Plan enters a visit. Its items are drawn when it begins.
func (s *Service) Plan(ctx context.Context, n NewVisit) (*models.Visit, error) {
	caller, err := access.Allow(ctx, access.Monitor)
	if err != nil {
		return nil, err
	}
	v := &models.Visit{Name: strings.TrimSpace(n.Name), State: models.VisitPlanned, Scope: n.Scope, On: n.On, PlannedBy: caller.Code, PlannedAt: models.At(s.Book.Now())}
	if n.Sample != nil {
		sample := *n.Sample
		sample.Of = 0
		v.Sample = &sample
	}
	if caller.Role != models.Auditor {
		v.Scope.Unit = cmp.Or(v.Scope.Unit, caller.Scope)
	}
	if v.On != "" && v.On.Valid() && v.On < s.Book.Today() {
		return nil, models.Refuse(models.Invalid, "on", "%s has passed; a visit that is made now is planned for today", v.On)
	}
	all, err := s.expected(ctx, caller, v)
	if err != nil {
		return nil, err
	}
	v.Expected, v.Within, v.Payers = len(all), v.Path, nil
	for _, item := range all {
		v.Within, v.Payers = append(v.Within, item.Path...), append(v.Payers, item.PaidBy()...)
	}
	v.Within, v.Payers = sorted(v.Within), sorted(v.Payers)
	if err := s.monitor(ctx, caller, v, n.Monitor); err != nil {
		return nil, err
	}
	if v.Checklist, err = s.questions(ctx, v); err != nil {
		return nil, err
	}
	if err := models.Validate(v); err != nil {
		return nil, err
	}
	return v, s.number(ctx, v)
}

func sorted(all []string) []string {
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(all)
}

// monitor names who sees: a person of the book must be able to record it.
func (s *Service) monitor(ctx context.Context, caller *models.Person, v *models.Visit, m models.Monitor) error {
	m = models.Monitor{Person: strings.TrimSpace(m.Person), Name: strings.TrimSpace(m.Name), Organisation: strings.TrimSpace(m.Organisation)}
	if m.Person == "" && m.Name == "" {
		m.Person = caller.Code
	}
	if m.Person == "" {
		if m.Organisation == "" {
			return models.Refuse(models.Invalid, "monitor.organisation", "is required of a monitor from outside: who sends them")
		}
		v.Monitor = m
		return nil
	}
	person := caller
	if m.Person != caller.Code {
		var err error
		if person, err = store.Get[models.Person](ctx, s.Book.Store, store.People, m.Person); errors.Is(err, store.ErrNotFound) {
			return models.Refuse(models.Invalid, "monitor.person", "there is no person %q", m.Person)
		} else if err != nil {
			return err
		}
		switch {
		case !person.CanSignIn() || !access.May(person.Role, access.Monitor):
			return models.Refuse(models.Invalid, "monitor.person", "%s has no sign-in by which a visit can be recorded; name them as a monitor from outside", person.Name)
		case !access.SeesPapers(person, v.Within, v.Payers):
			return models.Refuse(models.Invalid, "monitor.person", "nothing of what is to be seen is in the scope of %s", person.Name)
		}
	}
	m.Name = strings.TrimSpace(person.Rank + " " + person.Name)
	v.Monitor = m
	return nil
}

// number gives the visit the next number of its series and keeps it.
func (s *Service) number(ctx context.Context, v *models.Visit) error {
	v.Series = series.Of("EV", cmp.Or(v.Scope.Unit, v.Scope.Grant, v.Scope.Donor, v.Scope.Category, "ALL"), s.Book.Today())
	return s.numbers.Keep(ctx, s.Book.Store, store.Visits, v.Series, func(serial int64) error {
		v.Serial, v.Number = serial, series.Number(v.Series, serial)
		return s.Book.Commit(ctx, ledger.Add(store.Visits, v, "visit.planned", v.Name))
	})
}

// Cancel ends a visit that was not made.
func (s *Service) Cancel(ctx context.Context, number string, version int64, reason string) (*models.Visit, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "is required: why the visit is not made")
	}
	return s.change(ctx, changing{number, version, "visit.cancelled", reason}, func(_ *models.Person, v *models.Visit) ([]ledger.Entry, error) {
		switch {
		case !v.Open():
			return nil, models.Refuse(models.Conflict, "state", "%s is %s already", v.Number, v.State.Words())
		case v.Findings > 0:
			return nil, models.Refuse(models.Conflict, "state", "%s has findings; have it signed", v.Number)
		}
		v.State, v.Reason = models.VisitCancelled, reason
		return nil, nil
	})
}

// Postpone plans a visit that has not begun for another day.
func (s *Service) Postpone(ctx context.Context, number string, version int64, on models.Day, reason string) (*models.Visit, error) {
	return s.change(ctx, changing{number, version, "visit.postponed", strings.TrimSpace(reason)}, func(_ *models.Person, v *models.Visit) ([]ledger.Entry, error) {
		switch {
		case v.State != models.VisitPlanned:
			return nil, models.Refuse(models.Conflict, "state", "%s is %s", v.Number, v.State.Words())
		case on.Valid() && on != "" && on < s.Book.Today():
			return nil, models.Refuse(models.Invalid, "on", "%s has passed", on)
		}
		v.On = on
		return nil, nil
	})
}
