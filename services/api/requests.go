package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/requests"
	"quartermaster/services/server"
	"quartermaster/services/store"
)

// requestRoutes is what is asked for.
func (a *API) requestRoutes() []Route {
	return []Route{
		{Method: post, Path: "/requests", Summary: "Ask for equipment or stock", Status: created, Body: requests.NewRequest{}, Answer: models.Request{}, Handle: a.submitRequest},
		{Method: get, Path: "/requests", Summary: "List requests: of one state the most urgent first, otherwise the newest", Status: ok, Answer: models.Request{}, List: true, Query: requestFilters, Handle: pages(a.requests)},
		{Method: get, Path: "/requests/:number", Summary: "One request", Status: ok, Answer: models.Request{}, Handle: a.request},
		{Method: get, Path: "/requests/:number/events", Summary: "A request's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(a.Requests.Events)},
		{Method: get, Path: "/requests/:number/available", Summary: "What is in store of it, here and nearby", Status: ok, Answer: requests.InStore{}, List: true, Handle: a.available},
		{Method: post, Path: "/requests/:number/approve", Summary: "Approve a request, in whole or in part", Status: ok, Body: requests.Approval{}, Answer: models.Request{}, Handle: step(a.approve)},
		{Method: post, Path: "/requests/:number/decline", Summary: "Decline a request", Status: ok, Body: reason{}, Answer: models.Request{}, Handle: step(a.decline)},
		{Method: post, Path: "/requests/:number/close", Summary: "Withdraw a request, or end one before all was given", Status: ok, Body: reason{}, Answer: models.Request{}, Handle: step(a.closeRequest)},
		{Method: post, Path: "/requests/:number/fulfil", Summary: "Draft a voucher for an approved request, with suggested items", Status: created, Body: requests.Fulfilment{}, Answer: models.Voucher{}, Handle: a.fulfil},
		{Method: get, Path: "/inbox", Summary: "What waits for whoever is signed in", Status: ok, Answer: requests.Inbox{}, Handle: a.inbox},
	}
}

var requestFilters = papers(Param{"state", "submitted, approved, declined, fulfilled or closed"}, Param{"mine", "true for one's own alone"})

// RequestFilter reads which requests are asked for.
func RequestFilter(c *fiber.Ctx) (requests.Filter, error) {
	mine, err := yes("mine", c.Query("mine"))
	return requests.Filter{Papers: Papers(c), State: c.Query("state"), Mine: mine}, err
}

func (a *API) submitRequest(c *fiber.Ctx) error {
	n, err := server.JSON[requests.NewRequest](c)
	if err != nil {
		return err
	}
	r, err := a.Requests.Submit(c.UserContext(), n)
	if err == nil {
		c.Location(Root + "/requests/" + r.Number)
	}
	return document(c, created, r, err)
}

func (a *API) requests(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	filter, err := RequestFilter(c)
	if err != nil {
		return nil, err
	}
	return a.Requests.List(c.UserContext(), filter, cursor, limit)
}

func (a *API) request(c *fiber.Ctx) error {
	r, err := a.Requests.Request(c.UserContext(), c.Params("number"))
	return document(c, ok, r, err)
}

func (a *API) available(c *fiber.Ctx) error {
	list, err := a.Requests.Available(c.UserContext(), c.Params("number"))
	return items(c, list, "", err)
}

func (a *API) approve(c *fiber.Ctx, number string, version int64, approval requests.Approval) (*models.Request, error) {
	return a.Requests.Approve(c.UserContext(), number, version, approval)
}

func (a *API) decline(c *fiber.Ctx, number string, version int64, r reason) (*models.Request, error) {
	return a.Requests.Decline(c.UserContext(), number, version, r.Reason)
}

func (a *API) closeRequest(c *fiber.Ctx, number string, version int64, r reason) (*models.Request, error) {
	return a.Requests.Close(c.UserContext(), number, version, r.Reason)
}

func (a *API) fulfil(c *fiber.Ctx) error {
	f, err := server.JSON[requests.Fulfilment](c)
	if err != nil {
		return err
	}
	v, err := a.Requests.Fulfil(c.UserContext(), c.Params("number"), f)
	if err == nil {
		c.Location(Root + "/vouchers/" + v.Number)
	}
	return document(c, created, v, err)
}

func (a *API) inbox(c *fiber.Ctx) error {
	inbox, err := a.Requests.Inbox(c.UserContext())
	return answer(c, ok, inbox, err)
}
