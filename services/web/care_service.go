package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/maintenance"
	"quartermaster/services/store"
)

type servicePage struct {
	*models.Asset
	Schedules   []serviceChoice
	Meters      []shownMeter
	Parts       []partRow
	Currency    string
	Currencies  []option
	Conditions  []option
	Today       models.Day
	Certificate bool // one of the schedules that are due gives one
	Ask         bool // a reading was asked about
	Form        map[string]string
	Filled      bool // the form comes back
}

// serviceChoice is a schedule that the service may fulfil.
type serviceChoice struct {
	*models.Schedule
	Chosen bool
	Says   any
	Work   []workRow
}

type workRow struct {
	Name, What string
	Done       bool
}

type partRow struct{ N, Name, Quantity, Cost string }

// partRows is how many parts the form has room for.
const partRows = 4

func (w *Web) serviceForm(c *fiber.Ctx) error { return w.servicePage(c, fiber.StatusOK, nil) }

func (w *Web) servicePage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ctx := c.UserContext()
	record, err := w.Register.Asset(ctx, c.Params("tag"))
	if err != nil {
		return err
	}
	a, err := store.Decode[models.Asset](record)
	if err != nil {
		return err
	}
	if _, err := access.Allow(ctx, access.Maintain); err != nil {
		return err
	}
	category, err := w.Register.Category(ctx, a.Category)
	if err != nil {
		return err
	}
	p := servicePage{Asset: a, Form: formOf(c), Today: w.Book.Today(), Filled: c.Method() == fiber.MethodPost}
	p.Conditions = choose(conditionOptions, p.Form["condition"])
	p.Ask = refusal != nil && (refusal.Field == "confirm" || p.Form["confirm"] != "")
	for _, m := range category.Meters {
		p.Meters = append(p.Meters, shownMeter{Meter: m, State: a.MeterState(m.Name)})
	}
	p.Currency = "PKR"
	switch {
	case p.Form["currency"] != "":
		p.Currency = p.Form["currency"]
	case a.Care != nil && len(a.Care.Spent) > 0:
		p.Currency = a.Care.Spent[0].Currency
	}
	for _, code := range []string{"PKR", "USD", "EUR", "GBP", "AFN", "AED"} {
		p.Currencies = append(p.Currencies, option{Value: code, Label: code, Chosen: code == p.Currency})
	}
	for i := range partRows {
		n := fmt.Sprint(i)
		p.Parts = append(p.Parts, partRow{n, p.Form["part."+n], p.Form["quantity."+n], p.Form["cost."+n]})
	}
	list, _, err := w.Maintenance.Schedules(ctx, maintenance.ScheduleFilter{Tag: a.Tag}, "", store.LargestPage)
	if err != nil {
		return err
	}
	w.chooseSchedules(&p, list, c.Query("schedule"))
	return w.render(c, status, "service-form", view{Title: say("Record a service"), Here: "care", Refusal: refusal, Data: p})
}

// chooseSchedules ticks what is due, or what comes first where nothing is.
func (w *Web) chooseSchedules(p *servicePage, list []*models.Schedule, named string) {
	due := map[string]models.Planned{}
	if p.Care != nil {
		for _, plan := range p.Care.Plans {
			due[plan.Schedule] = plan
		}
	}
	for _, k := range list {
		plan := due[k.ID]
		choice := serviceChoice{Schedule: k, Chosen: named == k.ID || named == "" && plan.Due != "" && plan.Due <= p.Today.Plus(maintenance.Soon)}
		if plan.Due != "" {
			choice.Says = say("due %v", fromToday(plan.Due, p.Today))
		}
		if p.Filled {
			choice.Chosen = p.Form["did."+k.ID] != ""
		}
		for i, what := range k.Checklist {
			name := fmt.Sprintf("work.%s.%d", k.ID, i)
			choice.Work = append(choice.Work, workRow{name, what, !p.Filled || p.Form[name] != ""})
		}
		p.Schedules = append(p.Schedules, choice)
	}
	if !p.Filled && len(p.Schedules) > 0 && !slices.ContainsFunc(p.Schedules, func(s serviceChoice) bool { return s.Chosen }) {
		first := slices.IndexFunc(p.Schedules, func(s serviceChoice) bool {
			return p.Care != nil && len(p.Care.Plans) > 0 && s.ID == p.Care.Plans[0].Schedule
		})
		p.Schedules[max(first, 0)].Chosen = true
	}
	for _, s := range p.Schedules {
		p.Certificate = p.Certificate || s.Chosen && s.Certificate
	}
}

