package web

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/charts"
	"quartermaster/services/overview"
)

// glance is the overview as the first page draws it.
type glance struct {
	*overview.Overview
	Status  charts.Chart
	Columns []charts.Chart
}

func (w *Web) glance(ctx context.Context) (*glance, error) {
	o, err := w.Overview.Overview(ctx)
	if err != nil {
		return nil, err
	}
	return &glance{Overview: o, Status: statusChart(o.Status), Columns: []charts.Chart{overdueChart(o.Overdue), seenChart(o.Seen), expiryChart(o.Expiry)}}, nil
}

// statusTones are what the states of an item mean for whoever needs it.
var statusTones = map[models.Status]charts.Tone{models.InStore: charts.Fine, models.Issued: "info", models.InTransit: charts.Plain, models.InWorkshop: charts.Warn, models.Missing: charts.Bad}

func statusChart(parts []overview.Part) charts.Chart {
	c := charts.Chart{Title: "Serviceability", Of: "Items on charge"}
	for _, p := range parts {
		status := models.Status(p.Name)
		c.Values = append(c.Values, charts.Value{Label: upperFirst(status.Words()), Count: p.Count, Tone: statusTones[status], Link: "/assets?status=" + p.Name})
	}
	return c
}

func overdueChart(parts []overview.Part) charts.Chart {
	c := charts.Chart{Title: "Overdue, by the week it was due", Of: "Services and returns"}
	for i, p := range parts {
		v := charts.Value{Label: "before", Says: "before " + longDay(p.Before), Count: p.Count, Tone: charts.Bad}
		if p.From != "" {
			v.Label, v.Says = p.From.Midnight().Format("2 Jan"), "in the week from "+longDay(p.From)
		}
		if i == len(parts)-1 {
			v.Tone = charts.Warn
		}
		c.Values = append(c.Values, v)
	}
	return c
}

var seenLabels = []struct {
	label string
	tone  charts.Tone
}{{"30 d", charts.Fine}, {"90 d", charts.Fine}, {"180 d", charts.Plain}, {"1 year", charts.Warn}, {"longer", charts.Bad}, {"never", charts.Bad}}

func seenChart(parts []overview.Part) charts.Chart {
	c := charts.Chart{Title: "Last seen", Of: "Items on charge"}
	for i, p := range parts {
		c.Values = append(c.Values, charts.Value{Label: seenLabels[i].label, Says: p.Name, Count: p.Count, Tone: seenLabels[i].tone})
	}
	return c
}

func expiryChart(parts []overview.Part) charts.Chart {
	c := charts.Chart{Title: "Stock that expires, by month", Of: "Lots"}
	for i, p := range parts {
		v := charts.Value{Label: "past", Says: "expired", Count: p.Count, Tone: charts.Bad}
		if i > 0 {
			month := p.From.Midnight()
			v.Label, v.Says, v.Tone = month.Format("Jan"), month.Format("January 2006"), charts.Plain
			if i <= soonMonths {
				v.Tone = charts.Warn
			}
		}
		c.Values = append(c.Values, v)
	}
	return c
}

// soonMonths is how many months of expiry are drawn as soon.
const soonMonths = 3
