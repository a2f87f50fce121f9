package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/services/access"
	"quartermaster/services/server"
)

type passwords struct {
	Current string `json:"current"`
	New     string `json:"new"`
}

func (a *API) signIn(c *fiber.Ctx) error {
	credentials, err := server.JSON[access.Credentials](c)
	if err != nil {
		return err
	}
	in, err := a.Access.SignIn(c.UserContext(), credentials, c.IP(), c.Get(fiber.HeaderUserAgent))
	if err != nil {
		return err
	}
	return c.Status(created).JSON(in)
}

func (a *API) whoAmI(c *fiber.Ctx) error {
	person, err := access.Caller(c.UserContext())
	return document(c, ok, person, err)
}

func (a *API) signOut(c *fiber.Ctx) error {
	_, token, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if err := a.Access.SignOut(c.UserContext(), strings.TrimSpace(token)); err != nil {
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
	if err != nil {
		return err
	}
	return c.JSON(left)
}
