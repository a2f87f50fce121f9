// Package testdata holds the demo register: made-up people and equipment in the
// shape of real ones.
package testdata

import "embed"

// Demo is the demo register: units, categories, donors, grants and people as JSON
// lists, assets as a CSV file that import takes.
//
//go:embed demo
var Demo embed.FS
