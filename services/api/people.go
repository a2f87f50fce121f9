package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/server"
)

// peopleRoutes is people and what stands on their names.
func (a *API) peopleRoutes() []Route {
	return []Route{
		{Method: get, Path: "/people", Summary: "The people in one's part of the unit tree", Status: ok, Answer: models.Person{}, List: true, Query: paging, Handle: list(a.Access.People)},
		{Method: post, Path: "/people", Summary: "Add a person", Status: created, Body: access.NewPerson{}, Answer: models.Person{}, Handle: add(a.Access.AddPerson)},
		{Method: get, Path: "/people/:code", Summary: "One person", Status: ok, Answer: models.Person{}, Handle: a.person},
		{Method: patch, Path: "/people/:code", Summary: "Change a person or their sign-in", Status: ok, Body: access.PersonEdit{}, Answer: models.Person{}, Handle: edit(a.Access.EditPerson)},
		{Method: get, Path: "/people/:code/outstanding", Summary: "What stands on a person's name", Status: ok, Answer: access.Outstanding{}, Handle: a.outstanding},
		{Method: get, Path: "/people/:code/no-demand.pdf", Summary: "The certificate that nothing stands on a person's name", Status: ok, Query: paperLanguage, Handle: a.noDemand},
	}
}

type passwords struct {
	Current string `json:"current"`
	New     string `json:"new"`
}

func (a *API) signIn(c *fiber.Ctx) error {
	credentials, err := server.JSON[access.Credentials](c)
	if err != nil {
		return err
	}
	in, err := a.Access.SignIn(c.UserContext(), credentials, server.Address(c), c.Get(fiber.HeaderUserAgent))
	return answer(c, created, in, err)
}

func (a *API) whoAmI(c *fiber.Ctx) error {
	person, err := access.Caller(c.UserContext())
	return document(c, ok, person, err)
}

func (a *API) confirm(c *fiber.Ctx) error {
	proof, err := server.JSON[access.Proof](c)
	if err != nil {
		return err
	}
	if err := a.Access.Confirm(c.UserContext(), proof); err != nil {
		return err
	}
	return c.SendStatus(gone)
}

func (a *API) signOut(c *fiber.Ctx) error {
	if err := a.Access.SignOut(c.UserContext(), bearer(c)); err != nil {
		return err
	}
	return c.SendStatus(gone)
}

func (a *API) changePassword(c *fiber.Ctx) error {
	p, err := server.JSON[passwords](c)
	if err != nil {
		return err
	}
	if err := a.Access.ChangePassword(c.UserContext(), p.Current, p.New); err != nil {
		return err
	}
	return c.SendStatus(gone)
}

func (a *API) person(c *fiber.Ctx) error {
	person, err := a.Access.Person(c.UserContext(), c.Params("code"))
	return document(c, ok, person, err)
}

type pin struct {
	Current string `json:"current"` // password
	PIN     string `json:"pin"`
}

func (a *API) setPIN(c *fiber.Ctx) error {
	p, err := server.JSON[pin](c)
	if err != nil {
		return err
	}
	if err := a.Access.SetPIN(c.UserContext(), p.Current, p.PIN); err != nil {
		return err
	}
	return c.SendStatus(gone)
}

func (a *API) outstanding(c *fiber.Ctx) error {
	_, left, err := a.Access.Outstanding(c.UserContext(), c.Params("code"))
	return answer(c, ok, left, err)
}
