package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/custody"
)

func (a *API) issue(c *fiber.Ctx) error {
	return change(c, func(tag string, version int64, i custody.Issue) (*custody.Moved, error) {
		return a.Custody.Issue(c.UserContext(), tag, version, i)
	})
}

func (a *API) takeBack(c *fiber.Ctx) error {
	return change(c, func(tag string, version int64, r custody.Return) (*models.Asset, error) {
		return a.Custody.Return(c.UserContext(), tag, version, r)
	})
}

func (a *API) transfer(c *fiber.Ctx) error {
	return change(c, func(tag string, version int64, t custody.Transfer) (*custody.Moved, error) {
		return a.Custody.Transfer(c.UserContext(), tag, version, t)
	})
}
