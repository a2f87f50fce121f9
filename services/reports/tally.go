package reports

import (
	"cmp"
	"slices"
	"strconv"

	"quartermaster/services/reports/layout"
)

// tally counts things by name, for a drawing.
type tally struct{ counts map[string]int64 }

func (t *tally) add(name string) {
	if t.counts == nil {
		t.counts = map[string]int64{}
	}
	t.counts[name]++
}

// mostMeasures is how many bars a drawing has; the rest are one bar.
const mostMeasures = 8

// measures are what was counted, the most first.
func (t *tally) measures() []layout.Measure {
	var all []layout.Measure
	for name, n := range t.counts {
		all = append(all, layout.Measure{Name: name, Value: float64(n), Shown: strconv.FormatInt(n, 10)})
	}
	slices.SortFunc(all, func(a, b layout.Measure) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Name, b.Name))
	})
	if len(all) <= mostMeasures {
		return all
	}
	rest := layout.Measure{Name: "others"}
	for _, m := range all[mostMeasures-1:] {
		rest.Value += m.Value
	}
	rest.Shown = strconv.FormatFloat(rest.Value, 'f', -1, 64)
	return append(all[:mostMeasures-1], rest)
}
