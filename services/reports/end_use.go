package reports

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"quartermaster/models"
	"quartermaster/services/reports/layout"
	"quartermaster/services/words"
)

// endUseKind is the yearly account of end use (22 U.S.C. 2785; the posts of the US
// owe it by 31 January): where everything is, how it is used, and with what problems.
var endUseKind = &Kind{
	Name: "end_use", Title: "Yearly end-use report",
	Answers: "Where is what was given, what is it used for, in which condition, is it still needed, with what impact and what problems?",
	Period:  true,
	count: func(ctx context.Context, a *asked, limit int) (int64, error) {
		n := 0
		err := a.s.Register.EachAsOf(ctx, a.filter(), a.at, func(*models.Asset) error { n++; return nil })
		return min(int64(n), int64(limit)), err
	},
	build: func(ctx context.Context, a *asked, r *layout.Report) error {
		made, err := a.visits(ctx)
		if err != nil {
			return err
		}
		findings, err := a.visitFindings(ctx)
		if err != nil {
			return err
		}
		seen, err := a.lastVisited(ctx, made)
		if err != nil {
			return err
		}
		var impacts []*models.Visit
		for _, v := range made {
			if v.Impact != "" {
				impacts = append(impacts, v)
			}
		}
		open := map[string]int{}
		for _, f := range findings {
			if f.Open() {
				open[f.Unit]++
			}
		}
		r.Sections = []layout.Section{
			{Name: "units", Title: "By unit", Empty: "Nothing is on charge.", Columns: endUseUnitColumns, Rows: func(yield func(layout.Row) error) error { return a.endUseUnits(ctx, seen, open, yield) }},
			{Name: "items", Title: "Each item", Empty: "Nothing is on charge.", Columns: endUseItemColumns, Rows: func(yield func(layout.Row) error) error {
				return a.used(ctx, func(x *models.Asset) error { return yield(a.endUseRow(x, seen[x.ID])) })
			}},
			{Name: "impact", Title: "Impact", Empty: "No visit of the period tells of it.", Columns: []layout.Column{{Name: "visit", Title: "Visit", Type: layout.Code}, {Name: "name", Title: "Name"}, {Name: "impact", Title: "Impact"}},
				Rows: rowsOf(impacts, func(v *models.Visit) layout.Row { return layout.Row{Cells: []any{v.Number, v.Name, v.Impact}} })},
			{Name: "problems", Title: "Problems", Empty: "None was found or open.", Columns: visitFindingColumns, Rows: rowsOf(findings, a.visitFindingRow)},
			a.trained(ctx),
		}
		r.Notes = []string{"What is on charge at the end of the period. The use is what was last verified; what it is used for and whether it is still needed are what the visits of the period found. Losses and write-offs have a report of their own."}
		return a.names.err
	},
}

