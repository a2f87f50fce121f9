package api

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
)

const (
	get   = fiber.MethodGet
	post  = fiber.MethodPost
	patch = fiber.MethodPatch
	del   = fiber.MethodDelete

	ok      = fiber.StatusOK
	created = fiber.StatusCreated
	gone    = fiber.StatusNoContent
)

// Routes is all that can be asked: one table a room.
func (a *API) Routes() []Route {
	return slices.Concat(
		a.sessionRoutes(),
		a.secondFactorRoutes(),
		a.assetRoutes(),
		a.voucherRoutes(),
		a.stockRoutes(),
		a.requestRoutes(),
		a.stocktakeRoutes(),
		a.placeRoutes(),
		a.peopleRoutes(),
		a.careRoutes(),
		a.trainingRoutes(),
		a.publicRoutes(),
		a.disposalRoutes(),
		a.titleRoutes(),
		a.visitRoutes(),
		a.flagRoutes(),
		a.jobRoutes(),
		a.workshopRoutes(),
		a.overviewRoutes(),
		a.searchRoutes(),
		a.ledgerRoutes(),
		a.noticeRoutes(),
		a.phoneRoutes(),
		a.reportRoutes(),
		a.shareRoutes(),
		a.mailingRoutes(),
		a.startingRoutes(),
	)
}

// sessionRoutes is about signing in, and the description itself.
func (a *API) sessionRoutes() []Route {
	return []Route{
		{Method: get, Path: "/openapi.json", Summary: "This description", Status: ok, Public: true, Handle: a.openapi},
		{Method: post, Path: "/sessions", Summary: "Sign in; who has a second factor gives its code, too", Status: created, Public: true, Body: access.Credentials{}, Answer: access.SignedIn{}, Handle: a.signIn},
		{Method: get, Path: "/sessions/current", Summary: "Who is signed in", Status: ok, Beginning: true, Answer: models.Person{}, Handle: a.whoAmI},
		{Method: post, Path: "/sessions/current/confirm", Summary: "Show again that it is oneself who is signed in, by the password or a code; what answers confirm_needed is then taken for ten minutes", Status: gone, SettingUp: true, Body: access.Proof{}, Handle: a.confirm},
		{Method: del, Path: "/sessions/current", Summary: "Sign out", Status: gone, Beginning: true, Handle: a.signOut},
		{Method: post, Path: "/password", Summary: "Change one's own password; every sign-in of it ends", Status: gone, Beginning: true, Body: passwords{}, Handle: a.changePassword},
		{Method: post, Path: "/pin", Summary: "Set one's own PIN to sign with", Status: gone, Body: pin{}, Handle: a.setPIN},
	}
}
