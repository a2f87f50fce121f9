package models

import "strings"

// RepairState is how far a job of the workshop has come.
type RepairState string

// The states of a job.
const (
	RepairReported  RepairState = "reported"  // by somebody in the field
	RepairConfirmed RepairState = "confirmed" // somebody looked: there is a defect
	RepairWaiting   RepairState = "waiting_for_parts"
	RepairInWork    RepairState = "in_work"
	RepairDone      RepairState = "done"
	RepairDismissed RepairState = "dismissed"
)

// RepairStates lists the states in the order of the board.
var RepairStates = []RepairState{RepairReported, RepairConfirmed, RepairWaiting, RepairInWork, RepairDone, RepairDismissed}

// Words returns the state as people say it.
func (s RepairState) Words() string { return strings.ReplaceAll(string(s), "_", " ") }

// Over says whether nothing more happens to a job in the state.
func (s RepairState) Over() bool { return s == RepairDone || s == RepairDismissed }

// Repair is a job of the workshop: from the report of a defect to the record of the
// service by which it was mended.
type Repair struct {
	Number   string      `json:"number"` // W-KHY-2026-0007
	Series   string      `json:"series"`
	Serial   int64       `json:"serial"`
	State    RepairState `json:"state"`
	Asset    string      `json:"asset"` // ID
	Tag      string      `json:"tag"`
	Name     string      `json:"name"`
	Category string      `json:"category"`
	Unit     string      `json:"unit"` // that has the item
	Path     []string    `json:"path"` // the units in whose part of the tree the item stands
	Donor    string      `json:"donor,omitempty"`
	Grant    string      `json:"grant,omitempty"`

	What string `json:"what" validate:"required,max=2000"` // what is wrong
	// Unusable says that the item cannot be used as it is. It is unserviceable until the
	// job ends; Was is the condition that it had before.
	Unusable   bool      `json:"unusable,omitempty"`
	Was        Condition `json:"was,omitempty"`
	ReportedBy string    `json:"reported_by"` // a person, or "public"
	ReportedAt Time      `json:"reported_at"`
	Report     string    `json:"report,omitempty"` // from the public, that it came of

	Mechanic   string         `json:"mechanic,omitempty" validate:"omitempty,text,max=200"` // who does the work
	WaitingFor string         `json:"waiting_for,omitempty" validate:"omitempty,text,max=500"`
	Parts      []Part         `json:"parts,omitempty" validate:"max=100,dive"`
	Labour     *Money         `json:"labour,omitempty"`
	Remarks    []RepairRemark `json:"remarks,omitempty" validate:"max=200,dive"`
	Photos     []Attachment   `json:"photos,omitempty" validate:"max=20"`
	Reason     string         `json:"reason,omitempty"`  // why it was dismissed
	Service    string         `json:"service,omitempty"` // the record by which it was mended
	EndedAt    *Time          `json:"ended_at,omitempty"`
	Base
}

// RepairRemark is what somebody noted on a job.
type RepairRemark struct {
	By   string `json:"by"`
	At   Time   `json:"at"`
	Text string `json:"text" validate:"required,max=2000"`
}

// Key returns the job's number.
func (r *Repair) Key() string { return r.Number }

// PaidBy names who paid for the item, as Asset.PaidBy does.
func (r *Repair) PaidBy() []string { return payers(r.Donor, r.Grant) }

// Total adds up parts and labour, by currency.
func (r *Repair) Total() []Money {
	return (&Service{Parts: r.Parts, Labour: r.Labour}).Total()
}

// Disable makes the item unserviceable when it cannot be used, and says whether that
// changes it.
func (r *Repair) Disable(a *Asset) bool {
	if !r.Unusable {
		return false
	}
	r.Was = a.Condition
	a.Condition = Unserviceable
	return r.Was != Unserviceable
}

// Enable gives the item the condition back that it had before the job, unless somebody
// said otherwise since.
func (r *Repair) Enable(a *Asset) {
	if r.Unusable && a.Condition == Unserviceable {
		a.Condition = r.Was
	}
}

var repairSteps = map[RepairState][]RepairState{
	RepairReported:  {RepairConfirmed, RepairDismissed},
	RepairConfirmed: {RepairWaiting, RepairInWork, RepairDone, RepairDismissed},
	RepairWaiting:   {RepairWaiting, RepairInWork, RepairDone, RepairDismissed},
	RepairInWork:    {RepairWaiting, RepairDone, RepairDismissed},
}

// Next lists the states that the job can go to.
func (r *Repair) Next() []RepairState { return repairSteps[r.State] }

// Step moves the job on, or refuses a step that there is not.
func (r *Repair) Step(to RepairState) error {
	for _, next := range r.Next() {
		if next == to {
			r.State = to
			return nil
		}
	}
	if r.State == RepairReported {
		return Refuse(Conflict, "state", "%s was reported and nobody has confirmed it yet", r.Number)
	}
	return Refuse(Conflict, "state", "%s is %s and cannot become %s", r.Number, r.State.Words(), to.Words())
}
