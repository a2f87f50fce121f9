package models

import "strings"

// RequestState is how far a request has come.
type RequestState string

// The states of a request.
const (
	Submitted RequestState = "submitted"
	Approved  RequestState = "approved" // the whole or a part of it, see Request.Approved
	Declined  RequestState = "declined"
	Fulfilled RequestState = "fulfilled"
	Closed    RequestState = "closed" // withdrawn, or ended before all was given
)

// RequestStates lists the states in the order that pages show them.
var RequestStates = []RequestState{Submitted, Approved, Declined, Fulfilled, Closed}

// Words returns the state as people say it.
func (s RequestState) Words() string { return strings.ReplaceAll(string(s), "_", " ") }

// Priority is how soon something is needed.
type Priority string

// Words is how people say it.
func (p Priority) Words() string { return string(p) }

// Priorities lists the priorities, most urgent first.
var Priorities = []Priority{"immediate", "urgent", "routine"}

// Request (indent) is what a commander asks for: so many of a category, of a
// named make and model, or of a stock item.
type Request struct {
	Number   string       `json:"number"` // R-KHY-2026-0007
	Series   string       `json:"series"`
	Serial   int64        `json:"serial"`
	State    RequestState `json:"state"`
	Unit     string       `json:"unit" validate:"required,code"` // for which it is
	Path     []string     `json:"path"`
	Category string       `json:"category,omitempty" validate:"omitempty,code"`
	Make     string       `json:"make,omitempty" validate:"omitempty,text,max=120"`
	Model    string       `json:"model,omitempty" validate:"omitempty,text,max=120"`
	Item     string       `json:"item,omitempty" validate:"omitempty,code"`
	What     string       `json:"what"` // in words
	Quantity Quantity     `json:"quantity"`
	Measure  string       `json:"measure"`
	Purpose  string       `json:"purpose" validate:"required,text,max=500"`
	Priority Priority     `json:"priority" validate:"oneof=immediate urgent routine"`
	Urgency  int          `json:"urgency"` // 0 is immediate; the order of the storekeeper's list
	NeededBy Day          `json:"needed_by,omitempty" validate:"day"`

	RequestedBy string `json:"requested_by"`
	RequestedAt Time   `json:"requested_at"`
	// Approver is the role that decides, by the settings of the unit tree.
	Approver   Role         `json:"approver"`
	Approved   Quantity     `json:"approved"`
	DecidedBy  string       `json:"decided_by,omitempty"`
	DecidedAt  *Time        `json:"decided_at,omitempty"`
	Remarks    string       `json:"remarks,omitempty" validate:"max=2000"` // of who decided
	Fulfilment []Fulfilment `json:"fulfilment,omitempty"`
	Reason     string       `json:"reason,omitempty" validate:"max=2000"` // why it was closed
	Base
}

// Fulfilment is what one voucher gives of a request.
type Fulfilment struct {
	Voucher  string       `json:"voucher"`
	Quantity Quantity     `json:"quantity"`
	State    VoucherState `json:"state"`
}

// Key returns the request's number.
func (r *Request) Key() string { return r.Number }

// Waits says whether something of the request is still to be given.
func (r *Request) Waits() bool { return r.State == Approved }

// Remaining is what was approved and is on no voucher yet.
func (r *Request) Remaining() Quantity {
	return max(r.Approved-r.Promised(), 0)
}

// Promised is what is on vouchers or was given.
func (r *Request) Promised() Quantity {
	var sum Quantity
	for _, f := range r.Fulfilment {
		sum += f.Quantity
	}
	return sum
}

// PromisedBy is how much of it a voucher gives, or is to give.
func (r *Request) PromisedBy(voucher string) Quantity {
	for _, f := range r.Fulfilment {
		if f.Voucher == voucher {
			return f.Quantity
		}
	}
	return 0
}

// Given is what has been accepted.
func (r *Request) Given() Quantity {
	var given Quantity
	for _, f := range r.Fulfilment {
		if f.State == Accepted || f.State == AcceptedInPart {
			given += f.Quantity
		}
	}
	return given
}

// counts says whether a line is of what was asked for: equipment, or the stock
// item. Cables with radios, or the parts of a kit, go along uncounted.
func (r *Request) counts(line Line) bool {
	return line.PartOf == "" && line.Item == r.Item
}

// Follow records what became of a voucher that fulfils the request: quantities
// that were not accepted are open again, and a request of which all was accepted
// is fulfilled.
func (r *Request) Follow(v *Voucher) {
	var quantity Quantity
	for _, line := range v.Lines {
		dropped := v.State == Refused || v.State == Cancelled || line.Receipt != nil && !line.Receipt.Accepted
		if !dropped && r.counts(line) {
			quantity += line.Quantity
		}
	}
	now := Fulfilment{Voucher: v.Number, Quantity: quantity, State: v.State}
	known := false
	for i := range r.Fulfilment {
		if r.Fulfilment[i].Voucher == v.Number {
			r.Fulfilment[i], known = now, true
		}
	}
	if !known {
		r.Fulfilment = append(r.Fulfilment, now)
	}
	if r.Waits() && r.Given() >= r.Approved {
		r.State = Fulfilled
	}
}
