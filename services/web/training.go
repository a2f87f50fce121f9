package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/training"
)

func (w *Web) mountTraining(in fiber.Router) {
	in.Get("/courses", w.courses)
	in.Post("/courses", w.addCourse)
	in.Post("/courses/demands", w.setDemands)
	in.Get("/people/:code/training/new", w.newTraining)
	in.Post("/people/:code/training/new", w.recordTraining)
	in.Post("/people/:code/training/:id/withdraw", w.withdrawTraining)
	in.Get("/training/:id/certificate", func(c *fiber.Ctx) error { return api.Certificate(c, w.Training) })
	in.Get("/units/:code", w.unit)
}

type coursesPage struct {
	Courses    []*models.Course
	Categories []demandForm
	Counts     []training.Count
	Names      map[string]string // of courses
	Form       map[string]string
	Which      string // the category whose form was refused
	Settles    bool   // the caller may change courses and what is demanded
}

// demandForm is what a category demands, and rows to choose more.
type demandForm struct {
	*models.Category
	Rows []demandRow
}

type demandRow struct {
	N                int
	Courses, Without []option
}

// freeDemands is how many rows a form has for more.
const freeDemands = 2

func (w *Web) courses(c *fiber.Ctx) error { return w.coursesPage(c, fiber.StatusOK, nil) }

func (w *Web) coursesPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ctx := c.UserContext()
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	p := coursesPage{Form: formOf(c), Names: map[string]string{}, Settles: access.May(caller.Role, access.ManagePlaces) && access.Everywhere(caller)}
	if p.Courses, err = everything[models.Course](ctx, w.Training.Courses); err != nil {
		return err
	}
	offered := []option{{Value: "", Label: "—"}}
	for _, course := range p.Courses {
		p.Names[course.Code] = course.Name
		offered = append(offered, option{Value: course.Code, Label: course.Name})
	}
	categories, err := everything[models.Category](ctx, w.Register.Categories)
	if err != nil {
		return err
	}
	p.Which = p.Form["category"]
	for _, category := range categories {
		f := demandForm{Category: category}
		for i := range len(category.Demands) + freeDemands {
			d := models.Demand{Without: models.WarnUntrained}
			if i < len(category.Demands) {
				d = category.Demands[i]
			}
			if p.Which == category.Code { // what was typed and refused
				d = models.Demand{Course: p.Form[fmt.Sprintf("course.%d", i)], Without: models.Untrained(p.Form[fmt.Sprintf("without.%d", i)])}
			}
			f.Rows = append(f.Rows, demandRow{N: i, Courses: choose(offered, d.Course), Without: choose(withoutOptions, string(d.Without))})
		}
		p.Categories = append(p.Categories, f)
	}
	if p.Counts, err = w.Training.Counts(ctx, training.Period{}); err != nil {
		return err
	}
	return w.render(c, status, "courses", view{Title: say("Training"), Here: "courses", Refusal: refusal, Data: p})
}

var withoutOptions = []option{{Value: string(models.WarnUntrained), Label: say("warn whoever issues it")}, {Value: string(models.RefuseUntrained), Label: say("refuse to issue it")}}

func (w *Web) addCourse(c *fiber.Ctx) error {
	return w.addForm(c, "/courses", w.coursesPage, func(c *fiber.Ctx) error {
		course := models.Course{Code: strings.TrimSpace(c.FormValue("code")), Name: strings.TrimSpace(c.FormValue("name")), Provider: strings.TrimSpace(c.FormValue("provider"))}
		if text := strings.TrimSpace(c.FormValue("months")); text != "" {
			months, err := strconv.Atoi(text)
			if err != nil {
				return models.Refuse(models.Invalid, "months", "must be a whole number of months")
			}
			course.Months = months
		}
		_, err := w.Training.AddCourse(c.UserContext(), course)
		return err
	})
}

// setDemands replaces what a category demands of its custodians.
func (w *Web) setDemands(c *fiber.Ctx) error {
	return w.addForm(c, "/courses", w.coursesPage, func(c *fiber.Ctx) error {
		demands := []models.Demand{}
		for i := 0; c.FormValue(fmt.Sprintf("without.%d", i)) != ""; i++ {
			if course := c.FormValue(fmt.Sprintf("course.%d", i)); course != "" {
				demands = append(demands, models.Demand{Course: course, Without: models.Untrained(c.FormValue(fmt.Sprintf("without.%d", i)))})
			}
		}
		_, err := w.Register.EditCategory(c.UserContext(), c.FormValue("category"), 0, register.CategoryEdit{Demands: &demands})
		return err
	})
}

// trainingSection is a person's records as their page shows them.
type trainingSection struct {
	Person  *models.Person
	Records []shownTraining
	Form    map[string]string
	Open    string // the record whose form was refused
}

type shownTraining struct {
	*models.Training
	Course string // by name
	State  string // the class of its chip
	Says   models.Text
}

