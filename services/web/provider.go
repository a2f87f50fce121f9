package web

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/server"
)

// toProvider sends the browser to the agency's own sign-in.
func (w *Web) toProvider(c *fiber.Ctx) error {
	next := localPath(c.Query("next"))
	address, step, err := w.Access.BeginAtProvider(c.UserContext(), next)
	if err != nil {
		return w.notByProvider(c, next, err)
	}
	w.setCookie(c, w.stepCookie(), step, models.At(w.Book.Now().Add(access.StepLasts)))
	return c.Redirect(address, fiber.StatusSeeOther)
}

// fromProvider is where the provider sends the browser back to.
func (w *Web) fromProvider(c *fiber.Ctx) error {
	begun, next, err := w.Access.FinishAtProvider(c.UserContext(), c.Cookies(w.stepCookie()),
		access.Returned{State: c.Query("state"), Code: c.Query("code"), Error: c.Query("error"), Issuer: c.Query("iss")}, c.Get(fiber.HeaderUserAgent))
	if err != nil {
		return w.notByProvider(c, "/", err)
	}
	return w.begun(c, begun, next)
}

// notByProvider shows the sign-in page with why nobody was signed in; the log has the
// cause.
func (w *Web) notByProvider(c *fiber.Ctx, next string, err error) error {
	status, refusal := server.Refusal(err)
	if status == fiber.StatusNotFound || status >= fiber.StatusInternalServerError && models.KindOf(err) != models.Unavailable {
		return err
	}
	w.Log.Warn("nobody was signed in by the provider", "request", server.RequestID(c), "error", err)
	w.clearCookie(c, w.stepCookie())
	return w.signInWith(c, status, signInForm{Next: next}, refusal)
}