func (w *Web) recordService(c *fiber.Ctx) error {
	tag := c.Params("tag")
	err := w.act(c, func(c *fiber.Ctx) error {
		n, err := w.serviceOf(c)
		if err != nil {
			return err
		}
		_, err = w.Maintenance.Record(c.UserContext(), tag, 0, n)
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.servicePage(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/assets/"+url.PathEscape(tag)+"?done=serviced#care", fiber.StatusSeeOther)
}

// serviceOf reads the form of a service.
func (w *Web) serviceOf(c *fiber.Ctx) (maintenance.NewService, error) {
	form := formOf(c)
	n := maintenance.NewService{On: models.Day(form["on"]), Note: form["note"], By: form["by"], OutFrom: models.Day(form["out_from"]), OutTo: models.Day(form["out_to"]),
		Condition: models.Condition(form["condition"]), Back: form["back"] != ""}
	list, _, err := w.Maintenance.Schedules(c.UserContext(), maintenance.ScheduleFilter{Tag: c.Params("tag")}, "", store.LargestPage)
	if err != nil {
		return n, err
	}
	for _, k := range list {
		if form["did."+k.ID] == "" {
			continue
		}
		n.Schedules = append(n.Schedules, k.ID)
		for i, what := range k.Checklist {
			n.Work = append(n.Work, models.Work{What: what, Done: form[fmt.Sprintf("work.%s.%d", k.ID, i)] != ""})
		}
	}
	if n.Readings, err = readingsOf(form); err != nil {
		return n, err
	}
	for i := range partRows {
		part, err := partOf(form, fmt.Sprint(i))
		if err != nil {
			return n, err
		}
		if part != nil {
			n.Parts = append(n.Parts, *part)
		}
	}
	n.Labour = moneyOf(form["labour"], form["currency"])
	if form["certificate"] != "" || form["expiry"] != "" {
		n.Certificate = &models.Certificate{Number: strings.TrimSpace(form["certificate"]), Issuer: strings.TrimSpace(form["issuer"]), Expiry: models.Day(form["expiry"])}
	}
	if upload := uploaded(c); len(upload.Content) > 0 {
		n.Files = append(n.Files, maintenance.File{Name: upload.Name, Content: upload.Content})
	}
	return n, nil
}

// readingsOf reads what a form says of meters: fields meter.NAME.
func readingsOf(form map[string]string) ([]maintenance.NewReading, error) {
	var readings []maintenance.NewReading
	for field, text := range form {
		meter, ok := strings.CutPrefix(field, "meter.")
		if text = strings.TrimSpace(strings.ReplaceAll(text, ",", "")); !ok || text == "" {
			continue
		}
		value, err := models.ParseQuantity(text)
		if err != nil {
			return nil, models.Refuse(models.Invalid, field, "is not what a meter shows; write it like 84200").Because(err)
		}
		readings = append(readings, maintenance.NewReading{Meter: meter, Value: value, On: models.Day(form["read_on"]),
			Confirm: models.Confirmation(form["confirm"]), Reason: form["confirm_reason"]})
	}
	return readings, nil
}

// oneReading is the reading on a form that has room for one; nil when none is given.
func oneReading(form map[string]string) (*maintenance.NewReading, error) {
	readings, err := readingsOf(form)
	switch {
	case err != nil || len(readings) == 0:
		return nil, err
	case len(readings) > 1:
		return nil, models.Refuse(models.Invalid, "meter", "give what one meter shows")
	}
	return &readings[0], nil
}

func partOf(form map[string]string, n string) (*models.Part, error) {
	name := strings.TrimSpace(form["part."+n])
	if name == "" {
		return nil, nil
	}
	part := &models.Part{Name: name, Quantity: models.One, Cost: moneyOf(form["cost."+n], form["currency"])}
	if text := strings.TrimSpace(form["quantity."+n]); text != "" {
		quantity, err := models.ParseQuantity(text)
		if err != nil {
			return nil, err
		}
		part.Quantity = quantity
	}
	return part, nil
}

func moneyOf(amount, currency string) *models.Money {
	amount = strings.TrimSpace(strings.ReplaceAll(amount, ",", ""))
	if amount == "" {
		return nil
	}
	return &models.Money{Amount: amount, Currency: strings.ToUpper(strings.TrimSpace(currency))}
}

func (w *Web) service(c *fiber.Ctx) error {
	done, err := w.Maintenance.Service(c.UserContext(), c.Params("tag"), c.Params("id"))
	if err != nil {
		return err
	}
	recorder, err := w.nameOf(c.UserContext(), done.Recorded)
	if err != nil {
		return err
	}
	return w.render(c, fiber.StatusOK, "service", view{Title: say("Service of %v", done.Tag), Here: "care", Data: struct {
		*models.Service
		Recorder string
	}{done, recorder}})
}

func (w *Web) readMeter(c *fiber.Ctx) error {
	return w.movement(c, "meter", "read", func(tag string) (*models.Asset, error) {
		reading, err := oneReading(formOf(c))
		if err != nil {
			return nil, err
		}
		if reading == nil {
			return nil, models.Refuse(models.Invalid, "meter", "is required: what it shows")
		}
		return w.Maintenance.ReadMeter(c.UserContext(), tag, 0, *reading)
	})
}

func (w *Web) putIn(c *fiber.Ctx) error {
	return w.movement(c, "workshop", "put_in", func(tag string) (*models.Asset, error) {
		version, err := versionIfRead(c.FormValue("version"))
		if err != nil {
			return nil, err
		}
		return w.Maintenance.PutIn(c.UserContext(), tag, version, c.FormValue("reason"))
	})
}

func (w *Web) takeOut(c *fiber.Ctx) error {
	return w.movement(c, "workshop", "taken_out", func(tag string) (*models.Asset, error) {
		version, err := versionIfRead(c.FormValue("version"))
		if err != nil {
			return nil, err
		}
		return w.Maintenance.TakeOut(c.UserContext(), tag, version, maintenance.Leave{Condition: models.Condition(c.FormValue("condition")), Note: c.FormValue("note")})
	})
}
