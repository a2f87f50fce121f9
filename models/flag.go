package models

import (
	"crypto/sha256"
	"encoding/base32"
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
	PublicReported     FlagKind = "public_report" // by somebody without a sign-in
	LossOpen           FlagKind = "loss_open"
	GrantEnding        FlagKind = "grant_ending"
	FindingOverdue     FlagKind = "finding_overdue" // of an end-use visit
	EndUseOwed         FlagKind = "end_use_report"  // to a donor, for a year
)

// FlagKinds lists the kinds in the order that pages show them.
var FlagKinds = []FlagKind{Unaccounted, LossOpen, FindingOverdue, OverdueService, OverdueReturn, PublicReported, Expired, HandoverUnaccepted, RequestWaiting, LowStock,
	DueSoon, Expiring, TrainingLapsing, WarrantyEnding, GrantEnding, EndUseOwed}

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
// people acknowledge it. A matter is a kind of flag about a subject: it has one Flag
// for ever, which is opened again when the matter comes back, so that its history is
// the story of the matter.
type Flag struct {
	ID      string   `json:"id"` // see FlagID
	Kind    FlagKind `json:"kind"`
	Subject string   `json:"subject"` // what it is about, as the ledger names it: "assets/01J…"
	Ref     string   `json:"ref"`     // what people know the subject by: a tag, the number of a paper, a lot
	What    string   `json:"what"`    // the subject in words
	Detail  string   `json:"detail"`  // why it stands
	// WhatSaid, DetailSaid and OutcomeSaid are what the English of these was made of.
	WhatSaid   *Text `json:"what_said,omitempty"`
	DetailSaid *Text `json:"detail_said,omitempty"`
	// Since is the day from which the matter stands (the service was due, the lot
	// expired); lists are in its order. It lies ahead for what is about to happen.
	Since Day      `json:"since"`
	Unit  string   `json:"unit,omitempty"` // that answers for it
	Path  []string `json:"path,omitempty"`
	Also  []string `json:"also,omitempty"`  // further units that see it: of who owns what is lent, of who sent what is not accepted
	Owner string   `json:"owner,omitempty"` // the person who answers for it: a custodian, a requester
	Donor string   `json:"donor,omitempty"`
	Grant string   `json:"grant,omitempty"`
	// Payers are who paid for what is of several, such as a voucher: "donor CODE", "grant CODE".
	Payers []string  `json:"payers,omitempty"`
	State  FlagState `json:"state"`
	// Mark is what the cause looked like when the flag was last brought up to date.
	Mark string `json:"mark"`
	// Level is how many units up from Unit it has risen by its age, to RaisedTo.
	Level    int    `json:"level"`
	RaisedTo string `json:"raised_to"`
	// RisesOn is the day on which it rises further if it still stands; "" at the top.
	RisesOn      Day              `json:"rises_on,omitempty"`
	Acknowledged *Acknowledgement `json:"acknowledged,omitempty"`
	Times        int              `json:"times"`     // it was opened
	OpenedAt     Time             `json:"opened_at"` // last
	ClosedAt     *Time            `json:"closed_at,omitempty"`
	Outcome      string           `json:"outcome,omitempty"` // why it was closed last
	OutcomeSaid  *Text            `json:"outcome_said,omitempty"`
	Base
}

// Acknowledgement is what somebody who looked at a flag says of it.
type Acknowledgement struct {
	By     string `json:"by"`
	At     Time   `json:"at"`
	Remark string `json:"remark" validate:"required,text,max=500"`
	// LookAgain is the day until which the flag neither rises nor stands among what is
	// to be looked at.
	LookAgain Day `json:"look_again,omitempty" validate:"day"`
}

// Key returns the flag's identity.
func (f *Flag) Key() string { return f.ID }

// About tells the subject, in whatever language.
func (f *Flag) About() Text { return Told(f.What, f.WhatSaid) }

// Why tells why the flag stands, in whatever language.
func (f *Flag) Why() Text { return Told(f.Detail, f.DetailSaid) }

// Ended tells why it was closed last, in whatever language.
func (f *Flag) Ended() Text { return Told(f.Outcome, f.OutcomeSaid) }

// FlagID is the identity of the flag of a matter, made from it, so that nobody can
// open two.
func FlagID(kind FlagKind, subject string) string {
	sum := sha256.Sum256([]byte(string(kind) + " " + subject))
	return base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])[:26]
}

// PaidBy names who paid for what the flag is about, as Asset.PaidBy does.
func (f *Flag) PaidBy() []string { return append(payers(f.Donor, f.Grant), f.Payers...) }

// Units are the units in whose part of the tree the flag stands.
func (f *Flag) Units() []string {
	units := slices.Clone(f.Path)
	for _, u := range f.Also {
		if !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	return units
}

// Stands says whether the matter is open.
func (f *Flag) Stands() bool { return f.State == FlagOpen }

// Quiet says whether somebody looked at it and looks again on a later day.
func (f *Flag) Quiet(today Day) bool {
	return f.Acknowledged != nil && f.Acknowledged.LookAgain > today
}

// Begin lets a flag that was opened on a day start to rise. Its age counts from
// then, or from the day of the matter where that is later: what lies ahead is not
// late yet. after is how many days it stays at each level, the last for all above.
func (f *Flag) Begin(opened Day, after []int) {
	f.Level, f.RisesOn = 0, ""
	if len(after) > 0 {
		f.RisesOn = max(opened, f.Since).Plus(daysAt(after, 0))
	}
	f.Rise(opened, after)
}

// Rise raises the flag by as many levels as were due to rise by today.
func (f *Flag) Rise(today Day, after []int) {
	top := max(len(f.Path)-1, 0)
	f.Level = min(f.Level, top)
	for f.RisesOn != "" && f.RisesOn <= today && f.Level < top {
		f.Level++
		f.RisesOn = f.RisesOn.Plus(daysAt(after, f.Level))
	}
	if f.Level == top {
		f.RisesOn = ""
	}
	f.RaisedTo = f.Unit
	if top > 0 {
		f.RaisedTo = f.Path[top-f.Level]
	}
}

// Follow brings the flag in line with a subject that changed: where that moved to
// another unit, the flag has risen as far above it as before.
func (f *Flag) Follow(today Day, after []int) {
	if len(after) > 0 && (f.RisesOn != "" || f.Level < len(f.Path)-1) {
		f.RisesOn = max(f.RisesOn, today.Plus(1))
		if f.Level == 0 {
			f.RisesOn = max(f.RisesOn, f.Since.Plus(daysAt(after, 0)))
		}
	}
	f.Rise(today, after)
}

// daysAt is how many days a flag stays at a level; the last number holds for all above.
func daysAt(after []int, level int) int {
	return after[min(level, len(after)-1)]
}
