package reports

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
)

var maintenanceKind = &Kind{
	Name: "maintenance", Title: "Maintenance and serviceability",
	Answers: "What can be used, what is overdue for a service, what was done to the equipment and what did it cost?",
	Period:  true,
	count:   countAssets,
	build:   buildMaintenance,
}

// fitness counts the items of a category by whether they can be used.
type fitness struct {
	items, fit, workshop, unserviceable, missing, overdue, lapsed int64
}

func buildMaintenance(ctx context.Context, a *asked, r *layout.Report) error {
	byCategory := map[string]*fitness{}
	var late []*models.Asset
	err := a.s.Register.EachAsOf(ctx, a.filter(), a.at, func(x *models.Asset) error {
		if x.Status == models.StruckOff {
			return nil
		}
		f := byCategory[x.Category]
		if f == nil {
			f = &fitness{}
			byCategory[x.Category] = f
		}
		if f.count(x, a.day) {
			late = append(late, x)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(late, func(x, y *models.Asset) int { return cmp.Compare(x.Care.Due, y.Care.Due) })
	r.Sections = []layout.Section{
		a.serviceability(byCategory),
		{Name: "overdue", Title: "Overdue for service", Empty: "Nothing was overdue.", Columns: overdueColumns, Rows: rowsOf(late, a.overdueRow)},
		{Name: "services", Title: "Services and repairs", Empty: "None was recorded in this period.", Columns: serviceColumns, Rows: func(yield func(layout.Row) error) error { return a.services(ctx, yield) }},
	}
	r.Notes = []string{"Serviceable is what is neither in the workshop, unserviceable nor missing. What is overdue, or whose calibration has lapsed, is counted beside that: it may look fit and must not be used."}
	return a.names.err
}

// count enters an item, and says whether a service of it is overdue.
func (f *fitness) count(x *models.Asset, day models.Day) bool {
	f.items++
	switch {
	case x.Status == models.Missing:
		f.missing++
	case x.Status == models.InWorkshop:
		f.workshop++
	case x.Condition == "unserviceable":
		f.unserviceable++
	default:
		f.fit++
	}
	if x.Care != nil && x.Care.Certificate != nil && x.Care.Certificate.Expiry < day {
		f.lapsed++
	}
	if !x.Care.Overdue(day) {
		return false
	}
	f.overdue++
	return true
}

func (f *fitness) cells(name any) []any {
	rate := "0.0"
	if f.items > 0 {
		rate = strconv.FormatFloat(float64(f.fit)*100/float64(f.items), 'f', 1, 64)
	}
	return []any{name, f.items, f.fit, layout.Decimal(rate), f.workshop, f.unserviceable, f.missing, f.overdue, f.lapsed}
}

func (a *asked) serviceability(byCategory map[string]*fitness) layout.Section {
	var codes []string
	for code := range byCategory {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(x, y string) int { return cmp.Compare(a.names.categoryName(x), a.names.categoryName(y)) })
	return layout.Section{Name: "serviceability", Title: "Serviceability", Empty: "Nothing of this was on charge.",
		Columns: []layout.Column{{Name: "category", Title: "Category"}, {Name: "items", Title: "Items", Type: layout.Count}, {Name: "serviceable", Title: "Serviceable", Type: layout.Count},
			{Name: "rate", Title: "Rate", Type: layout.Percent}, {Name: "in_workshop", Title: "In workshop", Type: layout.Count}, {Name: "unserviceable", Title: "Unserviceable", Type: layout.Count},
			{Name: "missing", Title: "Missing", Type: layout.Count}, {Name: "overdue", Title: "Service overdue", Type: layout.Count}, {Name: "lapsed", Title: "Calibration lapsed", Type: layout.Count}},
		Rows: func(yield func(layout.Row) error) error {
			total := &fitness{}
			for _, code := range codes {
				f := byCategory[code]
				total.items, total.fit, total.workshop, total.unserviceable = total.items+f.items, total.fit+f.fit, total.workshop+f.workshop, total.unserviceable+f.unserviceable
				total.missing, total.overdue, total.lapsed = total.missing+f.missing, total.overdue+f.overdue, total.lapsed+f.lapsed
				if err := yield(layout.Row{Cells: f.cells(a.names.categoryName(code))}); err != nil {
					return err
				}
			}
			if len(codes) == 0 {
				return nil
			}
			return yield(layout.Row{Kind: layout.Total, Cells: total.cells(models.Say("Total"))})
		},
		Measures: func() []layout.Measure {
			var all []layout.Measure
			for _, code := range codes[:min(len(codes), mostMeasures)] {
				f := byCategory[code]
				share := float64(f.fit) * 100 / float64(f.items)
				all = append(all, layout.Measure{Name: a.names.categoryName(code), Value: share, Shown: strconv.FormatFloat(share, 'f', 0, 64) + " %", Bad: share < 80})
			}
			return all
		}}
}

var overdueColumns = []layout.Column{
	{Name: "tag", Title: "Tag", Type: layout.Code}, {Name: "description", Title: "Description"}, {Name: "serial", Title: "Serial number"}, {Name: "unit", Title: "Unit"}, {Name: "custodian", Title: "Custodian"},
	{Name: "service", Title: "What is due"}, {Name: "due", Title: "Due", Type: layout.Day}, {Name: "days", Title: "Days late", Type: layout.Count}, {Name: "grant", Title: "Grant"},
}

func (a *asked) overdueRow(x *models.Asset) layout.Row {
	days := int64(dayTime(a.day).Sub(dayTime(x.Care.Due)) / (24 * time.Hour))
	return layout.Row{Link: "/assets/" + x.Tag, Cells: []any{x.Tag, x.Name, x.Serial, a.names.unit(x.Unit), a.names.person(x.Custodian), x.Care.What, x.Care.Due, days, x.Grant}}
}

var serviceColumns = []layout.Column{
	{Name: "on", Title: "Day", Type: layout.Day}, {Name: "tag", Title: "Tag", Type: layout.Code}, {Name: "description", Title: "Description"}, {Name: "unit", Title: "Unit"}, {Name: "work", Title: "Work"},
	{Name: "by", Title: "Done by"}, {Name: "readings", Title: "Readings"}, {Name: "cost", Title: "Cost", Type: layout.Amount}, {Name: "currency", Title: "Currency", Type: layout.Code},
	{Name: "certificate", Title: "Certificate"}, {Name: "certificate_to", Title: "Holds until", Type: layout.Day}, {Name: "out_from", Title: "Out of use from", Type: layout.Day, Wide: true},
	{Name: "out_to", Title: "Out of use to", Type: layout.Day, Wide: true}, {Name: "condition", Title: "Condition", Wide: true}, {Name: "grant", Title: "Grant", Wide: true}, {Name: "note", Title: "Note", Wide: true},
}

// services lists what was done in the period, as far as it was recorded by its end;
// a service that cost in several currencies has a row for each.
func (a *asked) services(ctx context.Context, yield func(layout.Row) error) error {
	conds, nothing, err := a.papers().Within(ctx, a.s.Register, a.caller, "recorded_at")
	if err != nil || nothing {
		return err
	}
	q := scoped(store.Services, append(conds, store.From("on", string(a.From)), store.Under("on", string(a.day)+"~")), "on")
	var cost layout.Purse
	lines := int64(0)
	err = eachThen(ctx, a, q, func(done *models.Service) error {
		if !a.shows(done.PaidBy()) || a.Category != "" && done.Category != a.Category {
			return nil
		}
		lines++
		for _, m := range done.Cost {
			cost.Add(&m)
		}
		for _, row := range a.serviceRows(done) {
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || lines == 0 {
		return err
	}
	for _, row := range cost.TotalRows(len(serviceColumns), lines, func(cells []any, sum layout.Decimal, currency string) { cells[7], cells[8] = sum, currency }) {
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

func (a *asked) serviceRows(s *models.Service) []layout.Row {
	work := []string{}
	for _, schedule := range s.Schedules {
		work = append(work, schedule.Name)
	}
	if len(work) == 0 {
		work = append(work, a.t("repair"))
	}
	for _, w := range s.Work {
		if !w.Done {
			work = append(work, a.t("not done: %v", w.What))
		}
	}
	var readings []string
	for _, r := range s.Readings {
		readings = append(readings, r.Value.String()+" "+r.Unit)
	}
	cells := []any{s.On, s.Tag, s.Name, a.names.unit(s.Unit), strings.Join(work, "; "), s.By, strings.Join(readings, ", "), nil, nil, nil, nil, s.OutFrom, s.OutTo, string(s.Condition), s.Grant, s.Note}
	if c := s.Certificate; c != nil {
		cells[9], cells[10] = joined(", ", c.Number, c.Issuer), c.Expiry
	}
	if len(s.Cost) == 0 {
		return []layout.Row{{Cells: cells, Link: "/assets/" + s.Tag}}
	}
	var rows []layout.Row
	for _, m := range s.Cost {
		of := slices.Clone(cells)
		of[7], of[8] = layout.Decimal(m.Amount), m.Currency
		rows = append(rows, layout.Row{Cells: of, Link: "/assets/" + s.Tag})
	}
	return rows
}
