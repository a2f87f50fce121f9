package models

import (
	"fmt"
	"strings"
	"time"
)

// Time is an instant in UTC. It is written RFC 3339 with exactly three decimals,
// so that its text sorts as time does in every store.
type Time struct{ time.Time }

const instant = "2006-01-02T15:04:05.000Z"

// At returns t in UTC, cut to milliseconds.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

func (t Time) String() string { return t.UTC().Format(instant) }

// MarshalJSON writes the fixed form.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.String() + `"`), nil
}

// UnmarshalJSON reads any RFC 3339 instant.
func (t *Time) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	parsed, err := time.Parse(`"`+time.RFC3339+`"`, string(raw))
	if err != nil {
		return fmt.Errorf("a time is written like 2026-03-31T09:30:00Z: %w", err)
	}
	*t = At(parsed)
	return nil
}

// Day is a calendar day, written 2026-03-31; "" is no day.
type Day string

// DayOf returns t's day in t's own zone.
func DayOf(t time.Time) Day { return Day(t.Format(time.DateOnly)) }

// ParseDay reads a day as ISO 8601 writes it; "" gives no day.
func ParseDay(s string) (Day, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return "", fmt.Errorf("%q is not a day; write it like 2026-03-31", s)
	}
	return DayOf(t), nil
}

// Valid says whether d is empty or a real day between 1900 and 2199.
func (d Day) Valid() bool {
	if d == "" {
		return true
	}
	t, err := time.Parse(time.DateOnly, string(d))
	return err == nil && t.Year() >= 1900 && t.Year() < 2200
}

// Add returns the day so many days later, or earlier where days is below zero.
func (d Day) Add(days int) Day {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return d
	}
	return DayOf(t.AddDate(0, 0, days))
}

// Until returns how many days it is from d to another day; below zero when that is
// past.
func (d Day) Until(other Day) int {
	from, err := time.Parse(time.DateOnly, string(d))
	to, wrong := time.Parse(time.DateOnly, string(other))
	if err != nil || wrong != nil {
		return 0
	}
	return int(to.Sub(from) / (24 * time.Hour))
}

// AddMonths is the same day of the month that is n months later, or that month's
// last day where it is shorter: a month after 31 January is 28 February.
func (d Day) AddMonths(n int) Day {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return DayOf(first.AddDate(0, 0, min(t.Day(), last)-1))
}
