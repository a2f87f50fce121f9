// Package formats writes reports as files: CSV, JSON and XLSX, each from the same
// description and as a stream. Package papers writes the PDF.
package formats

import (
	"strings"

	"quartermaster/services/reports/layout"
)

// neutral keeps a spreadsheet from reading text as a formula (OWASP, CSV
// Injection): it puts the apostrophe before it that spreadsheets put themselves.
func neutral(text string) string {
	if text != "" && strings.IndexByte("=+-@\t\r'", text[0]) >= 0 {
		return "'" + text
	}
	return text
}

// closing is what stands at the end of every file: what the report is, how it was
// made, and where the ledger stood.
func closing(r *layout.Report) []layout.Fact {
	facts := []layout.Fact{{Label: r.Voice.Say("Report"), Value: r.Title}}
	facts = append(facts, r.Facts...)
	for _, alarm := range r.Alarms {
		facts = append(facts, layout.Fact{Label: r.Voice.Say("ATTENTION"), Value: alarm})
	}
	for _, note := range r.Notes {
		facts = append(facts, layout.Fact{Label: r.Voice.Say("Note"), Value: note})
	}
	return append(facts, r.Closing...)
}
