package models

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
	WhySaid *Text     `json:"why_said,omitempty"` // what the English was made of
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
	why := []Text{since(last, never, meter)}

	interval := s.interval(last.On)
	if interval != "" {
		if s.Months > 0 {
			why = append(why, Count("%v month later is %v.", "%v months later is %v.", s.Months, interval))
		} else {
			why = append(why, Count("%v day later is %v.", "%v days later is %v.", s.Days, interval))
		}
	}
	fixed := s.fixed(last.On)
	if fixed != "" {
		why = append(why, Say("The next fixed day is %v.", fixed))
	}
	var reached Day
	if s.Run > 0 {
		var told Text
		reached, told = s.reached(&p, last, meter, before)
		why = append(why, told)
	}
	due := firstOf(interval, fixed, reached)
	switch due {
	case "":
		p.Why, p.WhySaid = Passage(why...).Kept()
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
			why = append(why, Say("The meter comes first."))
		} else {
			why = append(why, Say("The calendar comes first."))
		}
	}
	if in := s.Season.next(due); in != due {
		why = append(why, Say("It waits for the season, which begins on %v.", in))
		due = in
	}
	if s.Tolerance > 0 {
		why = append(why, Count("Up to %v day later is tolerated.", "Up to %v days later is tolerated.", s.Tolerance))
	}
	p.Due, p.Late = due, due.Plus(s.Tolerance+1)
	p.Why, p.WhySaid = Passage(why...).Kept()
	return p
}

// Reasons tells why it is due then, in whatever language.
func (p *Planned) Reasons() Text { return Told(p.Why, p.WhySaid) }

// since tells from when a service counts.
func since(last Done, never bool, meter *MeterState) Text {
	read := last.Reading != nil && meter != nil
	switch {
	case never && read:
		return Say("Never done here; counted from %v at %v %v.", last.On, *last.Reading, meter.Unit)
	case never:
		return Say("Never done here; counted from %v.", last.On)
	case read:
		return Say("Last done on %v at %v %v.", last.On, *last.Reading, meter.Unit)
	}
	return Say("Last done on %v.", last.On)
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
func (s *Schedule) reached(p *Planned, last Done, meter *MeterState, before *Planned) (Day, Text) {
	if meter == nil {
		return "", Say("Its meter was never read.")
	}
	at := meter.First + s.Run
	if last.Reading != nil {
		at = *last.Reading + s.Run
	}
	p.At, p.Unit = &at, meter.Unit
	told := Say("%v %v later is %v %v; read %v %v on %v", s.Run, meter.Unit, at, meter.Unit, meter.Value, meter.Unit, meter.On)
	switch left := at - meter.Value; {
	case left <= 0:
		p.Reached = meter.On
		if before != nil && before.Reached != "" && before.At != nil && *before.At == at {
			p.Reached = min(p.Reached, before.Reached) // reading it again makes it no less late
		}
		if p.Reached < meter.On {
			return p.Reached, Say("%v, and it was reached by %v.", told, p.Reached)
		}
		return p.Reached, Say("%v, so it is reached.", told)
	case meter.Rate <= 0:
		return "", Say("%v, and its use a day is not measured yet.", told)
	case left/meter.Rate > furthest:
		return "", Say("%v, and it is hardly used.", told)
	default:
		day := meter.On.Plus(int(left / meter.Rate))
		return day, Say("%v, used %v %v a day, so about %v.", told, meter.Rate, meter.Unit, day)
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
