package words

import (
	"time"

	"quartermaster/models"
)

// The months have their names in the catalogues.
var months = [...]models.Text{
	models.Say("January"), models.Say("February"), models.Say("March"), models.Say("April"), models.Say("May"), models.Say("June"),
	models.Say("July"), models.Say("August"), models.Say("September"), models.Say("October"), models.Say("November"), models.Say("December"),
}

var shortMonths = [...]models.Text{
	models.Say("Jan"), models.Say("Feb"), models.Say("Mar"), models.Say("Apr"), models.Say("May"), models.Say("Jun"),
	models.Say("Jul"), models.Say("Aug"), models.Say("Sep"), models.Say("Oct"), models.Say("Nov"), models.Say("Dec"),
}

// Day tells a day with its month in full; what is no day is told as it is.
func (p *Printer) Day(d models.Day) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return p.Date(t)
}

// Date tells the day of an instant in its zone.
func (p *Printer) Date(t time.Time) string {
	return p.digits(t.Format("2 ")) + p.Tell(months[t.Month()-1]) + p.digits(t.Format(" 2006"))
}

// ShortDate tells a day with its month short; what is no day is told as it is.
func (p *Printer) ShortDate(d models.Day) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return p.ShortDay(t) + p.digits(t.Format(" 2006"))
}

// ShortWhen tells an instant to the minute, short.
func (p *Printer) ShortWhen(t time.Time) string {
	return p.ShortDay(t) + p.digits(t.Format(" 2006 15:04"))
}

// Second tells an instant to the second with the name of its zone.
func (p *Printer) Second(t time.Time) string {
	return p.ShortDay(t) + p.digits(t.Format(" 2006 15:04:05 ")) + t.Format("MST")
}

// Turned has the digits of a number as the person reads them.
func (p *Printer) Turned(number string) string { return p.digits(number) }

// Stamp tells an instant to the minute with the name of its zone, for papers.
func (p *Printer) Stamp(t time.Time) string {
	return p.ShortDay(t) + p.digits(t.Format(" 2006 15:04 ")) + t.Format("MST")
}

// ShortDay tells a day and its month, short.
func (p *Printer) ShortDay(t time.Time) string {
	return p.digits(t.Format("2 ")) + p.Tell(shortMonths[t.Month()-1])
}

// Month tells a month and its year.
func (p *Printer) Month(t time.Time) string {
	return p.Tell(months[t.Month()-1]) + p.digits(t.Format(" 2006"))
}

// ShortMonth tells a month, short.
func (p *Printer) ShortMonth(t time.Time) string { return p.Tell(shortMonths[t.Month()-1]) }

// weekdays are from Sunday on, as time.Weekday counts.
var weekdays = [...]models.Text{
	models.Say("Sunday"), models.Say("Monday"), models.Say("Tuesday"), models.Say("Wednesday"), models.Say("Thursday"), models.Say("Friday"), models.Say("Saturday"),
}

// Moment tells an instant of the last days to the minute, in its zone.
func (p *Printer) Moment(t time.Time) string {
	return p.Say("%v %v %v, %v", weekdays[t.Weekday()], t.Day(), months[t.Month()-1], models.Say(p.digits(t.Format("15:04"))))
}

// When tells an instant to the minute, in its zone.
func (p *Printer) When(t time.Time) string {
	return p.ShortDay(t) + p.digits(t.Format(" 2006, 15:04"))
}
