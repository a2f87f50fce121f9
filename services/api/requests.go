package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/requests"
	"quartermaster/services/server"
)

var requestFilters = papers(Param{"state", "submitted, approved, declined, fulfilled or closed"}, Param{"mine", "true for one's own alone"})

// RequestFilter reads which requests are asked for.
func RequestFilter(c *fiber.Ctx) (requests.Filter, error) {
	mine, err := yes(c.Query("mine"))
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

func (a *API) requests(c *fiber.Ctx) error {
	if err := known(c, names(requestFilters)...); err != nil {
		return err
	}
	n, err := limit(c)
	if err != nil {
		return err
	}
	filter, err := RequestFilter(c)
	if err != nil {
		return err
	}
	list, err := a.Requests.List(c.UserContext(), filter, c.Query("cursor"), n)
	return page(c, list, err)
}

func (a *API) request(c *fiber.Ctx) error {
	r, err := a.Requests.Request(c.UserContext(), c.Params("number"))
	return document(c, ok, r, err)
}

func (a *API) available(c *fiber.Ctx) error {
	list, err := a.Requests.Available(c.UserContext(), c.Params("number"))
	if err != nil {
		return err
	}
	return items(c, list, "")
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
	if err != nil {
		return err
	}
	return c.JSON(inbox)
}
