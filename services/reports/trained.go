package reports

import (
	"context"
	"maps"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/reports/layout"
	"quartermaster/services/training"
)

var trainedColumns = []layout.Column{
	{Name: "kind", Title: "Kind of equipment"}, {Name: "courses", Title: "Courses that it demands"},
	{Name: "trained", Title: "People trained", Type: layout.Count}, {Name: "in_period", Title: "Of a course in the period", Type: layout.Count},
}

// trained counts who can operate the kinds of equipment that the report is about, at
// its end. It names nobody.
func (a *asked) trained(ctx context.Context) layout.Section {
	return layout.Section{Name: "trained", Title: "People trained", Empty: "None of this equipment demands training of who has it.", Columns: trainedColumns,
		Rows: func(yield func(layout.Row) error) error {
			kinds := map[string]bool{}
			err := a.s.Register.EachAsOf(ctx, a.filter(), a.at, func(x *models.Asset) error {
				if x.Status != models.StruckOff {
					kinds[x.Category] = true
				}
				return nil
			})
			if err != nil || len(kinds) == 0 {
				return err
			}
			counts, err := a.s.Training.Counts(ctx, training.Period{Unit: a.Unit, Since: a.From, Until: a.day, At: a.at, Kinds: slices.Collect(maps.Keys(kinds))})
			if err != nil {
				return err
			}
			for _, c := range counts {
				courses := make([]string, len(c.Courses))
				for i, code := range c.Courses {
					courses[i] = a.names.course(code)
				}
				if err := yield(layout.Row{Cells: []any{c.Name, strings.Join(courses, ", "), int64(c.People), int64(c.InPeriod)}}); err != nil {
					return err
				}
			}
			return a.names.err
		}}
}
