package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/phone"
	"quartermaster/services/server"
	"quartermaster/services/store"
)

// phoneRoutes is what a phone carries where there is no network.
func (a *API) phoneRoutes() []Route {
	return []Route{
		{Method: get, Path: "/phone/register", Summary: "The register as a phone carries it, or what has changed of it since the last time", Status: ok, Answer: phone.Part{},
			Query: []Param{{"since", "the next or since of the answer before; all is told without it"}, {"limit", "how many items, 1 to 1000; 500 when not given"}}, Handle: a.phoneRegister},
		{Method: get, Path: "/phone/desk", Summary: "What a phone's forms are filled from, and what waits for its owner", Status: ok, Answer: phone.Desk{}, Handle: a.phoneDesk},
		{Method: post, Path: "/phone/unbooked", Summary: "Record what became of something done out of reach that the book did not take", Status: created, Body: phone.Settlement{}, Answer: models.Unbooked{}, Handle: a.settleUnbooked},
		{Method: get, Path: "/phone/unbooked", Summary: "What was done out of reach and the book did not take, the latest first", Status: ok, Answer: models.Unbooked{}, List: true, Query: paging, Handle: pages(a.unbooked)},
	}
}

func (a *API) phoneRegister(c *fiber.Ctx) error {
	return PhoneRegister(c, a.Phone)
}

// PhoneRegister answers with a part of the register as a phone carries it.
func PhoneRegister(c *fiber.Ctx, s *phone.Service) error {
	n := 500
	if c.Query("limit") != "" {
		var err error
		if n, err = limit(c); err != nil {
			return err
		}
	}
	part, err := s.Lines(c.UserContext(), c.Query("since"), n)
	return answer(c, ok, part, err)
}

func (a *API) phoneDesk(c *fiber.Ctx) error {
	desk, err := a.Phone.Desk(c.UserContext())
	return answer(c, ok, desk, err)
}

func (a *API) settleUnbooked(c *fiber.Ctx) error {
	n, err := server.JSON[phone.Settlement](c)
	if err != nil {
		return err
	}
	u, err := a.Phone.Settle(c.UserContext(), n)
	return document(c, created, u, err)
}

func (a *API) unbooked(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Phone.Unbooked(c.UserContext(), cursor, limit)
}
