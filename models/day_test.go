package models

import "testing"

// TestDaysAcrossLeapYearsAndMonthEnds counts days and months where calendars are uneven.
func TestDaysAcrossLeapYearsAndMonthEnds(t *testing.T) {
	for _, c := range []struct {
		from Day
		n    int
		want Day
	}{
		{"2028-02-28", 1, "2028-02-29"}, {"2027-02-28", 1, "2027-03-01"}, {"2028-02-29", 365, "2029-02-28"}, {"2028-02-29", 366, "2029-03-01"},
		{"2026-12-31", 1, "2027-01-01"}, {"2027-01-01", -1, "2026-12-31"}, {"2100-02-28", 1, "2100-03-01"}, {"", 5, ""}, {"2026-02-30", 1, "2026-02-30"},
	} {
		got := c.from.Plus(c.n)
		if got != c.want {
			t.Errorf("%d days after %s is %s, not %s", c.n, c.from, got, c.want)
		}
		if c.from.Valid() && c.from != "" && got.Since(c.from) != c.n {
			t.Errorf("%s is %d days after %s, not %d", got, got.Since(c.from), c.from, c.n)
		}
	}
	for _, c := range []struct {
		from Day
		n    int
		want Day
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2028-01-31", 1, "2028-02-29"}, {"2028-02-29", 12, "2029-02-28"}, {"2028-02-29", 48, "2032-02-29"},
		{"2026-08-31", 6, "2027-02-28"}, {"2026-03-31", -1, "2026-02-28"}, {"2026-11-30", 3, "2027-02-28"}, {"", 3, ""},
	} {
		if got := c.from.PlusMonths(c.n); got != c.want {
			t.Errorf("%d months after %s is %s, not %s", c.n, c.from, got, c.want)
		}
	}
}
