package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/mailings"
	"quartermaster/services/reports"
	"quartermaster/services/store"
)

func (w *Web) mountMailings(in fiber.Router) {
	in.Get("/report-schedules", w.reportSchedules)
	in.Get("/report-schedules/new", w.newReportSchedule)
	in.Post("/report-schedules/new", w.addReportSchedule)
	in.Get("/report-schedules/:id", w.reportSchedule)
	in.Post("/report-schedules/:id", w.reportScheduleStep("changed", w.changeReportSchedule))
	in.Post("/report-schedules/:id/switch", w.reportScheduleStep("switched", func(c *fiber.Ctx, id string, version int64) error {
		off := c.FormValue("off") == "yes"
		_, err := w.Mailings.Change(c.UserContext(), id, version, mailings.Edit{Off: &off})
		return err
	}))
}

type reportSchedulesPage struct {
	Schedules []*models.ReportSchedule
	Next      string
	Mails     bool
}

func (w *Web) reportSchedules(c *fiber.Ctx) error {
	page, err := w.Mailings.List(c.UserContext(), c.Query("cursor"), pageOfAssets)
	if err != nil {
		return err
	}
	p := reportSchedulesPage{Next: page.Next, Mails: w.Notices.SendsMail()}
	for _, record := range page.Records {
		schedule, err := store.Decode[models.ReportSchedule](record)
		if err != nil {
			return err
		}
		p.Schedules = append(p.Schedules, schedule)
	}
	return w.render(c, fiber.StatusOK, "report-schedules", view{Title: say("Reports by e-mail"), Here: "reports", Data: p})
}

type reportScheduleForm struct {
	Kinds, Donors, Grants, Units []option
	Form                         map[string]string
}

func (w *Web) newReportSchedule(c *fiber.Ctx) error {
	if _, err := access.Allow(c.UserContext(), access.Share); err != nil {
		return err
	}
	form := map[string]string{"every": string(models.EveryQuarter), "on": "5", "format": "pdf", "language": speaks(c).Language}
	for key, values := range queryOf(c) {
		form[key] = values[0]
	}
	return w.reportScheduleForm(c, fiber.StatusOK, form, nil)
}

func (w *Web) reportScheduleForm(c *fiber.Ctx, status int, form map[string]string, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := reportScheduleForm{Donors: choose(ch.Donors, form["donor"]), Grants: choose(ch.Grants, form["grant"]), Units: choose(ch.Units, form["unit"]), Form: form}
	for _, kind := range reports.Kinds {
		p.Kinds = append(p.Kinds, option{Value: kind.Name, Label: say(kind.Title)})
	}
	p.Kinds = choose(p.Kinds, form["kind"])
	return w.render(c, status, "report-schedule-form", view{Title: say("Have a report sent"), Here: "reports", Refusal: refusal, Data: p})
}

func (w *Web) addReportSchedule(c *fiber.Ctx) error {
	form := formOf(c)
	to := "/report-schedules"
	err := w.act(c, func(c *fiber.Ctx) error {
		on, err := dayOfMonth(form["on"])
		if err != nil {
			return err
		}
		made, err := w.Mailings.Add(c.UserContext(), mailings.NewSchedule{For: form["for"], To: receivers(form["to"]), Kind: form["kind"], Donor: form["donor"], Grant: form["grant"], Unit: form["unit"],
			Format: form["format"], Language: form["language"], Every: models.Every(form["every"]), On: on})
		if err == nil {
			to += "/" + made.ID + "?done=added"
		}
		return err
	})
	return w.sent(c, err, to, func(status int, refusal *models.Error) error { return w.reportScheduleForm(c, status, form, refusal) })
}

func dayOfMonth(text string) (int, error) {
	on, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return 0, models.Refuse(models.Invalid, "on", "must be a day of the month, 1 to 28")
	}
	return on, nil
}

// receivers reads addresses that stand on lines of their own, or between commas.
func receivers(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \r\n,;", r) })
}

type reportSchedulePage struct {
	*models.ReportSchedule
	Title  string
	Events []happening
	Form   map[string]string
	Failed bool
}

// Voices are the languages of the report that is sent.
func (p *reportSchedulePage) Voices() []option { return voiceOptions(p.Form["language"]) }

// Voices are the languages of the report that is sent.
func (p reportScheduleForm) Voices() []option { return voiceOptions(p.Form["language"]) }

func (w *Web) reportSchedule(c *fiber.Ctx) error { return w.reportSchedulePage(c, fiber.StatusOK, nil) }

func (w *Web) reportSchedulePage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ctx := c.UserContext()
	schedule, err := w.Mailings.Schedule(ctx, c.Params("id"))
	if err != nil {
		return err
	}
	kind, err := reports.Find(schedule.Kind)
	if err != nil {
		return err
	}
	p := &reportSchedulePage{ReportSchedule: schedule, Title: kind.Title, Failed: refusal != nil, Form: map[string]string{"for": schedule.For, "to": strings.Join(schedule.To, "\n"),
		"every": string(schedule.Every), "on": strconv.Itoa(schedule.On), "format": schedule.Format, "language": schedule.Language}}
	if refusal != nil && c.FormValue("for") != "" {
		p.Form = formOf(c)
	}
	events, err := w.Book.History(ctx, ledger.Subject(store.ReportSchedules, schedule.ID), 0, historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	undo := undoing(c, "switched", true, "/report-schedules/"+schedule.ID+"/switch", schedule.Version, map[string]string{"off": yesIf(!schedule.Off)})
	return w.render(c, status, "report-schedule", view{Title: schedule.For, Here: "reports", Undo: undo, Refusal: refusal, Data: p})
}

// reportScheduleStep carries out a form on the page of a schedule.
func (w *Web) reportScheduleStep(done string, do func(c *fiber.Ctx, id string, version int64) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id := c.Params("id")
		err := w.act(c, func(c *fiber.Ctx) error {
			version, err := versionRead(c.FormValue("version"))
			if err != nil {
				return err
			}
			return do(c, id, version)
		})
		if models.KindOf(err) == models.NotFound {
			return err
		}
		return w.sent(c, err, "/report-schedules/"+id+"?done="+done, func(status int, refusal *models.Error) error { return w.reportSchedulePage(c, status, refusal) })
	}
}

func (w *Web) changeReportSchedule(c *fiber.Ctx, id string, version int64) error {
	form := formOf(c)
	on, err := dayOfMonth(form["on"])
	if err != nil {
		return err
	}
	name, to, format, language, every := form["for"], receivers(form["to"]), form["format"], form["language"], models.Every(form["every"])
	_, err = w.Mailings.Change(c.UserContext(), id, version, mailings.Edit{For: &name, To: &to, Format: &format, Language: &language, Every: &every, On: &on})
	return err
}
