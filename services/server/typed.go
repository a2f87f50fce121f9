package server

import (
	"bytes"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"quartermaster/models"
)

// secrets are the fields of which every letter counts as it was typed.
var secrets = []string{"password", "current"}

func typed(field, value string) string {
	if slices.Contains(secrets, field) {
		return value
	}
	return models.Typed(value)
}

// takeQuery puts figures and codes of the address in Western digits, see models.Typed.
func takeQuery(c *fiber.Ctx) error {
	takeFields(c.Request().URI().QueryArgs())
	return c.Next()
}

// takeForm does so with the fields of a form, and returns its body.
func takeForm(c *fiber.Ctx, body []byte) []byte {
	if !bytes.HasPrefix(c.Request().Header.ContentType(), []byte(fiber.MIMEApplicationForm)) || !takeFields(c.Request().PostArgs()) {
		return body
	}
	c.Request().SetBody(c.Request().PostArgs().QueryString())
	return c.Request().Body()
}

// takeFields says whether it changed any.
func takeFields(fields *fasthttp.Args) bool {
	var taken fasthttp.Args
	changed := false
	fields.VisitAll(func(name, value []byte) {
		now := typed(string(name), string(value))
		changed = changed || now != string(value)
		taken.AddBytesK(name, now)
	})
	if changed {
		taken.CopyTo(fields)
	}
	return changed
}
