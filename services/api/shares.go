package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/server"
	"quartermaster/services/shares"
)

// shareRoutes is what donors are given: links to reports.
func (a *API) shareRoutes() []Route {
	return []Route{
		{Method: post, Path: "/shares", Summary: "Give a donor a link to one report, or to a grant; its address is told this once, and not again to a repetition of the request", Status: created, Body: shares.NewShare{}, Answer: shares.WithAddress{}, Handle: a.share},
		{Method: get, Path: "/shares", Summary: "The links that were given, newest first", Status: ok, Answer: models.Share{}, List: true, Query: paging, Handle: list(a.Shares.List)},
		{Method: get, Path: "/shares/:id", Summary: "One link: what it shows, until when, and how often it was opened", Status: ok, Answer: models.Share{}, Handle: a.oneShare},
		{Method: get, Path: "/shares/:id/events", Summary: "A link's history, newest first: each opening with its address and program", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(a.Shares.Events)},
		{Method: post, Path: "/shares/:id/withdraw", Summary: "Withdraw a link; it opens nothing any more", Status: ok, Body: reason{}, Answer: models.Share{}, Handle: a.withdrawShare},
	}
}

func (a *API) share(c *fiber.Ctx) error {
	n, err := server.JSON[shares.NewShare](c)
	if err != nil {
		return err
	}
	made, err := a.Shares.Make(c.UserContext(), n)
	if err != nil {
		return err
	}
	c.Location(Root + "/shares/" + made.ID)
	return document(c, created, made, nil)
}

func (a *API) oneShare(c *fiber.Ctx) error {
	share, err := a.Shares.Share(c.UserContext(), c.Params("id"))
	return document(c, ok, share, err)
}

func (a *API) withdrawShare(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	r, err := server.JSON[reason](c)
	if err != nil {
		return err
	}
	share, err := a.Shares.Withdraw(c.UserContext(), c.Params("id"), read, r.Reason)
	return document(c, ok, share, err)
}
