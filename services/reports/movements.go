package reports

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
)

var movementsKind = &Kind{
	Name: "movements", Title: "Movements in a period",
	Answers: "What was on charge before, what came, what went, and does that come to what is on charge now?",
	Period:  true,
	count:   func(context.Context, *asked, int) (int64, error) { return 0, nil }, // sums, however much moved
	build:   buildMovements,
}

// class is what movements are told by: a category under a grant, or a donor without.
type class struct{ Category, Donor, Grant string }

// flow is why something comes on charge or goes from it.
type flow int

const (
	takenOn flow = iota
	transferredIn
	otherIn // recorded otherwise: another grant or category, found after it was struck off
	transferredOut
	struckOff
	otherOut
	flows
)

// account is what a class had, got and gave: items, and their cost by currency.
type account struct {
	opening, closing int64
	moved            [flows]int64
	openingCost      layout.Purse
	closingCost      layout.Purse
	in, out          layout.Purse
}

func (a *account) expected() int64 {
	return a.opening + a.moved[takenOn] + a.moved[transferredIn] + a.moved[otherIn] - a.moved[transferredOut] - a.moved[struckOff] - a.moved[otherOut]
}

// buildMovements counts thrice, each time from other records: what the register held
// before the period, what it held at its end, and every change in between, event by
// event. Where the three do not agree, something in the book was lost or altered.
func buildMovements(ctx context.Context, a *asked, r *layout.Report) error {
	accounts := map[class]*account{}
	of := func(c class) *account {
		if accounts[c] == nil {
			accounts[c] = &account{}
		}
		return accounts[c]
	}
	if err := a.onCharge(ctx, a.begins, func(x *models.Asset) {
		acc := of(classOf(x))
		acc.opening++
		acc.openingCost.Add(x.Cost)
	}); err != nil {
		return err
	}
	if err := a.onCharge(ctx, a.at, func(x *models.Asset) {
		acc := of(classOf(x))
		acc.closing++
		acc.closingCost.Add(x.Cost)
	}); err != nil {
		return err
	}
	err := a.s.Register.ChangedSince(ctx, a.begins, func(record store.Record) error {
		return a.s.Book.Steps(ctx, store.Assets, record, a.begins, a.at, func(step ledger.Step) error {
			tag, err := a.step(step, of)
			if step.Altered && tag != "" {
				r.Alarms = append(r.Alarms, a.t("ALTERED: %s is not as its event %d left it; somebody changed it outside the ledger. Have the ledger verified.", tag, step.Event.Seq))
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	classes := make([]class, 0, len(accounts))
	for c, acc := range accounts {
		classes = append(classes, c)
		if acc.expected() != acc.closing {
			r.Alarms = append(r.Alarms, a.t("DOES NOT BALANCE: %s: opening %d, with all movements %d, but %d are on charge. Have the ledger verified.",
				a.className(c), acc.opening, acc.expected(), acc.closing))
		}
	}
	slices.Sort(r.Alarms)
	slices.SortFunc(classes, func(x, y class) int {
		return cmp.Or(cmp.Compare(x.Category, y.Category), cmp.Compare(x.Donor, y.Donor), cmp.Compare(x.Grant, y.Grant))
	})
	r.Sections = []layout.Section{a.items(classes, accounts), a.costs(classes, accounts)}
	r.Notes = []string{"On charge is what a unit or those below it own; what is lent stays on the charge of its owner, what is in transit on that of its sender. " +
		"Opening and closing are counted in the register as it stood before the period and at its end, the movements event by event: the balance is checked, not worked out."}
	return a.names.err
}

func classOf(x *models.Asset) class { return class{x.Category, x.Donor, x.Grant} }

func (a *asked) className(c class) string {
	return joined(", ", a.names.categoryName(c.Category), cmp.Or(c.Grant, c.Donor, a.t("no donor")))
}

// onCharge calls do with everything that is on charge of what the report is about.
func (a *asked) onCharge(ctx context.Context, at models.Time, do func(*models.Asset)) error {
	return a.s.Register.EachAsOf(ctx, a.filter(), at, func(x *models.Asset) error {
		if a.charged(x) {
			do(x)
		}
		return nil
	})
}

// charged says whether an asset is on charge of what the report is about: a loan
// does not change on whose charge something is.
func (a *asked) charged(x *models.Asset) bool {
	if x == nil || x.Status == models.StruckOff {
		return false
	}
	path := x.Path
	if len(x.OwnerPath) > 0 {
		path = x.OwnerPath
	}
	switch {
	case a.Category != "" && x.Category != a.Category,
		a.Unit != "" && !slices.Contains(path, a.Unit),
		a.caller.Scope != "" && !slices.Contains(path, a.caller.Scope):
		return false
	}
	return a.shows(x.PaidBy()) && access.SeesPapers(a.caller, x.Units(), x.PaidBy())
}

// step enters one change of an asset in the accounts, and returns its tag when the
// report is about it.
func (a *asked) step(s ledger.Step, of func(class) *account) (tag string, err error) {
	after, err := store.Decode[models.Asset](*s.After)
	if err != nil {
		return "", err
	}
	var before *models.Asset
	if s.Before != nil {
		if before, err = store.Decode[models.Asset](*s.Before); err != nil {
			return "", err
		}
	}
	was, is := a.charged(before), a.charged(after)
	if was || is {
		tag = after.Tag
	}
	if was && is && classOf(before) == classOf(after) {
		if money(before.Cost) != money(after.Cost) {
			of(classOf(before)).out.Add(before.Cost)
			of(classOf(after)).in.Add(after.Cost)
		}
		return tag, nil
	}
	if was {
		acc := of(classOf(before))
		acc.moved[outBy(before, after)]++
		acc.out.Add(before.Cost)
	}
	if is {
		acc := of(classOf(after))
		acc.moved[inBy(before, after)]++
		acc.in.Add(after.Cost)
	}
	return tag, nil
}

func money(m *models.Money) models.Money {
	if m == nil {
		return models.Money{}
	}
	return *m
}

func inBy(before, after *models.Asset) flow {
	switch {
	case before == nil:
		return takenOn
	case before.Status == models.StruckOff || !slices.Equal(before.PaidBy(), after.PaidBy()) || before.Category != after.Category:
		return otherIn
	}
	return transferredIn
}

func outBy(before, after *models.Asset) flow {
	switch {
	case after.Status == models.StruckOff:
		return struckOff
	case !slices.Equal(before.PaidBy(), after.PaidBy()) || before.Category != after.Category:
		return otherOut
	}
	return transferredOut
}

var itemColumns = []layout.Column{
	{Name: "category", Title: "Category"}, {Name: "donor", Title: "Donor", Type: layout.Code}, {Name: "grant", Title: "Grant", Type: layout.Code}, {Name: "opening", Title: "Opening", Type: layout.Count},
	{Name: "taken_on", Title: "Taken on charge", Type: layout.Count}, {Name: "transferred_in", Title: "Transferred in", Type: layout.Count}, {Name: "other_in", Title: "Otherwise in", Type: layout.Count},
	{Name: "transferred_out", Title: "Transferred out", Type: layout.Count}, {Name: "struck_off", Title: "Struck off", Type: layout.Count}, {Name: "other_out", Title: "Otherwise out", Type: layout.Count},
	{Name: "closing", Title: "Closing", Type: layout.Count}, {Name: "balance", Title: "Balance"},
}

func (a *asked) items(classes []class, accounts map[class]*account) layout.Section {
	row := func(kind layout.RowKind, names []any, acc *account) layout.Row {
		balance := "agrees"
		if acc.expected() != acc.closing {
			kind, balance = layout.Alarm, a.t("off by %v", acc.closing-acc.expected())
		}
		cells := append(names, acc.opening)
		for _, n := range acc.moved {
			cells = append(cells, n)
		}
		return layout.Row{Kind: kind, Cells: append(cells, acc.closing, balance)}
	}
	return layout.Section{Name: "items", Title: "Items", Empty: "Nothing was on charge, and nothing moved.", Columns: itemColumns,
		Rows: func(yield func(layout.Row) error) error {
			total := &account{}
			for _, c := range classes {
				acc := accounts[c]
				total.opening += acc.opening
				total.closing += acc.closing
				for i, n := range acc.moved {
					total.moved[i] += n
				}
				if err := yield(row(layout.Line, []any{a.names.categoryName(c.Category), c.Donor, c.Grant}, acc)); err != nil {
					return err
				}
			}
			if len(classes) == 0 {
				return nil
			}
			return yield(row(layout.Total, []any{models.Say("Total"), nil, nil}, total))
		},
		Measures: func() []layout.Measure { return flowMeasures(accounts) }}
}

// flowMeasures are the way from opening to closing.
func flowMeasures(accounts map[class]*account) []layout.Measure {
	total := account{}
	for _, acc := range accounts {
		total.opening += acc.opening
		total.closing += acc.closing
		for i, n := range acc.moved {
			total.moved[i] += n
		}
	}
	measure := func(name string, n int64, sign string) layout.Measure {
		return layout.Measure{Name: name, Value: float64(n), Shown: sign + strconv.FormatInt(n, 10)}
	}
	all := []layout.Measure{measure("Opening", total.opening, "")}
	for i, name := range []string{"Taken on charge", "Transferred in", "Otherwise in", "Transferred out", "Struck off", "Otherwise out"} {
		sign := "+"
		if flow(i) >= transferredOut {
			sign = "\u2212"
		}
		if total.moved[i] > 0 {
			all = append(all, measure(name, total.moved[i], sign))
		}
	}
	closing := measure("Closing", total.closing, "")
	closing.Bad = total.expected() != total.closing
	return append(all, closing)
}

var costColumns = []layout.Column{
	{Name: "category", Title: "Category"}, {Name: "donor", Title: "Donor", Type: layout.Code}, {Name: "grant", Title: "Grant", Type: layout.Code}, {Name: "currency", Title: "Currency", Type: layout.Code},
	{Name: "opening", Title: "Opening", Type: layout.Amount}, {Name: "in", Title: "In", Type: layout.Amount}, {Name: "out", Title: "Out", Type: layout.Amount},
	{Name: "closing", Title: "Closing", Type: layout.Amount}, {Name: "balance", Title: "Balance"},
}

// costs is the same at cost. What was recorded at another cost in between went out at
// the old one and came in at the new.
func (a *asked) costs(classes []class, accounts map[class]*account) layout.Section {
	return layout.Section{Name: "costs", Title: "At cost", Empty: "No costs are recorded.", Columns: costColumns,
		Rows: func(yield func(layout.Row) error) error {
			var totals account
			row := func(kind layout.RowKind, names []any, acc *account, currency string) layout.Row {
				var left layout.Sum
				left.Add(acc.openingCost.In(currency))
				left.Add(acc.in.In(currency))
				left.AddTimes(acc.out.In(currency), -1)
				left.AddTimes(acc.closingCost.In(currency), -1)
				balance := "agrees"
				if !left.Zero() {
					kind, balance = layout.Alarm, a.t("off by %v", string(left.Decimal()))
				}
				return layout.Row{Kind: kind, Cells: append(names, currency, acc.openingCost.In(currency), acc.in.In(currency), acc.out.In(currency), acc.closingCost.In(currency), balance)}
			}
			for _, c := range classes {
				acc := accounts[c]
				for _, currency := range acc.currencies() {
					for _, p := range []struct{ into, from *layout.Purse }{{&totals.openingCost, &acc.openingCost}, {&totals.in, &acc.in}, {&totals.out, &acc.out}, {&totals.closingCost, &acc.closingCost}} {
						p.into.AddDecimal(p.from.In(currency), currency)
					}
					if err := yield(row(layout.Line, []any{a.names.categoryName(c.Category), c.Donor, c.Grant}, acc, currency)); err != nil {
						return err
					}
				}
			}
			for _, currency := range totals.currencies() {
				if err := yield(row(layout.Total, []any{models.Say("Total"), nil, nil}, &totals, currency)); err != nil {
					return err
				}
			}
			return nil
		}}
}

func (a *account) currencies() []string {
	all := slices.Concat(a.openingCost.Currencies(), a.in.Currencies(), a.out.Currencies(), a.closingCost.Currencies())
	slices.Sort(all)
	return slices.Compact(all)
}