func (w *Web) trainingOf(ctx context.Context, person *models.Person) (*trainingSection, error) {
	records, err := w.Training.OfPerson(ctx, person.Code)
	if err != nil {
		return nil, err
	}
	courses, err := everything[models.Course](ctx, w.Training.Courses)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, course := range courses {
		names[course.Code] = course.Name
	}
	s := &trainingSection{Person: person}
	today := w.Book.Today()
	for _, t := range records {
		row := shownTraining{Training: t, Course: names[t.Course], State: "plain", Says: say(string(t.State))}
		switch {
		case t.State != models.TrainingCurrent:
		case !t.Holds(today):
			row.State, row.Says = "overdue", say("Lapsed")
		case t.Expiry != "" && t.Expiry.Since(today) <= training.LapsingAhead:
			row.State, row.Says = "due_soon", say("Lapses soon")
		default:
			row.State, row.Says = "accepted", say("Valid")
		}
		s.Records = append(s.Records, row)
	}
	return s, nil
}

type trainingForm struct {
	Person *models.Person
	Groups []group
}

func (w *Web) newTraining(c *fiber.Ctx) error { return w.trainingForm(c, fiber.StatusOK, nil) }

func (w *Web) trainingForm(c *fiber.Ctx, status int, refusal *models.Error) error {
	person, err := w.Access.Person(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	courses, err := everything[models.Course](c.UserContext(), w.Training.Courses)
	if err != nil {
		return err
	}
	v := view{Title: say("Record training"), Here: "people", Refusal: refusal}
	offered := []option{{Value: "", Label: "—"}}
	for _, course := range courses {
		label := course.Name
		if course.Months > 0 {
			label += fmt.Sprintf(" · holds %d months", course.Months)
		}
		offered = append(offered, option{Value: course.Code, Label: label})
	}
	values := formOf(c)
	inputs := []input{
		{Name: "course", Label: say("Course"), Type: "select", Options: offered, Required: true, Wide: true},
		{Name: "trainer", Label: say("Trainer"), Required: true, Max: 200, Hint: say("Who gave the course: a person, school or manufacturer")},
		{Name: "on", Label: say("Passed on"), Type: "date", Required: true},
		{Name: "expiry", Label: say("Holds until"), Type: "date", Hint: say("Empty: as long as the course says")},
		{Name: "number", Label: say("Number of the certificate"), Max: 120},
		{Name: "note", Label: say("Remark"), Max: 2000, Wide: true},
	}
	for i := range inputs {
		inputs[i].Value = values[inputs[i].Name]
		inputs[i].Options = choose(inputs[i].Options, inputs[i].Value)
	}
	v.Data = trainingForm{Person: person, Groups: []group{{strings.TrimSpace(person.Rank + " " + person.Name), inputs}}}
	return w.render(c, status, "training-form", v)
}

func (w *Web) recordTraining(c *fiber.Ctx) error {
	code, made := c.Params("code"), ""
	err := w.act(c, func(c *fiber.Ctx) error {
		form, upload := formOf(c), uploaded(c)
		n := training.NewRecord{Course: form["course"], Trainer: form["trainer"], On: models.Day(form["on"]), Expiry: models.Day(form["expiry"]), Number: form["number"], Note: form["note"]}
		if len(upload.Content) > 0 {
			n.Certificate = &training.Paper{Name: upload.Name, Content: upload.Content}
		}
		record, err := w.Training.Record(c.UserContext(), code, n)
		if err == nil {
			made = record.ID
		}
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.trainingForm(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/people/"+url.PathEscape(code)+"?done=trained&of="+made, fiber.StatusSeeOther)
}

func (w *Web) withdrawTraining(c *fiber.Ctx) error {
	code := c.Params("code")
	err := w.act(c, func(c *fiber.Ctx) error {
		version, err := versionIfRead(c.FormValue("version"))
		if err == nil {
			_, err = w.Training.Withdraw(c.UserContext(), c.Params("id"), version, c.FormValue("reason"))
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.Redirect("/people/"+url.PathEscape(code)+"?done=changed", fiber.StatusSeeOther)
}

type unitPage struct {
	Limits []models.DisposalLimit // in force for losses and write-offs
	Rows   []limitRow             // of the form by which the unit's own are set
	*models.Unit
	Above     []*models.Unit
	Below     []*models.Unit
	Operators []training.Operators
	Covered   bool // it is in the caller's part of the tree
}

func (w *Web) unit(c *fiber.Ctx) error { return w.unitPage(c, fiber.StatusOK, nil) }

func (w *Web) unitPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ctx := c.UserContext()
	record, err := w.Register.Place(ctx, store.Units, c.Params("code"))
	if err != nil {
		return err
	}
	unit, err := store.Decode[models.Unit](record)
	if err != nil {
		return err
	}
	units, err := everything[models.Unit](ctx, w.Register.Units)
	if err != nil {
		return err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	p := unitPage{Unit: unit, Covered: access.CoversUnit(caller, unit.Path)}
	for _, other := range inTree(units) {
		switch {
		case other.Parent == unit.Code:
			p.Below = append(p.Below, other)
		case other.Code != unit.Code && slices.Contains(unit.Path, other.Code):
			p.Above = append(p.Above, other)
		}
	}
	if p.Operators, err = w.Training.Operators(ctx, unit.Code); err != nil {
		return err
	}
	if p.Limits, err = w.Disposal.Limits(ctx, unit); err != nil {
		return err
	}
	if p.Covered && access.May(caller.Role, access.ManagePlaces) {
		p.Rows = limitRows(unit, formOf(c))
	}
	return w.render(c, status, "unit", view{Title: unit.Name, Here: "units", Refusal: refusal, Data: p})
}
