package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
)

// mountSecondFactor is open also to who must set up a second factor before anything else.
func (w *Web) mountSecondFactor(app *fiber.App) {
	in := app.Group("/me/second-factor", sameSite, w.settingUp)
	in.Get("/", w.secondFactor)
	in.Post("/offer", w.offerApp)
	in.Post("/app", w.addApp)
	in.Post("/app/remove", w.removeApp)
	in.Post("/recovery-codes", w.newRecoveryCodes)
	in.Post("/passkeys/options", w.offerPasskey)
	in.Post("/passkeys", w.addPasskey)
	in.Post("/passkeys/:id/remove", w.removePasskey)
}

type factorsPage struct {
	*access.Factors
	Form string // that was sent and refused
}

func (w *Web) secondFactor(c *fiber.Ctx) error {
	return w.secondFactorPage(c, fiber.StatusOK, "", nil)
}

func (w *Web) secondFactorPage(c *fiber.Ctx, status int, form string, refusal *models.Error) error {
	f, err := w.Access.Factors(c.UserContext())
	if err != nil {
		return err
	}
	return w.render(c, status, "second-factor", view{Title: say("Second factor"), Here: "me", Refusal: refusal, Data: factorsPage{f, form}})
}

// refusedFactor shows a refusal on the page of the second factors, beside its form.
func (w *Web) refusedFactor(c *fiber.Ctx, form string, err error) error {
	refusal, ok := shown(err)
	if !ok {
		return err
	}
	status, _ := refusalOf(err)
	return w.secondFactorPage(c, status, form, refusal)
}

type offerPage struct {
	*access.AppOffer
	Code *labels.Code
}

// Groups is the secret as somebody types it in, four letters at a time.
func (p offerPage) Groups() string {
	var groups []string
	for rest := p.Secret; rest != ""; {
		n := min(4, len(rest))
		groups, rest = append(groups, rest[:n]), rest[n:]
	}
	return strings.Join(groups, " ")
}

func (w *Web) offerApp(c *fiber.Ctx) error {
	offer, err := w.Access.OfferApp(c.UserContext())
	if err != nil {
		return w.refusedFactor(c, "app", err)
	}
	return w.offerPage(c, fiber.StatusOK, offer, nil)
}

func (w *Web) offerPage(c *fiber.Ctx, status int, offer *access.AppOffer, refusal *models.Error) error {
	code, err := labels.NewPaperCode(offer.Address)
	if err != nil {
		return err
	}
	return w.render(c, status, "app-offer", view{Title: say("Set up an authenticator app"), Here: "me", Refusal: refusal, Data: offerPage{offer, code}})
}

func (w *Web) addApp(c *fiber.Ctx) error {
	enrolled, err := w.Access.AddApp(c.UserContext(), c.FormValue("offer"), c.FormValue("code"))
	if err == nil {
		return w.enrolled(c, enrolled)
	}
	refusal, ok := shown(err)
	if !ok {
		return err
	}
	offer, stale := w.Access.OfferedApp(c.UserContext(), c.FormValue("offer"))
	if stale != nil {
		return w.refusedFactor(c, "app", stale)
	}
	status, _ := refusalOf(err)
	return w.offerPage(c, status, offer, refusal)
}

// enrolled gives the browser its session anew, and shows recovery codes the once.
func (w *Web) enrolled(c *fiber.Ctx, enrolled *access.Enrolled) error {
	w.setSession(c, enrolled.SignedIn)
	c.Locals(tokenKey{}, formTokenOf(enrolled.Token))
	if len(enrolled.RecoveryCodes) == 0 {
		return c.Redirect("/me/second-factor?done=factor", fiber.StatusSeeOther)
	}
	return w.codesPage(c, enrolled.RecoveryCodes)
}

func (w *Web) codesPage(c *fiber.Ctx, codes []string) error {
	return w.render(c, fiber.StatusOK, "recovery-codes", view{Title: say("Recovery codes"), Here: "me", Data: codes})
}

func (w *Web) removeApp(c *fiber.Ctx) error {
	if err := w.Access.RemoveApp(c.UserContext(), c.FormValue("current"), c.FormValue("code")); err != nil {
		return w.refusedFactor(c, "remove", err)
	}
	return c.Redirect("/me/second-factor?done=removed", fiber.StatusSeeOther)
}

func (w *Web) newRecoveryCodes(c *fiber.Ctx) error {
	codes, err := w.Access.NewRecoveryCodes(c.UserContext(), c.FormValue("code"))
	if err != nil {
		return w.refusedFactor(c, "codes", err)
	}
	return w.codesPage(c, codes)
}

// takeSecondFactor is an administrator's form on the page of somebody who lost theirs.
func (w *Web) takeSecondFactor(c *fiber.Ctx) error {
	code := c.Params("code")
	err := w.act(c, func(c *fiber.Ctx) error {
		_, err := w.Access.TakeSecondFactor(c.UserContext(), code, 0, strings.TrimSpace(c.FormValue("reason")))
		return err
	})
	if refusal, ok := shown(err); ok {
		person, err := w.Access.Person(c.UserContext(), code)
		if err != nil {
			return err
		}
		return w.personPage(c, fiber.StatusUnprocessableEntity, person, personValues(person), refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/people/"+code+"?done=factor_taken", fiber.StatusSeeOther)
}
