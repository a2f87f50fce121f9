package web

import (
	"context"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
)

// sentForm is what was refused, while the page that it was on is made again.
type sentForm struct {
	method, path string
	typed        url.Values
	status       int
	refusal      *models.Error
}

type sentFormKey struct{}

// sent is the form that c's page answers.
func sent(c *fiber.Ctx) sentForm {
	if s, ok := c.Locals(sentFormKey{}).(sentForm); ok {
		return s
	}
	return sentForm{method: c.Method(), path: c.Path(), typed: typedIn(c)}
}

// backToForm answers a form that was refused before its own page could: with the page on
// which it was filled in, and what was typed.
func (w *Web) backToForm(c *fiber.Ctx, status int, refusal *models.Error) (bool, error) {
	if sent(c).refusal != nil || c.Method() != fiber.MethodPost || byScript(c) {
		return false, nil
	}
	if _, ok := shown(refusal); !ok || refusal.Kind == models.FactorNeeded || refusal.Kind == models.TooMany || status >= fiber.StatusInternalServerError {
		return false, nil
	}
	from, err := url.Parse(c.Get(fiber.HeaderReferer))
	if err != nil || from.Host != c.Hostname() || from.Path == "" {
		return false, nil
	}
	s := sentForm{c.Method(), c.Path(), typedIn(c), status, refusal}
	c.Locals(sentFormKey{}, s)
	c.SetUserContext(context.Background()) // that of the form has ended
	c.Request().PostArgs().Reset()
	c.Locals(uploadKey{}, nil)
	c.Method(fiber.MethodGet)
	c.Request().Header.SetMethod(fiber.MethodGet)
	c.Request().SetRequestURI(localPath(from.RequestURI()))
	c.Path(from.Path)
	defer func() {
		c.Method(s.method)
		c.Path(s.path)
	}()
	return true, c.RestartRouting()
}
