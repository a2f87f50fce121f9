package models

// PublicKind is what somebody without a sign-in reports of a label that they scanned.
type PublicKind string

// The kinds of report.
const (
	PublicFault PublicKind = "fault" // it does not work, or is damaged
	PublicFound PublicKind = "found" // it lies where it does not seem to belong
)

// PublicState is whether somebody has looked at a report.
type PublicState string

// Words is how people say it.
func (s PublicState) Words() string { return string(s) }

// The states of a report from the public.
const (
	PublicWaiting   PublicState = "waiting"
	PublicConfirmed PublicState = "confirmed"
	PublicDismissed PublicState = "dismissed"
)

// PublicStates lists the states in the order that pages show them.
var PublicStates = []PublicState{PublicWaiting, PublicConfirmed, PublicDismissed}

// PublicReport is what somebody without a sign-in sent of the label on an item. It
// changes nothing until a person in the item's part of the tree confirms it.
type PublicReport struct {
	ID   string     `json:"id"`
	Tag  string     `json:"tag"`            // as the label says it, whether there is such an item or not
	What string     `json:"what,omitempty"` // the item's name; empty when there is none
	Item string     `json:"item,omitempty"` // ID of the asset
	Unit string     `json:"unit,omitempty"` // that had the item
	Path []string   `json:"path,omitempty"` // in whose part of the tree the item stood
	Kind PublicKind `json:"kind" validate:"oneof=fault found"`
	Text string     `json:"text" validate:"required,max=2000"`
	// Contact is how to reach who sent it, where they said.
	Contact string        `json:"contact,omitempty" validate:"omitempty,text,max=200"`
	Photo   *Attachment   `json:"photo,omitempty"`
	State   PublicState   `json:"state"`
	SentAt  Time          `json:"sent_at"`
	Decided *PublicAnswer `json:"decided,omitempty"`
	Base
}

// PublicAnswer is what somebody made of a report.
type PublicAnswer struct {
	By     string `json:"by"`
	At     Time   `json:"at"`
	Remark string `json:"remark,omitempty" validate:"omitempty,text,max=500"`
	Job    string `json:"job,omitempty"` // that it opened in the workshop
}

// Summary says in a few words what was reported of what.
func (r *PublicReport) Summary() Text {
	switch {
	case r.Kind == PublicFault && r.Item == "":
		return Say("fault: label %v, of no item on charge", r.Tag)
	case r.Kind == PublicFault:
		return Say("fault: %v %v", r.What, r.Tag)
	case r.Item == "":
		return Say("found: label %v, of no item on charge", r.Tag)
	}
	return Say("found: %v %v", r.What, r.Tag)
}

// Key returns the report's identity.
func (r *PublicReport) Key() string { return r.ID }
