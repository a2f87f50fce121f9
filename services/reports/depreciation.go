package reports

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
)

var depreciationKind = &Kind{
	Name: "depreciation", Title: "Depreciation and book value",
	Answers: "What is the equipment worth in the books, by class of property, and what did this year take from it?",
	count:   countAssets,
	build: func(ctx context.Context, a *asked, r *layout.Report) error {
		sums := &classSums{byClass: map[classKey]*worthSum{}}
		r.Sections = []layout.Section{a.valued(ctx, sums), sums.section()}
		r.Notes = []string{
			"Straight line (IPSAS 45): the cost less what is left at the end of the life, in equal parts over the months of the life that the category sets, from the month after the item was received; " +
				"a month counts from its first day. An item that costs less than the category's threshold is an expense and has no book value; what has been struck off has none either.",
			"The charge of the year is that of the months of the calendar year up to the day of the report.",
		}
		return nil
	},
}

// worth is an item in the books.
type worth struct {
	cost, residual, accumulated, year, book *big.Rat
	months                                  int64       // of its life that have passed
	why                                     models.Text // it has no book value, nothing when it has
}

// depreciate works out an item's worth on a day, by its category's policy.
func depreciate(x *models.Asset, c *models.Category, day models.Day) worth {
	var w worth
	switch {
	case x.Cost == nil:
		w.why = models.Say("no cost is recorded")
	case c == nil || c.LifeMonths == 0:
		w.why = models.Say("its category sets no life")
	case x.AcquiredOn == "":
		w.why = models.Say("no day of receipt is recorded")
	}
	if !w.why.Empty() {
		return w
	}
	w.cost, _ = new(big.Rat).SetString(x.Cost.Amount)
	if w.cost == nil {
		w.why = models.Say("its cost cannot be read")
		return w
	}
	if t := c.Threshold; t != nil {
		of, amount := x.Cost.Currency, w.cost
		if of != t.Currency && x.Value != nil {
			of = x.Value.Currency
			amount, _ = new(big.Rat).SetString(x.Value.Amount)
		}
		limit, _ := new(big.Rat).SetString(t.Amount)
		switch {
		case of != t.Currency || amount == nil || limit == nil:
			w.why = models.Say("the threshold is in %v, in which it has no value", t.Currency)
			return w
		case amount.Cmp(limit) < 0:
			w.why = models.Say("below the threshold of %v: an expense", *t)
			return w
		}
	}
	share, ok := new(big.Rat).SetString(cmp.Or(c.Residual, "0"))
	if !ok {
		share = new(big.Rat)
	}
	w.residual = cents(new(big.Rat).Mul(w.cost, share.Quo(share, big.NewRat(100, 1))))
	w.months = min(monthsBetween(x.AcquiredOn, day), int64(c.LifeMonths))
	newYear := models.Day(string(day[:4]) + "-01-01")
	before := int64(0)
	if x.AcquiredOn < newYear { // up to the last day of the year before
		before = min(monthsBetween(x.AcquiredOn, models.DayOf(dayTime(newYear).AddDate(0, 0, -1))), int64(c.LifeMonths))
	}
	w.accumulated = lineOf(w.cost, w.residual, w.months, int64(c.LifeMonths))
	w.year = new(big.Rat).Sub(w.accumulated, lineOf(w.cost, w.residual, before, int64(c.LifeMonths)))
	w.book = new(big.Rat).Sub(w.cost, w.accumulated)
	return w
}

// lineOf is what so many months of a life take from the cost, in whole cents.
func lineOf(cost, residual *big.Rat, months, life int64) *big.Rat {
	all := new(big.Rat).Sub(cost, residual)
	return cents(all.Mul(all, big.NewRat(months, life)))
}

// cents rounds to two places, half away from zero.
func cents(r *big.Rat) *big.Rat {
	rounded, _ := new(big.Rat).SetString(r.FloatString(2))
	return rounded
}

// monthsBetween counts the months after the one of receipt up to that of a day.
func monthsBetween(received, day models.Day) int64 {
	from, to := dayTime(received), dayTime(day)
	return max(0, int64(to.Year()-from.Year())*12+int64(to.Month()-from.Month()))
}

func dayTime(d models.Day) time.Time {
	t, _ := time.Parse(time.DateOnly, string(d)) // days of assets and reports are checked
	return t
}

func decimal(r *big.Rat) any {
	if r == nil {
		return nil
	}
	return exact(r)
}

// exact writes an amount with two places, or with up to four where costs have more.
func exact(r *big.Rat) layout.Decimal {
	text := r.FloatString(4)
	for range 2 {
		text = strings.TrimSuffix(text, "0")
	}
	return layout.Decimal(text)
}

var valueColumns = []layout.Column{
	{Name: "tag", Title: "Tag", Type: layout.Code}, {Name: "description", Title: "Description"}, {Name: "class", Title: "Class of property"}, {Name: "category", Title: "Category", Wide: true},
	{Name: "grant", Title: "Grant"}, {Name: "acquired_on", Title: "Received", Type: layout.Day}, {Name: "life", Title: "Life, months", Type: layout.Count}, {Name: "used", Title: "Used, months", Type: layout.Count},
	{Name: "cost", Title: "Cost", Type: layout.Amount}, {Name: "residual", Title: "Residual", Type: layout.Amount}, {Name: "year", Title: "Charge of the year", Type: layout.Amount},
	{Name: "accumulated", Title: "Accumulated", Type: layout.Amount}, {Name: "book_value", Title: "Book value", Type: layout.Amount}, {Name: "currency", Title: "Currency", Type: layout.Code},
	{Name: "remark", Title: "Not in the books because"},
}

