package models

import (
	"slices"
	"strings"
)

// VoucherKind is what sort of movement a voucher is the paper of.
type VoucherKind string

// The kinds of voucher.
const (
	IssueVoucher    VoucherKind = "issue"       // to a person or unit that uses it, within one's own part of the tree
	ReturnVoucher   VoucherKind = "return"      // back into store
	TransferVoucher VoucherKind = "transfer"    // to another unit for good
	HandoverVoucher VoucherKind = "handover"    // from a donor to an agency, with title
	LoanVoucher     VoucherKind = "loan"        // to another agency for a joint operation, with a day to come back
	TakingOver      VoucherKind = "taking_over" // all that one person holds, to their successor
)

// VoucherKinds lists the kinds in the order that pages show them.
var VoucherKinds = []VoucherKind{IssueVoucher, ReturnVoucher, TransferVoucher, HandoverVoucher, LoanVoucher, TakingOver}

// Words returns the kind as people say it.
func (k VoucherKind) Words() string {
	if k == TakingOver {
		return "handing and taking over"
	}
	if k == HandoverVoucher {
		return "donor handover"
	}
	return string(k)
}

// VoucherState is how far a voucher has come.
type VoucherState string

// The states of a voucher.
const (
	Draft          VoucherState = "draft"
	Underway       VoucherState = "dispatched"
	Accepted       VoucherState = "accepted"
	AcceptedInPart VoucherState = "accepted_in_part"
	Refused        VoucherState = "refused"
	Cancelled      VoucherState = "cancelled"
)

// VoucherStates lists the states in the order that pages show them.
var VoucherStates = []VoucherState{Draft, Underway, Accepted, AcceptedInPart, Refused, Cancelled}

// Words returns the state as people say it.
func (s VoucherState) Words() string { return strings.ReplaceAll(string(s), "_", " ") }

// Voucher is the signed paper of a movement.
type Voucher struct {
	Number   string       `json:"number"` // V-KHY-2026-0042
	Series   string       `json:"series"` // V-KHY-2026: per unit and year, without gaps
	Serial   int64        `json:"serial"` // in the series, from 1
	Kind     VoucherKind  `json:"kind" validate:"oneof=issue return transfer handover loan taking_over"`
	State    VoucherState `json:"state"`
	From     string       `json:"from" validate:"required,code"` // the unit that hands over; of a donor handover, the donor
	FromPath []string     `json:"from_path,omitempty"`
	To       string       `json:"to" validate:"required,code"` // the unit that receives
	ToPath   []string     `json:"to_path"`
	Sender   string       `json:"sender,omitempty" validate:"omitempty,code"`   // the person who hands over what they hold
	Receiver string       `json:"receiver,omitempty" validate:"omitempty,code"` // the person of To who answers for it from then on
	DueBack  Day          `json:"due_back,omitempty" validate:"day"`
	// Operation is the reference of the joint operation that a loan is for.
	Operation string `json:"operation,omitempty" validate:"omitempty,text,max=120"`
	// Agreement is the document by which a donor hands over title.
	Agreement string     `json:"agreement,omitempty" validate:"omitempty,text,max=120"`
	Request   string     `json:"request,omitempty"` // that it fulfils
	Note      string     `json:"note,omitempty" validate:"max=2000"`
	Lines     []Line     `json:"lines" validate:"dive"`
	RaisedBy  string     `json:"raised_by"`
	RaisedAt  Time       `json:"raised_at"`
	Outgoing  *Signature `json:"outgoing,omitempty"` // of who hands over
	Incoming  *Signature `json:"incoming,omitempty"` // of who receives
	Reason    string     `json:"reason,omitempty"`   // why it was refused or cancelled
	Base
}

