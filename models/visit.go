package models

import (
	"slices"
	"strings"
)

// VisitState is how far an end-use visit has come.
type VisitState string

// The states of a visit.
const (
	VisitPlanned   VisitState = "planned"
	VisitUnderway  VisitState = "under_way"
	VisitMade      VisitState = "made" // and signed
	VisitCancelled VisitState = "cancelled"
)

// VisitStates lists the states in the order that pages show them.
var VisitStates = []VisitState{VisitPlanned, VisitUnderway, VisitMade, VisitCancelled}

// Words returns the state as people say it.
func (s VisitState) Words() string { return strings.ReplaceAll(string(s), "_", " ") }

// Visit (end-use monitoring) is a donor's or the agency's monitor seeing by serial
// number what was given, how it is used and how it is kept. What is to be seen is
// drawn when the visit begins, so that nobody knows the sample beforehand.
type Visit struct {
	Number  string     `json:"number"` // EV-NORTH-2026-0001
	Series  string     `json:"series"`
	Serial  int64      `json:"serial"`
	Name    string     `json:"name" validate:"required,text,max=200"`
	State   VisitState `json:"state"`
	Scope   VisitScope `json:"scope"`
	Monitor Monitor    `json:"monitor"`
	On      Day        `json:"on" validate:"required,day"` // planned for
	// Sample is how many are drawn besides what is of an enhanced category; nil is all.
	Sample    *Sample `json:"sample,omitempty"`
	Expected  int     `json:"expected"` // items on the list; until it begins, in the scope
	Checklist []Check `json:"checklist" validate:"max=200,dive"`
	Findings  int     `json:"findings"` // made so far
	Extras    int     `json:"extras"`   // items seen that were not on the list

	Path   []string `json:"path,omitempty"`   // of the scope's unit
	Within []string `json:"within,omitempty"` // every unit that something lies in, and those above
	Payers []string `json:"payers,omitempty"` // who paid for it, as Asset.PaidBy

	PlannedBy string      `json:"planned_by"`
	PlannedAt Time        `json:"planned_at"`
	BegunAt   *Time       `json:"begun_at,omitempty"`
	MadeAt    *Time       `json:"made_at,omitempty"`
	Impact    string      `json:"impact,omitempty" validate:"max=4000"` // what the equipment has brought about
	Remarks   string      `json:"remarks,omitempty" validate:"max=4000"`
	Reason    string      `json:"reason,omitempty" validate:"max=2000"` // for which it was cancelled
	Digest    string      `json:"digest,omitempty"`                     // SHA-256 of every item and finding as signed for, in hex
	SignedBy  []Signature `json:"signed_by,omitempty"`                  // of the monitor and of the unit's representative
	Base
}

// VisitScope is what a visit is about. A unit includes those below it.
type VisitScope struct {
	Unit     string `json:"unit,omitempty" validate:"omitempty,code"`
	Donor    string `json:"donor,omitempty" validate:"omitempty,code"`
	Grant    string `json:"grant,omitempty" validate:"omitempty,code"`
	Category string `json:"category,omitempty" validate:"omitempty,code"`
}

// Monitor is who sees: a person of the book, or somebody of an organisation outside.
type Monitor struct {
	Person       string `json:"person,omitempty" validate:"omitempty,code"`
	Name         string `json:"name" validate:"required,text,max=200"`
	Organisation string `json:"organisation,omitempty" validate:"omitempty,text,max=200"`
}

// Words names the monitor and whom they come from.
func (m Monitor) Words() string {
	if m.Organisation == "" {
		return m.Name
	}
	return m.Name + ", " + m.Organisation
}

// Key returns the visit's number.
func (v *Visit) Key() string { return v.Number }

// Open says whether the visit is still to be made.
func (v *Visit) Open() bool { return v.State == VisitPlanned || v.State == VisitUnderway }

// Leaders are the people who make the visit.
func (v *Visit) Leaders() []string {
	if v.Monitor.Person == "" || v.Monitor.Person == v.PlannedBy {
		return []string{v.PlannedBy}
	}
	return []string{v.PlannedBy, v.Monitor.Person}
}

// Led says whether the person makes the visit.
func (v *Visit) Led(person string) bool { return slices.Contains(v.Leaders(), person) }

// Unanswered counts the questions of the checklist without an answer.
func (v *Visit) Unanswered() int {
	n := 0
	for _, c := range v.Checklist {
		if c.Answer == "" {
			n++
		}
	}
	return n
}

// CheckAnswer is what was answered to a question of a checklist.
type CheckAnswer string

// CheckAnswers lists the answers in the order that pages show them.
var CheckAnswers = []CheckAnswer{"yes", "no", "na"}

// Words returns the answer as people say it.
func (a CheckAnswer) Words() string {
	if a == "na" {
		return "n.a."
	}
	return string(a)
}

// Check is one question of a visit's checklist, with its answer.
type Check struct {
	Question string      `json:"question" validate:"required,text,max=300"`
	Answer   CheckAnswer `json:"answer,omitempty" validate:"omitempty,oneof=yes no na"`
	Remark   string      `json:"remark,omitempty" validate:"omitempty,text,max=1000"`
}

// Checklist is a template of questions, for what a donor paid for, for a category,
// or, when it names neither, for every visit.
type Checklist struct {
	Code      string   `json:"code" validate:"required,code"`
	Name      string   `json:"name" validate:"required,text,max=200"`
	Donor     string   `json:"donor,omitempty" validate:"omitempty,code"`
	Category  string   `json:"category,omitempty" validate:"omitempty,code"`
	Questions []string `json:"questions" validate:"min=1,max=60,unique,dive,required,text,max=300"`
	Base
}

// Key returns the template's code.
func (c *Checklist) Key() string { return c.Code }

// Fits says whether the template is for a visit to what a donor paid for of a
// category.
func (c *Checklist) Fits(donor, category string) bool {
	return (c.Donor == "" || c.Donor == donor) && (c.Category == "" || c.Category == category)
}

// PhysicalSecurity is asked where no template fits: what the checklists of "Golden
// Sentry" (SAMM chapter 8, enhanced end-use monitoring) come to for any equipment.
var PhysicalSecurity = []string{
	"Is the site fenced or walled, and the store locked?",
	"Is there a list of who may enter, and is it kept to?",
	"Is there an alarm or a watch outside of working hours?",
	"Are guards on duty around the clock?",
	"Are keys kept apart, and is their issue recorded?",
	"Is an inventory kept, and up to date?",
	"Do the serial numbers match the inventory?",
	"Is the equipment protected against fire and weather?",
}
