package models

import (
	"math"
	"slices"
	"strings"
)

// Meter is something on an item that counts its use: an odometer, an hour meter.
// A category says which meters its items have.
type Meter struct {
	Name  string `json:"name" validate:"required,fieldname"`
	Label string `json:"label" validate:"required,text,max=80"`
	Unit  string `json:"unit" validate:"required,text,max=16"` // km, h, shots
	// Most is what it can count in one day; 0 is the limit that Physical knows.
	Most Quantity `json:"most,omitempty" validate:"min=0"`
}

// Physical is the most that a meter can count in a day: 24 hours; and 24 hours at
// 120 km/h, the limit for cars on Pakistan's motorways. 0 when there is no telling.
func (m Meter) Physical() Quantity {
	if m.Most > 0 {
		return m.Most
	}
	switch strings.ToLower(m.Unit) {
	case "km":
		return 24 * 120 * One
	case "mi", "miles":
		return 24 * 75 * One
	case "h", "hours":
		return 24 * One
	}
	return 0
}

// Meter returns the category's meter of this name or unit, or the only one when
// neither is given. A name that the category has not is refused.
func (c *Category) Meter(name string) (Meter, error) {
	if len(c.Meters) == 0 {
		return Meter{}, Refuse(Invalid, "meter", "%s has no meter; an administrator adds one to the category", c.Name)
	}
	if name == "" && len(c.Meters) == 1 {
		return c.Meters[0], nil
	}
	var names []string
	for _, m := range c.Meters {
		if m.Name == name || strings.EqualFold(m.Unit, name) {
			return m, nil
		}
		names = append(names, m.Name+" ("+m.Unit+")")
	}
	if name == "" {
		return Meter{}, Refuse(Invalid, "meter", "say which: %s has %s", c.Name, strings.Join(names, " and "))
	}
	return Meter{}, Refuse(Invalid, "meter", "%s has no meter %q; it has %s", c.Name, name, strings.Join(names, " and "))
}

// Confirmation says what a reading that was asked about means.
type Confirmation string

// What a reading that goes back or jumps can mean.
const (
	// RightAsRead is a reading that is right, however unlikely: the item was used that much.
	RightAsRead Confirmation = "right"
	// WrongBefore is a right reading after one that was wrong, which is set aside.
	WrongBefore Confirmation = "mistake"
	// MeterReplaced is the first reading of another meter, or of one that began anew.
	MeterReplaced Confirmation = "replaced"
)

// Confirmations lists what a reading that was asked about can mean.
var Confirmations = []Confirmation{RightAsRead, WrongBefore, MeterReplaced}

// Reading is what a meter showed on a day.
type Reading struct {
	ID    string   `json:"id"`
	Asset string   `json:"asset"` // ID
	Meter string   `json:"meter"`
	Unit  string   `json:"unit"` // of measure
	Value Quantity `json:"value"`
	On    Day      `json:"on"`
	By    string   `json:"by"`
	At    Time     `json:"at"`
	From  string   `json:"from,omitempty"` // where it was read: "return V-KHY-2026-0042", "service 01J…"
	// Stretch counts the meters that the item has had: readings of different stretches
	// say nothing of what was run between them.
	Stretch int `json:"stretch,omitempty"`
	// Confirmed says what the reading means, where it was asked about, and Reason why.
	Confirmed Confirmation `json:"confirmed,omitempty"`
	Reason    string       `json:"reason,omitempty"`
	// Aside marks a reading that a later one showed to be wrong. It is kept, and
	// measured by no more.
	Aside bool `json:"aside,omitempty"`
	Base
}

// Key returns the reading's identity.
func (r *Reading) Key() string { return r.ID }

// MeterState is what an item's meter shows and how much the item is used.
type MeterState struct {
	Meter   string   `json:"meter"`
	Unit    string   `json:"unit"`
	Value   Quantity `json:"value"`
	On      Day      `json:"on"`
	Stretch int      `json:"stretch,omitempty"`
	// First is the first reading that the book has, in terms of today's meter.
	First   Quantity `json:"first"`
	FirstOn Day      `json:"first_on"`
	// Run is what the item has run since the first reading, whatever meters it had.
	Run Quantity `json:"run"`
	// Rate is the use a day; 0 until two readings of different days tell it.
	Rate Quantity `json:"rate,omitempty"`
}

// unlikely is how many times the measured rate of use a reading may rise by before
// it is asked about. Vehicles of a post run three times their average on a long
// patrol; a digit too many is ten times.
const unlikely = 5

// Doubt says why a reading is asked about before it is taken, or nothing. before and
// after are the readings around its day: of before, what is known of the meter;
// after is nil unless the reading is entered late. A reading is asked about when it
// goes back; when it rises by more than the meter can count in the days between
// (Physical); or by more than five times the measured rate, but not for less than a
// quarter of a day's physical limit, so that one trip after weeks in store is none.
func (m Meter) Doubt(before MeterState, after *Reading, value Quantity, on Day) Text {
	if after != nil && value > after.Value {
		return Say("is more than the %v %v read later, on %v", after.Value, m.Unit, after.On)
	}
	if value < before.Value {
		return Say("goes back: it was %v %v on %v", before.Value, m.Unit, before.On)
	}
	days := Quantity(max(on.Since(before.On), 0) + 1)
	rise := value - before.Value
	if most := m.Physical(); most > 0 && rise > most*days {
		return Say("is more than can be run since the last reading, %v %v on %v", before.Value, m.Unit, before.On)
	}
	if before.Rate > 0 && rise > max(unlikely*before.Rate*days, m.Physical()/4) {
		return Say("is far more than its use of %v %v a day since the last reading, %v %v on %v", before.Rate, m.Unit, before.Value, m.Unit, before.On)
	}
	return Text{}
}

// RateOf measures the use a day from readings in the order of their days: the
// median of the slopes between every two of them, which one wrong reading in four
// cannot mislead (the Theil–Sen estimator; P. K. Sen, "Estimates of the regression
// coefficient based on Kendall's tau", JASA 63, 1968). It is 0 when no two readings
// of one stretch are of different days.
func RateOf(readings []*Reading) Quantity {
	var slopes []float64
	for i, a := range readings {
		for _, b := range readings[i+1:] {
			if days := b.On.Since(a.On); days > 0 && a.Stretch == b.Stretch && !a.Aside && !b.Aside {
				slopes = append(slopes, float64(b.Value-a.Value)/float64(days))
			}
		}
	}
	if len(slopes) == 0 {
		return 0
	}
	slices.Sort(slopes)
	middle := len(slopes) / 2
	rate := slopes[middle]
	if len(slopes)%2 == 0 {
		rate = (slopes[middle-1] + rate) / 2
	}
	return max(Quantity(math.Round(rate)), 0)
}

// Grouped writes a quantity with its thousands apart: 84,200.
func (q Quantity) Grouped() string {
	text := q.String()
	whole, places, point := strings.Cut(text, ".")
	digits := strings.TrimPrefix(whole, "-")
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	if point {
		digits += "." + places
	}
	if q < 0 {
		return "-" + digits
	}
	return digits
}
