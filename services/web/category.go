package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/register"
)

type categoryPage struct {
	*models.Category
	Groups []group
}

// category is the page on which the limits of a category are changed.
func (w *Web) category(c *fiber.Ctx) error {
	category, err := w.Register.Category(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	return w.categoryPage(c, fiber.StatusOK, category, settingsOf(category), nil)
}

func (w *Web) categoryPage(c *fiber.Ctx, status int, category *models.Category, values map[string]string, refusal *models.Error) error {
	v := view{Title: category.Name, Here: "categories", Refusal: refusal}
	inputs := []input{
		{Name: "name", Label: say("Name"), Required: true, Max: 200, Wide: true},
		{Name: "seen_within_days", Label: say("Unaccounted when unseen for, days"), Type: "number", Hint: say("Empty: %v", models.AYear)},
		{Name: "life_months", Label: say("Expected life, months"), Type: "number"},
		{Name: "class", Label: say("Class of property"), Max: 80},
		{Name: "residual", Label: say("Left at its end, %% of the cost"), Type: "decimal", Max: 8},
		{Name: "threshold.amount", Label: say("Capitalised from a cost of"), Type: "decimal", Max: 20},
		{Name: "threshold.currency", Label: say("Currency"), Max: 3},
	}
	for i := range inputs {
		inputs[i].Value = values[inputs[i].Name]
	}
	v.Data = categoryPage{category, []group{{say("What holds for all of its items"), inputs}}}
	return w.render(c, status, "category", v)
}

// settingsOf are the values of the form.
func settingsOf(category *models.Category) map[string]string {
	values := map[string]string{"name": category.Name, "class": category.Class, "residual": category.Residual}
	for name, n := range map[string]int{"seen_within_days": category.SeenWithin, "life_months": category.LifeMonths} {
		if n > 0 {
			values[name] = strconv.Itoa(n)
		}
	}
	if m := category.Threshold; m != nil {
		values["threshold.amount"], values["threshold.currency"] = m.Amount, m.Currency
	}
	return values
}

func (w *Web) editCategory(c *fiber.Ctx) error {
	code := c.Params("code")
	category, err := w.Register.Category(c.UserContext(), code)
	if err != nil {
		return err
	}
	form := formOf(c)
	err = w.act(c, func(c *fiber.Ctx) error {
		var given models.Category
		if err := accountsOf(c, &given); err != nil {
			return err
		}
		if given.Threshold == nil {
			given.Threshold = &models.Money{}
		}
		name := form["name"]
		_, err := w.Register.EditCategory(c.UserContext(), code, 0, register.CategoryEdit{Name: &name, Class: &given.Class, Residual: &given.Residual,
			LifeMonths: &given.LifeMonths, SeenWithin: &given.SeenWithin, Threshold: given.Threshold})
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.categoryPage(c, status, category, form, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/categories?done=changed", fiber.StatusSeeOther)
}
