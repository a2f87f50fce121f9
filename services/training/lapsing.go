package training

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// LapsingAhead is how many days before a record lapses somebody is told of it.
const LapsingAhead = 60

// Lapsing gives every current record of somebody who serves that lapses within
// LapsingAhead days, or has lapsed and was not renewed. It reads those alone.
func (s *Service) Lapsing(ctx context.Context) flags.Causes {
	return func(yield func(flags.Cause, error) bool) {
		q := store.Query{In: store.Trainings, By: "expiry", Limit: store.LargestPage, Where: []store.Cond{
			store.Is("state", string(models.TrainingCurrent)), store.From("expiry", "1"), store.Under("expiry", string(s.Book.Today().Plus(LapsingAhead+1)))}}
		courses := map[string]*models.Course{}
		for {
			records, err := s.Book.Store.Find(ctx, q)
			if err != nil {
				yield(flags.Cause{}, err)
				return
			}
			causes, err := s.lapsing(ctx, records, courses)
			if err != nil {
				yield(flags.Cause{}, err)
				return
			}
			for _, cause := range causes {
				if !yield(cause, nil) {
					return
				}
			}
			if len(records) < q.Limit {
				return
			}
			q.After = records[len(records)-1].Place
		}
	}
}

// lapsing makes causes of records, leaving out whoever no longer serves.
func (s *Service) lapsing(ctx context.Context, records []store.Record, courses map[string]*models.Course) ([]flags.Cause, error) {
	list := make([]*models.Training, len(records))
	var codes []string
	for i, record := range records {
		t, err := store.Decode[models.Training](record)
		if err != nil {
			return nil, err
		}
		list[i] = t
		codes = append(codes, t.Person)
	}
	people, err := s.people(ctx, codes)
	if err != nil {
		return nil, err
	}
	var causes []flags.Cause
	for _, t := range list {
		person := people[t.Person]
		if person == nil || person.Inactive {
			continue
		}
		course := courses[t.Course]
		if course == nil {
			if course, err = s.course(ctx, "course", t.Course); err != nil {
				return nil, err
			}
			courses[t.Course] = course
		}
		causes = append(causes, flags.Cause{Subject: ledger.Subject(store.Trainings, t.ID), Ref: person.Code, What: models.Plain(person.Name + ", " + course.Name),
			Detail: models.Say("the record of %v holds until %v", course.Name, t.Expiry), Since: t.Expiry, Unit: person.Unit, Path: person.Path, Owner: person.Code})
	}
	return causes, nil
}

// people reads people by their codes.
func (s *Service) people(ctx context.Context, codes []string) (map[string]*models.Person, error) {
	found := make(map[string]*models.Person, len(codes))
	for some := range slices.Chunk(distinct(codes), keysAtOnce) {
		list, err := store.Find[models.Person](ctx, s.Book.Store, store.Query{In: store.People, By: "code", Where: []store.Cond{store.In("code", some)}})
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			found[p.Code] = p
		}
	}
	return found, nil
}
