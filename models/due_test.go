package models

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func q(n int) *Quantity { v := Quantity(n) * One; return &v }

// TestNextDue tells when a schedule is due after a service.
func TestNextDue(t *testing.T) {
	meter := func(value int, on Day, rate int) *MeterState {
		return &MeterState{Meter: "odometer", Unit: "km", Value: Quantity(value) * One, On: on, Rate: Quantity(rate) * One, FirstOn: on}
	}
	for name, c := range map[string]struct {
		schedule Schedule
		last     Done
		never    bool
		meter    *MeterState
		due      Day
		late     Day
		by       string
		says     string
	}{
		"every 90 days":                    {schedule: Schedule{Days: 90}, last: Done{On: "2026-01-01"}, due: "2026-04-01", late: "2026-04-02", by: "interval"},
		"over a leap day":                  {schedule: Schedule{Days: 30}, last: Done{On: "2028-02-10"}, due: "2028-03-11", late: "2028-03-12"},
		"a year after a leap day":          {schedule: Schedule{Months: 12}, last: Done{On: "2028-02-29"}, due: "2029-02-28"},
		"four years after a leap day":      {schedule: Schedule{Months: 48}, last: Done{On: "2028-02-29"}, due: "2032-02-29"},
		"a month after the 31st":           {schedule: Schedule{Months: 1}, last: Done{On: "2026-01-31"}, due: "2026-02-28"},
		"a month after the 31st of a leap": {schedule: Schedule{Months: 1}, last: Done{On: "2028-01-31"}, due: "2028-02-29"},
		"over the end of the year":         {schedule: Schedule{Months: 3}, last: Done{On: "2026-11-30"}, due: "2027-02-28"},
		"a tolerance":                      {schedule: Schedule{Days: 10, Tolerance: 5}, last: Done{On: "2026-03-25"}, due: "2026-04-04", late: "2026-04-10"},
		"tolerance over a month's end":     {schedule: Schedule{Days: 1, Tolerance: 1}, last: Done{On: "2028-02-27"}, due: "2028-02-28", late: "2028-03-01"},
		"the meter comes first": {schedule: Schedule{Months: 6, Run: 5000 * One, Meter: "odometer"}, last: Done{On: "2026-03-01", Reading: q(84_200)},
			meter: meter(86_000, "2026-03-20", 120), due: "2026-04-15", by: "meter", says: "The meter comes first."},
		"the calendar comes first": {schedule: Schedule{Months: 6, Run: 5000 * One, Meter: "odometer"}, last: Done{On: "2026-03-01", Reading: q(84_200)},
			meter: meter(84_500, "2026-03-20", 5), due: "2026-09-01", by: "interval", says: "The calendar comes first."},
		"the meter is past it": {schedule: Schedule{Run: 5000 * One, Meter: "odometer"}, last: Done{On: "2026-03-01", Reading: q(84_200)},
			meter: meter(90_000, "2026-03-20", 0), due: "2026-03-20", by: "meter", says: "it is reached"},
		"the use is not known":            {schedule: Schedule{Run: 5000 * One, Meter: "odometer"}, last: Done{On: "2026-03-01"}, meter: meter(10, "2026-03-20", 0), says: "not measured yet"},
		"the meter was never read":        {schedule: Schedule{Run: 5000 * One, Meter: "odometer", Days: 30}, last: Done{On: "2026-03-01"}, due: "2026-03-31", says: "never read"},
		"never done":                      {schedule: Schedule{Days: 365}, last: Done{On: "2025-06-01"}, never: true, due: "2026-06-01", says: "Never done here"},
		"a fixed day":                     {schedule: Schedule{Fixed: []string{"10-01"}}, last: Done{On: "2026-03-31"}, due: "2026-10-01", by: "fixed day"},
		"the fixed day itself":            {schedule: Schedule{Fixed: []string{"10-01"}}, last: Done{On: "2026-10-01"}, due: "2027-10-01"},
		"shortly before the fixed day":    {schedule: Schedule{Fixed: []string{"10-01"}}, last: Done{On: "2026-09-10"}, due: "2027-10-01"},
		"long before the fixed day":       {schedule: Schedule{Fixed: []string{"10-01"}}, last: Done{On: "2026-08-20"}, due: "2026-10-01"},
		"after the fixed day":             {schedule: Schedule{Fixed: []string{"10-01"}}, last: Done{On: "2026-10-20"}, due: "2027-10-01"},
		"the first of two fixed days":     {schedule: Schedule{Fixed: []string{"04-01", "10-01"}}, last: Done{On: "2026-10-05"}, due: "2027-04-01"},
		"a fixed leap day":                {schedule: Schedule{Fixed: []string{"02-29"}}, last: Done{On: "2026-01-10"}, due: "2026-02-28"},
		"a fixed leap day in a leap year": {schedule: Schedule{Fixed: []string{"02-29"}}, last: Done{On: "2028-01-10"}, due: "2028-02-29"},
		"in season":                       {schedule: Schedule{Days: 30, Season: &Season{"05-01", "09-30"}}, last: Done{On: "2026-05-10"}, due: "2026-06-09"},
		"out of season":                   {schedule: Schedule{Days: 30, Season: &Season{"05-01", "09-30"}}, last: Done{On: "2026-09-15"}, due: "2027-05-01", says: "waits for the season"},
		"before the season":               {schedule: Schedule{Days: 30, Season: &Season{"05-01", "09-30"}}, last: Done{On: "2026-01-15"}, due: "2026-05-01"},
		"a season over the year's end":    {schedule: Schedule{Days: 30, Season: &Season{"10-01", "03-31"}}, last: Done{On: "2026-12-20"}, due: "2027-01-19"},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.schedule.Next(c.last, c.never, c.meter, nil)
			if p.Due != c.due || c.late != "" && p.Late != c.late || c.by != "" && p.By != c.by || !strings.Contains(p.Why, c.says) {
				t.Errorf("%+v", p)
			}
		})
	}
}

