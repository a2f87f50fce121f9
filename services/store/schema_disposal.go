package store

import "quartermaster/models"

// What is lost, written off, and changes its owner.
var (
	Losses = &Collection{
		Name: "losses",
		New:  of[models.Loss],
		Indexes: []Index{
			{Name: "series", Fields: []string{"series", "serial"}, Unique: true},
			{Name: "reported", Fields: []string{"reported_at", "number"}},
			{Name: "state", Fields: []string{"state", "reported_at", "number"}},
			{Name: "unit", Fields: []string{"units", "reported_at", "number"}},
			{Name: "unit_state", Fields: []string{"units", "state", "reported_at", "number"}},
			{Name: "paid_by", Fields: []string{"paid_by", "reported_at", "number"}},
			{Name: "kind", Fields: []string{"kind", "reported_at", "number"}},
			{Name: "officer", Fields: []string{"inquiry.officer", "state", "reported_at", "number"}},
			{Name: "asset", Fields: []string{"asset", "reported_at", "number"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.Loss).Units() },
			"paid_by": func(d any) []string { return d.(*models.Loss).PaidBy() },
		},
	}
	WriteOffs = &Collection{
		Name: "write_offs",
		New:  of[models.WriteOff],
		Indexes: []Index{
			{Name: "series", Fields: []string{"series", "serial"}, Unique: true},
			{Name: "proposed", Fields: []string{"proposed_at", "number"}},
			{Name: "state", Fields: []string{"state", "proposed_at", "number"}},
			{Name: "unit", Fields: []string{"units", "proposed_at", "number"}},
			{Name: "unit_state", Fields: []string{"units", "state", "proposed_at", "number"}},
			{Name: "paid_by", Fields: []string{"paid_by", "proposed_at", "number"}},
			{Name: "noted", Fields: []string{"is_noted", "proposed_at", "number"}},
			{Name: "asset", Fields: []string{"asset", "proposed_at", "number"}},
		},
		Many: map[string]func(any) []string{
			"units":    func(d any) []string { return d.(*models.WriteOff).Units() },
			"paid_by":  func(d any) []string { return d.(*models.WriteOff).PaidBy() },
			"is_noted": func(d any) []string { return d.(*models.WriteOff).IsNoted() },
		},
	}
	TitleTransfers = &Collection{
		Name: "title_transfers",
		New:  of[models.TitleTransfer],
		Indexes: []Index{
			{Name: "series", Fields: []string{"series", "serial"}, Unique: true},
			{Name: "at", Fields: []string{"at", "number"}},
			{Name: "unit", Fields: []string{"units", "at", "number"}},
			{Name: "paid_by", Fields: []string{"paid_by", "at", "number"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.TitleTransfer).Units() },
			"paid_by": func(d any) []string { return d.(*models.TitleTransfer).PaidBy() },
		},
	}
)
