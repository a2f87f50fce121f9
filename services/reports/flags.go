package reports

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

var flagsKind = &Kind{
	Name: "flags", Title: "Flags and their age",
	Answers: "What is overdue, unaccounted or about to expire, since when, and who has looked at it?",
	count: func(ctx context.Context, a *asked, limit int) (int64, error) {
		return a.s.Book.Store.Count(ctx, store.Query{In: store.Flags, By: "since", Where: []store.Cond{store.Is("state", string(models.FlagOpen))}, Limit: limit})
	},
	build: buildFlags,
}

type ageBracket struct {
	name  string
	title models.Text
	upTo  int
}

// ages are the brackets in which flags are counted: up to so many days.
var ages = []ageBracket{{"ahead", models.Say("Ahead"), -1}, {"week", models.Say("Up to 7 days"), 7}, {"month", models.Say("8 to 30"), 30}, {"quarter", models.Say("31 to 90"), 90}, {"half_year", models.Say("91 to 180"), 180}, {"longer", models.Say("Longer"), 1 << 30}}

func buildFlags(ctx context.Context, a *asked, r *layout.Report) error {
	flags, err := a.standing(ctx)
	if err != nil {
		return err
	}
	columns := []layout.Column{{Name: "kind", Title: "Matter"}}
	for _, age := range ages {
		columns = append(columns, layout.Column{Name: age.name, Title: age.title.Format, Type: layout.Count})
	}
	columns = append(columns, layout.Column{Name: "flags", Title: "All", Type: layout.Count}, layout.Column{Name: "acknowledged", Title: "Acknowledged", Type: layout.Count}, layout.Column{Name: "oldest", Title: "Oldest since", Type: layout.Day})
	r.Sections = []layout.Section{
		{Name: "ages", Title: "By age", Empty: "Nothing stands.", Columns: columns, Rows: func(yield func(layout.Row) error) error { return a.byAge(flags, yield) },
			Measures: func() []layout.Measure { return byAgeMeasures(a.day, flags) }},
		{Name: "flags", Title: "Each flag", Empty: "Nothing stands.", Columns: flagColumns, Rows: rowsOf(flags, a.flagRow)},
	}
	r.Notes = []string{"A flag's age is counted in days from the day on which its matter began to stand: the service was due, the lot expired, the item was last seen."}
	return a.names.err
}