// TestMoreUseIsNeverDueLater holds whatever the interval, the season and the meter are.
func TestMoreUseIsNeverDueLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := func(name string) Day { return Day("2026-01-01").Plus(rapid.IntRange(0, 1500).Draw(t, name)) }
		s := Schedule{
			Days: rapid.IntRange(0, 800).Draw(t, "days"), Run: Quantity(rapid.IntRange(1, 20_000_000).Draw(t, "run")), Meter: "odometer",
			Tolerance: rapid.IntRange(0, 30).Draw(t, "tolerance"),
		}
		if rapid.Bool().Draw(t, "seasonal") {
			s.Season = &Season{"05-01", "09-30"}
		}
		if rapid.Bool().Draw(t, "fixed") {
			s.Fixed = []string{"03-31", "10-01"}
		}
		last := Done{On: day("last"), Reading: q(rapid.IntRange(0, 100_000).Draw(t, "at"))}
		state := MeterState{Unit: "km", Value: *last.Reading + Quantity(rapid.IntRange(0, 20_000_000).Draw(t, "since")), On: max(day("read"), last.On)}
		slow, fast := state, state
		slow.Rate = Quantity(rapid.IntRange(0, 1_000_000).Draw(t, "rate"))
		fast.Rate = slow.Rate + Quantity(rapid.IntRange(1, 1_000_000).Draw(t, "more"))
		late, soon := s.Next(last, false, &slow, nil).Due, s.Next(last, false, &fast, nil).Due
		if late != "" && (soon == "" || soon > late) {
			t.Fatalf("at %s a day due %s, at %s a day %s", slow.Rate, late, fast.Rate, soon)
		}
	})
}

