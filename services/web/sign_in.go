package web

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/server"
)

// mountSignIn is what leads to a session, before there is one.
func (w *Web) mountSignIn(app *fiber.App) {
	app.Get("/sign-in", w.signInPage)
	app.Post("/sign-in", sameSite, w.signIn)
	app.Get("/sign-in/code", w.codePage)
	app.Post("/sign-in/code", sameSite, w.signInByCode)
	app.Get("/sign-in/provider", w.toProvider)
	app.Get(access.CallbackPath, w.fromProvider)
	app.Post("/sign-in/passkey/options", sameSite, w.challengePasskey)
	app.Post("/sign-in/passkey", sameSite, w.signInByPasskey)
	app.Post("/sign-out", sameSite, w.beginning, w.signOut)
	app.Get(ownPassword, w.beginning, w.passwordPage)
	app.Post(ownPassword, sameSite, w.beginning, w.changePassword)
}

type signInForm struct {
	Next, Username string
	Demo           []SignIn
	Provider       string // where people can sign in, too; "" for nowhere
	NoPassword     bool   // passwords are turned off
	Passkeys       bool   // can be used here
	LeaveThere     string // where who left here leaves the provider, too
}

func (w *Web) signInPage(c *fiber.Ctx) error {
	form := signInForm{Next: localPath(c.Query("next"))}
	if c.Query("left") != "" {
		form.LeaveThere = w.Access.SignOutAddress()
	}
	return w.signInWith(c, fiber.StatusOK, form, nil)
}

func (w *Web) signInWith(c *fiber.Ctx, status int, form signInForm, refusal *models.Error) error {
	form.Demo, form.Passkeys = w.Demo, w.Access.TakesPasskeys()
	if p := w.Access.Provider; p != nil {
		form.Provider, form.NoPassword = p.Name, p.Only
	}
	return w.render(c, status, "sign-in", view{Title: say("Sign in"), Here: "sign-in", Refusal: refusal, Data: form})
}

func (w *Web) signIn(c *fiber.Ctx) error {
	if _, err := server.Body(c, server.LargestJSON); err != nil {
		return err
	}
	form := signInForm{Next: localPath(c.FormValue("next")), Username: c.FormValue("username")}
	begun, err := w.Access.BeginSignIn(c.UserContext(), access.Credentials{Username: form.Username, Password: c.FormValue("password")}, form.Next, server.Address(c), c.Get(fiber.HeaderUserAgent))
	if err != nil {
		status, refusal := server.Refusal(err)
		if status >= fiber.StatusInternalServerError {
			return err
		}
		return w.signInWith(c, status, form, refusal)
	}
	return w.begun(c, begun, form.Next)
}

// begun leads on from a sign-in: to where its session was wanted, or to the second factor.
func (w *Web) begun(c *fiber.Ctx, begun *access.Begun, next string) error {
	if begun.Step != "" {
		w.setCookie(c, w.stepCookie(), begun.Step, models.At(w.Book.Now().Add(access.StepLasts)))
		return c.Redirect("/sign-in/code", fiber.StatusSeeOther)
	}
	return w.arrive(c, begun.SignedIn, next)
}

// arrive gives the browser its session. One that it had before ends.
func (w *Web) arrive(c *fiber.Ctx, in *access.SignedIn, next string) error {
	if before := c.Cookies(w.cookieName()); before != "" {
		if err := w.Access.SignOut(c.UserContext(), before); err != nil {
			return err
		}
	}
	w.setSession(c, in)
	if c.Cookies(w.stepCookie()) != "" {
		w.clearCookie(c, w.stepCookie())
	}
	return c.Redirect(localPath(next), fiber.StatusSeeOther)
}

// stepCookie names what binds a sign-in that has begun to the browser.
func (w *Web) stepCookie() string { return w.cookieName() + "-step" }

func (w *Web) codePage(c *fiber.Ctx) error { return w.codePageWith(c, fiber.StatusOK, nil) }

func (w *Web) codePageWith(c *fiber.Ctx, status int, refusal *models.Error) error {
	person, err := w.Access.Awaited(c.UserContext(), c.Cookies(w.stepCookie()))
	if err != nil {
		return w.beginAgain(c, err)
	}
	return w.render(c, status, "sign-in-code", view{Title: say("Second factor"), Here: "sign-in", Refusal: refusal, Data: person})
}

// beginAgain leads back to the first step with the reason, when the second has nothing
// to stand on any more.
func (w *Web) beginAgain(c *fiber.Ctx, err error) error {
	if models.KindOf(err) != models.Unauthenticated {
		return err
	}
	w.clearCookie(c, w.stepCookie())
	status, refusal := server.Refusal(err)
	return w.signInWith(c, status, signInForm{Next: "/"}, refusal)
}

func (w *Web) signInByCode(c *fiber.Ctx) error {
	if _, err := server.Body(c, server.LargestJSON); err != nil {
		return err
	}
	in, next, err := w.Access.FinishSignIn(c.UserContext(), c.Cookies(w.stepCookie()), c.FormValue("code"), server.Address(c), c.Get(fiber.HeaderUserAgent))
	if err == nil {
		return w.arrive(c, in, next)
	}
	status, refusal := server.Refusal(err)
	if status == fiber.StatusUnauthorized || status >= fiber.StatusInternalServerError {
		return w.beginAgain(c, err)
	}
	return w.codePageWith(c, status, refusal)
}

// localPath keeps a redirect within this site: what does not begin with one slash, or is
// written so that some browser could read it otherwise, leads to the first page.
func localPath(next string) string {
	odd := func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || r == '\\' || r == utf8.RuneError
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.Contains(u.Path, "//") || strings.ContainsFunc(u.Path, odd) || strings.ContainsFunc(next, odd) {
		return "/"
	}
	return next
}

func (w *Web) signOut(c *fiber.Ctx) error {
	if err := w.Access.SignOut(c.UserContext(), c.Cookies(w.cookieName())); err != nil {
		return err
	}
	w.clearSession(c)
	c.Set("Clear-Site-Data", `"cache"`) // photos and papers, which browsers keep; not the outbox
	return c.Redirect("/sign-in", fiber.StatusSeeOther)
}