// lastVisited is how each item was last seen on the visits of the period, by asset.
func (a *asked) lastVisited(ctx context.Context, made []*models.Visit) (map[string]*models.VisitSighting, error) {
	seen := map[string]*models.VisitSighting{}
	for _, v := range made {
		err := a.visitItems(ctx, v, func(i *models.VisitItem) error {
			if i.Seen != nil && (seen[i.Asset] == nil || i.Seen.At.After(seen[i.Asset].At.Time)) {
				seen[i.Asset] = i.Seen
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// used calls do with everything on charge at the end of the period.
func (a *asked) used(ctx context.Context, do func(*models.Asset) error) error {
	return a.s.Register.EachAsOf(ctx, a.filter(), a.at, func(x *models.Asset) error {
		if x.Status == models.StruckOff {
			return a.names.err
		}
		return do(x)
	})
}

// endUse is how the items of one unit are used.
type endUse struct {
	items, visited, intended, standby, idle, otherwise, unverified, unserviceable, missing, unneeded int64
}

func (u *endUse) add(x *models.Asset, seen *models.VisitSighting) {
	u.items++
	switch x.Use {
	case "as_intended":
		u.intended++
	case "standby":
		u.standby++
	case "not_in_use":
		u.idle++
	case "otherwise":
		u.otherwise++
	default:
		u.unverified++
	}
	if x.Condition == "unserviceable" {
		u.unserviceable++
	}
	if x.Status == models.Missing {
		u.missing++
	}
	if seen != nil && seen.Outcome.There() {
		u.visited++
	}
	if seen != nil && seen.Needed != nil && !*seen.Needed {
		u.unneeded++
	}
}

var endUseUnitColumns = []layout.Column{
	{Name: "unit", Title: "Unit"}, {Name: "agency", Title: "Agency", Wide: true}, {Name: "items", Title: "Items", Type: layout.Count}, {Name: "visited", Title: "Seen on visits", Type: layout.Count}, {Name: "as_intended", Title: "As intended", Type: layout.Count},
	{Name: "standby", Title: "Standby", Type: layout.Count}, {Name: "not_in_use", Title: "Not in use", Type: layout.Count}, {Name: "otherwise", Title: "Used otherwise", Type: layout.Count}, {Name: "unverified", Title: "Not verified", Type: layout.Count},
	{Name: "unserviceable", Title: "Unserviceable", Type: layout.Count}, {Name: "missing", Title: "Missing", Type: layout.Count}, {Name: "unneeded", Title: "Not needed", Type: layout.Count}, {Name: "findings", Title: "Open findings", Type: layout.Count},
}

func (a *asked) endUseUnits(ctx context.Context, seen map[string]*models.VisitSighting, open map[string]int, yield func(layout.Row) error) error {
	units, agencies := map[string]*endUse{}, map[string]string{}
	err := a.used(ctx, func(x *models.Asset) error {
		if units[x.Unit] == nil {
			units[x.Unit], agencies[x.Unit] = &endUse{}, x.Path[0]
		}
		units[x.Unit].add(x, seen[x.ID])
		return nil
	})
	if err != nil {
		return err
	}
	order := slices.SortedFunc(maps.Keys(units), func(x, y string) int { return cmp.Or(cmp.Compare(agencies[x], agencies[y]), cmp.Compare(x, y)) })
	for _, code := range order {
		u := units[code]
		row := layout.Row{Cells: []any{a.names.unit(code), a.names.unit(agencies[code]), u.items, u.visited, u.intended, u.standby, u.idle, u.otherwise, u.unverified, u.unserviceable, u.missing, u.unneeded, int64(open[code])}}
		if err := yield(row); err != nil {
			return err
		}
	}
	return a.names.err
}

var endUseItemColumns = []layout.Column{
	{Name: "tag", Title: "Tag", Type: layout.Code}, {Name: "item", Title: "Item"}, {Name: "serial", Title: "Serial number"}, {Name: "unit", Title: "Where"}, {Name: "custodian", Title: "Custodian", Wide: true}, {Name: "donor", Title: "Donor", Type: layout.Code, Wide: true}, {Name: "grant", Title: "Grant", Wide: true},
	{Name: "use", Title: "Use"}, {Name: "verified_on", Title: "Verified", Type: layout.Day}, {Name: "used_for", Title: "Used for"}, {Name: "condition", Title: "Condition"}, {Name: "needed", Title: "Still needed"}, {Name: "visit", Title: "On the visit"}, {Name: "remark", Title: "Remark"},
}

func (a *asked) endUseRow(x *models.Asset, seen *models.VisitSighting) layout.Row {
	cells := []any{x.Tag, x.Name, x.Serial, joined(", ", a.names.unit(x.Unit), x.Location), a.names.person(x.Custodian), x.Donor, x.Grant, useWords(x.Use), nil, nil, said(x.Condition), nil, nil, nil}
	if x.UseVerifiedOn != "" {
		cells[8] = x.UseVerifiedOn
	}
	if seen != nil {
		cells[9], cells[11], cells[12], cells[13] = seen.UsedFor, yesNo(seen.Needed), words.Capital{Of: seen.Outcome}, seen.Remark
		if seen.Condition != "" {
			cells[10] = string(seen.Condition)
		}
	}
	return layout.Row{Cells: cells, Link: "/assets/" + x.Tag}
}
