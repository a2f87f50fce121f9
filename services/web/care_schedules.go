package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

type schedulesPage struct {
	Categories []careCategory
	Offered    []option
	Groups     []group
	Form       map[string]string
	Settles    bool // the caller may change schedules of categories
}

// careCategory is a category with its meters and schedules.
type careCategory struct {
	*models.Category
	Schedules []shownSchedule
	Meters    []models.Meter
}

type shownSchedule struct {
	*models.Schedule
	Every models.Text
}

func (w *Web) schedules(c *fiber.Ctx) error { return w.schedulesPage(c, fiber.StatusOK, nil) }

func (w *Web) schedulesPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ctx := c.UserContext()
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	p := schedulesPage{Form: formOf(c), Settles: access.May(caller.Role, access.Schedule) && access.Everywhere(caller)}
	categories, err := everything[models.Category](ctx, w.Register.Categories)
	if err != nil {
		return err
	}
	of := map[string][]*models.Schedule{}
	for cursor := ""; ; {
		list, next, err := w.Maintenance.Schedules(ctx, maintenance.ScheduleFilter{}, cursor, store.LargestPage)
		if err != nil {
			return err
		}
		for _, k := range list {
			of[k.Category] = append(of[k.Category], k)
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	for _, category := range categories {
		shown := careCategory{Category: category, Meters: append(append([]models.Meter{}, category.Meters...), models.Meter{})}
		for _, k := range of[category.Code] {
			shown.Schedules = append(shown.Schedules, shownSchedule{k, k.Every(unitOf(category, k.Meter))})
		}
		p.Categories = append(p.Categories, shown)
		p.Offered = append(p.Offered, option{Value: category.Code, Label: category.Name, Chosen: p.Form["category"] == category.Code})
	}
	v := view{Title: say("Schedules"), Here: "schedules", Refusal: refusal, Data: &p}
	p.Groups = scheduleGroups(p.Form)
	return w.render(c, status, "schedules", v)
}

func unitOf(category *models.Category, meter string) string {
	for _, m := range category.Meters {
		if m.Name == meter {
			return m.Unit
		}
	}
	return meter
}

// scheduleGroups are the fields of a schedule.
func scheduleGroups(form map[string]string) []group {
	in := func(name string, label models.Text, kind string, hint any) input {
		return input{Name: name, Label: label, Type: kind, Hint: hint, Value: form[name]}
	}
	name := in("name", say("What is done"), "", say("Oil and filters; annual calibration"))
	name.Required, name.Max, name.Wide = true, 120, true
	list := in("checklist", say("Checklist"), "lines", say("One thing to do on each line"))
	list.Wide = true
	season := in("season_from", say("Only in season, from"), "", "05-01")
	season.Of = "season"
	certificate := input{Name: "certificate", Label: say("Is it a calibration?"), Type: "select", Options: choose([]option{{Value: "", Label: say("No")}, {Value: "yes", Label: say("Yes, it gives a certificate")}}, form["certificate"])}
	return []group{
		{Heading: say("What"), Inputs: []input{name, list, certificate}},
		{Heading: say("When: the first of these that comes"), Inputs: []input{
			in("months", say("Every so many months"), "number", nil), in("days", say("Or every so many days"), "number", nil),
			in("run", say("After so much use"), "decimal", "5000"), in("meter", say("By which meter"), "", say("Its name or unit: km, h")),
			in("fixed", say("On days of the year"), "", "03-31, 10-01"), in("tolerance", say("Days after which it is overdue"), "number", say("Tolerance; none when empty")),
			season, in("season_to", say("Until"), "", "09-30"),
			in("from", say("Counts from, for what was never serviced"), "date", say("Otherwise from when each was received")),
		}},
	}
}

// scheduleOf reads a schedule's form.
func scheduleOf(form map[string]string) (maintenance.NewSchedule, error) {
	n := maintenance.NewSchedule{Name: form["name"], Category: form["category"], Tag: strings.TrimSpace(form["tag"]), Instead: form["instead"],
		Meter: strings.TrimSpace(form["meter"]), From: models.Day(form["from"]), Certificate: form["certificate"] == "yes"}
	for field, into := range map[string]*int{"days": &n.Days, "months": &n.Months, "tolerance": &n.Tolerance} {
		if text := strings.TrimSpace(form[field]); text != "" {
			number, err := strconv.Atoi(text)
			if err != nil {
				return n, models.Refuse(models.Invalid, field, "must be a whole number")
			}
			*into = number
		}
	}
	if text := strings.ReplaceAll(strings.TrimSpace(form["run"]), ",", ""); text != "" {
		run, err := models.ParseQuantity(text)
		if err != nil {
			return n, models.Refuse(models.Invalid, "run", "is not a number; write it like 5000").Because(err)
		}
		n.Run = run
	}
	n.Fixed = apart(form["fixed"], func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' })
	n.Checklist = apart(form["checklist"], func(r rune) bool { return r == '\n' || r == '\r' })
	if form["season_from"] != "" || form["season_to"] != "" {
		n.Season = &models.Season{From: form["season_from"], To: form["season_to"]}
	}
	return n, nil
}

// apart cuts a text where at says so, without blanks.
func apart(text string, at func(rune) bool) []string {
	var parts []string
	for _, part := range strings.FieldsFunc(text, at) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func (w *Web) addSchedule(c *fiber.Ctx) error {
	return w.addForm(c, "/care/schedules", w.schedulesPage, func(c *fiber.Ctx) error {
		n, err := scheduleOf(formOf(c))
		if err != nil {
			return err
		}
		_, err = w.Maintenance.AddSchedule(c.UserContext(), n)
		return err
	})
}

// setMeters replaces a category's meters, whether its items need a certificate, and
// whether every one is seen on each end-use visit.
func (w *Web) setMeters(c *fiber.Ctx) error {
	return w.addForm(c, "/care/schedules", w.schedulesPage, func(c *fiber.Ctx) error {
		meters := []models.Meter{}
		for i := 0; c.FormValue(fmt.Sprintf("row.%d", i)) != ""; i++ {
			m := models.Meter{Name: strings.TrimSpace(c.FormValue(fmt.Sprintf("name.%d", i))), Label: strings.TrimSpace(c.FormValue(fmt.Sprintf("label.%d", i))), Unit: strings.TrimSpace(c.FormValue(fmt.Sprintf("unit.%d", i)))}
			if m.Label == "" && m.Unit == "" {
				continue
			}
			if m.Name == "" {
				m.Name = strings.ReplaceAll(strings.ToLower(m.Label), " ", "_")
			}
			meters = append(meters, m)
		}
		calibrated, enhanced := c.FormValue("calibrated") != "", c.FormValue("enhanced") != ""
		_, err := w.Register.EditCategory(c.UserContext(), c.FormValue("of"), 0, register.CategoryEdit{Meters: &meters, Calibrated: &calibrated, Enhanced: &enhanced})
		return err
	})
}

type schedulePage struct {
	*models.Schedule
	Category *models.Category
	Every    models.Text
	Groups   []group
	May      bool
}

func (w *Web) schedule(c *fiber.Ctx) error { return w.schedulePage(c, fiber.StatusOK, nil) }

func (w *Web) schedulePage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ctx := c.UserContext()
	k, err := w.Maintenance.Schedule(ctx, c.Params("id"))
	if err != nil {
		return err
	}
	category, err := w.Register.Category(ctx, k.Category)
	if err != nil {
		return err
	}
	form := formOf(c)
	if c.Method() == fiber.MethodGet {
		form = formOfSchedule(k)
	}
	v := view{Title: k.Name, Here: "schedules", Refusal: refusal}
	v.Data = &schedulePage{Schedule: k, Category: category, Every: k.Every(unitOf(category, k.Meter)), Groups: scheduleGroups(form)}
	return w.render(c, status, "schedule", v)
}

// formOfSchedule fills the form with what the schedule is.
func formOfSchedule(k *models.Schedule) map[string]string {
	form := map[string]string{"name": k.Name, "checklist": strings.Join(k.Checklist, "\n"), "meter": k.Meter, "fixed": strings.Join(k.Fixed, ", "), "from": string(k.From)}
	for field, n := range map[string]int{"days": k.Days, "months": k.Months, "tolerance": k.Tolerance} {
		if n > 0 {
			form[field] = strconv.Itoa(n)
		}
	}
	if k.Run > 0 {
		form["run"] = k.Run.String()
	}
	if k.Certificate {
		form["certificate"] = "yes"
	}
	if k.Season != nil {
		form["season_from"], form["season_to"] = k.Season.From, k.Season.To
	}
	return form
}

func (w *Web) changeSchedule(c *fiber.Ctx) error {
	return w.addForm(c, "/care/schedules", w.schedulePage, func(c *fiber.Ctx) error {
		n, err := scheduleOf(formOf(c))
		if err != nil {
			return err
		}
		e := maintenance.ScheduleEdit{Name: &n.Name, Days: &n.Days, Months: &n.Months, Fixed: &n.Fixed, Run: &n.Run, Meter: &n.Meter, Tolerance: &n.Tolerance,
			From: &n.From, Checklist: &n.Checklist, Certificate: &n.Certificate, Season: n.Season}
		if n.Season == nil {
			e.Season = &models.Season{}
		}
		_, err = w.Maintenance.ChangeSchedule(c.UserContext(), c.Params("id"), 0, e)
		return err
	})
}

func (w *Web) endSchedule(c *fiber.Ctx) error {
	return w.addForm(c, "/care/schedules", w.schedulePage, func(c *fiber.Ctx) error {
		_, err := w.Maintenance.EndSchedule(c.UserContext(), c.Params("id"), 0, c.FormValue("reason"))
		return err
	})
}
