package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/register"
)

// limitRow is a row of the form in which the limits of losses and write-offs are set.
type limitRow struct {
	N int
	models.DisposalLimit
}

// spareLimits is how many rows are offered besides those that are filled in.
const spareLimits = 2

// limitRows are the unit's own limits, or what a form was filled in with.
func limitRows(u *models.Unit, form map[string]string) []limitRow {
	limits := u.Disposal
	if _, sent := form["currency.0"]; sent {
		limits = limitsOf(form)
	}
	rows := make([]limitRow, len(limits)+spareLimits)
	for i := range rows {
		rows[i].N = i
		if i < len(limits) {
			rows[i].DisposalLimit = limits[i]
		}
	}
	return rows
}

func limitsOf(form map[string]string) []models.DisposalLimit {
	limits := []models.DisposalLimit{}
	for i := range 20 {
		field := func(name string) string { return strings.TrimSpace(form[name+"."+strconv.Itoa(i)]) }
		l := models.DisposalLimit{Currency: strings.ToUpper(field("currency")), Unit: field("unit"), Agency: field("agency"), Inquiry: field("inquiry")}
		if l != (models.DisposalLimit{}) {
			limits = append(limits, l)
		}
	}
	return limits
}

// setLimits sets up to which values who decides on losses and write-offs of a unit.
func (w *Web) setLimits(c *fiber.Ctx) error {
	err := w.act(c, func(c *fiber.Ctx) error {
		limits := limitsOf(formOf(c))
		_, err := w.Register.EditUnit(c.UserContext(), c.Params("code"), 0, register.UnitEdit{Disposal: &limits})
		return err
	})
	return w.sent(c, err, "/units/"+c.Params("code")+"?done=changed", func(status int, refusal *models.Error) error { return w.unitPage(c, status, refusal) })
}
