package phone

import (
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/maintenance"
	"quartermaster/services/store"
)

// Desk is what a phone needs besides the register to issue, return, accept, count and
// record services: who it is for, what forms are filled from, and what waits.
type Desk struct {
	Person     Owner       `json:"person"`
	Prefix     string      `json:"prefix"` // of the book's tags
	Units      []Named     `json:"units"`
	People     []Named     `json:"people"` // who can have something in custody
	Categories []Kind      `json:"categories"`
	Vouchers   []Arriving  `json:"vouchers"` // to be accepted
	Stocktakes []Counting  `json:"stocktakes"`
	Now        models.Time `json:"now"`
}

// Owner is whose phone it is.
type Owner struct {
	Code string      `json:"code"`
	Name string      `json:"name"`
	Role models.Role `json:"role"`
	Unit string      `json:"unit,omitempty"`
	May  []string    `json:"may"` // issue, service, accept
}

// Named is one choice of a form; Level indents it in a tree.
type Named struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Level int    `json:"level,omitempty"`
}

// Kind is a category with its meters and by what its items are serviced.
type Kind struct {
	Named
	Meters    []models.Meter `json:"meters,omitempty"`
	Schedules []Scheduled    `json:"schedules,omitempty"`
}

// Scheduled is a schedule of a category.
type Scheduled struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Checklist []string `json:"checklist,omitempty"`
}

// Arriving is a voucher that waits for the owner to accept it.
type Arriving struct {
	Number  string             `json:"number"`
	Version int64              `json:"version"`
	Kind    models.VoucherKind `json:"kind"`
	From    string             `json:"from"`
	To      string             `json:"to"`
	Lines   []ArrivingLine     `json:"lines"`
}

// ArrivingLine is one line of it.
type ArrivingLine struct {
	Line     int    `json:"line"`
	Tag      string `json:"tag,omitempty"`
	Lot      string `json:"lot,omitempty"`
	Name     string `json:"name"`
	Quantity string `json:"quantity"`
	PartOf   string `json:"part_of,omitempty"`
}

// Counting is an open stocktake in which the owner counts.
type Counting struct {
	Number   string     `json:"number"`
	Name     string     `json:"name"`
	Unit     string     `json:"unit,omitempty"`
	Deadline models.Day `json:"deadline,omitempty"`
	Expected int        `json:"expected"`
	Sighted  int        `json:"sighted"`
}

const (
	mostPeople   = 2000
	mostArriving = 50
)

// Desk returns what the caller's phone carries besides the register.
func (s *Service) Desk(ctx context.Context) (*Desk, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	d := &Desk{Person: owner(caller), Prefix: s.Register.Prefix, Units: []Named{}, People: []Named{}, Categories: []Kind{}, Vouchers: []Arriving{}, Stocktakes: []Counting{}, Now: models.At(s.Book.Now())}
	for _, fill := range []func(context.Context, *Desk) error{s.units, s.people, s.categories, s.arriving, s.counting} {
		if err := fill(ctx, d); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func owner(p *models.Person) Owner {
	o := Owner{Code: p.Code, Name: strings.TrimSpace(p.Rank + " " + p.Name), Role: p.Role, Unit: p.Unit, May: []string{}}
	for _, can := range []struct {
		what string
		verb access.Verb
	}{{"issue", access.Move}, {"accept", access.Receive}, {"service", access.Maintain}} {
		if access.May(p.Role, can.verb) {
			o.May = append(o.May, can.what)
		}
	}
	return o
}

// each reads a list of documents page by page, up to most.
func each[T any](ctx context.Context, read func(context.Context, string, int) (*store.Page, error), most int, do func(*T)) error {
	for cursor, n := "", 0; ; {
		page, err := read(ctx, cursor, store.LargestPage)
		if err != nil {
			return err
		}
		for _, r := range page.Records {
			doc, err := store.Decode[T](r)
			if err != nil {
				return err
			}
			do(doc)
		}
		if n += len(page.Records); page.Next == "" || n >= most {
			return nil
		}
		cursor = page.Next
	}
}

const everything = 100_000

func (s *Service) units(ctx context.Context, d *Desk) error {
	var all []*models.Unit
	if err := each(ctx, s.Register.Units, everything, func(u *models.Unit) { all = append(all, u) }); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b *models.Unit) int { return slices.Compare(a.Path, b.Path) }) // each below its parent
	for _, u := range all {
		d.Units = append(d.Units, Named{u.Code, u.Name, len(u.Path) - 1})
	}
	return nil
}

func (s *Service) people(ctx context.Context, d *Desk) error {
	return each(ctx, s.Access.People, mostPeople, func(p *models.Person) {
		if !p.Inactive {
			d.People = append(d.People, Named{Code: p.Code, Name: strings.TrimSpace(p.Rank + " " + p.Name)})
		}
	})
}

func (s *Service) categories(ctx context.Context, d *Desk) error {
	at := map[string]int{}
	err := each(ctx, s.Register.Categories, everything, func(c *models.Category) {
		at[c.Code] = len(d.Categories)
		d.Categories = append(d.Categories, Kind{Named: Named{Code: c.Code, Name: c.Name}, Meters: c.Meters})
	})
	if err != nil || !slices.Contains(d.Person.May, "service") {
		return err
	}
	for cursor := ""; ; {
		list, next, err := s.Maintenance.Schedules(ctx, maintenance.ScheduleFilter{}, cursor, store.LargestPage)
		if err != nil {
			return err
		}
		for _, k := range list {
			if i, known := at[k.Category]; known && k.Asset == "" {
				d.Categories[i].Schedules = append(d.Categories[i].Schedules, Scheduled{k.ID, k.Name, k.Checklist})
			}
		}
		if next == "" {
			return nil
		}
		cursor = next
	}
}

func (s *Service) arriving(ctx context.Context, d *Desk) error {
	inbox, err := s.Requests.Inbox(ctx)
	if err != nil {
		return err
	}
	for _, waiting := range inbox.Items {
		if waiting.For != "accept" || len(d.Vouchers) == mostArriving {
			continue
		}
		v, err := s.Custody.Voucher(ctx, waiting.Number)
		if models.KindOf(err) == models.NotFound {
			continue // settled since
		}
		if err != nil {
			return err
		}
		d.Vouchers = append(d.Vouchers, arrivingOf(v))
	}
	return nil
}

func arrivingOf(v *custody.Shown) Arriving {
	a := Arriving{Number: v.Number, Version: v.Version, Kind: v.Kind, From: v.From, To: v.To, Lines: make([]ArrivingLine, len(v.Lines))}
	for i, l := range v.Lines {
		a.Lines[i] = ArrivingLine{Line: l.Line, Tag: l.Tag, Lot: l.Lot, Name: l.Name, Quantity: strings.TrimSpace(l.Quantity.String() + " " + l.Measure), PartOf: l.PartOf}
	}
	return a
}

func (s *Service) counting(ctx context.Context, d *Desk) error {
	open, err := s.Stocktakes.Counting(ctx)
	if err != nil {
		return err
	}
	for _, st := range open {
		shown, err := s.Stocktakes.Stocktake(ctx, st.Number)
		if err != nil {
			return err
		}
		d.Stocktakes = append(d.Stocktakes, Counting{Number: st.Number, Name: st.Name, Unit: st.Scope.Unit, Deadline: st.Deadline, Expected: shown.Tally.Expected, Sighted: shown.Tally.Sighted})
	}
	return nil
}
