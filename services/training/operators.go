package training

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Operators says who of a unit can operate the equipment of a category, and who has
// some of it in custody and should not.
type Operators struct {
	Category string     `json:"category"`
	Name     string     `json:"name"`
	Needs    []Need     `json:"needs"`
	Can      []Operator `json:"can"`
	// Cannot are custodians of such equipment without a valid record.
	Cannot []Operator `json:"cannot"`
	// More says that the unit is too large for all of it to be looked through.
	More bool `json:"more,omitempty"`
}

// Need is a course that a category demands.
type Need struct {
	Course  string           `json:"course"`
	Name    string           `json:"name"`
	Without models.Untrained `json:"without"`
}

// Operator is a person and until when they can operate the equipment, or what they lack.
type Operator struct {
	Person string     `json:"person"`
	Name   string     `json:"name"`
	Rank   string     `json:"rank,omitempty"`
	Unit   string     `json:"unit,omitempty"`
	Until  models.Day `json:"until,omitempty"` // the first of their records lapses; "" is never
	Lacks  []string   `json:"lacks,omitempty"` // courses, by name
	// Outside says that the person is of another part of the tree, and has it on loan.
	Outside bool `json:"outside,omitempty"`
}

const (
	mostOperators = 5000 // records of one course in one unit
	mostHeld      = 2000 // items of one category in one unit that are looked through
)

// Operators says for each category that demands something who in a unit, and below
// it, can operate it. Categories of which the unit has nothing and for which nobody
// is trained are left out.
func (s *Service) Operators(ctx context.Context, unit string) ([]Operators, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	list := []Operators{}
	conds, nothing, err := register.Papers{Unit: unit}.Within(ctx, s.Register, caller, "on")
	if err != nil || nothing || caller.Role == models.Auditor {
		return list, err
	}
	at := slices.IndexFunc(conds, func(c store.Cond) bool { return c.Field == "units" })
	if at < 0 {
		return nil, models.Refuse(models.Invalid, "unit", "is required")
	}
	u := &unitTraining{s: s, unit: conds[at].Value.(string), within: conds[at], today: s.Book.Today(), records: map[string]map[string]*models.Training{}, courses: map[string]*models.Course{}}
	categories, err := s.demanding(ctx)
	if err != nil {
		return nil, err
	}
	for _, category := range categories {
		o, err := u.operators(ctx, category)
		if err != nil {
			return nil, err
		}
		if len(o.Can)+len(o.Cannot) > 0 {
			list = append(list, *o)
		}
	}
	return list, nil
}

// demanding returns the categories that demand something, by name.
func (s *Service) demanding(ctx context.Context) ([]*models.Category, error) {
	all, err := store.Find[models.Category](ctx, s.Book.Store, store.Query{In: store.Categories, By: "code"})
	if err != nil {
		return nil, err
	}
	return demanding(all), nil
}

// demanding keeps the categories that demand training, by name.
func demanding(all []*models.Category) []*models.Category {
	some := slices.DeleteFunc(all, func(c *models.Category) bool { return len(c.Demands) == 0 })
	slices.SortFunc(some, func(a, b *models.Category) int { return cmp.Compare(a.Name, b.Name) })
	return some
}

// unitTraining is what the people of a unit were trained in, read once a course.
type unitTraining struct {
	s       *Service
	unit    string
	within  store.Cond
	today   models.Day
	records map[string]map[string]*models.Training // by course and person
	courses map[string]*models.Course
	more    bool
}

