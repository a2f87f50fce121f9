package models

import "strings"

// Done is when a schedule's service was last done to an item.
type Done struct {
	Schedule string `json:"schedule"`
	On       Day    `json:"on"`
	// Reading is what the schedule's meter showed then, in terms of today's meter; nil
	// when the schedule has none, or nothing was ever read.
	Reading *Quantity `json:"reading,omitempty"`
	Meter   string    `json:"meter,omitempty"`
	Service string    `json:"service,omitempty"`
}

// Planned is when a schedule is next due for an item, and why.
type Planned struct {
	Schedule string `json:"schedule"`
	Name     string `json:"name"`
	Due      Day    `json:"due,omitempty"`  // "" when there is no telling yet
	Late     Day    `json:"late,omitempty"` // the first day on which it is overdue, after the tolerance
	By       string `json:"by,omitempty"`   // what comes first: interval, fixed day or meter
	// At is the reading at which it is due, where the schedule goes by a meter, and
	// Reached the first day on which the meter was read to show it.
	At      *Quantity `json:"at,omitempty"`
	Reached Day       `json:"reached,omitempty"`
	Unit    string    `json:"unit,omitempty"` // of that reading
	Why     string    `json:"why"`
}

// furthest is how many days ahead a service can be due: a hundred years is never.
const furthest = 36_500

// Next works out when the schedule is due after it was last done. never says that
// it never was, and last is then the day from which it counts. meter is what is known
// of the schedule's meter, nil when nothing is; before is what was planned until now,
// if anything.
//
// The earliest of what the schedule names is the due day. By a meter that is the
// day on which it will show the last service's reading and the interval more, at the
// measured rate of use from the last reading on: so the more an item is used, the
// sooner it is due, and never later.
func (s *Schedule) Next(last Done, never bool, meter *MeterState, before *Planned) Planned {
	p := Planned{Schedule: s.ID, Name: s.Name}
	var why []string
	since := "Last done on " + last.On.Long()
	if never {
		since = "Never done here; counted from " + last.On.Long()
	}
	if last.Reading != nil && meter != nil {
		since += " at " + last.Reading.Grouped() + " " + meter.Unit
	}
	why = append(why, since+".")

	interval := s.interval(last.On)
	if interval != "" {
		every := plural(s.Days, "day")
		if s.Months > 0 {
			every = plural(s.Months, "month")
		}
		why = append(why, upperFirst(every)+" later is "+interval.Long()+".")
	}
	fixed := s.fixed(last.On)
	if fixed != "" {
		why = append(why, "The next fixed day is "+fixed.Long()+".")
	}
	var reached Day
	if s.Run > 0 {
		var told string
		reached, told = s.reached(&p, last, meter, before)
		why = append(why, told)
	}
	due := firstOf(interval, fixed, reached)
	switch due {
	case "":
		p.Why = strings.Join(why, " ")
		return p
	case reached:
		p.By = "meter"
	case interval:
		p.By = "interval"
	case fixed:
		p.By = "fixed day"
	}
	if interval != "" && reached != "" && interval != reached {
		if p.By == "meter" {
			why = append(why, "The meter comes first.")
		} else {
			why = append(why, "The calendar comes first.")
		}
	}
	if in := s.Season.next(due); in != due {
		why = append(why, "It waits for the season, which begins on "+in.Long()+".")
		due = in
	}
	if s.Tolerance > 0 {
		why = append(why, "Up to "+plural(s.Tolerance, "day")+" later is tolerated.")
	}
	p.Due, p.Late, p.Why = due, due.Plus(s.Tolerance+1), strings.Join(why, " ")
	return p
}

func (s *Schedule) interval(last Day) Day {
	switch {
	case s.Days > 0:
		return last.Plus(s.Days)
	case s.Months > 0:
		return last.PlusMonths(s.Months)
	}
	return ""
}

// earliest is how many days before a fixed day a service counts for that day.
const earliest = 30

// fixed returns the fixed day after a service. What was done up to thirty days
// before a fixed day, but not nearer to the one before, counts for that day.
func (s *Schedule) fixed(last Day) Day {
	if len(s.Fixed) == 0 {
		return ""
	}
	var before Day
	for year := last.Midnight().Year() - 1; ; year++ {
		for _, monthDay := range s.Fixed {
			day := inYear(year, monthDay)
			if day > last && (before == "" || day.Since(last) > min(earliest, day.Since(before)/2)) {
				return day
			}
			before = day
		}
	}
}

// reached returns the day on which the meter will show that the service is due, and
// how that was worked out.
func (s *Schedule) reached(p *Planned, last Done, meter *MeterState, before *Planned) (Day, string) {
	if meter == nil {
		return "", "Its meter was never read."
	}
	at := meter.First + s.Run
	if last.Reading != nil {
		at = *last.Reading + s.Run
	}
	p.At, p.Unit = &at, meter.Unit
	read := "read " + meter.Value.Grouped() + " " + meter.Unit + " on " + meter.On.Long()
	told := s.Run.Grouped() + " " + meter.Unit + " later is " + at.Grouped() + " " + meter.Unit + "; " + read
	switch left := at - meter.Value; {
	case left <= 0:
		p.Reached = meter.On
		if before != nil && before.Reached != "" && before.At != nil && *before.At == at {
			p.Reached = min(p.Reached, before.Reached) // reading it again makes it no less late
		}
		if p.Reached < meter.On {
			return p.Reached, told + ", and it was reached by " + p.Reached.Long() + "."
		}
		return p.Reached, told + ", so it is reached."
	case meter.Rate <= 0:
		return "", told + ", and its use a day is not measured yet."
	case left/meter.Rate > furthest:
		return "", told + ", and it is hardly used."
	default:
		day := meter.On.Plus(int(left / meter.Rate))
		return day, told + ", used " + meter.Rate.Grouped() + " " + meter.Unit + " a day, so about " + day.Long() + "."
	}
}

// next returns day if it is in the season, and the season's next first day if not.
func (s *Season) next(day Day) Day {
	if s == nil || day == "" {
		return day
	}
	year := day.Midnight().Year()
	for y := year - 1; ; y++ {
		from, to := inYear(y, s.From), inYear(y, s.To)
		if to < from {
			to = inYear(y+1, s.To)
		}
		switch {
		case day < from:
			return from
		case day <= to:
			return day
		}
	}
}

func upperFirst(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
