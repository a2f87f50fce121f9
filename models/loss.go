package models

import (
	"slices"
)

// LossKind is what befell an item.
type LossKind string

// The kinds of loss.
const (
	Lost   LossKind = "loss"
	Theft  LossKind = "theft"
	Damage LossKind = "damage"
)

// LossKinds lists the kinds in the order that pages show them.
var LossKinds = []LossKind{Lost, Theft, Damage}

// Words returns the kind as people say it.
func (k LossKind) Words() string { return string(k) }

// Gone says whether the item is not there any more.
func (k LossKind) Gone() bool { return k != Damage }

// LossState is how far a loss has come.
type LossState string

// The states of a loss.
const (
	LossReported LossState = "reported" // waits for somebody to appoint who inquires
	LossInquiry  LossState = "inquiry"
	LossToDecide LossState = "to_decide"
	LossDecided  LossState = "decided" // what was decided is to be carried out
	LossClosed   LossState = "closed"
)

// LossStates lists the states in the order that pages show them.
var LossStates = []LossState{LossReported, LossInquiry, LossToDecide, LossDecided, LossClosed}

var lossWords = map[LossState]string{LossReported: "reported", LossInquiry: "under inquiry", LossToDecide: "to be decided", LossDecided: "decided", LossClosed: "closed"}

// Words returns the state as people say it.
func (s LossState) Words() string { return lossWords[s] }

// Measure is what is to be done about a loss.
type Measure string

// The measures.
const (
	Waive        Measure = "waive"
	RecoverCost  Measure = "recover"
	RepairItem   Measure = "repair"
	WriteOffItem Measure = "write_off"
)

// Measures lists the measures in the order that pages show them.
var Measures = []Measure{Waive, RepairItem, RecoverCost, WriteOffItem}

var measureWords = map[Measure]string{Waive: "take no further action", RecoverCost: "recover the cost", RepairItem: "repair it", WriteOffItem: "write it off"}

// Words returns the measure as people say it.
func (m Measure) Words() string { return measureWords[m] }

// Fits refuses a measure that does not go with what befell the item.
func (m Measure) Fits(field string, kind LossKind) error {
	switch {
	case !slices.Contains(Measures, m):
		return Refuse(Invalid, field, "must be one of waive, repair, recover, write_off")
	case kind.Gone() && (m == Waive || m == RepairItem):
		return Refuse(Invalid, field, "what is gone cannot be left or repaired: write it off, or recover its cost")
	}
	return nil
}

// Loss is the report of a loss, theft or damage and what came of it.
type Loss struct {
	Number string    `json:"number"` // L-KHY-2026-0003
	Series string    `json:"series"`
	Serial int64     `json:"serial"`
	Kind   LossKind  `json:"kind" validate:"oneof=loss theft damage"`
	State  LossState `json:"state"`
	Item
	Where  string `json:"where" validate:"required,text,max=300"`
	On     Day    `json:"on" validate:"required,day"`
	What   string `json:"what" validate:"required,max=4000"`                  // happened
	Police string `json:"police,omitempty" validate:"omitempty,text,max=120"` // reference of the report to them
	// HeldBy and HeldIn are who had it in custody on that day, and in which unit, as the
	// book tells; Custodian is whose it was when it was reported.
	HeldBy     string    `json:"held_by,omitempty"`
	HeldIn     string    `json:"held_in,omitempty"`
	Custodian  string    `json:"custodian,omitempty"`
	Was        Status    `json:"was"`                                                                             // the item's state before
	Condition  Condition `json:"condition,omitempty" validate:"omitempty,oneof=new good fair poor unserviceable"` // after damage
	ReportedBy string    `json:"reported_by"`
	ReportedAt Time      `json:"reported_at"`
	Inquiry    *Inquiry  `json:"inquiry,omitempty"`
	Waived     *Waiver   `json:"waived,omitempty"` // there was none
	Decision   *Decision `json:"decision,omitempty"`
	Recovered  *Recovery `json:"recovered,omitempty"`
	Repaired   *Remark   `json:"repaired,omitempty"`
	Found      *Remark   `json:"found,omitempty"`
	WriteOff   string    `json:"write_off,omitempty"` // its number
	Outcome    string    `json:"outcome,omitempty"`
	// OutcomeSaid is what the English of the outcome was made of.
	OutcomeSaid *Text     `json:"outcome_said,omitempty"`
	ClosedAt    *Time     `json:"closed_at,omitempty"`
	Files       []Exhibit `json:"files,omitempty" validate:"max=50"`
	Base
}

// Item is what a loss or a write-off says of the asset, as it was then.
type Item struct {
	Asset        string    `json:"asset"` // ID
	Tag          string    `json:"tag"`
	Name         string    `json:"name"`
	Category     string    `json:"category"`
	SerialNumber string    `json:"serial_number,omitempty"`
	Unit         string    `json:"unit"` // that answers for it: the owner of what is lent
	Path         []string  `json:"path"`
	Also         []string  `json:"also,omitempty"` // the units of who has it on loan
	Donor        string    `json:"donor,omitempty"`
	Grant        string    `json:"grant,omitempty"`
	Cost         *Money    `json:"cost,omitempty"`
	BookValue    *Money    `json:"book_value,omitempty"`
	Value        *Money    `json:"value,omitempty"` // by which the authority goes
	Authority    Authority `json:"authority"`
}

