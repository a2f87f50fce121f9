// Package layout describes a report once, for every form in which it can be had:
// what it is about, and sections of columns and rows that come as a stream.
package layout

import (
	"time"

	"quartermaster/models"
	"quartermaster/services/words"
)

// Report is one report before and while it is written.
type Report struct {
	Kind   string
	Voice  words.Voice // in whose language it is
	Title  string
	Number string // its own, by which the ledger knows it
	Facts  []Fact // what it is about: for whom, of what, as of when
	// Alarms are told before everything else: a balance that does not balance.
	Alarms   []string
	Sections []Section
	Notes    []string // how its figures were made
	Closing  []Fact   // where the ledger stood, and how to check the report
	Address  string   // of the page that checks it; what the QR code carries
	Made     models.Time
	Zone     *time.Location // of the times on it; nil is UTC
	// Attachments are files that go along where the format can take them.
	Attachments []Attachment
}

// Fact is one thing said with its name.
type Fact struct{ Label, Value string }

// Attachment is a paper that belongs to the report. Write is called when it is
// needed.
type Attachment struct {
	Name, About string
	Write       func() ([]byte, error)
}

// Section is a table.
type Section struct {
	Name    string // in JSON
	Title   string
	About   string // a sentence below the title
	Empty   string // what is said when there are no rows
	Columns []Column
	// Rows calls yield with each row, the totals last; it stops at the first error.
	Rows func(yield func(Row) error) error
	// Measures are drawn on the page beside the table; they are known once Rows ended.
	Measures func() []Measure
}

// Measure is a bar of a drawing: a name and how much there is of it.
type Measure struct {
	Name  string
	Value float64
	Shown string
	Bad   bool
}

// Type is what the cells of a column hold.
type Type int

// The types of column, and what their cells are in Go; nil is an empty cell of any.
const (
	Text     Type = iota // string
	Code                 // string that is not broken between lines: a tag, a number
	Day                  // models.Day
	Instant              // models.Time
	Count                // int64
	Quantity             // models.Quantity
	Amount               // Decimal
	Percent              // Decimal
)

// TypeNames are the names of the types in JSON.
var TypeNames = map[Type]string{Text: "text", Code: "text", Day: "day", Instant: "instant", Count: "count", Quantity: "quantity", Amount: "amount", Percent: "percent"}

// Numeric says whether the cells are numbers, set to the right.
func (t Type) Numeric() bool { return t >= Count }

// Decimal is a number as text, so that it is written as it was read.
type Decimal string

// Column is a column of a section.
type Column struct {
	Name  string // in JSON: lower case with underscores
	Title string
	Type  Type
	// Wide columns are for files alone: paper and pages leave them out.
	Wide bool
	// Under columns are wide ones that paper tells in a line under the row.
	Under bool
}

// RowKind says what a row is among others.
type RowKind int

// The kinds of row.
const (
	Line RowKind = iota
	Subtotal
	Total
	Alarm // something about the row is wrong and must be seen
)

// Row is a line of a section: a cell for each column.
type Row struct {
	Kind  RowKind
	Cells []any
	Link  string // the page of what the row is about
}
