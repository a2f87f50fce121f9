package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/server"
	"quartermaster/services/titles"
)

// titleRoutes is who owns equipment, and the closing of grants.
func (a *API) titleRoutes() []Route {
	t := a.Titles
	return []Route{
		{Method: post, Path: "/titles", Summary: "Record that the title of items passed to an agency or a donor: of some, or of all that a grant paid for", Status: created, Body: titles.NewTransfer{}, Answer: models.TitleTransfer{}, Handle: a.recordTitle},
		{Method: get, Path: "/titles", Summary: "List title transfers, newest first", Status: ok, Answer: models.TitleTransfer{}, List: true, Query: titleFilters, Handle: lists(a.titleTransfers)},
		{Method: get, Path: "/titles/:number", Summary: "One title transfer", Status: ok, Answer: models.TitleTransfer{}, Handle: numbered(t.Transfer)},
		{Method: get, Path: "/titles/:number/events", Summary: "A transfer's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(t.Events)},
		{Method: post, Path: "/titles/:number/files", Summary: "Attach the document of a transfer: a form's part \"file\", or the whole body", Status: created, Answer: models.TitleTransfer{}, Query: paperQuery, Handle: attaching(t.Attach)},
		{Method: get, Path: "/titles/:number/files/:id", Summary: "A document of a title transfer", Status: ok, Handle: a.titleFile},
		{Method: get, Path: "/grants/:code/closing", Summary: "What a grant paid for, and what stands in the way of closing it", Status: ok, Answer: titles.Closing{}, Handle: a.closing},
		{Method: post, Path: "/grants/:code/close", Summary: "Close a grant; refused while anything stands in the way", Status: ok, Body: titles.Closure{}, Answer: models.Grant{}, Handle: edit(t.Close)},
		{Method: post, Path: "/grants/:code/recipients", Summary: "Propose who is to own some items, or all, when the grant closes", Status: ok, Body: titles.Recipients{}, Answer: models.Grant{}, Handle: edit(t.Propose)},
	}
}

var titleFilters = papers()

func (a *API) recordTitle(c *fiber.Ctx) error {
	n, err := server.JSON[titles.NewTransfer](c)
	if err != nil {
		return err
	}
	t, err := a.Titles.Record(c.UserContext(), n)
	if err == nil {
		c.Location(Root + "/titles/" + t.Number)
	}
	return document(c, created, t, err)
}

func (a *API) titleTransfers(c *fiber.Ctx, cursor string, limit int) ([]*models.TitleTransfer, string, error) {
	return a.Titles.List(c.UserContext(), Papers(c), cursor, limit)
}

func (a *API) closing(c *fiber.Ctx) error {
	survey, err := a.Titles.Closing(c.UserContext(), c.Params("code"))
	return answer(c, ok, survey, err)
}

func (a *API) titleFile(c *fiber.Ctx) error { return Exhibit(c, a.Titles.File) }
