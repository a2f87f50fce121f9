package models

import (
	"slices"
	"strings"
)

// FlagKind is what sort of matter a flag is about.
type FlagKind string

// The kinds of flag.
const (
	OverdueService     FlagKind = "overdue_service"
	DueSoon            FlagKind = "due_soon"
	OverdueReturn      FlagKind = "overdue_return"
	Unaccounted        FlagKind = "unaccounted"
	Expiring           FlagKind = "expiring"
	Expired            FlagKind = "expired"
	HandoverUnaccepted FlagKind = "handover_unaccepted"
	RequestWaiting     FlagKind = "request_waiting"
	LowStock           FlagKind = "low_stock"
	WarrantyEnding     FlagKind = "warranty_ending"
	TrainingLapsing    FlagKind = "training_lapsing"
)

// FlagKinds lists the kinds in the order that pages show them.
var FlagKinds = []FlagKind{Unaccounted, OverdueService, OverdueReturn, Expired, HandoverUnaccepted, RequestWaiting, LowStock,
	DueSoon, Expiring, TrainingLapsing, WarrantyEnding}

// Words returns the kind as people say it.
func (k FlagKind) Words() string { return strings.ReplaceAll(string(k), "_", " ") }

// FlagState is whether somebody must still look at a flag.
type FlagState string

// The states of a flag.
const (
	FlagOpen   FlagState = "open"
	FlagClosed FlagState = "closed"
)

// Flag is a matter that a person must look at. Jobs and services open and close it;
// people acknowledge it.
type Flag struct {
	ID   string   `json:"id"`
	Kind FlagKind `json:"kind"`
	// Subject is what it is about, as the ledger names it: "assets/01J…". A matter is a
	// kind of flag about a subject; at most one flag of a matter is open.
	Subject string `json:"subject"`
	Ref     string `json:"ref"`    // what people know the subject by: a tag, the number of a paper, a lot
	What    string `json:"what"`   // the subject in words
	Detail  string `json:"detail"` // why it was opened
	// Since is the day from which the matter stands (the service was due, the lot
	// expired); lists are in its order. It lies ahead for what is about to happen.
	Since Day       `json:"since"`
	Unit  string    `json:"unit,omitempty"` // that answers for it
	Path  []string  `json:"path,omitempty"`
	Owner string    `json:"owner,omitempty"` // the person who answers for it: a custodian, a requester
	Donor string    `json:"donor,omitempty"`
	Grant string    `json:"grant,omitempty"`
	State FlagState `json:"state"`
	// Level is how many units up from Unit it has risen by its age; 0 is Unit itself.
	Level        int              `json:"level"`
	Acknowledged *Acknowledgement `json:"acknowledged,omitempty"`
	OpenedAt     Time             `json:"opened_at"`
	ClosedAt     *Time            `json:"closed_at,omitempty"`
	Outcome      string           `json:"outcome,omitempty"` // why it was closed
	Base
}

// Acknowledgement is what somebody who looked at a flag says of it.
type Acknowledgement struct {
	By     string `json:"by"`
	At     Time   `json:"at"`
	Remark string `json:"remark" validate:"required,text,max=500"`
	// LookAgain is the day until which the flag stays out of people's way.
	LookAgain Day `json:"look_again,omitempty" validate:"day"`
}

// Key returns the flag's identity.
func (f *Flag) Key() string { return f.ID }

// Matter names what the flag is about while it is open; two open flags never share
// one. It is empty once the flag is closed.
func (f *Flag) Matter() []string {
	if f.State != FlagOpen {
		return nil
	}
	return []string{MatterOf(f.Kind, f.Subject)}
}

// MatterOf names the matter of a kind about a subject.
func MatterOf(kind FlagKind, subject string) string { return string(kind) + " " + subject }

// PaidBy names who paid for what the flag is about, as Asset.PaidBy does.
func (f *Flag) PaidBy() []string { return payers(f.Donor, f.Grant) }

// RaisedTo is the unit to which the flag has risen.
func (f *Flag) RaisedTo() string {
	if len(f.Path) == 0 {
		return f.Unit
	}
	return f.Path[max(len(f.Path)-1-f.Level, 0)]
}

// Units are the units in whose part of the tree the flag stands.
func (f *Flag) Units() []string { return slices.Clone(f.Path) }
