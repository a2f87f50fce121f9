package training

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Period is what people are counted over.
type Period struct {
	Unit         string     // with those below it; "" is all that the caller sees
	Since, Until models.Day // of the courses counted as new; "" is without an end
	// At is when people are counted, now when it is zero: the records and what
	// categories demand are those of then.
	At models.Time
	// Kinds are the categories that are counted, in the place of all that the caller may ask of.
	Kinds []string
}

// Count is how many people are trained for a kind of equipment.
type Count struct {
	Category string   `json:"category"`
	Name     string   `json:"name"`
	Courses  []string `json:"courses"` // that it demands
	// People hold valid records of every course.
	People int `json:"people"`
	// InPeriod passed one of the courses on a day of the period, lapsed since or not.
	InPeriod int `json:"in_period"`
}

// Counts says for each kind of equipment that demands training how many people are
// trained for it. It names nobody, so an auditor may ask too: of the kinds of
// equipment that their donors or grants paid for.
func (s *Service) Counts(ctx context.Context, p Period) ([]Count, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	for field, day := range map[string]models.Day{"since": p.Since, "until": p.Until} {
		if !day.Valid() {
			return nil, models.Refuse(models.Invalid, field, "is not a day; write it like 2026-03-31")
		}
	}
	unit, nothing, err := s.countedIn(ctx, caller, p.Unit)
	if err != nil || nothing {
		return []Count{}, err
	}
	if p.At.IsZero() {
		p.At = models.At(s.Book.Now())
	}
	categories, err := s.demandingAt(ctx, p)
	if err != nil {
		return nil, err
	}
	counts := []Count{}
	for _, category := range categories {
		if caller.Role == models.Auditor {
			paid, err := s.Register.Count(ctx, register.Filter{Category: category.Code}, 1)
			if err != nil {
				return nil, err
			}
			if paid == 0 {
				continue
			}
		}
		count := Count{Category: category.Code, Name: category.Name}
		recent := map[string]bool{}
		var able map[string]bool
		for _, d := range category.Demands {
			count.Courses = append(count.Courses, d.Course)
			valid, passed, err := s.passed(ctx, d.Course, unit, p)
			if err != nil {
				return nil, err
			}
			for person := range passed {
				recent[person] = true
			}
			if able == nil {
				able = valid
				continue
			}
			for person := range able {
				if !valid[person] {
					delete(able, person)
				}
			}
		}
		count.People, count.InPeriod = len(able), len(recent)
		counts = append(counts, count)
	}
	return counts, nil
}

// demandingAt are the categories to count that demanded training.
func (s *Service) demandingAt(ctx context.Context, p Period) ([]*models.Category, error) {
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Categories, By: "code"})
	if err == nil {
		records, err = s.Book.AllAsOf(ctx, store.Categories, records, p.At)
	}
	if err != nil {
		return nil, err
	}
	var all []*models.Category
	for _, record := range records {
		category, err := store.Decode[models.Category](record)
		if err != nil {
			return nil, err
		}
		if p.Kinds == nil || slices.Contains(p.Kinds, category.Code) {
			all = append(all, category)
		}
	}
	return demanding(all), nil
}

// countedIn returns the unit in which people are counted: of what was asked for and
// the caller's scope the one below the other; nothing when neither is.
func (s *Service) countedIn(ctx context.Context, caller *models.Person, asked string) (unit string, nothing bool, err error) {
	if asked == "" {
		return caller.Scope, !access.Everywhere(caller) && caller.Role != models.Auditor && caller.Scope == "", nil
	}
	wanted, err := s.Register.Unit(ctx, asked)
	if err != nil || caller.Scope == "" || slices.Contains(wanted.Path, caller.Scope) {
		return asked, false, err
	}
	own, err := s.Register.Unit(ctx, caller.Scope)
	return caller.Scope, err == nil && !slices.Contains(own.Path, asked), err
}

// passed names who of a unit had a valid record of a course, and who passed it in the
// period.
func (s *Service) passed(ctx context.Context, course, unit string, p Period) (valid, inPeriod map[string]bool, err error) {
	valid, inPeriod = map[string]bool{}, map[string]bool{}
	day := s.Book.DayOf(p.At)
	until := p.Until
	if until == "" {
		until = day
	}
	q := store.Query{In: store.Trainings, By: "course", Where: []store.Cond{store.Is("course", course)}, Limit: 1000}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return nil, nil, err
		}
		past, err := s.Book.AllAsOf(ctx, store.Trainings, records, p.At)
		if err != nil {
			return nil, nil, err
		}
		for _, record := range past {
			t, err := store.Decode[models.Training](record)
			if err != nil {
				return nil, nil, err
			}
			if t.State == models.TrainingWithdrawn || unit != "" && !slices.Contains(t.Path, unit) {
				continue
			}
			if t.Holds(day) {
				valid[t.Person] = true
			}
			if t.On >= p.Since && t.On <= until {
				inPeriod[t.Person] = true
			}
		}
		if len(records) < q.Limit {
			return valid, inPeriod, nil
		}
		q.After = records[len(records)-1].Place
	}
}
