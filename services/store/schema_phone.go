package store

import "quartermaster/models"

// Unbooked is what was done out of reach and the book did not take.
var Unbooked = &Collection{
	Name: "unbooked",
	New:  of[models.Unbooked],
	Indexes: []Index{
		{Name: "person", Fields: []string{"person", "id"}},
		{Name: "unit", Fields: []string{"units", "id"}},
	},
	Many: map[string]func(any) []string{"units": func(d any) []string { return d.(*models.Unbooked).Path }},
}
