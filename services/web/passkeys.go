package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/server"
)

// offerPasskey tells the page's script what the browser is to make a passkey with.
func (w *Web) offerPasskey(c *fiber.Ctx) error {
	offer, err := w.Access.OfferPasskey(c.UserContext())
	return w.askPasskey(c, offer, err)
}

func (w *Web) askPasskey(c *fiber.Ctx, offer *access.PasskeyOffer, err error) error {
	if err != nil {
		return api.Problem(c, err)
	}
	w.setCookie(c, w.stepCookie(), offer.Step, models.At(w.Book.Now().Add(access.StepLasts)))
	return c.JSON(offer.Options)
}

func (w *Web) addPasskey(c *fiber.Ctx) error {
	enrolled, err := w.Access.AddPasskey(c.UserContext(), c.Cookies(w.stepCookie()), strings.TrimSpace(c.FormValue("name")), []byte(c.FormValue("credential")))
	if models.KindOf(err) == models.Unauthenticated { // the step took too long; the session goes on
		err = models.Refuse(models.Invalid, "passkey", "was not accepted; try again, or sign in another way").Because(err)
	}
	if err != nil {
		return w.refusedFactor(c, "passkey", err)
	}
	w.clearCookie(c, w.stepCookie())
	return w.enrolled(c, enrolled)
}

func (w *Web) removePasskey(c *fiber.Ctx) error {
	if err := w.Access.RemovePasskey(c.UserContext(), c.Params("id")); err != nil {
		return w.refusedFactor(c, "passkey", err)
	}
	return c.Redirect("/me/second-factor?done=removed", fiber.StatusSeeOther)
}

// challengePasskey tells the page's script which passkey the browser is to use.
func (w *Web) challengePasskey(c *fiber.Ctx) error {
	if _, err := server.Body(c, server.LargestJSON); err != nil {
		return err
	}
	offer, err := w.Access.ChallengePasskey(c.UserContext(), c.Cookies(w.stepCookie()), localPath(c.FormValue("next")))
	return w.askPasskey(c, offer, err)
}

func (w *Web) signInByPasskey(c *fiber.Ctx) error {
	if _, err := server.Body(c, server.LargestJSON); err != nil {
		return err
	}
	in, next, err := w.Access.SignInByPasskey(c.UserContext(), c.Cookies(w.stepCookie()), []byte(c.FormValue("credential")), c.Get(fiber.HeaderUserAgent))
	if err == nil {
		return w.arrive(c, in, next)
	}
	status, refusal := server.Refusal(err)
	if status >= fiber.StatusInternalServerError {
		return err
	}
	w.clearCookie(c, w.stepCookie())
	return w.signInWith(c, status, signInForm{Next: localPath(c.FormValue("next"))}, refusal)
}
