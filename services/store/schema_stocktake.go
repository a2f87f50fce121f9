package store

import "quartermaster/models"

// Stocktakes, and the lines of all of them.
var (
	Stocktakes = &Collection{
		Name: "stocktakes",
		New:  of[models.Stocktake],
		Indexes: []Index{
			{Name: "series", Fields: []string{"series", "serial"}, Unique: true},
			{Name: "opened", Fields: []string{"opened_at", "number"}},
			{Name: "state", Fields: []string{"state", "opened_at", "number"}},
			{Name: "unit", Fields: []string{"units", "opened_at", "number"}},
			{Name: "paid_by", Fields: []string{"paid_by", "opened_at", "number"}},
			{Name: "officer", Fields: []string{"officer", "state", "opened_at", "number"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.Stocktake).Within },
			"paid_by": func(d any) []string { return d.(*models.Stocktake).Payers },
			"officer": func(d any) []string { return d.(*models.Stocktake).Officers },
		},
	}
	StocktakeLines = &Collection{
		Name: "stocktake_lines",
		New:  of[models.StocktakeLine],
		Indexes: []Index{
			{Name: "line", Fields: []string{"stocktake", "line"}},
			{Name: "state", Fields: []string{"stocktake", "state", "line"}},
			{Name: "unit", Fields: []string{"stocktake", "unit", "state", "line"}},
			{Name: "officer", Fields: []string{"sighting.by", "stocktake", "sighting.received_at"}},
			{Name: "recount", Fields: []string{"recount_due", "line"}},
			{Name: "missing", Fields: []string{"missing_since", "code"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.StocktakeLine).Path },
			"paid_by": func(d any) []string { return d.(*models.StocktakeLine).PaidBy() },
		},
	}
)