// valued lists what is on charge with its worth.
func (a *asked) valued(ctx context.Context, sums *classSums) layout.Section {
	return layout.Section{Name: "assets", Title: "Assets", Empty: "Nothing of this was on charge.", Columns: valueColumns, Rows: func(yield func(layout.Row) error) error {
		sums.byClass = map[classKey]*worthSum{}
		lines := int64(0)
		total := map[string]*worthSum{}
		err := a.s.Register.EachAsOf(ctx, a.filter(), a.at, func(x *models.Asset) error {
			if x.Status == models.StruckOff {
				return nil
			}
			c := then[models.Category](a.names, store.Categories, x.Category)
			if a.names.err != nil {
				return a.names.err
			}
			w := depreciate(x, c, a.day)
			life, class := any(nil), a.t("no class")
			if c != nil {
				class = cmp.Or(c.Class, c.Name)
				if c.LifeMonths > 0 {
					life = int64(c.LifeMonths)
				}
			}
			lines++
			used := any(nil)
			if w.why.Empty() {
				used = w.months
				sums.add(classKey{class, x.Cost.Currency}, w)
				if total[x.Cost.Currency] == nil {
					total[x.Cost.Currency] = &worthSum{}
				}
				total[x.Cost.Currency].add(w)
			} else {
				sums.outside++
			}
			cost := amount(x.Cost)
			return yield(layout.Row{Link: "/assets/" + x.Tag, Cells: []any{x.Tag, x.Name, class, a.names.categoryName(x.Category), x.Grant, x.AcquiredOn, life, used,
				cost, decimal(w.residual), decimal(w.year), decimal(w.accumulated), decimal(w.book), currency(x.Cost), w.why}})
		})
		if err != nil || lines == 0 {
			return err
		}
		var currencies []string
		for c := range total {
			currencies = append(currencies, c)
		}
		slices.Sort(currencies)
		for _, c := range currencies {
			t := total[c]
			cells := []any{models.Say("Total in %v", c), nil, nil, nil, nil, nil, nil, nil, t.cost.Decimal(), t.residual.Decimal(), t.year.Decimal(), t.accumulated.Decimal(), t.book.Decimal(), c, nil}
			if err := yield(layout.Row{Kind: layout.Total, Cells: cells}); err != nil {
				return err
			}
		}
		return nil
	}}
}

// classKey is a class of property in a currency.
type classKey struct{ class, currency string }

// worthSum adds items in the books.
type worthSum struct {
	items                                   int64
	cost, residual, year, accumulated, book layout.Sum
}

func (s *worthSum) add(w worth) {
	s.items++
	for sum, r := range map[*layout.Sum]*big.Rat{&s.cost: w.cost, &s.residual: w.residual, &s.year: w.year, &s.accumulated: w.accumulated, &s.book: w.book} {
		sum.Add(exact(r))
	}
}

// classSums are the items of the section before, by class. They are known once that
// was read.
type classSums struct {
	byClass map[classKey]*worthSum
	outside int64 // items that are not in the books
}

func (s *classSums) add(k classKey, w worth) {
	if s.byClass[k] == nil {
		s.byClass[k] = &worthSum{}
	}
	s.byClass[k].add(w)
}

func (s *classSums) keys() []classKey {
	var keys []classKey
	for k := range s.byClass {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b classKey) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.currency, b.currency))
	})
	return keys
}

func (s *classSums) section() layout.Section {
	return layout.Section{Name: "classes", Title: "By class of property", Empty: "Nothing is in the books.",
		Columns: []layout.Column{{Name: "class", Title: "Class of property"}, {Name: "currency", Title: "Currency", Type: layout.Code}, {Name: "items", Title: "Items", Type: layout.Count},
			{Name: "cost", Title: "Cost", Type: layout.Amount}, {Name: "year", Title: "Charge of the year", Type: layout.Amount}, {Name: "accumulated", Title: "Accumulated", Type: layout.Amount},
			{Name: "book_value", Title: "Book value", Type: layout.Amount}, {Name: "left", Title: "Left", Type: layout.Percent}},
		Rows: func(yield func(layout.Row) error) error {
			for _, k := range s.keys() {
				w := s.byClass[k]
				if err := yield(layout.Row{Cells: []any{k.class, k.currency, w.items, w.cost.Decimal(), w.year.Decimal(), w.accumulated.Decimal(), w.book.Decimal(), w.left()}}); err != nil {
					return err
				}
			}
			if s.outside > 0 {
				return yield(layout.Row{Cells: []any{models.Say("Not in the books"), nil, s.outside, nil, nil, nil, nil, nil}})
			}
			return nil
		},
		Measures: func() []layout.Measure {
			var all []layout.Measure
			for _, k := range s.keys() {
				if len(all) == mostMeasures {
					break
				}
				left := s.byClass[k].left()
				n, _ := new(big.Rat).SetString(string(left))
				share, _ := n.Float64()
				all = append(all, layout.Measure{Name: k.class + ", " + k.currency, Value: share, Shown: string(left) + " %"})
			}
			return all
		}}
}

// left is what is left of the cost, in percent.
func (s *worthSum) left() layout.Decimal {
	cost, _ := new(big.Rat).SetString(string(s.cost.Decimal()))
	book, _ := new(big.Rat).SetString(string(s.book.Decimal()))
	if cost.Sign() == 0 {
		return "0"
	}
	return layout.Decimal(book.Quo(book, cost).Mul(book, big.NewRat(100, 1)).FloatString(1))
}