// TestOneWrongReadingDoesNotMislead measures use by readings, one of them mistyped.
func TestOneWrongReadingDoesNotMislead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, rate := rapid.IntRange(5, 20).Draw(t, "readings"), rapid.IntRange(1, 400).Draw(t, "a day")
		readings := make([]*Reading, n)
		for i := range readings {
			readings[i] = &Reading{On: Day("2026-01-01").Plus(7 * i), Value: Quantity(50_000+7*i*rate) * One}
		}
		wrong := rapid.IntRange(0, n-1).Draw(t, "wrong")
		readings[wrong].Value *= 10
		if got, want := RateOf(readings), Quantity(rate)*One; got != want {
			t.Fatalf("%s a day, wanted %s", got, want)
		}
	})
	for name, c := range map[string]struct {
		readings []*Reading
		want     Quantity
	}{
		"one":                {[]*Reading{{On: "2026-01-01", Value: 5 * One}}, 0},
		"two of one day":     {[]*Reading{{On: "2026-01-01", Value: 5 * One}, {On: "2026-01-01", Value: 9 * One}}, 0},
		"of two meters":      {[]*Reading{{On: "2026-01-01", Value: 5 * One}, {On: "2026-01-05", Value: 9 * One, Stretch: 1}}, 0},
		"one that was wrong": {[]*Reading{{On: "2026-01-01", Value: 90 * One, Aside: true}, {On: "2026-01-05", Value: 9 * One}, {On: "2026-01-09", Value: 13 * One}}, One},
		"half a day's use":   {[]*Reading{{On: "2026-01-01"}, {On: "2026-01-05", Value: 2 * One}}, One / 2},
	} {
		if got := RateOf(c.readings); got != c.want {
			t.Errorf("%s: %s a day, wanted %s", name, got, c.want)
		}
	}
}

func TestMoneyIsAddedExactly(t *testing.T) {
	var total []Money
	for _, m := range []Money{{"0.10", "USD"}, {"0.2", "USD"}, {"1200", "PKR"}, {"999999999999999.9999", "PKR"}, {"0.0001", "USD"}} {
		total = AddMoney(total, m)
	}
	if len(total) != 2 || total[0].Amount != "0.3001" || total[1].Amount != "1000000000001199.9999" {
		t.Errorf("%v", total)
	}
	if each := (Money{"100", "USD"}).PerUnit(3 * One); each != "33.33 USD" {
		t.Error(each)
	}
}

func TestGrouped(t *testing.T) {
	for q, want := range map[Quantity]string{0: "0", 999 * One: "999", 84_200 * One: "84,200", 1_234_567_500: "1,234,567.5", -4_988 * One: "-4,988"} {
		if got := q.Grouped(); got != want {
			t.Errorf("%s, wanted %s", got, want)
		}
	}
}

// TestReadingAMeterAgainMakesNothingLessLate reads a vehicle that is past its service.
func TestReadingAMeterAgainMakesNothingLessLate(t *testing.T) {
	s := &Schedule{ID: "oil", Category: "vehicle", Run: 5000 * One, Meter: "odometer", Tolerance: 7}
	a := &Asset{ID: "1", AcquiredOn: "2026-01-01", Care: &Care{Done: []Done{{Schedule: "oil", On: "2026-01-01", Reading: q(1000)}}}}
	for _, step := range []struct {
		on    Day
		value int
		due   Day
	}{{"2026-03-01", 5900, "2026-03-02"}, {"2026-03-05", 6100, "2026-03-05"}, {"2026-03-20", 7000, "2026-03-05"}, {"2026-04-01", 8000, "2026-03-05"}} {
		a.Care.Meters = []MeterState{{Meter: "odometer", Unit: "km", Value: *q(step.value), On: step.on, Rate: 60 * One, FirstOn: "2026-01-01"}}
		a.Plan([]*Schedule{s}, step.on)
		if a.Care.Due != step.due {
			t.Errorf("read %d on %s: due %s, wanted %s", step.value, step.on, a.Care.Due, step.due)
		}
	}
}
