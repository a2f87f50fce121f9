package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/maintenance"
	"quartermaster/services/store"
)

func (w *Web) mountCare(in fiber.Router) {
	in.Get("/care", w.due)
	in.Get("/care/calendar", w.calendar)
	in.Post("/care/calendar", w.renewFeed)
	in.Get("/care/figures", w.figures)
	in.Get("/care/schedules", w.schedules)
	in.Post("/care/schedules", w.addSchedule)
	in.Post("/care/meters", w.setMeters)
	in.Get("/care/schedules/:id", w.schedule)
	in.Post("/care/schedules/:id", w.changeSchedule)
	in.Post("/care/schedules/:id/end", w.endSchedule)
	in.Get("/assets/:tag/service", w.serviceForm)
	in.Post("/assets/:tag/service", w.recordService)
	in.Get("/assets/:tag/services/:id", w.service)
	in.Get("/assets/:tag/services/:id/files/:file", func(c *fiber.Ctx) error { return api.ServiceFile(c, w.Maintenance) })
	in.Post("/assets/:tag/meter", w.readMeter)
	in.Post("/assets/:tag/workshop", w.putIn)
	in.Post("/assets/:tag/workshop/leave", w.takeOut)
}

type duePage struct {
	Items             []dueItem
	Filter            maintenance.DueFilter
	Units, Categories []option
	Overdue, Soon     any // how many, as told
	Query             url.Values
	Next              string
	First             bool
}

// dueItem is an item on a list of what is due.
type dueItem struct {
	*models.Asset
	Late bool
	Says any // how far from today it is
	Why  models.Text
}

const (
	perDuePage = 40
	// mostCounted is how far the tabs count.
	mostCounted = 1000
)

func (w *Web) due(c *fiber.Ctx) error {
	ctx := c.UserContext()
	p := duePage{Filter: api.DueFilter(c), First: c.Query("cursor") == "", Query: url.Values{}}
	for name, value := range map[string]string{"state": p.Filter.State, "unit": p.Filter.Unit, "category": p.Filter.Category} {
		if value != "" {
			p.Query.Set(name, value)
		}
	}
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	p.Units, p.Categories = choose(ch.Units, p.Filter.Unit), choose(ch.Categories, p.Filter.Category)
	for state, into := range map[string]*any{"overdue": &p.Overdue, "soon": &p.Soon} {
		f := p.Filter
		f.State = state
		n, err := w.Maintenance.CountDue(ctx, f, mostCounted)
		if err != nil {
			return err
		}
		if *into = n; n == mostCounted {
			*into = say("%d or more", n)
		}
	}
	page, err := w.Maintenance.Due(ctx, p.Filter, c.Query("cursor"), perDuePage)
	if err != nil {
		return err
	}
	p.Next = page.Next
	if p.Items, err = w.dueItems(page); err != nil {
		return err
	}
	return w.render(c, fiber.StatusOK, "due", view{Title: say("Due for service"), Here: "care", Data: p})
}

func (w *Web) dueItems(page *store.Page) ([]dueItem, error) {
	today := w.Book.Today()
	var list []dueItem
	for _, r := range page.Records {
		a, err := store.Decode[models.Asset](r)
		if err != nil {
			return nil, err
		}
		item := dueItem{Asset: a, Late: a.Care.Overdue(today), Says: fromToday(a.Care.Due, today)}
		if len(a.Care.Plans) > 0 {
			item.Why = a.Care.Plans[0].Reasons()
		}
		list = append(list, item)
	}
	return list, nil
}

// fromToday says how far a day is from today.
func fromToday(day, today models.Day) models.Text {
	switch n := day.Since(today); {
	case n == 0:
		return say("today")
	case n == 1:
		return say("tomorrow")
	case n == -1:
		return say("yesterday")
	case n < 0:
		return models.Count("%d day ago", "%d days ago", -n)
	default:
		return models.Count("in %d day", "in %d days", n)
	}
}

type calendarPage struct {
	Month, Before, After string // 2026-03
	Name                 string
	Weeks                [][]calendarDay
	Agenda               []agendaDay
	More                 bool
	Units                []option
	Unit                 string
	Address              string // of the feed, just made
	Mine                 bool   // the caller may make one
}

type calendarDay struct {
	Day            models.Day
	N              int // of the month
	Count          int
	In, Today, Due bool // in the month; today; in the past and something is due
}

type agendaDay struct {
	Day   models.Day
	Says  any
	Late  bool
	Items []dueItem
}

