package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/server"
)

// secondFactorRoutes is what somebody has besides their password, and their sign-ins.
func (a *API) secondFactorRoutes() []Route {
	return []Route{
		{Method: get, Path: "/second-factor", Summary: "One's own second factors", Status: ok, SettingUp: true, Answer: access.Factors{}, Handle: a.factors},
		{Method: post, Path: "/second-factor/app/offer", Summary: "A new secret for an authenticator app; it is kept once a code of it is sent", Status: ok, SettingUp: true, Answer: access.AppOffer{}, Handle: a.offerApp},
		{Method: post, Path: "/second-factor/app", Summary: "Set up the app of an offer; answers with recovery codes, and with a new token for this one", Status: ok, SettingUp: true, Body: appToAdd{}, Answer: access.Enrolled{}, Handle: a.addApp},
		{Method: post, Path: "/second-factor/app/remove", Summary: "Remove one's own app", Status: gone, Body: appToRemove{}, Handle: a.removeApp},
		{Method: post, Path: "/second-factor/recovery-codes", Summary: "New recovery codes in the place of the old", Status: ok, Body: codeGiven{}, Answer: recoveryCodes{}, Handle: a.newRecoveryCodes},
		{Method: del, Path: "/passkeys/:id", Summary: "Remove one of one's own passkeys; they are added in the browser", Status: gone, Handle: a.removePasskey},
		{Method: post, Path: "/people/:code/second-factor/take", Summary: "Take the second factors from somebody who lost them, and end their sign-ins", Status: ok, Body: whyTaken{}, Answer: models.Person{}, Handle: a.takeSecondFactor},
		{Method: get, Path: "/sessions", Summary: "One's own sign-ins", Status: ok, Answer: access.OpenSession{}, List: true, Handle: a.sessions},
		{Method: del, Path: "/sessions/:id", Summary: "End one of one's own sign-ins", Status: gone, Handle: a.endSession},
		{Method: post, Path: "/tokens", Summary: "A token for a program that acts as oneself, shown once", Status: created, Body: tokenToMake{}, Answer: access.SignedIn{}, Handle: a.makeToken},
	}
}

type (
	appToAdd struct {
		Offer string `json:"offer"`
		Code  string `json:"code"`
	}
	appToRemove struct {
		Current string `json:"current"` // password
		Code    string `json:"code"`
	}
	codeGiven struct {
		Code string `json:"code"`
	}
	recoveryCodes struct {
		RecoveryCodes []string `json:"recovery_codes"`
	}
	whyTaken struct {
		Reason string `json:"reason"`
	}
	tokenToMake struct {
		Name string `json:"name"` // what it is for
		Days int    `json:"days"`
	}
)

func (a *API) factors(c *fiber.Ctx) error {
	f, err := a.Access.Factors(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(f)
}

func (a *API) offerApp(c *fiber.Ctx) error {
	offer, err := a.Access.OfferApp(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(offer)
}

func (a *API) addApp(c *fiber.Ctx) error {
	given, err := server.JSON[appToAdd](c)
	if err != nil {
		return err
	}
	enrolled, err := a.Access.AddApp(c.UserContext(), given.Offer, given.Code)
	if err != nil {
		return err
	}
	return c.JSON(enrolled)
}

func (a *API) removeApp(c *fiber.Ctx) error {
	given, err := server.JSON[appToRemove](c)
	if err != nil {
		return err
	}
	if err := a.Access.RemoveApp(c.UserContext(), given.Current, given.Code); err != nil {
		return err
	}
	return c.SendStatus(gone)
}

func (a *API) newRecoveryCodes(c *fiber.Ctx) error {
	given, err := server.JSON[codeGiven](c)
	if err != nil {
		return err
	}
	codes, err := a.Access.NewRecoveryCodes(c.UserContext(), given.Code)
	if err != nil {
		return err
	}
	return c.JSON(recoveryCodes{codes})
}

func (a *API) removePasskey(c *fiber.Ctx) error {
	if err := a.Access.RemovePasskey(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(gone)
}

func (a *API) takeSecondFactor(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	given, err := server.JSON[whyTaken](c)
	if err != nil {
		return err
	}
	person, err := a.Access.TakeSecondFactor(c.UserContext(), c.Params("code"), read, given.Reason)
	return document(c, ok, person, err)
}

func (a *API) sessions(c *fiber.Ctx) error {
	list, err := a.Access.Sessions(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"items": list})
}

func (a *API) endSession(c *fiber.Ctx) error {
	if err := a.Access.EndSession(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(gone)
}

func (a *API) makeToken(c *fiber.Ctx) error {
	given, err := server.JSON[tokenToMake](c)
	if err != nil {
		return err
	}
	in, err := a.Access.MakeToken(c.UserContext(), given.Name, given.Days)
	if err != nil {
		return err
	}
	return c.Status(created).JSON(in)
}
