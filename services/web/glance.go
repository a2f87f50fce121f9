package web

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/charts"
	"quartermaster/services/overview"
	"quartermaster/services/words"
)

// glance is the overview as the first page draws it.
type glance struct {
	*overview.Overview
	Status  charts.Chart
	Columns []charts.Chart
}

func (w *Web) glance(ctx context.Context, in *words.Printer) (*glance, error) {
	o, err := w.Overview.Overview(ctx)
	if err != nil {
		return nil, err
	}
	return &glance{Overview: o, Status: statusChart(in, o.Status), Columns: []charts.Chart{overdueChart(in, o.Overdue), seenChart(in, o.Seen), expiryChart(in, o.Expiry)}}, nil
}

// statusTones are what the states of an item mean for whoever needs it.
var statusTones = map[models.Status]charts.Tone{models.InStore: charts.Fine, models.Issued: "info", models.InTransit: charts.Plain, models.InWorkshop: charts.Warn, models.Missing: charts.Bad}

func statusChart(in *words.Printer, parts []overview.Part) charts.Chart {
	c := charts.Chart{Title: in.Say("Serviceability"), Of: in.Say("Items on charge")}
	for _, p := range parts {
		status := models.Status(p.Name)
		c.Values = append(c.Values, charts.Value{Label: in.Tell(words.Capital{Of: status}), Count: p.Count, Tone: statusTones[status], Link: "/assets?status=" + p.Name})
	}
	return c
}

func overdueChart(in *words.Printer, parts []overview.Part) charts.Chart {
	c := charts.Chart{Title: in.Say("Overdue, by the week it was due"), Of: in.Say("Services and returns")}
	for i, p := range parts {
		v := charts.Value{Label: in.Say("before"), Says: in.Say("before %v", p.Before), Count: p.Count, Tone: charts.Bad}
		if p.From != "" {
			v.Label, v.Says = in.ShortDay(p.From.Midnight()), in.Say("in the week from %v", p.From)
		}
		if i == len(parts)-1 {
			v.Tone = charts.Warn
		}
		c.Values = append(c.Values, v)
	}
	return c
}

var seenLabels = []struct {
	label, says models.Text
	tone        charts.Tone
}{{say("30 d"), say("within 30 days"), charts.Fine}, {say("90 d"), say("within 90 days"), charts.Fine}, {say("180 d"), say("within 180 days"), charts.Plain}, {say("1 year"), say("within a year"), charts.Warn}, {say("longer"), say("longer ago"), charts.Bad}, {say("never"), say("never"), charts.Bad}}

func seenChart(in *words.Printer, parts []overview.Part) charts.Chart {
	c := charts.Chart{Title: in.Say("Last seen"), Of: in.Say("Items on charge")}
	for i, p := range parts {
		c.Values = append(c.Values, charts.Value{Label: in.Tell(seenLabels[i].label), Says: in.Tell(seenLabels[i].says), Count: p.Count, Tone: seenLabels[i].tone})
	}
	return c
}

func expiryChart(in *words.Printer, parts []overview.Part) charts.Chart {
	c := charts.Chart{Title: in.Say("Stock that expires, by month"), Of: in.Say("Lots")}
	for i, p := range parts {
		v := charts.Value{Label: in.Say("past"), Says: in.Say("expired"), Count: p.Count, Tone: charts.Bad}
		if i > 0 {
			month := p.From.Midnight()
			v.Label, v.Says, v.Tone = in.ShortMonth(month), in.Month(month), charts.Plain
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
