package models

// StocktakeState is how far a stocktake has come.
type StocktakeState string

// The states of a stocktake.
const (
	StocktakeOpening StocktakeState = "opening" // the list of what is expected is being written
	StocktakeOpen    StocktakeState = "open"
	StocktakeClosing StocktakeState = "closing" // nothing more is counted; what was not seen is being settled
	StocktakeClosed  StocktakeState = "closed"
)

// StocktakeStates lists the states in the order that pages show them.
var StocktakeStates = []StocktakeState{StocktakeOpen, StocktakeOpening, StocktakeClosing, StocktakeClosed}

// Words returns the state as people say it.
func (s StocktakeState) Words() string { return string(s) }

// Stocktake (physical verification) is a campaign in which people go and look at
// what is expected in a scope. What is expected is frozen when it opens.
type Stocktake struct {
	Number   string         `json:"number"` // ST-NORTH-2026-0001
	Series   string         `json:"series"`
	Serial   int64          `json:"serial"`
	Name     string         `json:"name" validate:"required,text,max=200"`
	State    StocktakeState `json:"state"`
	Scope    StocktakeScope `json:"scope"`
	Sample   *Sample        `json:"sample,omitempty"`
	Deadline Day            `json:"deadline" validate:"required,day"` // the last day of counting
	Officers []string       `json:"officers" validate:"min=1,max=200,unique,dive,code"`
	// OwnCustody lets officers verify what they are custodian of; the result says so.
	OwnCustody bool `json:"own_custody,omitempty"`
	Expected   int  `json:"expected"` // lines on the list
	// Extra counts the lines of what was seen besides, Asked those that were to be
	// counted again. Whoever adds to them changes the stocktake, so that nothing is
	// added once it is closing.
	Extra int `json:"extra,omitempty"`
	Asked int `json:"asked,omitempty"`

	Path   []string    `json:"path,omitempty"`   // of the scope's unit
	Within []string    `json:"within,omitempty"` // every unit that something is expected in, and those above
	Payers []string    `json:"payers,omitempty"` // who paid for what is expected, as Asset.PaidBy
	Units  []UnitCount `json:"units,omitempty"`

	OpenedBy  string      `json:"opened_by"`
	OpenedAt  Time        `json:"opened_at"`
	ClosingAt *Time       `json:"closing_at,omitempty"` // since when nothing more is counted
	ClosedAt  *Time       `json:"closed_at,omitempty"`
	Remarks   string      `json:"remarks,omitempty" validate:"max=2000"`
	Result    *Tally      `json:"result,omitempty"`
	Digest    string      `json:"digest,omitempty"`    // SHA-256 of every line as it was closed, in hex
	SignedBy  []Signature `json:"signed_by,omitempty"` // of two people, each for the result and the digest
	Base
}

// StocktakeScope is what a stocktake is about. A unit includes those below it.
type StocktakeScope struct {
	Unit     string `json:"unit,omitempty" validate:"omitempty,code"`
	Donor    string `json:"donor,omitempty" validate:"omitempty,code"`
	Grant    string `json:"grant,omitempty" validate:"omitempty,code"`
	Category string `json:"category,omitempty" validate:"omitempty,code"`
	// Over leaves out what cost less, or is valued in another currency.
	Over *Money `json:"over,omitempty"`
	// Lots counts stock by quantity as well.
	Lots bool `json:"lots,omitempty"`
}

// Sample is a part of the scope drawn at random, which anybody can draw again from
// the seed.
type Sample struct {
	Size int   `json:"size" validate:"min=1,max=100000"`
	Seed int64 `json:"seed" validate:"min=0,max=999999999999"` // 0 has one drawn
	// By are the strata that the size is shared out to: category or value.
	By string `json:"by,omitempty" validate:"omitempty,oneof=category value"`
	// AllOver is taken whole, besides the size: whatever cost this or more.
	AllOver *Money `json:"all_over,omitempty"`
	// Of is how many items the sample was drawn from.
	Of int `json:"of,omitempty"`
}

// UnitCount is how much is expected in one unit.
type UnitCount struct {
	Unit     string `json:"unit"`
	Expected int    `json:"expected"`
}

// Tally is where a stocktake stands. Of what is expected, each line is sighted,
// outstanding, explained or unaccounted; misplaced and unknown were not expected.
type Tally struct {
	Expected    int `json:"expected"`
	Sighted     int `json:"sighted"`
	Outstanding int `json:"outstanding"`
	Explained   int `json:"explained"` // while it is open, of the outstanding
	Unaccounted int `json:"unaccounted"`
	Misplaced   int `json:"misplaced"`
	Unknown     int `json:"unknown"`
	Recounts    int `json:"recounts"`    // asked for, not yet made
	OwnCustody  int `json:"own_custody"` // sighted by their own custodian
	OnPaper     int `json:"on_paper"`    // entered from a count sheet
}

// Key returns the stocktake's number.
func (s *Stocktake) Key() string { return s.Number }

// CanCount refuses unless the stocktake is open.
func (s *Stocktake) CanCount() error {
	switch s.State {
	case StocktakeOpen:
		return nil
	case StocktakeOpening:
		return Refuse(Conflict, "state", "%s is not open yet: its list is still being written", s.Number)
	}
	return Refuse(Conflict, "state", "%s is %s; nothing more is counted in it", s.Number, s.State.Words())
}

// Overdue says whether the stocktake is still open after its last day.
func (s *Stocktake) Overdue(today Day) bool {
	return s.State != StocktakeClosed && s.Deadline != "" && s.Deadline < today
}
