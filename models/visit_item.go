package models

import "strings"

// VisitOutcome is how an item was found on a visit.
type VisitOutcome string

// The outcomes.
const (
	ItemSeen        VisitOutcome = "seen"
	ItemNotSeen     VisitOutcome = "not_seen"
	SerialDiffers   VisitOutcome = "serial_differs"
	ItemMisused     VisitOutcome = "misused"
	ItemTransferred VisitOutcome = "transferred" // to somebody else, without the donor's consent
)

// VisitOutcomes lists the outcomes in the order that pages show them.
var VisitOutcomes = []VisitOutcome{ItemSeen, ItemNotSeen, SerialDiffers, ItemMisused, ItemTransferred}

// Words returns the outcome as people say it.
func (o VisitOutcome) Words() string {
	if o == ItemTransferred {
		return "transferred without consent"
	}
	return strings.ReplaceAll(string(o), "_", " ")
}

// There says whether the monitor had the item before them.
func (o VisitOutcome) There() bool { return o == ItemSeen || o == SerialDiffers || o == ItemMisused }

// Grave says whether the donor is owed a finding about it.
func (o VisitOutcome) Grave() bool { return o == ItemMisused || o == ItemTransferred }

// VisitItem is one item that a visit is to see, as the book had it when the visit
// began, and how it was found.
type VisitItem struct {
	ID        string    `json:"id"` // VISIT/ASSET
	Visit     string    `json:"visit"`
	Line      int       `json:"line"` // on the list, from 1
	Asset     string    `json:"asset"`
	Tag       string    `json:"tag"`
	Name      string    `json:"name"`
	Category  string    `json:"category"`
	Make      string    `json:"make,omitempty"`
	Model     string    `json:"model,omitempty"`
	Serial    string    `json:"serial,omitempty"`
	Unit      string    `json:"unit"`
	Path      []string  `json:"path"` // of the units in whose part of the tree it stands
	Location  string    `json:"location,omitempty"`
	Custodian string    `json:"custodian,omitempty"`
	Donor     string    `json:"donor,omitempty"`
	Grant     string    `json:"grant,omitempty"`
	Cost      *Money    `json:"cost,omitempty"`
	Status    Status    `json:"status"`
	Was       Condition `json:"was,omitempty"` // the condition in the book
	// Enhanced items are seen at every visit, whatever the sample.
	Enhanced bool           `json:"enhanced,omitempty"`
	Extra    bool           `json:"extra,omitempty"` // seen, and not on the list
	Seen     *VisitSighting `json:"seen,omitempty"`
	Base
}

// VisitSighting is how a monitor found an item.
type VisitSighting struct {
	Outcome   VisitOutcome `json:"outcome" validate:"required,oneof=seen not_seen serial_differs misused transferred"`
	Serial    string       `json:"serial,omitempty" validate:"omitempty,text,max=120"` // as read on it, where it differs
	Condition Condition    `json:"condition,omitempty" validate:"omitempty,oneof=new good fair poor unserviceable"`
	Use       EndUse       `json:"use,omitempty" validate:"omitempty,oneof=as_intended standby not_in_use otherwise"`
	UsedFor   string       `json:"used_for,omitempty" validate:"omitempty,text,max=300"`
	Needed    *bool        `json:"needed,omitempty"` // still
	Location  string       `json:"location,omitempty" validate:"omitempty,text,max=120"`
	Remark    string       `json:"remark,omitempty" validate:"omitempty,text,max=1000"`
	Photo     string       `json:"photo,omitempty"` // ID of the file
	By        string       `json:"by"`
	At        Time         `json:"at"`
}

// Key returns the item's identity within all visits.
func (i *VisitItem) Key() string { return i.ID }

// PaidBy names who paid for the item, as Asset.PaidBy does.
func (i *VisitItem) PaidBy() []string { return payers(i.Donor, i.Grant) }
