package models

import "time"

// Midnight returns the day's midnight in UTC; the zero time for a day that is not valid.
func (d Day) Midnight() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Plus returns the day that is n days later; earlier for n below zero. What is no day
// stays as it is.
func (d Day) Plus(n int) Day {
	if d == "" || !d.Valid() {
		return d
	}
	return DayOf(d.Midnight().AddDate(0, 0, n))
}

// PlusMonths returns the same day of the month n months later, or the last day of
// that month where it has no such day: a month after 31 January is 28 or 29 February.
func (d Day) PlusMonths(n int) Day {
	if d == "" {
		return ""
	}
	t := d.Midnight()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return DayOf(first.AddDate(0, 0, min(t.Day(), last)-1))
}

// Since returns how many days d is after other; below zero when it is before, and
// nothing when one of them is no day.
func (d Day) Since(other Day) int {
	if d == "" || other == "" {
		return 0
	}
	return int(d.Midnight().Sub(other.Midnight()).Hours() / 24)
}

// Long writes the day as people do: 31 March 2026.
func (d Day) Long() string {
	if d == "" {
		return ""
	}
	return d.Midnight().Format("2 January 2006")
}

// firstOf is the earliest of the days that are not empty; "" when all are.
func firstOf(days ...Day) Day {
	var first Day
	for _, d := range days {
		if d != "" && (first == "" || d < first) {
			first = d
		}
	}
	return first
}
