package maintenance

import (
	"cmp"
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Window is the part of the book and the days that figures are about; without days,
// the last ninety.
type Window struct {
	Unit, Donor, Grant string
	Since, Until       models.Day // both included
}

const usualWindow = 90

// days fills in the window's days and checks them.
func (s *Service) days(w *Window) error {
	today := s.Book.Today()
	for field, day := range map[string]models.Day{"since": w.Since, "until": w.Until} {
		if !day.Valid() {
			return models.Refuse(models.Invalid, field, "is not a day; write it like 2026-03-31")
		}
	}
	if w.Until == "" || w.Until > today {
		w.Until = today
	}
	if w.Since == "" {
		w.Since = w.Until.Plus(1 - usualWindow)
	}
	if w.Since > w.Until {
		return models.Refuse(models.Invalid, "since", "is after the last day")
	}
	return nil
}

// scoped returns the window over the caller's scope as a query of a collection that has
// units and paid_by; nil when they have nothing in common.
func (s *Service) scoped(ctx context.Context, w Window, in *store.Collection, plain string) (*store.Query, *models.Person, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, nil, err
	}
	conds, nothing, err := register.Papers{Unit: w.Unit, Donor: w.Donor, Grant: w.Grant}.Within(ctx, s.Register, caller, "")
	if err != nil || nothing {
		return nil, caller, err
	}
	by := plain
	for _, c := range conds {
		switch c.Field {
		case "units":
			by = "unit"
		case "paid_by":
			if by == plain {
				by = "paid_by"
			}
		}
	}
	return &store.Query{In: in, By: by, Where: conds, Limit: 1000}, caller, nil
}

// each reads all documents of a query.
func each[T any](ctx context.Context, s store.Store, q store.Query, do func(*T)) error {
	for {
		records, err := s.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range records {
			doc, err := store.Decode[T](r)
			if err != nil {
				return err
			}
			do(doc)
		}
		if len(records) < q.Limit {
			return nil
		}
		q.After = records[len(records)-1].Place
	}
}

// Costs are what services cost within a window.
type Costs struct {
	Since    models.Day     `json:"since"`
	Until    models.Day     `json:"until"`
	Services int            `json:"services"`
	Total    []models.Money `json:"total"`
	Items    []ItemCost     `json:"items"` // those that cost most, in the currency most used
}

// ItemCost is what one item cost.
type ItemCost struct {
	Tag      string         `json:"tag"`
	Name     string         `json:"name"`
	Unit     string         `json:"unit"`
	Services int            `json:"services"`
	Cost     []models.Money `json:"cost,omitempty"`
	// Ever is what all its services cost, Run what its first meter ran in the book's
	// time, and Each the one by the other: the cost of a km or hour.
	Ever   []models.Money `json:"ever,omitempty"`
	Run    string         `json:"run,omitempty"`
	Each   string         `json:"each,omitempty"`
	EachOf string         `json:"each_of,omitempty"` // km, h
	asset  string
}

// mostItems is how many items the list of costs names.
const mostItems = 50

