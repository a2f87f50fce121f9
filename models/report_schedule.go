package models

import "time"

// Every is how often a report is sent.
type Every string

// How often.
const (
	EveryMonth   Every = "month"
	EveryQuarter Every = "quarter"
)

// Words returns it as people say it.
func (e Every) Words() string { return string(e) }

func (e Every) months() int {
	if e == EveryQuarter {
		return 3
	}
	return 1
}

// ReportSchedule is a report that is e-mailed to a donor each month or quarter, of the
// month or quarter that just ended. They are sent what an auditor of the donor or grant
// would see, within the part of the unit tree of who set it up.
type ReportSchedule struct {
	ID     string   `json:"id"`
	For    string   `json:"for" validate:"required,text,max=200"` // who gets it
	To     []string `json:"to" validate:"min=1,max=20,unique,dive,max=254,text,email"`
	Kind   string   `json:"kind"`
	Donor  string   `json:"donor,omitempty"`
	Grant  string   `json:"grant,omitempty"`
	Unit   string   `json:"unit,omitempty"`
	Format string   `json:"format" validate:"oneof=pdf xlsx"`
	// Language is that of the report and of its e-mail, as in ReportQuery.
	Language string `json:"language,omitempty"`
	Every    Every  `json:"every" validate:"oneof=month quarter"`
	On       int    `json:"on" validate:"min=1,max=28"` // day of the month
	By       string `json:"by"`                         // who set it up
	Scope    string `json:"scope,omitempty"`
	// Next is the day on which it is sent next; nothing while it is off.
	Next Day  `json:"next,omitempty"`
	Off  bool `json:"off,omitempty"`
	// Trouble is why the last attempt to make it failed; it is tried again each hour.
	Trouble     string   `json:"trouble,omitempty"`
	TroubleSaid *Text    `json:"trouble_said,omitempty"` // what the English was made of
	Sent        int64    `json:"sent"`                   // times
	Last        *Sending `json:"last,omitempty"`
	Base
}

// Troubled tells why the last attempt failed, in whatever language.
func (s *ReportSchedule) Troubled() Text { return Told(s.Trouble, s.TroubleSaid) }

// Sending is one time that a scheduled report was put into the outbox.
type Sending struct {
	At     Time   `json:"at"`
	From   Day    `json:"from"` // of the period
	To     Day    `json:"to"`
	Report string `json:"report"` // its number
	// File is the file as it was sent; Share the link that was sent in its place where
	// it is too large for e-mail.
	File  *Attachment `json:"file,omitempty"`
	Share string      `json:"share,omitempty"`
}

// Key returns the schedule's identity.
func (s *ReportSchedule) Key() string { return s.ID }

// Asked is what the report of the period that ended before a day is asked for. ofPeriod
// says that its kind is of a period rather than as of a day.
func (s *ReportSchedule) Asked(day Day, ofPeriod bool) ReportQuery {
	q := ReportQuery{Donor: s.Donor, Grant: s.Grant, Unit: s.Unit, Language: s.Language}
	from, to := s.Period(day)
	if ofPeriod {
		q.From, q.To = from, to
	} else {
		q.AsOf = string(to)
	}
	return q
}

// Period is the month or quarter that ended last before a day.
func (s *ReportSchedule) Period(day Day) (from, to Day) {
	t := day.Midnight()
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	if s.Every == EveryQuarter {
		first = first.AddDate(0, -(int(first.Month())-1)%3, 0)
	}
	return DayOf(first.AddDate(0, -s.Every.months(), 0)), DayOf(first.AddDate(0, 0, -1))
}

// DueFrom is the first day from a day on on which it is to be sent, of a period that was
// not sent yet.
func (s *ReportSchedule) DueFrom(day Day) Day {
	t := day.Midnight()
	for due := time.Date(t.Year(), t.Month(), s.On, 0, 0, 0, 0, time.UTC); ; due = due.AddDate(0, 1, 0) {
		d := DayOf(due)
		if d < day || s.Every == EveryQuarter && (int(due.Month())-1)%3 != 0 {
			continue
		}
		if from, _ := s.Period(d); s.Last != nil && from <= s.Last.To {
			continue
		}
		return d
	}
}

// Receiver is whoever gets the report, as somebody who asks for it.
func (s *ReportSchedule) Receiver() *Person {
	p := &Person{Code: "schedule/" + s.ID, Name: s.For, Role: Auditor, Scope: s.Scope}
	if s.Grant != "" {
		p.Grants = []string{s.Grant}
	} else {
		p.Donors = []string{s.Donor}
	}
	return p
}
