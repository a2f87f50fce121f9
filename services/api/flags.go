package api

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/server"
	"quartermaster/services/store"
)

// flagRoutes is what a person must look at.
func (a *API) flagRoutes() []Route {
	return []Route{
		{Method: get, Path: "/flags", Summary: "List findings: the open ones by the day from which they stand, the closed ones the latest first", Status: ok, Answer: models.Flag{}, List: true, Query: slices.Concat(flagFilters, paging), Handle: pages(a.flags)},
		{Method: get, Path: "/flags/counts", Summary: "How many findings of each kind there are, counted to 10,000", Status: ok, Answer: flags.Counted{}, List: true, Query: flagFilters, Handle: a.countFlags},
		{Method: get, Path: "/flags/:id", Summary: "One finding", Status: ok, Answer: models.Flag{}, Handle: a.flag},
		{Method: get, Path: "/flags/:id/events", Summary: "What became of the matter whenever it stood, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(a.Flags.Events)},
		{Method: post, Path: "/flags/:id/acknowledge", Summary: "Say that one looked at it, and when one looks again", Status: ok, Body: flags.Remark{}, Answer: models.Flag{}, Handle: a.acknowledge},
	}
}

var flagFilters = []Param{
	{"kind", "as in a finding"}, {"state", "open or closed; open when not given"}, {"unit", "code; units below it are included"},
	{"donor", "code"}, {"grant", "code"}, {"owner", "the person who answers for it"}, {"raised", "the unit to which it has risen, that one alone"},
}

// FlagFilter reads which findings are asked for.
func FlagFilter(c *fiber.Ctx) flags.Filter {
	return flags.Filter{Kind: c.Query("kind"), State: c.Query("state"), Unit: c.Query("unit"), Donor: c.Query("donor"), Grant: c.Query("grant"),
		Owner: c.Query("owner"), Raised: c.Query("raised")}
}

func (a *API) flags(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Flags.List(c.UserContext(), FlagFilter(c), cursor, limit)
}

func (a *API) countFlags(c *fiber.Ctx) error {
	counts, err := a.Flags.Counts(c.UserContext(), FlagFilter(c))
	return items(c, counts, "", err)
}

func (a *API) flag(c *fiber.Ctx) error {
	f, err := a.Flags.Flag(c.UserContext(), c.Params("id"))
	return document(c, ok, f, err)
}

func (a *API) acknowledge(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	remark, err := server.JSON[flags.Remark](c)
	if err != nil {
		return err
	}
	f, err := a.Flags.Acknowledge(c.UserContext(), c.Params("id"), read, remark)
	return document(c, ok, f, err)
}
