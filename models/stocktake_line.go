package models

// LineState is what became of one line of a stocktake.
type LineState string

// The states of a line.
const (
	LineOutstanding LineState = "outstanding" // expected and not seen yet
	LineSighted     LineState = "sighted"
	LineExplained   LineState = "explained"   // not seen; the book says where it went since the opening
	LineUnaccounted LineState = "unaccounted" // not seen when the stocktake closed
	LineMisplaced   LineState = "misplaced"   // seen, on charge, and not expected here
	LineUnknown     LineState = "unknown"     // seen, and nothing on charge has this label
)

// LineStates lists the states in the order that pages show them.
var LineStates = []LineState{LineOutstanding, LineSighted, LineExplained, LineUnaccounted, LineMisplaced, LineUnknown}

// Words returns the state as people say it.
func (s LineState) Words() string { return string(s) }

// StocktakeLine is one item or lot of a stocktake: expected, with what the book said
// of it when the stocktake opened, or found without being expected.
type StocktakeLine struct {
	ID        string    `json:"id"`
	Stocktake string    `json:"stocktake"`
	Line      int       `json:"line"` // on the count sheets, from 1; 0 of what was not expected
	State     LineState `json:"state"`

	Asset     string    `json:"asset,omitempty"` // ID
	Code      string    `json:"code"`            // the tag or lot; of an unknown label, its text
	Name      string    `json:"name,omitempty"`
	Category  string    `json:"category,omitempty"`
	Make      string    `json:"make,omitempty"`
	Model     string    `json:"model,omitempty"`
	Serial    string    `json:"serial,omitempty"`
	Unit      string    `json:"unit,omitempty"`
	Path      []string  `json:"path,omitempty"`
	Location  string    `json:"location,omitempty"`
	Custodian string    `json:"custodian,omitempty"`
	Donor     string    `json:"donor,omitempty"`
	Grant     string    `json:"grant,omitempty"`
	Cost      *Money    `json:"cost,omitempty"`
	Status    Status    `json:"status,omitempty"`
	Condition Condition `json:"condition,omitempty"`
	Voucher   string    `json:"voucher,omitempty"` // by which it had come there
	SeenAt    *Time     `json:"seen_at,omitempty"` // last, before the opening
	Contents  []Content `json:"contents,omitempty"`
	Kit       string    `json:"kit,omitempty"`  // ID of the kit that it is part of
	Item      string    `json:"item,omitempty"` // of a lot, with how much of it is expected
	Quantity  *Quantity `json:"quantity,omitempty"`
	Measure   string    `json:"measure,omitempty"`
	Expiry    Day       `json:"expiry,omitempty"`

	Sighting *Sighting `json:"sighting,omitempty"`
	Recount  *Recount  `json:"recount,omitempty"`
	// RecountDue is the stocktake's number while a second count was asked for and is not made.
	RecountDue string `json:"recount_due,omitempty"`

	// Explained is where the book says that an item went, which was not seen.
	Explained     string `json:"explained,omitempty"`
	ExplainedSaid *Text  `json:"explained_said,omitempty"`
	DaysUnseen    int    `json:"days_unseen,omitempty"` // when it was found unaccounted; since it was taken on charge where it was never seen
	// MissingSince is the day of closing while an unaccounted item was not seen again.
	MissingSince Day   `json:"missing_since,omitempty"`
	SeenAgainAt  *Time `json:"seen_again_at,omitempty"`
	Base
}

// Explanation tells where the book says that the item went, in whatever language.
func (l *StocktakeLine) Explanation() Text { return Told(l.Explained, l.ExplainedSaid) }

// Sighting is that somebody saw an item.
type Sighting struct {
	By         string    `json:"by"`
	EnteredBy  string    `json:"entered_by,omitempty"` // when that is somebody else, from a sheet
	At         Time      `json:"at"`                   // when it was seen
	ReceivedAt Time      `json:"received_at"`          // when the book was told
	Device     string    `json:"device,omitempty"`
	OnPaper    bool      `json:"on_paper,omitempty"` // entered from a count sheet
	Matched    string    `json:"matched,omitempty"`  // tag, alias, serial or lot
	Condition  Condition `json:"condition,omitempty" validate:"omitempty,oneof=new good fair poor unserviceable"`
	InUse      *bool     `json:"in_use,omitempty"`
	Needed     *bool     `json:"needed,omitempty"`                                     // still
	Quantity   *Quantity `json:"quantity,omitempty"`                                   // counted of a lot
	Location   string    `json:"location,omitempty" validate:"omitempty,text,max=120"` // where it lay
	Position   *Position `json:"position,omitempty"`
	Remark     string    `json:"remark,omitempty" validate:"omitempty,text,max=500"`
	Photo      string    `json:"photo,omitempty"`       // ID of the file
	OwnCustody bool      `json:"own_custody,omitempty"` // by the item's custodian
	Absent     bool      `json:"absent,omitempty"`      // a second count that did not find it
}

// Position is where on earth a phone was, WGS 84, in degrees.
type Position struct {
	Latitude  float64 `json:"latitude" validate:"min=-90,max=90"`
	Longitude float64 `json:"longitude" validate:"min=-180,max=180"`
	Accuracy  float64 `json:"accuracy,omitempty" validate:"min=0,max=1000000"` // m
}

// Recount is a second count of a line.
type Recount struct {
	AskedBy string    `json:"asked_by"`
	AskedAt Time      `json:"asked_at"`
	Reason  string    `json:"reason,omitempty"`
	Second  *Sighting `json:"second,omitempty"`
	Missed  bool      `json:"missed,omitempty"` // it was not made before the closing
}

// Key returns the line's identity.
func (l *StocktakeLine) Key() string { return l.ID }

// PaidBy names who paid for the item, as Asset.PaidBy does.
func (l *StocktakeLine) PaidBy() []string { return payers(l.Donor, l.Grant) }

// Seen is the sighting that counts: the second where there is one.
func (l *StocktakeLine) Seen() *Sighting {
	if l.Recount != nil && l.Recount.Second != nil {
		return l.Recount.Second
	}
	return l.Sighting
}

// Differs says whether two counts of the line do not agree.
func (l *StocktakeLine) Differs() bool {
	if l.Recount == nil || l.Recount.Second == nil || l.Sighting == nil {
		return false
	}
	first, second := l.Sighting, l.Recount.Second
	return second.Absent || first.Condition != second.Condition || !same(first.Quantity, second.Quantity)
}

// Difference is what was counted of a lot beyond what was expected; nil of what is
// no lot or was not counted.
func (l *StocktakeLine) Difference() *Quantity {
	seen := l.Seen()
	if l.Quantity == nil || seen == nil || seen.Quantity == nil {
		return nil
	}
	d := *seen.Quantity - *l.Quantity
	return &d
}

func same[T comparable](a, b *T) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
