package models

import "fmt"

// Unit is an agency, directorate, unit, post or store: a node of the unit tree.
// Its code is its name everywhere, and never changes.
type Unit struct {
	Code   string   `json:"code" validate:"required,code"`
	Name   string   `json:"name" validate:"required,text,max=200"`
	Kind   string   `json:"kind" validate:"required,oneof=agency directorate unit post store"`
	Parent string   `json:"parent,omitempty" validate:"omitempty,code"`
	Path   []string `json:"path"` // codes from the top of the tree down to this unit
	// Approver is the role that decides on requests of this unit and of those below
	// that name none; "" leaves it to the unit above, and at the top to commanders.
	Approver Role `json:"approver,omitempty" validate:"omitempty,oneof=admin storekeeper commander"`
	// Disposal is up to which values who decides on losses and write-offs.
	Disposal []DisposalLimit `json:"disposal,omitempty" validate:"max=10,unique=Currency,dive"`
	Base
}

// Donor is who pays: a government, a programme, an organisation.
type Donor struct {
	Code string `json:"code" validate:"required,code"`
	Name string `json:"name" validate:"required,text,max=200"`
	Mark string `json:"mark,omitempty" validate:"max=24"` // the short text on labels
	// EndUseBy is the day of each year by which the donor is owed the end-use report of
	// the year before: 01-31 for the US; "" where it asks for none.
	EndUseBy string `json:"end_use_by,omitempty" validate:"omitempty,yearday"`
	Base
}

// reminder is how many days ahead the report of a year comes to mind.
const reminder = 31

// OwedEndUse says by which day the donor is owed the end-use report of which year,
// and whether that is near or past. A year that had ended when the donor was entered
// is owed by nobody.
func (d *Donor) OwedEndUse(today, entered Day) (by Day, year int, owed bool) {
	if d.EndUseBy == "" {
		return "", 0, false
	}
	next := inYear(today.Midnight().Year(), d.EndUseBy)
	if next < today {
		next = inYear(next.Midnight().Year()+1, d.EndUseBy)
	}
	by = next
	if next.Plus(-reminder) > today {
		by = inYear(next.Midnight().Year()-1, d.EndUseBy)
	}
	year = by.Midnight().Year() - 1
	last := Day(fmt.Sprintf("%04d-12-31", year))
	return by, year, entered <= last && last < today
}

// EndUseDay is the day of EndUseBy in words: 31 January.
func (d *Donor) EndUseDay() string { return inYear(2024, d.EndUseBy).Midnight().Format("2 January") }

// Grant is one agreement of a donor under which equipment is given.
type Grant struct {
	Code      string `json:"code" validate:"required,code"`
	Name      string `json:"name" validate:"required,text,max=200"`
	Donor     string `json:"donor" validate:"required,code"`
	Reference string `json:"reference,omitempty" validate:"max=120"` // of the agreement
	From      Day    `json:"from,omitempty" validate:"day"`
	To        Day    `json:"to,omitempty" validate:"day"`
	// ConsentFrom is the value from which the donor must consent to a disposal also
	// after the title has passed; nil is never. What is the donor's always needs it.
	ConsentFrom *Money `json:"consent_from,omitempty"`
	// EvidenceFrom is the value from which the evidence of a title transfer must be
	// attached (EU general conditions 7.5: above 5,000 euro an item); nil is never.
	EvidenceFrom *Money `json:"evidence_from,omitempty"`
	// Recipient is who is proposed to own the items at the end, where an item names
	// nobody.
	Recipient string   `json:"recipient,omitempty" validate:"omitempty,text,max=200"`
	Closed    *Closure `json:"closed,omitempty"`
	Base
}

// Closure is the end of a grant: nothing more is taken on charge under it.
type Closure struct {
	On        Day        `json:"on"`
	Remarks   string     `json:"remarks,omitempty" validate:"max=4000"`
	Signature *Signature `json:"signature,omitempty"`
	By        string     `json:"by"`
	At        Time       `json:"at"`
	Items     int        `json:"items"` // that it had paid for
	Passed    int        `json:"passed"`
	StruckOff int        `json:"struck_off"`
}
