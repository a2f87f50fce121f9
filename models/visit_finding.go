package models

import "slices"

// Severity is how grave a finding of a visit is.
type Severity string

// Severities lists them, gravest first.
var Severities = []Severity{"critical", "major", "minor"}

// Words returns the severity as people say it.
func (s Severity) Words() string { return string(s) }

// FindingState is how far the follow-up of a finding has come.
type FindingState string

// The states of a finding.
const (
	FindingOpen     FindingState = "open"     // the unit is to act
	FindingAnswered FindingState = "answered" // the monitor is to look at the evidence
	FindingClosed   FindingState = "closed"
)

// FindingStates lists the states in the order that pages show them.
var FindingStates = []FindingState{FindingOpen, FindingAnswered, FindingClosed}

// Words returns the state as people say it.
func (s FindingState) Words() string { return string(s) }

// VisitFinding is a matter that a visit brought up, until it is closed.
type VisitFinding struct {
	Number   string       `json:"number"` // EV-NORTH-2026-0001-F1
	Visit    string       `json:"visit"`
	Serial   int          `json:"serial"` // within the visit, from 1
	State    FindingState `json:"state"`
	Severity Severity     `json:"severity" validate:"required,oneof=critical major minor"`
	What     string       `json:"what" validate:"required,max=4000"`
	Asset    string       `json:"asset,omitempty"` // ID
	Tag      string       `json:"tag,omitempty"`
	Name     string       `json:"name,omitempty"`
	Unit     string       `json:"unit" validate:"required,code"` // that must act
	Path     []string     `json:"path"`
	Owner    string       `json:"owner,omitempty" validate:"omitempty,code"` // the person who must act
	Due      Day          `json:"due" validate:"required,day"`
	Donor    string       `json:"donor,omitempty"`
	Grant    string       `json:"grant,omitempty"`
	// Payers are who paid for what the visit saw, of a finding about no one item.
	Payers   []string   `json:"payers,omitempty"`
	RaisedBy string     `json:"raised_by"`
	RaisedAt Time       `json:"raised_at"`
	Steps    []FollowUp `json:"steps,omitempty" validate:"max=100,dive"`
	ClosedAt *Time      `json:"closed_at,omitempty"`
	Files    []Exhibit  `json:"files,omitempty" validate:"max=50"`
	Base
}

// FollowUp is one step of what was done about a finding.
type FollowUp struct {
	To       FindingState `json:"to"` // answered, open again, or closed
	Text     string       `json:"text" validate:"required,max=4000"`
	Evidence string       `json:"evidence,omitempty" validate:"omitempty,text,max=300"` // a reference, or the name of the file
	File     string       `json:"file,omitempty"`                                       // ID, among the finding's
	By       string       `json:"by"`
	At       Time         `json:"at"`
}

// Key returns the finding's number.
func (f *VisitFinding) Key() string { return f.Number }

// PaidBy names who paid for what the finding is about, as Asset.PaidBy does.
func (f *VisitFinding) PaidBy() []string { return append(payers(f.Donor, f.Grant), f.Payers...) }

// Open says whether the finding is not closed yet.
func (f *VisitFinding) Open() bool { return f.State != FindingClosed }

// Overdue says whether the finding is open past its day.
func (f *VisitFinding) Overdue(today Day) bool { return f.Open() && f.Due < today }

// Answered says whether the person answered the finding.
func (f *VisitFinding) Answered(person string) bool {
	return slices.ContainsFunc(f.Steps, func(s FollowUp) bool { return s.To == FindingAnswered && s.By == person })
}
