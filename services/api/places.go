package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/store"
)

// placeRoutes is the unit tree, categories, donors and grants.
func (a *API) placeRoutes() []Route {
	return []Route{
		{Method: get, Path: "/units", Summary: "The unit tree", Status: ok, Answer: models.Unit{}, List: true, Query: paging, Handle: list(a.Register.Units)},
		{Method: post, Path: "/units", Summary: "Add a unit", Status: created, Body: models.Unit{}, Answer: models.Unit{}, Handle: add(a.Register.AddUnit)},
		{Method: get, Path: "/units/:code", Summary: "One unit", Status: ok, Answer: models.Unit{}, Handle: a.place(store.Units)},
		{Method: patch, Path: "/units/:code", Summary: "Change a unit", Status: ok, Body: register.UnitEdit{}, Answer: models.Unit{}, Handle: edit(a.Register.EditUnit)},
		{Method: get, Path: "/categories", Summary: "The categories and their fields", Status: ok, Answer: models.Category{}, List: true, Query: paging, Handle: list(a.Register.Categories)},
		{Method: post, Path: "/categories", Summary: "Add a category", Status: created, Body: models.Category{}, Answer: models.Category{}, Handle: add(a.Register.AddCategory)},
		{Method: get, Path: "/categories/:code", Summary: "One category", Status: ok, Answer: models.Category{}, Handle: a.place(store.Categories)},
		{Method: patch, Path: "/categories/:code", Summary: "Change a category", Status: ok, Body: register.CategoryEdit{}, Answer: models.Category{}, Handle: edit(a.Register.EditCategory)},
		{Method: get, Path: "/donors", Summary: "The donors", Status: ok, Answer: models.Donor{}, List: true, Query: paging, Handle: list(a.Register.Donors)},
		{Method: post, Path: "/donors", Summary: "Add a donor", Status: created, Body: models.Donor{}, Answer: models.Donor{}, Handle: add(a.Register.AddDonor)},
		{Method: get, Path: "/donors/:code", Summary: "One donor", Status: ok, Answer: models.Donor{}, Handle: a.place(store.Donors)},
		{Method: patch, Path: "/donors/:code", Summary: "Change a donor", Status: ok, Body: register.DonorEdit{}, Answer: models.Donor{}, Handle: edit(a.Register.EditDonor)},
		{Method: get, Path: "/grants", Summary: "The grants", Status: ok, Answer: models.Grant{}, List: true, Query: paging, Handle: list(a.Register.Grants)},
		{Method: post, Path: "/grants", Summary: "Add a grant", Status: created, Body: models.Grant{}, Answer: models.Grant{}, Handle: add(a.Register.AddGrant)},
		{Method: get, Path: "/grants/:code", Summary: "One grant", Status: ok, Answer: models.Grant{}, Handle: a.place(store.Grants)},
		{Method: patch, Path: "/grants/:code", Summary: "Change a grant", Status: ok, Body: register.GrantEdit{}, Answer: models.Grant{}, Handle: edit(a.Register.EditGrant)},
	}
}

// list handles a page of things that have codes.
func list(read func(ctx context.Context, cursor string, limit int) (*store.Page, error)) fiber.Handler {
	return pages(func(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
		return read(c.UserContext(), cursor, limit)
	})
}

// add handles a new thing of type T, which is kept as a P.
func add[T any, P models.Document](enter func(context.Context, T) (P, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		n, err := server.JSON[T](c)
		if err != nil {
			return err
		}
		doc, err := enter(c.UserContext(), n)
		return document(c, created, doc, err)
	}
}

// edit handles a change of the thing whose code is in the address.
func edit[T any, P models.Document](do func(ctx context.Context, code string, version int64, e T) (P, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		read, err := version(c)
		if err != nil {
			return err
		}
		e, err := server.JSON[T](c)
		if err != nil {
			return err
		}
		doc, err := do(c.UserContext(), c.Params("code"), read, e)
		return document(c, ok, doc, err)
	}
}

func (a *API) place(in *store.Collection) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r, err := a.Register.Place(c.UserContext(), in, c.Params("code"))
		return record(c, r, err)
	}
}
