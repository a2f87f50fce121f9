package store

import "quartermaster/models"

// End-use monitoring.
var (
	Visits = &Collection{
		Name: "visits",
		New:  of[models.Visit],
		Indexes: []Index{
			{Name: "series", Fields: []string{"series", "serial"}, Unique: true},
			{Name: "on", Fields: []string{"on", "number"}},
			{Name: "state", Fields: []string{"state", "on", "number"}},
			{Name: "unit", Fields: []string{"units", "on", "number"}},
			{Name: "paid_by", Fields: []string{"paid_by", "on", "number"}},
			{Name: "leader", Fields: []string{"leader", "state", "on", "number"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.Visit).Within },
			"paid_by": func(d any) []string { return d.(*models.Visit).Payers },
			"leader":  func(d any) []string { return d.(*models.Visit).Leaders() },
		},
	}
	VisitItems = &Collection{
		Name: "visit_items",
		New:  of[models.VisitItem],
		Indexes: []Index{
			{Name: "line", Fields: []string{"visit", "line"}},
			{Name: "asset", Fields: []string{"asset", "visit"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.VisitItem).Path },
			"paid_by": func(d any) []string { return d.(*models.VisitItem).PaidBy() },
		},
	}
	VisitFindings = &Collection{
		Name: "visit_findings",
		New:  of[models.VisitFinding],
		Indexes: []Index{
			{Name: "visit", Fields: []string{"visit", "serial"}},
			{Name: "due", Fields: []string{"due", "number"}},
			{Name: "state", Fields: []string{"state", "due", "number"}},
			{Name: "unit", Fields: []string{"units", "due", "number"}},
			{Name: "unit_state", Fields: []string{"units", "state", "due", "number"}},
			{Name: "paid_by", Fields: []string{"paid_by", "due", "number"}},
			{Name: "raiser", Fields: []string{"raised_by", "state", "due", "number"}},
			{Name: "owner", Fields: []string{"owner", "state", "due", "number"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.VisitFinding).Path },
			"paid_by": func(d any) []string { return d.(*models.VisitFinding).PaidBy() },
		},
	}
	Checklists = &Collection{Name: "checklists", New: of[models.Checklist]}
)