// standing reads the flags that stood at the instant of the report, the oldest first:
// those that stand now, and those that were opened or closed since as they were.
func (a *asked) standing(ctx context.Context) ([]*models.Flag, error) {
	conds, nothing, err := a.papers().Within(ctx, a.s.Register, a.caller, "since")
	if err != nil || nothing {
		return nil, err
	}
	q := scoped(store.Flags, append(conds, store.Is("state", string(models.FlagOpen))), "since")
	seen := map[string]bool{}
	var flags []*models.Flag
	take := func(records []store.Record) error {
		records = slices.DeleteFunc(records, func(r store.Record) bool {
			known := seen[r.ID]
			seen[r.ID] = true
			return known
		})
		past, err := a.s.Book.AllAsOf(ctx, store.Flags, records, a.at)
		if err != nil {
			return err
		}
		for _, record := range past {
			f, err := store.Decode[models.Flag](record)
			if err != nil {
				return err
			}
			if f.State == models.FlagOpen && access.SeesPapers(a.caller, f.Units(), f.PaidBy()) && a.shows(f.PaidBy()) && (a.Unit == "" || slices.Contains(f.Units(), a.Unit)) {
				flags = append(flags, f)
			}
		}
		return nil
	}
	changed := store.Query{In: store.Flags, By: "updated", Where: []store.Cond{store.From("updated_at", models.At(a.at.Add(time.Millisecond)).String())}}
	for _, q := range []store.Query{q, changed} {
		if err := each(ctx, a.s.Book.Store, q, take); err != nil {
			return nil, err
		}
	}
	if a.Category != "" {
		var err error
		flags = slices.DeleteFunc(flags, func(f *models.Flag) bool {
			of, failed := a.flagOfCategory(ctx, f)
			err = cmp.Or(err, failed)
			return !of
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(flags, func(x, y *models.Flag) int {
		return cmp.Or(cmp.Compare(x.Since, y.Since), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Ref, y.Ref), cmp.Compare(x.ID, y.ID))
	})
	return flags, nil
}

// age is how many days a flag is old; below zero for what is ahead.
func age(today models.Day, f *models.Flag) int {
	since, err := time.Parse(time.DateOnly, string(f.Since))
	if err != nil {
		return 0
	}
	now, err := time.Parse(time.DateOnly, string(today))
	if err != nil {
		return 0
	}
	return int(now.Sub(since) / (24 * time.Hour))
}

func bracket(days int) int {
	return slices.IndexFunc(ages, func(b ageBracket) bool {
		return days <= b.upTo
	})
}

func (a *asked) byAge(flags []*models.Flag, yield func(layout.Row) error) error {
	counted := map[models.FlagKind][]int64{}
	acknowledged, oldest := map[models.FlagKind]int64{}, map[models.FlagKind]models.Day{}
	const all = models.FlagKind("")
	for _, f := range flags {
		for _, kind := range []models.FlagKind{f.Kind, all} {
			if counted[kind] == nil {
				counted[kind], oldest[kind] = make([]int64, len(ages)+1), f.Since
			}
			counted[kind][bracket(age(a.day, f))]++
			counted[kind][len(ages)]++
			if f.Acknowledged != nil {
				acknowledged[kind]++
			}
		}
	}
	for _, kind := range append(slices.Clone(models.FlagKinds), all) {
		if counted[kind] == nil {
			continue
		}
		row := layout.Row{Cells: []any{words.Capital{Of: kind}}}
		if kind == all {
			row = layout.Row{Kind: layout.Total, Cells: []any{models.Say("Total")}}
		}
		for _, n := range counted[kind] {
			row.Cells = append(row.Cells, n)
		}
		row.Cells = append(row.Cells, acknowledged[kind], oldest[kind])
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

func byAgeMeasures(today models.Day, flags []*models.Flag) []layout.Measure {
	counts := make([]int, len(ages))
	for _, f := range flags {
		counts[bracket(age(today, f))]++
	}
	var all []layout.Measure
	for i, n := range counts {
		if len(flags) > 0 {
			all = append(all, layout.Measure{Name: ages[i].title.Format, Value: float64(n), Shown: strconv.Itoa(n), Bad: ages[i].upTo > 30})
		}
	}
	return all
}

var flagColumns = []layout.Column{
	{Name: "kind", Title: "Matter"}, {Name: "since", Title: "Since", Type: layout.Day}, {Name: "age", Title: "Days", Type: layout.Count}, {Name: "ref", Title: "About", Type: layout.Code},
	{Name: "what", Title: "What"}, {Name: "detail", Title: "Why"}, {Name: "unit", Title: "Unit"}, {Name: "owner", Title: "Answers for it"}, {Name: "donor", Title: "Donor", Wide: true},
	{Name: "grant", Title: "Grant"}, {Name: "raised_to", Title: "Raised to", Wide: true}, {Name: "acknowledged_by", Title: "Acknowledged by"}, {Name: "remark", Title: "Remark"},
}

func (a *asked) flagRow(f *models.Flag) layout.Row {
	cells := []any{words.Capital{Of: f.Kind}, f.Since, int64(age(a.day, f)), f.Ref, f.About(), f.Why(), a.names.unit(f.Unit), a.names.person(f.Owner), f.Donor, f.Grant, f.RaisedTo, nil, nil}
	if f.Acknowledged != nil {
		cells[11], cells[12] = a.names.person(f.Acknowledged.By), f.Acknowledged.Remark
	}
	return layout.Row{Cells: cells}
}

// said is a state or a kind, told in the language of the report; nothing where there is
// none.
func said(what interface{ Words() string }) any {
	if what.Words() == "" {
		return nil
	}
	return models.Say("%v", what)
}

// flagOfCategory says whether a flag is about an item, or stock, of the report's
// category; what is about people and papers is of none.
func (a *asked) flagOfCategory(ctx context.Context, f *models.Flag) (bool, error) {
	in, key, _ := strings.Cut(f.Subject, "/")
	switch in {
	case store.Assets.Name:
		asset, err := store.Get[models.Asset](ctx, a.s.Book.Store, store.Assets, key)
		return err == nil && asset.Category == a.Category, err
	case store.Losses.Name:
		loss, err := store.Get[models.Loss](ctx, a.s.Book.Store, store.Losses, key)
		return err == nil && loss.Category == a.Category, err
	case store.Balances.Name:
		balance, err := store.Get[models.Balance](ctx, a.s.Book.Store, store.Balances, key)
		return err == nil && a.ofCategory(balance.Item), err
	case store.StockItems.Name:
		item, _, _ := strings.Cut(key, "@") // at a unit
		return a.ofCategory(item), nil
	}
	return false, nil
}
