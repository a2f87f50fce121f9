package training

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Lack is a course that a person would need and has no valid record of.
type Lack struct {
	Person   string           `json:"person"` // by name
	Course   string           `json:"course"`
	Name     string           `json:"name"` // of the course
	Without  models.Untrained `json:"without"`
	Lapsed   models.Day       `json:"lapsed,omitempty"` // when a record held last
	Category string           `json:"category"`         // by name
}

// Text says who lacks what.
func (l Lack) Text() models.Text {
	if l.Lapsed != "" {
		return models.Say("%v has no valid record of %v (%v), which custodians of %v need; the last one lapsed on %v", l.Person, l.Name, l.Course, l.Category, l.Lapsed)
	}
	return models.Say("%v has no valid record of %v (%v), which custodians of %v need", l.Person, l.Name, l.Course, l.Category)
}

func (l Lack) String() string { return l.Text().String() }

// Lacking returns, by category, what the person lacks today to have equipment of
// these categories in custody. Categories that demand nothing are not looked at.
func (s *Service) Lacking(ctx context.Context, person *models.Person, categories []string) (map[string][]Lack, error) {
	var demanding []*models.Category
	var keys []string
	for _, code := range distinct(categories) {
		category, err := store.Get[models.Category](ctx, s.Book.Store, store.Categories, code)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(category.Demands) == 0 {
			continue
		}
		demanding = append(demanding, category)
		for _, d := range category.Demands {
			keys = append(keys, models.StandingOf(person.Code, d.Course))
		}
	}
	if len(demanding) == 0 {
		return nil, nil
	}
	held, err := s.standing(ctx, distinct(keys))
	if err != nil {
		return nil, err
	}
	lacking := map[string][]Lack{}
	for _, category := range demanding {
		lacks, err := s.lacks(ctx, person, category, held)
		if err != nil {
			return nil, err
		}
		if len(lacks) > 0 {
			lacking[category.Code] = lacks
		}
	}
	return lacking, nil
}

// MayHold refuses that somebody has equipment of some categories in custody without
// the courses that these do not let go without. Who is only warned of is let.
func (s *Service) MayHold(ctx context.Context, field string, holder *models.Person, categories []string) error {
	lacking, err := s.Lacking(ctx, holder, categories)
	if err != nil {
		return err
	}
	for _, category := range distinct(categories) {
		for _, lack := range lacking[category] {
			if lack.Without == models.RefuseUntrained {
				return models.Refuse(models.Conflict, field, "%s", lack)
			}
		}
	}
	return nil
}

// LackingAmong returns, by person, what some people lack today to have equipment of
// one category in custody.
func (s *Service) LackingAmong(ctx context.Context, people []*models.Person, category *models.Category) (map[string][]Lack, error) {
	if len(category.Demands) == 0 {
		return nil, nil
	}
	var keys []string
	for _, person := range people {
		for _, d := range category.Demands {
			keys = append(keys, models.StandingOf(person.Code, d.Course))
		}
	}
	held, err := s.standing(ctx, keys)
	if err != nil {
		return nil, err
	}
	lacking := map[string][]Lack{}
	for _, person := range people {
		if lacking[person.Code], err = s.lacks(ctx, person, category, held); err != nil {
			return nil, err
		}
	}
	return lacking, nil
}

// lacks says what of a category's demands a person does not meet, given the current
// records.
func (s *Service) lacks(ctx context.Context, person *models.Person, category *models.Category, held map[string]*models.Training) ([]Lack, error) {
	var lacks []Lack
	for _, d := range category.Demands {
		t := held[models.StandingOf(person.Code, d.Course)]
		if t != nil && t.Holds(s.Book.Today()) {
			continue
		}
		course, err := s.course(ctx, "course", d.Course)
		if err != nil {
			return nil, err
		}
		lack := Lack{Person: person.Name, Course: course.Code, Name: course.Name, Without: d.Without, Category: category.Name}
		if t != nil {
			lack.Lapsed = t.Expiry
		}
		lacks = append(lacks, lack)
	}
	return lacks, nil
}

// Needs returns what a category demands, with the names of the courses.
func (s *Service) Needs(ctx context.Context, category *models.Category) ([]Need, error) {
	var needs []Need
	for _, d := range category.Demands {
		course, err := s.course(ctx, "course", d.Course)
		if err != nil {
			return nil, err
		}
		needs = append(needs, Need{d.Course, course.Name, d.Without})
	}
	return needs, nil
}

// keysAtOnce is how many qualifications one query asks for.
const keysAtOnce = 200

// standing reads current records by models.StandingOf.
func (s *Service) standing(ctx context.Context, keys []string) (map[string]*models.Training, error) {
	held := make(map[string]*models.Training, len(keys))
	for some := range slices.Chunk(keys, keysAtOnce) {
		found, err := store.Find[models.Training](ctx, s.Book.Store, store.Query{In: store.Trainings, By: "standing", Where: []store.Cond{store.In("standing", some)}})
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			held[models.StandingOf(t.Person, t.Course)] = t
		}
	}
	return held, nil
}

// distinct returns the texts in order, each once, without empty ones.
func distinct(texts []string) []string {
	sorted := slices.Compact(slices.Sorted(slices.Values(texts)))
	return slices.DeleteFunc(sorted, func(t string) bool { return t == "" })
}
