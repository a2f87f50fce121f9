package models

import "slices"

// WriteOffState is how far a write-off has come.
type WriteOffState string

// The states of a write-off.
const (
	WriteOffProposed  WriteOffState = "proposed"
	WriteOffApproved  WriteOffState = "approved" // to be carried out
	WriteOffDeclined  WriteOffState = "declined"
	WriteOffWithdrawn WriteOffState = "withdrawn" // by who proposed it, or since the item was found
	WriteOffDone      WriteOffState = "struck_off"
)

// WriteOffStates lists the states in the order that pages show them.
var WriteOffStates = []WriteOffState{WriteOffProposed, WriteOffApproved, WriteOffDeclined, WriteOffWithdrawn, WriteOffDone}

// Words returns the state as people say it.
func (s WriteOffState) Words() string {
	if s == WriteOffDone {
		return "struck off"
	}
	return string(s)
}

// Ground is why an item is to be written off.
type Ground string

// Grounds lists what may be proposed; "loss", "theft" and "damage" come of a Loss.
var Grounds = []Ground{"worn_out", "beyond_repair", "obsolete", "surplus"}

// Words returns the ground as people say it.
func (g Ground) Words() string {
	switch g {
	case "worn_out":
		return "worn out"
	case "beyond_repair":
		return "beyond economical repair"
	case "surplus":
		return "surplus, not needed any more"
	}
	return string(g)
}

// Method is how an item leaves.
type Method string

// The methods.
const (
	Destroyed       Method = "destroyed"
	Sold            Method = "sold"
	Donated         Method = "donated"
	ReturnedToDonor Method = "returned_to_donor"
	NothingLeft     Method = "lost" // of what is missing
)

// Methods lists the methods in the order that pages show them.
var Methods = []Method{Destroyed, Sold, Donated, ReturnedToDonor, NothingLeft}

// Words returns the method as people say it.
func (m Method) Words() string {
	switch m {
	case ReturnedToDonor:
		return "returned to the donor"
	case NothingLeft:
		return "lost, nothing is left of it"
	}
	return string(m)
}

// WriteOff is the paper by which an item is struck off charge.
type WriteOff struct {
	Number string        `json:"number"` // WO-KHY-2026-0002
	Series string        `json:"series"`
	Serial int64         `json:"serial"`
	State  WriteOffState `json:"state"`
	Item
	Ground     Ground `json:"ground" validate:"oneof=worn_out beyond_repair obsolete surplus loss theft damage"`
	Loss       string `json:"loss,omitempty"` // that led to it
	Why        string `json:"why" validate:"required,max=4000"`
	Method     Method `json:"method,omitempty" validate:"omitempty,oneof=destroyed sold donated returned_to_donor lost"` // proposed, then carried out
	Custodian  string `json:"custodian,omitempty"`                                                                       // who had it when it was proposed
	ProposedBy string `json:"proposed_by"`
	ProposedAt Time   `json:"proposed_at"`
	// Demands says why the donor must consent; "" when they need not.
	Demands     string    `json:"demands,omitempty"`
	DemandsSaid *Text     `json:"demands_said,omitempty"`
	Consent     *Consent  `json:"consent,omitempty"`
	Decision    *Decision `json:"decision,omitempty"`
	// Noted is what an auditor looks at twice: a value just under the limit of who
	// decided, several write-offs that would together be above it.
	Noted     []string  `json:"noted,omitempty"`
	NotedSaid []Text    `json:"noted_said,omitempty"`
	Struck    *Disposal `json:"struck,omitempty"`
	Reason    string    `json:"reason,omitempty"` // why it was withdrawn
	Files     []Exhibit `json:"files,omitempty" validate:"max=50"`
	Base
}

// Demanded tells why the donor must consent, in whatever language.
func (w *WriteOff) Demanded() Text { return Told(w.Demands, w.DemandsSaid) }

// Remarkable tells what an auditor looks at twice, in whatever language.
func (w *WriteOff) Remarkable() []Text {
	if len(w.NotedSaid) == len(w.Noted) {
		return w.NotedSaid
	}
	told := make([]Text, len(w.Noted))
	for i, n := range w.Noted {
		told[i] = Plain(n)
	}
	return told
}

// Consent is a donor's to the disposal of an item.
type Consent struct {
	Document string `json:"document" validate:"required,text,max=200"`
	On       Day    `json:"on" validate:"required,day"`
	By       string `json:"by"` // who recorded it
	At       Time   `json:"at"`
}

// Disposal is how and when an item was struck off charge.
type Disposal struct {
	WriteOff  string    `json:"write_off"`
	Method    Method    `json:"method"`
	On        Day       `json:"on"`
	Recipient string    `json:"recipient,omitempty"` // who bought or was given it
	Proceeds  *Money    `json:"proceeds,omitempty"`
	Reference string    `json:"reference,omitempty"` // of the certificate or receipt
	Authority Authority `json:"authority"`
	DecidedBy string    `json:"decided_by"`
	Consent   string    `json:"consent,omitempty"` // the donor's document
	By        string    `json:"by"`
	At        Time      `json:"at"`
}

// Key returns the write-off's number.
func (w *WriteOff) Key() string { return w.Number }

// Open says whether something is still to be done about the write-off.
func (w *WriteOff) Open() bool { return w.State == WriteOffProposed || w.State == WriteOffApproved }

// Involved are the people who may not decide on the write-off.
func (w *WriteOff) Involved() []string {
	return slices.DeleteFunc([]string{w.ProposedBy, w.Custodian}, func(code string) bool { return code == "" })
}

// Has says whether a paper of this kind is attached.
func (w *WriteOff) Has(kind ExhibitKind) bool {
	return slices.ContainsFunc(w.Files, func(f Exhibit) bool { return f.Is == kind })
}

// IsNoted is the key of write-offs that an auditor looks at twice.
func (w *WriteOff) IsNoted() []string {
	if len(w.Noted) == 0 {
		return nil
	}
	return []string{"true"}
}

// StrikeOff takes the item out of the register: nobody holds it from then on.
func (a *Asset) StrikeOff(d *Disposal) {
	a.Status, a.Disposal = StruckOff, d
	if a.Owner != "" { // it leaves the books of who owns it
		a.Unit, a.Path = a.Owner, a.OwnerPath
	}
	a.Custodian, a.Location, a.IssuedAt, a.DueBack, a.IssuedFrom = "", "", nil, "", ""
	a.Owner, a.OwnerPath, a.Kit, a.Contents, a.Workshop = "", nil, "", nil, nil
	a.Loss, a.WriteOff = "", ""
}
