package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/services/overview"
)

// overviewRoutes is the part of the book that the caller sees, at a glance.
func (a *API) overviewRoutes() []Route {
	return []Route{
		{Method: get, Path: "/overview", Summary: "One's part of the book in numbers", Status: ok, Answer: overview.Overview{}, Handle: a.overview},
	}
}

func (a *API) overview(c *fiber.Ctx) error {
	o, err := a.Overview.Overview(c.UserContext())
	return answer(c, ok, o, err)
}