func (u *unitTraining) operators(ctx context.Context, category *models.Category) (*Operators, error) {
	o := &Operators{Category: category.Code, Name: category.Name, Needs: []Need{}, Can: []Operator{}, Cannot: []Operator{}}
	var trained []string
	for _, d := range category.Demands {
		if err := u.read(ctx, d.Course); err != nil {
			return nil, err
		}
		o.Needs = append(o.Needs, Need{d.Course, u.courses[d.Course].Name, d.Without})
		for person := range u.records[d.Course] {
			trained = append(trained, person)
		}
	}
	custodians, more, err := u.custodians(ctx, category.Code)
	if err != nil {
		return nil, err
	}
	o.More = more || u.more
	people, err := u.s.people(ctx, append(trained, custodians...))
	if err != nil {
		return nil, err
	}
	for _, code := range distinct(trained) {
		if person := people[code]; person != nil && !person.Inactive {
			if operator, able := u.able(person, category); able {
				o.Can = append(o.Can, operator)
			}
		}
	}
	if o.Cannot, err = u.unable(ctx, people, custodians, category); err != nil {
		return nil, err
	}
	byName := func(a, b Operator) int { return cmp.Compare(a.Name, b.Name) }
	slices.SortFunc(o.Can, byName)
	slices.SortFunc(o.Cannot, byName)
	return o, nil
}

// able says until when a person can operate equipment of a category, if they can.
func (u *unitTraining) able(p *models.Person, category *models.Category) (Operator, bool) {
	o := operator(p)
	for _, d := range category.Demands {
		t := u.records[d.Course][p.Code]
		if t == nil {
			return o, false
		}
		if o.Until == "" || t.Expiry != "" && t.Expiry < o.Until {
			o.Until = t.Expiry
		}
	}
	return o, true
}

// unable returns which custodians of a category, wherever they are posted, lack
// something that it demands.
func (u *unitTraining) unable(ctx context.Context, people map[string]*models.Person, custodians []string, category *models.Category) ([]Operator, error) {
	var holders []*models.Person
	for _, code := range custodians {
		if p := people[code]; p != nil {
			holders = append(holders, p)
		}
	}
	lacking, err := u.s.LackingAmong(ctx, holders, category)
	if err != nil {
		return nil, err
	}
	unable := []Operator{}
	for _, p := range holders {
		if len(lacking[p.Code]) == 0 {
			continue
		}
		o := operator(p)
		o.Outside = !slices.Contains(p.Path, u.unit)
		for _, lack := range lacking[p.Code] {
			o.Lacks = append(o.Lacks, lack.Name)
		}
		unable = append(unable, o)
	}
	return unable, nil
}

func operator(p *models.Person) Operator {
	return Operator{Person: p.Code, Name: p.Name, Rank: p.Rank, Unit: p.Unit}
}

// read reads the valid records that people of the unit have of a course.
func (u *unitTraining) read(ctx context.Context, code string) error {
	if u.records[code] != nil {
		return nil
	}
	course, err := u.s.course(ctx, "course", code)
	if err != nil {
		return err
	}
	list, err := store.Find[models.Training](ctx, u.s.Book.Store, store.Query{In: store.Trainings, By: "unit_course",
		Where: []store.Cond{u.within, store.Is("course", code)}, Limit: mostOperators})
	if err != nil {
		return err
	}
	u.courses[code] = course
	u.more = u.more || len(list) == mostOperators
	u.records[code] = make(map[string]*models.Training, len(list))
	for _, t := range list {
		if t.Holds(u.today) {
			u.records[code][t.Person] = t
		}
	}
	return nil
}

// custodians names who in the unit has equipment of a category in custody.
func (u *unitTraining) custodians(ctx context.Context, category string) (codes []string, more bool, err error) {
	assets, err := store.Find[models.Asset](ctx, u.s.Book.Store, store.Query{In: store.Assets, By: "unit_category",
		Where: []store.Cond{u.within, store.Is("category", category)}, Limit: mostHeld + 1})
	if err != nil {
		return nil, false, err
	}
	for _, a := range assets {
		codes = append(codes, a.Custodian)
	}
	return distinct(codes), len(assets) > mostHeld, nil
}

// Untrained returns what the custodian of an asset lacks today; nothing where nobody
// has it in custody.
func (s *Service) Untrained(ctx context.Context, a *models.Asset) ([]Lack, error) {
	if a.Custodian == "" {
		return nil, nil
	}
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, a.Custodian)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lacks, err := s.Lacking(ctx, person, []string{a.Category})
	return lacks[a.Category], err
}
