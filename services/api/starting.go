package api

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/starting"
	"quartermaster/services/words"
)

// startingRoutes is the way from an empty book to the first labels.
func (a *API) startingRoutes() []Route {
	return []Route{
		{Method: get, Path: "/starting", Summary: "How far the book is set up, and what is next", Status: ok, Answer: starting.Guide{}, Handle: a.guide},
		{Method: get, Path: "/starting/categories", Summary: "Categories that are ready to take", Status: ok, Answer: starting.Ready{}, List: true, Handle: a.readyCategories},
		{Method: post, Path: "/starting/categories", Summary: "Take ready-made categories; what the book has stays as it is", Status: ok, Body: starting.Taking{}, Answer: starting.Ready{}, List: true, Handle: a.takeReady},
		{Method: get, Path: "/assets/import/template", Summary: "The empty sheet of an import, as CSV", Status: ok, Handle: func(c *fiber.Ctx) error { return ImportTemplate(c, a.Register) }},
	}
}

func (a *API) guide(c *fiber.Ctx) error {
	g, err := a.Starting.Guide(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(g)
}

func (a *API) readyCategories(c *fiber.Ctx) error {
	list, err := a.Starting.Categories(c.UserContext(), words.In(words.Accepted(c.Get(fiber.HeaderAcceptLanguage)), words.Western))
	return items(c, list, "", err)
}

func (a *API) takeReady(c *fiber.Ctx) error {
	t, err := server.JSON[starting.Taking](c)
	if err != nil {
		return err
	}
	list, err := a.Starting.Take(c.UserContext(), t)
	return items(c, list, "", err)
}

// ImportTemplate sends the empty sheet of an import.
func ImportTemplate(c *fiber.Ctx, r *register.Service) error {
	var sheet bytes.Buffer
	if err := r.Template(c.UserContext(), &sheet); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="equipment.csv"`)
	return c.Send(sheet.Bytes())
}
