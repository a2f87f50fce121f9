package models

import "slices"

// StockItem is something that is counted rather than tagged: test kits, swabs,
// batteries, fuel.
type StockItem struct {
	Code     string `json:"code" validate:"required,code"`
	Name     string `json:"name" validate:"required,text,max=200"`
	Category string `json:"category,omitempty" validate:"omitempty,code"`
	// Measure is the unit of measure: test, box, litre.
	Measure string `json:"measure" validate:"required,text,max=24"`
	// Divisible items are issued in parts of a unit of measure, to three places.
	Divisible bool `json:"divisible,omitempty"`
	// Perishable items have an expiry on every lot.
	Perishable bool    `json:"perishable,omitempty"`
	Storage    string  `json:"storage,omitempty" validate:"omitempty,text,max=200"` // "2 to 25 °C, dry"
	Levels     []Level `json:"levels,omitempty" validate:"max=500,unique=Unit,dive"`
	Base
}

// Level is below which quantity a unit has to order an item again.
type Level struct {
	Unit    string   `json:"unit" validate:"required,code"`
	Reorder Quantity `json:"reorder" validate:"min=0"`
}

// Key returns the item's code.
func (i *StockItem) Key() string { return i.Code }

// Reorder returns the reorder level of a unit; 0 when none is set.
func (i *StockItem) Reorder(unit string) Quantity {
	if at := slices.IndexFunc(i.Levels, func(l Level) bool { return l.Unit == unit }); at >= 0 {
		return i.Levels[at].Reorder
	}
	return 0
}

// CheckQuantity refuses a quantity of the item that is not above zero, or in
// parts where the item is not divisible.
func (i *StockItem) CheckQuantity(field string, q Quantity) error {
	switch {
	case q == 0:
		return Refuse(Invalid, field, "is zero")
	case q < 0:
		return Refuse(Invalid, field, "is below zero")
	case !i.Divisible && !q.Whole():
		return Refuse(Invalid, field, "must be whole: %s is counted by the %s", i.Name, i.Measure)
	}
	return nil
}

// Lot is one delivery of an item: what came together, from one maker's batch and
// one payer.
type Lot struct {
	Code       string `json:"code"` // LOT-000123-7, as on its label
	Item       string `json:"item" validate:"required,code"`
	Number     string `json:"number" validate:"required,text,max=60"` // the maker's
	Expiry     Day    `json:"expiry" validate:"day"`                  // the last day of use; always written, "" is none
	Donor      string `json:"donor,omitempty" validate:"omitempty,code"`
	Grant      string `json:"grant,omitempty" validate:"omitempty,code"`
	Cost       *Money `json:"cost,omitempty"` // of one unit of measure
	ReceivedOn Day    `json:"received_on,omitempty" validate:"day"`
	Title      *Title `json:"title,omitempty"`
	Note       string `json:"note,omitempty" validate:"max=2000"`
	Base
}

// Key returns the lot's code.
func (l *Lot) Key() string { return l.Code }

// PaidBy names who paid for the lot, as Asset.PaidBy does.
func (l *Lot) PaidBy() []string { return payers(l.Donor, l.Grant) }

// Expired says whether the lot may no longer be used on a day.
func (l *Lot) Expired(today Day) bool { return l.Expiry != "" && l.Expiry < today }

// Balance is how much of a lot a unit has, and the movements that made it so.
type Balance struct {
	Lot    string   `json:"lot"`
	Unit   string   `json:"unit"`
	Path   []string `json:"path"` // of the unit
	Item   string   `json:"item"`
	Expiry Day      `json:"expiry"` // the lot's
	Donor  string   `json:"donor,omitempty"`
	Grant  string   `json:"grant,omitempty"`
	Bin    string   `json:"bin" validate:"omitempty,text,max=60"` // shelf or bin in the store, in capitals
	OnHand Quantity `json:"on_hand"`
	// Left is 1 while anything is on hand, so that lists need not read what is used up.
	Left int `json:"left"`
	Base
}

// BalanceKey is the key of a lot's balance at a unit.
func BalanceKey(lot, unit string) string { return lot + "@" + unit }

// Key returns lot and unit.
func (b *Balance) Key() string { return BalanceKey(b.Lot, b.Unit) }

// PaidBy names who paid for the lot, as Asset.PaidBy does.
func (b *Balance) PaidBy() []string { return payers(b.Donor, b.Grant) }

// Expired says whether the lot may no longer be used on a day.
func (b *Balance) Expired(today Day) bool { return b.Expiry != "" && b.Expiry < today }

// MovementKind is why a balance changed.
type MovementKind string

// The kinds of movement.
const (
	Received   MovementKind = "received"   // new from a supplier or donor
	Dispatched MovementKind = "dispatched" // out by a voucher
	Arrived    MovementKind = "arrived"    // in by a voucher
	CameBack   MovementKind = "came_back"  // not accepted, or the voucher was cancelled
	Consumed   MovementKind = "consumed"   // used
	Adjusted   MovementKind = "adjusted"   // counted, and found to be otherwise
	DisposedOf MovementKind = "disposed"   // destroyed after expiry
)

// Movement is one change of a balance. A balance is the sum of its movements.
type Movement struct {
	ID        string       `json:"id"`
	Lot       string       `json:"lot"`
	Item      string       `json:"item"`
	Unit      string       `json:"unit"`
	Path      []string     `json:"path"`
	Kind      MovementKind `json:"kind"`
	Quantity  Quantity     `json:"quantity"` // above zero in, below zero out
	OnHand    Quantity     `json:"on_hand"`  // after it
	Voucher   string       `json:"voucher,omitempty"`
	Purpose   string       `json:"purpose,omitempty" validate:"omitempty,text,max=500"`
	Reference string       `json:"reference,omitempty" validate:"omitempty,text,max=120"` // a case number, a disposal certificate
	Result    string       `json:"result,omitempty" validate:"omitempty,text,max=120"`    // reference of a field test's result
	By        string       `json:"by"`
	At        Time         `json:"at"`
	Base
}

// Key returns the movement's identity.
func (m *Movement) Key() string { return m.ID }
