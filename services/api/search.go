package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/services/search"
)

// searchRoutes is the search of everything.
func (a *API) searchRoutes() []Route {
	return []Route{
		{Method: get, Path: "/search", Summary: "Look for words, or the beginning of a paper's number, in everything that one may see", Status: ok, Answer: search.Hit{}, List: true, Query: []Param{{"q", "words, which may be cut short"}}, Handle: a.search},
	}
}

func (a *API) search(c *fiber.Ctx) error {
	hits, err := a.Search.Search(c.UserContext(), c.Query("q"))
	return items(c, hits, "", err)
}
