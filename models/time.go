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
	if year := parsed.UTC().Year(); year < 1 || year > 9999 { // which the fixed form cannot write
		return fmt.Errorf("a time is in the years 1 to 9999, not in %d", year)
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
