package models

import (
	"cmp"
	"fmt"
	"strings"
)

// ReportState is how far a report has come.
type ReportState string

// The states of a report.
const (
	ReportWaiting ReportState = "waiting" // until a server takes it up
	ReportRunning ReportState = "running"
	ReportDone    ReportState = "done"
	ReportFailed  ReportState = "failed"
	ReportExpired ReportState = "expired" // its file was kept long enough
)

// Report is one pull of a report: who asked for what, and when. One that is made in
// the background is kept as a file for a while.
type Report struct {
	ID     string      `json:"id"` // stands on the report itself
	Kind   string      `json:"kind"`
	Title  string      `json:"title"`
	Asked  ReportQuery `json:"asked"`
	Format string      `json:"format"` // page, json, csv, xlsx or pdf
	By     string      `json:"by"`
	State  ReportState `json:"state"`
	// AskedAt is when it was asked for; where Asked names no instant, the book is seen
	// as it stood then.
	AskedAt   Time        `json:"asked_at"`
	DoneAt    *Time       `json:"done_at,omitempty"`
	Lines     int64       `json:"lines,omitempty"`
	Failure   string      `json:"failure,omitempty"` // why it failed, in a sentence
	File      *ReportFile `json:"file,omitempty"`
	Downloads int64       `json:"downloads,omitempty"`
	Base
}

// ReportQuery is what a report is asked for. Days are of the house's zone; what is
// empty narrows nothing.
type ReportQuery struct {
	Donor    string `json:"donor,omitempty"`
	Grant    string `json:"grant,omitempty"`
	Unit     string `json:"unit,omitempty"` // with those below it
	Category string `json:"category,omitempty"`
	From     Day    `json:"from,omitempty"`
	To       Day    `json:"to,omitempty"`
	AsOf     string `json:"as_of,omitempty"` // a day, at its end, or an instant
	// Language is that of the report: of a catalogue, such as "ur", or of English and
	// another beside it, such as "en+ur"; "" is English. Digits are how it writes numbers.
	Language string `json:"language,omitempty"`
	Digits   string `json:"digits,omitempty"`
}

// Covers says whether a report that was asked for on a day is of the whole of a year.
func (q ReportQuery) Covers(year int, asked Day) bool {
	first, last := Day(fmt.Sprintf("%04d-01-01", year)), Day(fmt.Sprintf("%04d-12-31", year))
	to := cmp.Or(q.To, Day(q.AsOf[:min(len(q.AsOf), len(last))]), asked)
	from := cmp.Or(q.From, to[:4]+"-01-01")
	return from <= first && to >= last
}

// ReportFile is the file of a report that was made in the background.
type ReportFile struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Size      int64  `json:"size"`  // bytes
	Parts     int    `json:"parts"` // in which it is kept
	ExpiresAt Time   `json:"expires_at"`
}

// Heading is the report's title, in whatever language.
func (r *Report) Heading() Text { return Say(r.Title) }

// Key returns the report's identity.
func (r *Report) Key() string { return r.ID }

// ReportProgress is how far a report in the making is, and who makes it. It is no
// part of the account, has no events, and goes when the report is done.
type ReportProgress struct {
	Report string `json:"report"`
	Worker string `json:"worker"`
	Done   int64  `json:"done"` // lines
	Of     int64  `json:"of"`   // as was counted before
	BeatAt Time   `json:"beat_at"`
	Base
}

// Words returns the state as people say it.
func (s ReportState) Words() string { return string(s) }

// Words says in a line what a report was asked for.
func (q ReportQuery) Words() string {
	var parts []string
	for _, p := range []struct{ label, value string }{{"donor", q.Donor}, {"grant", q.Grant}, {"unit", q.Unit}, {"category", q.Category}, {"from", string(q.From)}, {"to", string(q.To)}, {"as of", q.AsOf}} {
		if p.value != "" {
			parts = append(parts, p.label+" "+p.value)
		}
	}
	if len(parts) == 0 {
		return "everything"
	}
	return strings.Join(parts, ", ")
}

// FormatWords returns the format as people write it.
func (r *Report) FormatWords() string { return strings.ToUpper(r.Format) }