// Costs adds up what was spent on services within a window, and by item.
func (s *Service) Costs(ctx context.Context, w Window) (*Costs, error) {
	if err := s.days(&w); err != nil {
		return nil, err
	}
	costs := &Costs{Since: w.Since, Until: w.Until, Total: []models.Money{}, Items: []ItemCost{}}
	q, _, err := s.scoped(ctx, w, store.Services, "on")
	if err != nil || q == nil {
		return costs, err
	}
	q.Where = append(q.Where, store.From("on", string(w.Since)), store.Under("on", string(w.Until.Plus(1))))
	items, used := map[string]*ItemCost{}, map[string]int{}
	if err := each(ctx, s.Book.Store, *q, func(done *models.Service) {
		costs.Services++
		item := items[done.Asset]
		if item == nil {
			item = &ItemCost{asset: done.Asset}
			items[done.Asset] = item
		}
		item.Tag, item.Name, item.Unit = done.Tag, done.Name, done.Unit
		item.Services++
		for _, m := range done.Cost {
			costs.Total, item.Cost = models.AddMoney(costs.Total, m), models.AddMoney(item.Cost, m)
			used[m.Currency]++
		}
	}); err != nil {
		return nil, err
	}
	currency := ""
	for name, n := range used {
		if n > used[currency] || n == used[currency] && name < currency {
			currency = name
		}
	}
	for _, item := range items {
		costs.Items = append(costs.Items, *item)
	}
	slices.SortFunc(costs.Items, func(a, b ItemCost) int {
		return cmp.Or(models.CompareMoney(b.Cost, a.Cost, currency), cmp.Compare(b.Services, a.Services), cmp.Compare(a.Tag, b.Tag))
	})
	costs.Items = costs.Items[:min(len(costs.Items), mostItems)]
	for i := range costs.Items {
		if err := s.ever(ctx, &costs.Items[i]); err != nil {
			return nil, err
		}
	}
	return costs, nil
}

// ever fills in what the item cost since it is in the book, and what a km or hour did.
func (s *Service) ever(ctx context.Context, item *ItemCost) error {
	a, err := store.Get[models.Asset](ctx, s.Book.Store, store.Assets, item.asset)
	if err != nil {
		return err
	}
	if a.Care == nil {
		return nil
	}
	item.Ever = a.Care.Spent
	if each := a.Care.Each(); each != "" {
		meter := a.Care.Meters[0]
		item.Run, item.Each, item.EachOf = meter.Run.Grouped()+" "+meter.Unit, each, meter.Unit
	}
	return nil
}

// Availability is for how many of the days on which items were held they could be used.
type Availability struct {
	Since      models.Day `json:"since"`
	Until      models.Day `json:"until"`
	All        Held       `json:"all"`
	Categories []Held     `json:"categories"`
	Units      []Held     `json:"units"` // those right below
}

// Held is how long the items of a category or unit were held, and out of service.
type Held struct {
	Code  string `json:"code,omitempty"`
	Name  string `json:"name,omitempty"`
	Items int64  `json:"items"` // held now
	Days  int64  `json:"days"`  // that they were held
	Out   int64  `json:"out"`   // of these, in the workshop or otherwise out of service
}

// Percent is the share of days on which the items could be used; 100 of none.
func (h Held) Percent() float64 {
	if h.Days == 0 {
		return 100
	}
	return 100 * float64(h.Days-min(h.Out, h.Days)) / float64(h.Days)
}

// Availability tells which share of the days of a window the items that are held
// could be used: all days from when each was received, less those on which it was in
// the workshop or recorded as out of service, of whatever is on charge now.
func (s *Service) Availability(ctx context.Context, w Window) (*Availability, error) {
	if err := s.days(&w); err != nil {
		return nil, err
	}
	told := &Availability{Since: w.Since, Until: w.Until, Categories: []Held{}, Units: []Held{}}
	out, caller, err := s.out(ctx, w)
	if err != nil {
		return nil, err
	}
	hold := func(h *Held, w Window, category string, path func(*models.Outage) bool) error {
		if h.Items, h.Days, err = s.held(ctx, w, category); err == nil {
			h.Out = out.days(path)
		}
		return err
	}
	if err := hold(&told.All, w, "", func(*models.Outage) bool { return true }); err != nil {
		return nil, err
	}
	categories, units, err := s.parts(ctx, caller, w.Unit)
	if err != nil {
		return nil, err
	}
	for _, c := range categories {
		h := Held{Code: c.Code, Name: c.Name}
		if err := hold(&h, w, c.Code, func(o *models.Outage) bool { return o.Category == c.Code }); err != nil {
			return nil, err
		}
		if h.Items > 0 {
			told.Categories = append(told.Categories, h)
		}
	}
	for _, u := range units {
		h, below := Held{Code: u.Code, Name: u.Name}, w
		below.Unit = u.Code
		if err := hold(&h, below, "", func(o *models.Outage) bool { return slices.Contains(o.Path, u.Code) }); err != nil {
			return nil, err
		}
		if h.Items > 0 {
			told.Units = append(told.Units, h)
		}
	}
	return told, nil
}

