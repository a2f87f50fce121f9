package models

// Unbooked is something that somebody did out of reach and the book did not take, and
// what they made of it: nothing of the kind is lost without a word.
type Unbooked struct {
	ID         string            `json:"id"`
	Request    string            `json:"request"`    // the key under which it was sent
	Person     string            `json:"person"`     // who did it
	SettledBy  string            `json:"settled_by"` // who decided what becomes of it
	What       string            `json:"what" validate:"required,oneof=issue return accept count service scan"`
	Of         string            `json:"of" validate:"required,text,max=200"` // the tag, voucher or stocktake
	Fields     map[string]string `json:"fields,omitempty"`                    // what was filled in, signatures left out
	HappenedAt Time              `json:"happened_at"`
	Refusal    string            `json:"refusal" validate:"required,max=2000"` // in the words of the server
	Outcome    string            `json:"outcome" validate:"required,oneof=dropped noted"`
	Remark     string            `json:"remark" validate:"required,text,max=500"`
	At         Time              `json:"at"`
	Path       []string          `json:"path,omitempty"` // of the unit of who did it
	Base
}

// The outcomes of what the book did not take.
const (
	Dropped = "dropped" // it was a mistake, or is settled
	Noted   = "noted"   // it was so; it stands in the item's history
)

// Key returns its identity.
func (u *Unbooked) Key() string { return u.ID }
