package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/register"
)

func (w *Web) mountPlaces(in fiber.Router) {
	in.Get("/units", w.units)
	in.Post("/units", w.addUnit)
	in.Get("/donors", w.donors)
	in.Post("/donors", w.addDonor)
	in.Post("/donors/:code", w.setDonor)
	in.Post("/grants", w.addGrant)
	in.Get("/categories", w.categories)
	in.Post("/categories", w.addCategory)
	in.Get("/categories/:code", w.category)
	in.Post("/categories/:code", w.editCategory)
	in.Get("/people", w.people)
	in.Get("/people/new", w.newPerson)
	in.Post("/people/new", w.addPerson)
	in.Get("/people/:code", w.person)
	in.Post("/people/:code", w.editPerson)
	in.Post("/people/:code/second-factor/take", w.takeSecondFactor)
}

// addForm carries out a form that adds something to a list, and shows the list
// again.
func (w *Web) addForm(c *fiber.Ctx, to string, show func(*fiber.Ctx, int, *models.Error) error, do func(*fiber.Ctx) error) error {
	err := w.act(c, do)
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return show(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect(to+"?done=added", fiber.StatusSeeOther)
}

// unitKinds are the kinds of unit that a form offers.
var unitKinds = []option{{Value: "agency", Label: say("Agency")}, {Value: "directorate", Label: say("Directorate")}, {Value: "unit", Label: say("Unit")}, {Value: "post", Label: say("Post")}, {Value: "store", Label: say("Store")}}

type unitsPage struct {
	Units    []*models.Unit
	Parents  []option
	Kinds    []option
	Deciders []option
	Form     map[string]string
}

func (w *Web) units(c *fiber.Ctx) error { return w.unitsPage(c, fiber.StatusOK, nil) }

func (w *Web) unitsPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	form := formOf(c)
	p := unitsPage{Units: ch.units, Form: form, Parents: choose(append([]option{{Value: "", Label: say("— at the top —")}}, ch.Units...), form["parent"])}
	p.Kinds = choose(unitKinds, form["kind"])
	p.Deciders = choose([]option{{Value: "", Label: say("as in the unit above")}, {Value: "commander", Label: say("Commander")}, {Value: "storekeeper", Label: say("Storekeeper")}, {Value: "admin", Label: say("Administrator")}}, form["approver"])
	return w.render(c, status, "units", view{Title: say("Units"), Here: "units", Refusal: refusal, Data: p})
}

func (w *Web) addUnit(c *fiber.Ctx) error {
	return w.addForm(c, "/units", w.unitsPage, func(c *fiber.Ctx) error {
		_, err := w.Register.AddUnit(c.UserContext(), models.Unit{Code: strings.TrimSpace(c.FormValue("code")), Name: strings.TrimSpace(c.FormValue("name")),
			Kind: c.FormValue("kind"), Parent: c.FormValue("parent"), Approver: models.Role(c.FormValue("approver"))})
		return err
	})
}

type donorsPage struct {
	Donors []*models.Donor
	Grants map[string][]*models.Grant
	Form   map[string]string
	Which  string // the form that was refused
}

func (w *Web) donors(c *fiber.Ctx) error { return w.donorsPage(c, fiber.StatusOK, nil) }

func (w *Web) donorsPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	donors, err := everything[models.Donor](c.UserContext(), w.Register.Donors)
	if err != nil {
		return err
	}
	grants, err := everything[models.Grant](c.UserContext(), w.Register.Grants)
	if err != nil {
		return err
	}
	p := donorsPage{Donors: donors, Grants: map[string][]*models.Grant{}, Form: formOf(c), Which: c.Path()}
	for _, g := range grants {
		p.Grants[g.Donor] = append(p.Grants[g.Donor], g)
	}
	return w.render(c, status, "donors", view{Title: say("Donors and grants"), Here: "donors", Refusal: refusal, Data: p})
}

func (w *Web) addDonor(c *fiber.Ctx) error {
	return w.addForm(c, "/donors", w.donorsPage, func(c *fiber.Ctx) error {
		_, err := w.Register.AddDonor(c.UserContext(), models.Donor{Code: strings.TrimSpace(c.FormValue("code")), Name: strings.TrimSpace(c.FormValue("name")), Mark: strings.TrimSpace(c.FormValue("mark"))})
		return err
	})
}

// setDonor sets by which day of the year a donor is owed the report on the year before.
func (w *Web) setDonor(c *fiber.Ctx) error {
	return w.addForm(c, "/donors", w.donorsPage, func(c *fiber.Ctx) error {
		by := strings.TrimSpace(c.FormValue("end_use_by"))
		_, err := w.Register.EditDonor(c.UserContext(), c.Params("code"), 0, register.DonorEdit{EndUseBy: &by})
		return err
	})
}

func (w *Web) addGrant(c *fiber.Ctx) error {
	return w.addForm(c, "/donors", w.donorsPage, func(c *fiber.Ctx) error {
		_, err := w.Register.AddGrant(c.UserContext(), models.Grant{Code: strings.TrimSpace(c.FormValue("code")), Name: strings.TrimSpace(c.FormValue("name")),
			Donor: c.FormValue("donor"), Reference: strings.TrimSpace(c.FormValue("reference")), From: models.Day(c.FormValue("from")), To: models.Day(c.FormValue("to"))})
		return err
	})
}

type categoriesPage struct {
	Categories []*models.Category
	Form       map[string]string
	Types      []option
	Lines      []int // rows of the form for own fields
}

const ownFieldRows = 6

func (w *Web) categories(c *fiber.Ctx) error { return w.categoriesPage(c, fiber.StatusOK, nil) }

func (w *Web) categoriesPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	categories, err := everything[models.Category](c.UserContext(), w.Register.Categories)
	if err != nil {
		return err
	}
	p := categoriesPage{Categories: categories, Form: formOf(c), Types: []option{{Value: "text", Label: say("Text")}, {Value: "number", Label: say("Number")}, {Value: "day", Label: say("Day")}, {Value: "yesno", Label: say("Yes or no")}, {Value: "choice", Label: say("Choice")}}}
	for i := range ownFieldRows {
		p.Lines = append(p.Lines, i)
	}
	return w.render(c, status, "categories", view{Title: say("Categories"), Here: "categories", Refusal: refusal, Data: p})
}

func (w *Web) addCategory(c *fiber.Ctx) error {
	return w.addForm(c, "/categories", w.categoriesPage, func(c *fiber.Ctx) error {
		category := models.Category{Code: strings.TrimSpace(c.FormValue("code")), Name: strings.TrimSpace(c.FormValue("name"))}
		for i := range ownFieldRows {
			part := func(name string) string { return strings.TrimSpace(c.FormValue(name + "." + string(rune('0'+i)))) }
			if part("label") == "" {
				continue
			}
			field := models.Field{Name: fieldName(part("label")), Label: part("label"), Type: models.FieldType(part("type")), Unit: part("unit"), Required: part("required") != ""}
			for choice := range strings.SplitSeq(part("choices"), ",") {
				if choice = strings.TrimSpace(choice); choice != "" && field.Type == models.ChoiceField {
					field.Choices = append(field.Choices, choice)
				}
			}
			category.Fields = append(category.Fields, field)
		}
		if err := accountsOf(c, &category); err != nil {
			return err
		}
		_, err := w.Register.AddCategory(c.UserContext(), category)
		return err
	})
}

// fieldName makes a field's name of its label.
func fieldName(label string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, label)
	return strings.Trim(name, "_")
}