// mostInAgenda is how many items a month's agenda names.
const mostInAgenda = 150

func (w *Web) calendar(c *fiber.Ctx) error { return w.calendarPage(c, fiber.StatusOK, "", nil) }

func (w *Web) calendarPage(c *fiber.Ctx, status int, address string, refusal *models.Error) error {
	ctx := c.UserContext()
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	today := w.Book.Today()
	first, err := time.Parse("2006-01", c.Query("month", string(today[:7])))
	if err != nil || !models.DayOf(first).Valid() {
		return models.Refuse(models.Invalid, "month", "is not a month; write it like 2026-03")
	}
	p := calendarPage{Month: first.Format("2006-01"), Before: first.AddDate(0, -1, 0).Format("2006-01"), After: first.AddDate(0, 1, 0).Format("2006-01"),
		Name: speaks(c).Month(first), Unit: c.Query("unit", c.FormValue("unit")), Address: address, Mine: access.May(caller.Role, access.Maintain)}
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	p.Units = choose(ch.Units, p.Unit)
	f := maintenance.DueFilter{Unit: p.Unit, Since: models.DayOf(first), Until: models.DayOf(first.AddDate(0, 1, -1))}
	counts, err := w.Maintenance.DueOn(ctx, f)
	if err != nil {
		return err
	}
	// Weeks begin on Monday, as ISO 8601 has it.
	for day := first.AddDate(0, 0, -(int(first.Weekday())+6)%7); day.Month() == first.Month() || day.Before(first); {
		week := make([]calendarDay, 7)
		for i := range week {
			d := models.DayOf(day)
			week[i] = calendarDay{Day: d, N: day.Day(), Count: counts[d], In: day.Month() == first.Month(), Today: d == today, Due: d < today}
			day = day.AddDate(0, 0, 1)
		}
		p.Weeks = append(p.Weeks, week)
	}
	page, err := w.Maintenance.Due(ctx, f, "", mostInAgenda)
	if err != nil {
		return err
	}
	p.More = page.Next != ""
	items, err := w.dueItems(page)
	if err != nil {
		return err
	}
	for _, item := range items {
		if n := len(p.Agenda); n == 0 || p.Agenda[n-1].Day != item.Care.Due {
			p.Agenda = append(p.Agenda, agendaDay{Day: item.Care.Due, Says: fromToday(item.Care.Due, today), Late: item.Care.Due < today})
		}
		last := &p.Agenda[len(p.Agenda)-1]
		last.Items = append(last.Items, item)
	}
	return w.render(c, status, "calendar", view{Title: say("Calendar"), Here: "care", Refusal: refusal, Data: p})
}

// renewFeed makes a new address for a unit's calendar and shows it, this once.
func (w *Web) renewFeed(c *fiber.Ctx) error {
	address, err := w.Maintenance.RenewFeed(c.UserContext(), c.FormValue("unit"))
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.calendarPage(c, status, "", refusal)
	}
	if err != nil {
		return err
	}
	return w.calendarPage(c, fiber.StatusOK, address.Address, nil)
}

type figuresPage struct {
	*maintenance.Availability
	Costs  *maintenance.Costs
	Window maintenance.Window
	Units  []option
}

func (w *Web) figures(c *fiber.Ctx) error {
	ctx := c.UserContext()
	p := figuresPage{Window: api.Window(c)}
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	p.Units = choose(ch.Units, p.Window.Unit)
	if p.Availability, err = w.Maintenance.Availability(ctx, p.Window); err == nil {
		p.Costs, err = w.Maintenance.Costs(ctx, p.Window)
	}
	refusal, ok := shown(err)
	if err != nil && !ok {
		return err
	}
	status := fiber.StatusOK
	if ok {
		status, _ = refusalOf(err)
		p.Availability, p.Costs = &maintenance.Availability{}, &maintenance.Costs{}
	}
	return w.render(c, status, "care-figures", view{Title: say("Cost and availability"), Here: "care", Refusal: refusal, Data: p})
}

// careSection is how an item is looked after, as its page shows it.
type careSection struct {
	*models.Asset
	Plans    []shownPlan
	Meters   []shownMeter
	Services []*models.Service
	More     bool // services than are shown
	Lapsed   bool // the certificate
	Wanted   bool // a certificate, to be issued
	Each     string
	EachOf   string
	Empty    bool
	Form     map[string]string
	Open     string
}

