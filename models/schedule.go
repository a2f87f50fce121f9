package models

import (
	"fmt"
	"slices"
)

// Schedule says when items of a category, or one item, must be serviced, and what
// is to be done.
type Schedule struct {
	ID       string `json:"id"`
	Name     string `json:"name" validate:"required,text,max=120"` // "Oil and filters", "Annual calibration"
	Category string `json:"category" validate:"required,code"`
	// Asset is the ID of the one item that the schedule is for, Tag its tag; "" is
	// every item of the category.
	Asset string `json:"asset,omitempty"`
	Tag   string `json:"tag,omitempty"`
	// Instead is the category's schedule that this one stands in for at its item.
	Instead string `json:"instead,omitempty"`

	// It is due at the first of these that comes: so many days or months after the
	// last service, at the next of some days of the year, or after so much use.
	Days   int      `json:"days,omitempty" validate:"min=0,max=36500"`
	Months int      `json:"months,omitempty" validate:"min=0,max=1200"`
	Fixed  []string `json:"fixed,omitempty" validate:"max=24,unique"` // days of the year: 03-31
	Run    Quantity `json:"run,omitempty" validate:"min=0"`
	Meter  string   `json:"meter,omitempty" validate:"omitempty,fieldname"`
	// Season is the part of the year in which it is done; what falls out of it waits
	// for the next one's first day.
	Season *Season `json:"season,omitempty"`
	// Tolerance is for how many days after the due day it is not overdue yet.
	Tolerance int `json:"tolerance,omitempty" validate:"min=0,max=365"`
	// From is the day from which it counts for items that were never serviced under
	// it; "" counts from the day on which each was received.
	From Day `json:"from,omitempty" validate:"day"`

	Checklist []string `json:"checklist,omitempty" validate:"max=60,unique,dive,text,max=200"`
	// Certificate says that the service is a calibration, which gives a certificate.
	Certificate bool   `json:"certificate,omitempty"`
	Note        string `json:"note,omitempty" validate:"max=2000"`

	EndedOn Day `json:"ended_on,omitempty"`
	// Unplanned is 1 while the due days of its items are still to be worked out anew;
	// Planned is the number of the last item of which they were.
	Unplanned int   `json:"unplanned,omitempty"`
	Planned   int64 `json:"planned,omitempty"`
	Base
}

// Season is a part of the year, both days included; it may pass the year's end.
type Season struct {
	From string `json:"from"` // 10-01
	To   string `json:"to"`   // 03-31
}

// Key returns the schedule's identity.
func (s *Schedule) Key() string { return s.ID }

// Covers names what the schedule is for, as it is looked for: nothing once ended.
func (s *Schedule) Covers() []string {
	switch {
	case s.EndedOn != "":
		return nil
	case s.Asset != "":
		return []string{"asset " + s.Asset}
	}
	return []string{"category " + s.Category}
}

// Check refuses a schedule that never comes due, or that its category cannot have.
func (s *Schedule) Check(c *Category) error {
	var wrong []Detail
	note := func(field, format string, args ...any) {
		wrong = append(wrong, Matter(0, field, format, args...))
	}
	if s.Days == 0 && s.Months == 0 && s.Run == 0 && len(s.Fixed) == 0 {
		note("days", "an interval of zero never comes due: give days, months, use by a meter, or days of the year")
	}
	if s.Days > 0 && s.Months > 0 {
		note("months", "give days or months, not both")
	}
	if s.Run > 0 || s.Meter != "" {
		meter, err := c.Meter(s.Meter)
		var refused *Error
		switch {
		case err != nil:
			refused = err.(*Error) //nolint:errorlint // Meter refuses with nothing else
			note("meter", "%s", refused.Text())
		case s.Run == 0:
			note("run", "is zero: say how many %s", meter.Unit)
		default:
			s.Meter = meter.Name
		}
	}
	for _, day := range s.Fixed {
		if !yearDay(day) {
			note("fixed", "%q is not a day of the year; write it like 03-31", day)
		}
	}
	if s.Season != nil && (!yearDay(s.Season.From) || !yearDay(s.Season.To)) {
		note("season", "is not two days of the year; write them like 10-01 and 03-31")
	}
	slices.Sort(s.Fixed)
	return Wrong(wrong)
}

func yearDay(text string) bool {
	return len(text) == 5 && Day("2024-"+text).Valid() // a leap year, for 29 February
}

// inYear is a day of the year in a given year: 28 February where there is no 29th.
func inYear(year int, monthDay string) Day {
	day := Day(fmt.Sprintf("%04d-%s", year, monthDay))
	if !day.Valid() {
		return Day(fmt.Sprintf("%04d-02-28", year))
	}
	return day
}

// Every tells the interval: "every 5,000 km or 6 months, whichever first". unit is that
// of its meter.
func (s *Schedule) Every(unit string) Text {
	var every, on []Text
	if s.Run > 0 {
		every = append(every, Say("%v %v", s.Run, unit))
	}
	if s.Days > 0 {
		every = append(every, Count("%v day", "%v days", s.Days))
	}
	if s.Months > 0 {
		every = append(every, Count("%v month", "%v months", s.Months))
	}
	for _, day := range s.Fixed {
		on = append(on, dayOfYear(day))
	}
	several := len(every)+min(len(on), 1) > 1
	var ways []Text
	if len(every) > 0 {
		ways = append(ways, Say("every %v", either(every)))
	}
	if len(on) > 0 {
		ways = append(ways, Say("on %v", both(on)))
	}
	if len(ways) == 0 {
		return Text{}
	}
	text := either(ways)
	if several {
		text = Say("%v, whichever first", text)
	}
	if s.Season != nil {
		text = Say("%v, from %v to %v", text, dayOfYear(s.Season.From), dayOfYear(s.Season.To))
	}
	return text
}

func either(texts []Text) Text {
	text := texts[0]
	for _, next := range texts[1:] {
		text = Say("%v or %v", text, next)
	}
	return text
}

func both(texts []Text) Text {
	text := texts[0]
	for _, next := range texts[1:] {
		text = Say("%v, %v", text, next)
	}
	return text
}

// dayOfYear tells 03-31 as 31 March.
func dayOfYear(day string) Text {
	t := Day("2024-" + day).Midnight() // a leap year, for 29 February
	return Say("%v %v", t.Day(), Say(t.Month().String()))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