// Line is one item on a voucher: an asset, or a quantity of a stock lot. What it
// says of the item is as it was when the voucher was raised.
type Line struct {
	Line     int      `json:"line"` // from 1
	Asset    string   `json:"asset,omitempty"`
	Tag      string   `json:"tag,omitempty"`
	Lot      string   `json:"lot,omitempty"`
	Quantity Quantity `json:"quantity"`
	Measure  string   `json:"measure"`
	Name     string   `json:"name"`
	Category string   `json:"category,omitempty"`
	Item     string   `json:"item,omitempty"`   // the lot's stock item
	Number   string   `json:"number,omitempty"` // serial number, or the maker's lot number
	Expiry   Day      `json:"expiry,omitempty"`
	Donor    string   `json:"donor,omitempty"`
	Grant    string   `json:"grant,omitempty"`
	Cost     *Money   `json:"cost,omitempty"`    // of one
	PartOf   string   `json:"part_of,omitempty"` // the tag of the kit that it moves with
	// State of the asset when it was dispatched.
	Condition Condition `json:"condition,omitempty"`
	// Warnings say what the receiver lacks to have the item in custody.
	Warnings []string `json:"warnings,omitempty"`
	// What the receiver said; nil while they have not.
	Receipt *Receipt `json:"receipt,omitempty"`
	// Was is the state from which the asset was dispatched, and Before the voucher by
	// which it had come there: what it goes back to when it is not accepted.
	Was    Status `json:"was,omitempty"`
	Before string `json:"before,omitempty"`
}

// Receipt is what the receiver said of a line.
type Receipt struct {
	Accepted  bool      `json:"accepted"`
	Condition Condition `json:"condition,omitempty" validate:"omitempty,oneof=new good fair poor unserviceable"`
	Remark    string    `json:"remark,omitempty" validate:"omitempty,text,max=500"`
}

// Signature is what somebody signed, how, and the hash of exactly that.
type Signature struct {
	Person        string `json:"person,omitempty"` // whose PIN or account it is
	Name          string `json:"name" validate:"required,text,max=200"`
	Rank          string `json:"rank,omitempty" validate:"omitempty,text,max=80"`
	ServiceNumber string `json:"service_number,omitempty" validate:"omitempty,text,max=60"`
	Method        string `json:"method"`            // drawn, pin or account
	Drawing       string `json:"drawing,omitempty"` // SVG
	TakenBy       string `json:"taken_by"`          // who was signed in
	At            Time   `json:"at"`
	Hash          string `json:"hash"` // SHA-256 of what was signed, in hex
}

// Key returns the voucher's number.
func (v *Voucher) Key() string { return v.Number }

// WithoutDrawings returns the voucher without the drawings of its signatures, for
// lists and for whoever is told of it: they are large, and nobody else's to copy.
func (v *Voucher) WithoutDrawings() *Voucher {
	plain := *v
	for _, end := range []**Signature{&plain.Outgoing, &plain.Incoming} {
		if *end != nil {
			signed := **end
			signed.Drawing = ""
			*end = &signed
		}
	}
	return &plain
}

// Open says whether the goods are on their way.
func (v *Voucher) Open() bool { return v.State == Underway }

// Settled says whether nothing more happens to the voucher.
func (v *Voucher) Settled() bool { return v.State != Draft && v.State != Underway }

// Units are the units in whose part of the tree the voucher stands, at either end.
func (v *Voucher) Units() []string {
	units := slices.Clone(v.FromPath)
	for _, u := range v.ToPath {
		if !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	return units
}

// PaidBy names who paid for what is on the voucher, as Asset.PaidBy does.
func (v *Voucher) PaidBy() []string {
	var all []string
	for _, line := range v.Lines {
		for _, p := range line.PaidBy() {
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// Carrying lists the tags and lots that are on their way by this voucher.
func (v *Voucher) Carrying() []string {
	if !v.Open() {
		return nil
	}
	var codes []string
	for _, line := range v.Lines {
		if code := line.Code(); code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// Warnings are what stands on the lines to be warned of, each once.
func (v *Voucher) Warnings() []string {
	var all []string
	for _, line := range v.Lines {
		for _, warning := range line.Warnings {
			if !slices.Contains(all, warning) {
				all = append(all, warning)
			}
		}
	}
	return all
}

// PaidBy names who paid for the line, as Asset.PaidBy does.
func (l *Line) PaidBy() []string { return payers(l.Donor, l.Grant) }

// Code is the tag or the lot of the line.
func (l *Line) Code() string {
	if l.Tag != "" {
		return l.Tag
	}
	return l.Lot
}
