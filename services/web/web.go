// Package web is the book as pages: rendered on the server, usable on a phone and
// without JavaScript. Each handler reads a form, calls one service method and
// shows a page or leads to one.
package web

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/house"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/server"
)

// Web serves the services as pages.
type Web struct {
	*house.House
	Log    *slog.Logger
	Secure bool           // served over TLS
	Zone   *time.Location // in which pages tell the time
	Demo   []SignIn       // shown on the sign-in page of a demo
}

// SignIn is a demo's user name and password.
type SignIn struct {
	Role               models.Role
	Username, Password string
}

// Mount adds every page to the application.
func (w *Web) Mount(app *fiber.App) {
	app.Get("/static/:name", static)
	app.Get("/favicon.ico", func(c *fiber.Ctx) error { return c.Redirect(asset("icon.svg"), fiber.StatusMovedPermanently) })
	app.Get(maintenance.FeedPath+":secret", api.Feed(w.Maintenance))
	w.mountSignIn(app)
	w.mountSecondFactor(app)
	w.mountConfirm(app)
	app.Post("/language", sameSite, w.chooseLanguage)
	app.Post("/theme", sameSite, w.chooseTheme)

	w.mountVerify(app)
	w.mountShared(app)
	w.mountOffline(app)
	app.Get("/t/:tag", w.label)
	app.Post("/t/:tag", sameSite, w.sendReport)

	in := app.Group("", sameSite, w.signedIn, w.fromPhone)
	for _, room := range []func(fiber.Router){
		w.mountSession,
		w.mountStarting,
		w.mountHelp,
		w.mountSearch,
		w.mountLive,
		w.mountNotices,
		w.mountAssets,
		w.mountVouchers,
		w.mountRequests,
		w.mountStock,
		w.mountLedger,
		w.mountPlaces,
		w.mountCare,
		w.mountTraining,
		w.mountPublic, w.mountWorkshop,
		w.mountFindings,
		w.mountDisposal,
		w.mountTitles,
		w.mountVisits,
		w.mountStocktakes,
		w.mountReports,
		w.mountShares,
		w.mountPhone,
		w.mountMailings,
	} {
		room(in)
	}
}

// ErrorPage shows a refusal as a page; whoever is not signed in is led to the
// sign-in and from there back.
func (w *Web) ErrorPage(c *fiber.Ctx, err error) error {
	status, refusal := server.Refusal(err)
	if status == fiber.StatusUnauthorized && refusal.Field != access.Lapsed {
		w.clearSession(c)
	}
	if byScript(c) {
		return api.Problem(c, err)
	}
	if status == fiber.StatusUnauthorized {
		next := "/"
		if c.Method() == fiber.MethodGet {
			next = c.OriginalURL()
		}
		return c.Redirect("/sign-in?next="+url.QueryEscape(next), fiber.StatusSeeOther)
	}
	switch models.KindOf(err) {
	case models.PasswordNeeded:
		return c.Redirect(ownPassword, fiber.StatusSeeOther)
	case models.FactorNeeded:
		return c.Redirect("/me/second-factor", fiber.StatusSeeOther)
	case models.ConfirmNeeded:
		return w.confirmPage(c, status, nil, resumes(c))
	}
	if was := sent(c); was.refusal != nil { // and the page that it was on is not to be had either
		status, refusal = was.status, was.refusal
	}
	if done, err := w.backToForm(c, status, refusal); done {
		return err
	}
	return w.render(c, status, "error", view{Title: title(status), Refusal: refusal, Data: server.RequestID(c)})
}

func title(status int) models.Text {
	switch status {
	case fiber.StatusNotFound:
		return say("Not found")
	case fiber.StatusForbidden:
		return say("Not allowed")
	case fiber.StatusGone:
		return say("No longer here")
	}
	if status >= fiber.StatusInternalServerError {
		return say("Something went wrong")
	}
	return say("That did not work")
}

// formKey names the hidden fields that every form carries.
const (
	formToken = "_token" // shows that the form is one of ours
	formOnce  = "_once"  // makes sending it twice take effect once
)

// act carries out a form: once, however often it is sent. It returns nil also
// when it was carried out before.
func (w *Web) act(c *fiber.Ctx, do func(*fiber.Ctx) error) error {
	caller, err := access.Caller(c.UserContext())
	if err != nil {
		return err
	}
	key := c.FormValue(formOnce)
	if key != "" {
		ctx, err := w.Book.OnlyOnce(c.UserContext(), caller.Code, "form "+key, []byte(c.Path()))
		if err != nil {
			return unlessReplayed(err)
		}
		c.SetUserContext(ctx)
	}
	ctx := c.UserContext()
	return unlessReplayed(w.Book.Instead(ctx, do(c)))
}

func unlessReplayed(err error) error {
	var again *ledger.Replayed
	if errors.As(err, &again) {
		return nil
	}
	return err
}

// shown says whether err is something that a form shows beside its fields, rather
// than a page of its own.
func shown(err error) (*models.Error, bool) {
	var refusal *models.Error
	if !errors.As(err, &refusal) {
		return nil, false
	}
	switch refusal.Kind {
	case models.Unauthenticated, models.NotFound, models.ConfirmNeeded, models.PasswordNeeded:
		return nil, false
	}
	return refusal, true
}

func newKey() string { return rand.Text() }

func (w *Web) zone() *time.Location {
	if w.Zone == nil {
		return time.UTC
	}
	return w.Zone
}
