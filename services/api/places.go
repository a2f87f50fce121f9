package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/server"
	"quartermaster/services/store"
)

// list handles a page of things that have codes.
func list(read func(ctx context.Context, cursor string, limit int) (*store.Page, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		cursor, n, err := cursorAndLimit(c)
		if err != nil {
			return err
		}
		p, err := read(c.UserContext(), cursor, n)
		return page(c, p, err)
	}
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