// PaidBy names who paid for the item, as Asset.PaidBy does.
func (i *Item) PaidBy() []string { return payers(i.Donor, i.Grant) }

// Units are the units in whose part of the tree the paper stands.
func (i *Item) Units() []string {
	units := slices.Clone(i.Path)
	for _, u := range i.Also {
		if !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	return units
}

// Inquiry is who looks into a loss, and what they find.
type Inquiry struct {
	Officer        string  `json:"officer"`
	AppointedBy    string  `json:"appointed_by"`
	AppointedAt    Time    `json:"appointed_at"`
	Findings       string  `json:"findings,omitempty" validate:"max=8000"`
	Recommendation Measure `json:"recommendation,omitempty"`
	RecoverFrom    string  `json:"recover_from,omitempty" validate:"omitempty,text,max=200"`
	Amount         *Money  `json:"amount,omitempty"`
	FoundAt        *Time   `json:"found_at,omitempty"`
}

// Waiver is why a loss is decided on without an inquiry.
type Waiver struct {
	By     string `json:"by"`
	At     Time   `json:"at"`
	Reason string `json:"reason" validate:"required,text,max=2000"`
}

// Decision is what an authority decided on a loss or a write-off.
type Decision struct {
	Measure     Measure   `json:"measure,omitempty"` // of a loss
	Authority   Authority `json:"authority"`         // that the value required
	By          string    `json:"by"`
	At          Time      `json:"at"`
	Remarks     string    `json:"remarks,omitempty" validate:"max=4000"`
	RecoverFrom string    `json:"recover_from,omitempty" validate:"omitempty,text,max=200"`
	Amount      *Money    `json:"amount,omitempty"` // to be recovered
}

// Recovery is what was recovered of a loss, and from whom.
type Recovery struct {
	From      string `json:"from" validate:"required,text,max=200"`
	Amount    Money  `json:"amount"`
	Reference string `json:"reference,omitempty" validate:"omitempty,text,max=120"` // of the receipt
	On        Day    `json:"on" validate:"required,day"`
	By        string `json:"by"`
}

// Remark is what somebody says of an outcome.
type Remark struct {
	By        string    `json:"by"`
	At        Time      `json:"at"`
	Condition Condition `json:"condition,omitempty" validate:"omitempty,oneof=new good fair poor unserviceable"`
	Text      string    `json:"text" validate:"required,text,max=2000"`
}

// Key returns the loss's number.
func (l *Loss) Key() string { return l.Number }

// Open says whether something is still to be done about the loss.
func (l *Loss) Open() bool { return l.State != LossClosed }

// Involved are the people who may not decide on the loss: who reported the item,
// who held it, and who led the inquiry.
func (l *Loss) Involved() []string {
	people := []string{l.ReportedBy, l.HeldBy, l.Custodian}
	if l.Inquiry != nil {
		people = append(people, l.Inquiry.Officer)
	}
	return slices.DeleteFunc(people, func(code string) bool { return code == "" })
}

// StrikesOff says whether the item leaves the register by what was decided.
func (l *Loss) StrikesOff() bool {
	return l.Decision != nil && (l.Decision.Measure == WriteOffItem || l.Decision.Measure == RecoverCost && l.Kind.Gone())
}

// Recovers says whether an amount is still to be recovered.
func (l *Loss) Recovers() bool {
	return l.State == LossDecided && l.Decision.Amount != nil && l.Recovered == nil
}

// Repairs says whether the item is still to be repaired.
func (l *Loss) Repairs() bool {
	return l.State == LossDecided && l.Decision.Measure == RepairItem && l.Repaired == nil
}

// Settle closes the loss once all that was decided is done. struck says whether the
// item was struck off charge.
func (l *Loss) Settle(now Time, struck bool) {
	if l.State != LossDecided || l.Recovers() || l.Repairs() || l.StrikesOff() && !struck {
		return
	}
	var done Text
	if l.Repaired != nil {
		done = Say("repaired")
	}
	if l.Recovered != nil {
		done = done.And(Say("%v recovered from %v", l.Recovered.Amount, l.Recovered.From))
	}
	if struck {
		done = done.And(Say("struck off charge by %v", l.WriteOff))
	}
	if done.Empty() {
		done = Say("no further action")
	}
	l.Close(now, done)
}

// Ended tells what came of it, in whatever language.
func (l *Loss) Ended() Text { return Told(l.Outcome, l.OutcomeSaid) }

// Close ends the loss.
func (l *Loss) Close(now Time, outcome Text) {
	l.State, l.ClosedAt = LossClosed, &now
	l.Outcome, l.OutcomeSaid = outcome.Kept()
}
