package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"quartermaster/models"
	"quartermaster/services/store"
	"quartermaster/services/training"
	"quartermaster/services/words"
)

// input is one field of a form.
type input struct {
	Name, Type, Value string
	Label, Hint, Unit any // words, or somebody's own
	Options           []option
	List              string // id of a datalist
	Of                string // what the services call it, where that is not Name
	Required          bool
	Wide              bool
	Max               int
}

// option is one choice of a field; Level indents it in a tree.
type option struct {
	Value  string
	Label  any // words, or a name as it is
	Level  int
	Chosen bool
}

// Indent is what stands before an option of a tree.
func (o option) Indent() string { return strings.Repeat("\u2003", o.Level) }

// pick returns the options with the one chosen that a form was sent with.
func pick(options []option, form map[string]string, field string) []option {
	if value, sent := form[field]; sent {
		return choose(options, value)
	}
	return options
}

func choose(options []option, value string) []option {
	chosen := make([]option, len(options))
	for i, o := range options {
		o.Chosen = o.Value == value
		chosen[i] = o
	}
	return chosen
}

// versionRead is the version of a document that a form was made of.
func versionRead(text string) (int64, error) {
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, models.Refuse(models.Malformed, "version", "is missing; open the page again")
	}
	return version, nil
}

// everything reads all pages of a list that is short: units, categories, donors.
func everything[T any](ctx context.Context, read func(context.Context, string, int) (*store.Page, error)) ([]*T, error) {
	var all []*T
	for cursor := ""; ; {
		page, err := read(ctx, cursor, store.LargestPage)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			doc, err := store.Decode[T](r)
			if err != nil {
				return nil, err
			}
			all = append(all, doc)
		}
		if page.Next == "" {
			return all, nil
		}
		cursor = page.Next
	}
}

// choices are what a form's lists offer.
type choices struct {
	Units, Categories, Donors, Grants []option
	categories                        []*models.Category
	units                             []*models.Unit
	donors                            map[string]*models.Donor
}

func (w *Web) choices(ctx context.Context) (*choices, error) {
	units, err := everything[models.Unit](ctx, w.Register.Units)
	if err != nil {
		return nil, err
	}
	categories, err := everything[models.Category](ctx, w.Register.Categories)
	if err != nil {
		return nil, err
	}
	donors, err := everything[models.Donor](ctx, w.Register.Donors)
	if err != nil {
		return nil, err
	}
	grants, err := everything[models.Grant](ctx, w.Register.Grants)
	if err != nil {
		return nil, err
	}
	ch := &choices{categories: categories, units: inTree(units), donors: map[string]*models.Donor{}}
	for _, u := range ch.units {
		ch.Units = append(ch.Units, option{Value: u.Code, Label: u.Name, Level: len(u.Path) - 1})
	}
	for _, c := range slices.SortedFunc(slices.Values(categories), func(a, b *models.Category) int { return strings.Compare(a.Name, b.Name) }) {
		ch.Categories = append(ch.Categories, option{Value: c.Code, Label: c.Name})
	}
	for _, d := range donors {
		ch.donors[d.Code] = d
		ch.Donors = append(ch.Donors, option{Value: d.Code, Label: d.Name})
	}
	for _, g := range grants {
		ch.Grants = append(ch.Grants, option{Value: g.Code, Label: g.Code + " · " + g.Name})
	}
	return ch, nil
}

// inTree orders units so that each stands below its parent.
func inTree(units []*models.Unit) []*models.Unit {
	below := map[string][]*models.Unit{}
	for _, u := range units {
		below[u.Parent] = append(below[u.Parent], u)
	}
	ordered := make([]*models.Unit, 0, len(units))
	var walk func(string)
	walk = func(parent string) {
		for _, u := range below[parent] {
			ordered = append(ordered, u)
			walk(u.Code)
		}
	}
	walk("")
	return ordered
}

// mostSuggested bounds how many people a form suggests as custodians.
const mostSuggested = 200

func (w *Web) custodians(ctx context.Context) ([]option, error) {
	return w.custodiansFor(ctx, nil)
}

// custodiansFor suggests custodians of a category, and says who is not trained for it.
func (w *Web) custodiansFor(ctx context.Context, category *models.Category) ([]option, error) {
	page, err := w.Access.People(ctx, "", mostSuggested)
	if err != nil {
		return nil, err
	}
	var people []*models.Person
	for _, r := range page.Records {
		p, err := store.Decode[models.Person](r)
		if err != nil {
			return nil, err
		}
		if !p.Inactive {
			people = append(people, p)
		}
	}
	var lacking map[string][]training.Lack
	if category != nil {
		if lacking, err = w.Training.LackingAmong(ctx, people, category); err != nil {
			return nil, err
		}
	}
	options := make([]option, len(people))
	for i, p := range people {
		options[i] = option{Value: p.Code, Label: strings.TrimSpace(p.Rank + " " + p.Name)}
		if lacks := lacking[p.Code]; len(lacks) > 0 {
			var names words.List
			for _, lack := range lacks {
				names = append(names, lack.Name)
			}
			options[i].Label = say("%v · lacks %v", options[i].Label, names)
		}
	}
	return options, nil
}

var conditionOptions = func() []option {
	options := []option{{Label: say("not noted")}}
	for _, c := range models.Conditions {
		options = append(options, option{Value: string(c), Label: words.Capital{Of: c}})
	}
	return options
}()