type shownPlan struct {
	models.Planned
	State string
	Says  any
}

type shownMeter struct {
	models.Meter
	State *models.MeterState
	Curve string // of its readings, in a box of 100 by 30
	Says  any
}

// servicesShown is how many services the item's page shows.
const servicesShown = 5

// careOf is the section about an item's care; nil when there is nothing to say.
func (w *Web) careOf(ctx context.Context, a *models.Asset, category *models.Category, open string, form map[string]string) (*careSection, error) {
	s := &careSection{Asset: a, Form: form, Open: open, Empty: a.Care == nil}
	today := w.Book.Today()
	if category != nil {
		s.Wanted = category.Calibrated
		for _, m := range category.Meters {
			shown, err := w.shownMeter(ctx, a, m)
			if err != nil {
				return nil, err
			}
			s.Meters = append(s.Meters, shown)
		}
	}
	if s.Empty {
		return s, nil
	}
	for _, p := range a.Care.Plans {
		shown := shownPlan{Planned: p, State: "plain", Says: say("no telling yet")}
		if p.Due != "" {
			shown.Says = say("due %v", fromToday(p.Due, today))
			switch {
			case p.Late <= today:
				shown.State, shown.Says = "overdue", say("was due %v", fromToday(p.Due, today))
			case p.Due <= today.Plus(maintenance.Soon):
				shown.State = "due_soon"
			default:
				shown.State = "in_store"
			}
		}
		s.Plans = append(s.Plans, shown)
	}
	if c := a.Care.Certificate; c != nil {
		s.Lapsed = c.Expiry < today
	}
	if s.Each = a.Care.Each(); s.Each != "" {
		s.EachOf = a.Care.Meters[0].Unit
	}
	page, err := w.Maintenance.Services(ctx, a.Tag, "", servicesShown)
	if err != nil {
		return nil, err
	}
	s.More = page.Next != ""
	for _, r := range page.Records {
		done, err := store.Decode[models.Service](r)
		if err != nil {
			return nil, err
		}
		s.Services = append(s.Services, done)
	}
	return s, nil
}

func (w *Web) shownMeter(ctx context.Context, a *models.Asset, m models.Meter) (shownMeter, error) {
	shown := shownMeter{Meter: m, State: a.MeterState(m.Name)}
	if shown.State == nil {
		return shown, nil
	}
	page, err := w.Maintenance.Readings(ctx, a.Tag, m.Name, "", 60)
	if err != nil {
		return shown, err
	}
	var readings []*models.Reading
	for _, r := range page.Records {
		reading, err := store.Decode[models.Reading](r)
		if err != nil {
			return shown, err
		}
		if !reading.Aside && reading.Stretch == shown.State.Stretch {
			readings = append(readings, reading)
		}
	}
	slices.Reverse(readings)
	shown.Curve, shown.Says = curve(readings, m.Unit)
	return shown, nil
}

// curve draws readings as the points of a line in a box of 100 by 30, and tells it in
// words; nothing of fewer than two days.
func curve(readings []*models.Reading, unit string) (points string, says any) {
	if len(readings) < 2 {
		return "", nil
	}
	first, last := readings[0], readings[len(readings)-1]
	days, low, high := last.On.Since(first.On), first.Value, first.Value
	for _, r := range readings {
		low, high = min(low, r.Value), max(high, r.Value)
	}
	if days == 0 || high == low {
		return "", nil
	}
	var b strings.Builder
	for _, r := range readings {
		fmt.Fprintf(&b, "%.1f,%.1f ", 100*float64(r.On.Since(first.On))/float64(days), 29-28*float64(r.Value-low)/float64(high-low))
	}
	return strings.TrimSpace(b.String()), say("From %v %v on %v to %v %v on %v, in %d readings", first.Value, unit, first.On,
		last.Value, unit, last.On, len(readings))
}

// weekday is the name of a day of the week, in full and as the head of a column.
type weekday struct{ Name, Short models.Text }

var weekdays = []weekday{
	{say("Monday"), say("Mo")}, {say("Tuesday"), say("Tu")}, {say("Wednesday"), say("We")}, {say("Thursday"), say("Th")},
	{say("Friday"), say("Fr")}, {say("Saturday"), say("Sa")}, {say("Sunday"), say("Su")},
}

// barred are rows of a chart of shares, under a heading.
type barred struct {
	What string
	Rows []maintenance.Held
}

func barsOf(what string, rows []maintenance.Held) barred { return barred{what, rows} }
