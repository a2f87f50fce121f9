package models

import "slices"

// Care is what is known of how an item is looked after. An item that has no meter
// read, no schedule and no service has none.
type Care struct {
	// Due is the soonest day on which a service is due, Late the first on which one is
	// overdue; What names what is due first.
	Due  Day    `json:"due,omitempty"`
	Late Day    `json:"late,omitempty"`
	What string `json:"what,omitempty"`

	Plans       []Planned    `json:"plans,omitempty"` // one a schedule, soonest first
	Done        []Done       `json:"done,omitempty"`
	Meters      []MeterState `json:"meters,omitempty"`
	Certificate *Certificate `json:"certificate,omitempty"` // of the last calibration
	Services    int          `json:"services,omitempty"`    // how many were recorded
	Spent       []Money      `json:"spent,omitempty"`       // on them, by currency
}

// Certificate is what a calibration laboratory certifies.
type Certificate struct {
	Number  string `json:"number" validate:"required,text,max=120"`
	Issuer  string `json:"issuer,omitempty" validate:"omitempty,text,max=200"`
	On      Day    `json:"on,omitempty" validate:"day"`    // of the calibration
	Expiry  Day    `json:"expiry" validate:"required,day"` // the last day on which it holds
	Service string `json:"service,omitempty"`              // by which it came
}

// Stay is an item's time in the workshop.
type Stay struct {
	Outage string `json:"outage"`
	Since  Day    `json:"since"`
	Was    Status `json:"was"` // and is again afterwards
	Reason string `json:"reason,omitempty"`
}

// Outage is a time in which an item could not be used. Lists of them are by the
// day until which they last.
type Outage struct {
	ID       string   `json:"id"`
	Asset    string   `json:"asset"` // ID
	Tag      string   `json:"tag"`
	Category string   `json:"category"`
	Unit     string   `json:"unit"`
	Path     []string `json:"path"`
	Donor    string   `json:"donor,omitempty"`
	Grant    string   `json:"grant,omitempty"`
	From     Day      `json:"from"`
	Until    Day      `json:"until"` // the last day; Unending while it lasts
	Reason   string   `json:"reason,omitempty"`
	Service  string   `json:"service,omitempty"`
	Base
}

// Unending is until when an outage lasts that has not ended: the last day there is.
const Unending Day = "2199-12-31"

// Key returns the outage's identity.
func (o *Outage) Key() string { return o.ID }

// PaidBy names who paid for the item, as Asset.PaidBy does.
func (o *Outage) PaidBy() []string { return payers(o.Donor, o.Grant) }

// MeterState returns what is known of one of the item's meters, or nil.
func (a *Asset) MeterState(name string) *MeterState {
	if a.Care == nil {
		return nil
	}
	if at := slices.IndexFunc(a.Care.Meters, func(m MeterState) bool { return m.Meter == name }); at >= 0 {
		return &a.Care.Meters[at]
	}
	return nil
}

// Looked returns the item's care, to write in.
func (a *Asset) Looked() *Care {
	if a.Care == nil {
		a.Care = &Care{}
	}
	return a.Care
}

// Received is the day on which the item came: from then on its services count.
func (a *Asset) Received(today Day) Day {
	switch {
	case a.AcquiredOn != "":
		return a.AcquiredOn
	case a.CreatedAt.IsZero():
		return today
	}
	return DayOf(a.CreatedAt.Time)
}

// Plan works out anew when the item is due for service under these schedules: those
// of its category and its own. Nothing is due of what is missing or struck off charge.
func (a *Asset) Plan(schedules []*Schedule, today Day) {
	care := &Care{}
	if a.Care != nil {
		*care = *a.Care
	}
	before := care.Plans
	care.Due, care.Late, care.What, care.Plans = "", "", "", nil
	if a.Status != StruckOff && a.Status != Missing {
		for _, s := range schedules {
			replaced := slices.ContainsFunc(schedules, func(o *Schedule) bool { return o.Instead == s.ID && o.Asset == a.ID })
			if !replaced && (s.Asset == "" || s.Asset == a.ID) {
				care.Plans = append(care.Plans, a.next(s, before, today))
			}
		}
	}
	slices.SortStableFunc(care.Plans, func(x, y Planned) int { return compareDue(x.Due, y.Due) })
	for _, p := range care.Plans {
		care.Due, care.Late = firstOf(care.Due, p.Due), firstOf(care.Late, p.Late)
	}
	if care.Due != "" {
		care.What = care.Plans[0].Name
	}
	a.Care = care
	if care.blank() {
		a.Care = nil
	}
}

func compareDue(x, y Day) int {
	switch {
	case x == y:
		return 0
	case x == "" || y != "" && x > y:
		return 1
	}
	return -1
}

func (c *Care) blank() bool {
	return len(c.Plans)+len(c.Done)+len(c.Meters)+c.Services == 0 && c.Certificate == nil
}

func (a *Asset) next(s *Schedule, planned []Planned, today Day) Planned {
	meter := a.MeterState(s.Meter)
	var before *Planned
	if at := slices.IndexFunc(planned, func(p Planned) bool { return p.Schedule == s.ID }); at >= 0 {
		before = &planned[at]
	}
	if a.Care != nil {
		for _, done := range a.Care.Done {
			if done.Schedule == s.ID || s.Instead != "" && done.Schedule == s.Instead {
				return s.Next(done, false, meter, before)
			}
		}
	}
	from := a.Received(today)
	if s.From != "" {
		from = max(from, s.From)
	}
	return s.Next(Done{On: from}, true, meter, before)
}

// Overdue says whether a service of the item is overdue, the tolerance past.
func (c *Care) Overdue(today Day) bool { return c != nil && c.Late != "" && c.Late <= today }

// DueUnits are the units in whose part of the tree something is due; none when
// nothing is.
func (a *Asset) DueUnits() []string {
	if a.Care == nil || a.Care.Due == "" {
		return nil
	}
	return a.Units()
}

// Calibrated refuses an item that has no certificate in force.
func (a *Asset) Calibrated(today Day) error {
	switch {
	case a.Care == nil || a.Care.Certificate == nil:
		return Refuse(Conflict, "certificate", "%s has no calibration certificate on record and cannot be issued; record its calibration first", a.Tag)
	case a.Care.Certificate.Expiry < today:
		return Refuse(Conflict, "certificate", "the calibration certificate %s of %s lapsed on %s; it cannot be issued before it is calibrated again",
			a.Care.Certificate.Number, a.Tag, a.Care.Certificate.Expiry)
	}
	return nil
}

// Each is what a unit of the item's first meter cost, by all that was spent in one
// currency; "" while that cannot be told.
func (c *Care) Each() string {
	if c == nil || len(c.Meters) == 0 || len(c.Spent) != 1 {
		return ""
	}
	return c.Spent[0].PerUnit(c.Meters[0].Run)
}