// parts are the categories, and the units right below the one that is looked at.
func (s *Service) parts(ctx context.Context, caller *models.Person, unit string) ([]*models.Category, []*models.Unit, error) {
	var categories []*models.Category
	if err := each(ctx, s.Book.Store, store.Query{In: store.Categories, By: "code", Limit: 1000}, func(c *models.Category) { categories = append(categories, c) }); err != nil {
		return nil, nil, err
	}
	above := cmp.Or(unit, caller.Scope)
	q := store.Query{In: store.Units, By: "parent", Where: []store.Cond{store.Is("parent", above)}, Limit: 1000}
	if above == "" {
		q = store.Query{In: store.Units, By: "code", Limit: 1000}
	}
	var units []*models.Unit
	err := each(ctx, s.Book.Store, q, func(u *models.Unit) {
		if u.Parent == above {
			units = append(units, u)
		}
	})
	return categories, units, err
}

// held counts the items on charge in a window, and the days on which they were held
// in it: all of them, less those before the items that were received in it came.
func (s *Service) held(ctx context.Context, w Window, category string) (items, days int64, err error) {
	count := func(status models.Status) (int64, error) {
		return s.Register.Count(ctx, register.Filter{Unit: w.Unit, Donor: w.Donor, Grant: w.Grant, Category: category, Status: string(status)}, 0)
	}
	all, err := count("")
	if err != nil {
		return 0, 0, err
	}
	gone, err := count(models.StruckOff)
	if err != nil {
		return 0, 0, err
	}
	days = (all - gone) * int64(w.Until.Since(w.Since)+1)
	q, _, err := s.scoped(ctx, w, store.Assets, "acquired")
	if err != nil || q == nil {
		return 0, 0, err
	}
	q.By, q.Bare, q.Limit = "acquired", true, 5000
	q.Where = append(q.Where, store.From("acquired_on", string(w.Since.Plus(1))))
	if category != "" {
		q.Where = append(q.Where, store.Is("category", category))
	}
	for {
		records, err := s.Book.Store.Find(ctx, *q)
		if err != nil {
			return 0, 0, err
		}
		for _, r := range records {
			on, _ := r.Place[0].(string)
			days -= int64(min(models.Day(on), w.Until.Plus(1)).Since(w.Since))
		}
		if len(records) < q.Limit {
			return all - gone, days, nil
		}
		q.After = records[len(records)-1].Place
	}
}

// outs are the days of a window on which items were out of service, by item.
type outs struct {
	Window
	of map[string][]*models.Outage
}

func (s *Service) out(ctx context.Context, w Window) (*outs, *models.Person, error) {
	out := &outs{w, map[string][]*models.Outage{}}
	q, caller, err := s.scoped(ctx, w, store.Outages, "until")
	if err != nil || q == nil {
		return out, caller, err
	}
	q.Where = append(q.Where, store.From("until", string(w.Since)))
	return out, caller, each(ctx, s.Book.Store, *q, func(o *models.Outage) {
		if o.From <= w.Until {
			out.of[o.Asset] = append(out.of[o.Asset], o)
		}
	})
}

// days counts the days on which items were out, each day of an item once.
func (o *outs) days(which func(*models.Outage) bool) int64 {
	total := 0
	for _, outages := range o.of {
		slices.SortFunc(outages, func(a, b *models.Outage) int { return cmp.Compare(a.From, b.From) })
		next := o.Since // the first day that is not counted yet
		for _, one := range outages {
			from, until := max(one.From, next), min(one.Until, o.Until)
			if which(one) && from <= until {
				total += until.Since(from) + 1
				next = until.Plus(1)
			}
		}
	}
	return int64(total)
}
