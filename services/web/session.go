package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"mime"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/words"
)

func (w *Web) mountSession(in fiber.Router) {
	in.Get("/me", w.me)
	in.Post("/me", w.changePassword)
	in.Post("/me/pin", w.setPIN)
	in.Post("/me/language", w.setLanguage)
	in.Post("/me/sessions/:id/end", w.endSession)
	in.Post("/me/tokens", w.makeToken)
	in.Get("/", w.home)
}

func (w *Web) cookieName() string { return hostCookie(w.Secure, "quartermaster") }

// hostCookie has the __Host- prefix over TLS, with which browsers accept a cookie only
// when it is Secure and of this very host (RFC 6265bis, 4.1.3.2).
func hostCookie(secure bool, name string) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

func (w *Web) setSession(c *fiber.Ctx, in *access.SignedIn) {
	w.setCookie(c, w.cookieName(), in.Token, in.ExpiresAt)
}

// setCookie gives the browser a cookie of ours until an instant.
func (w *Web) setCookie(c *fiber.Ctx, name, value string, until models.Time) {
	lasts := until.Sub(w.Book.Now()) // rather than a date, which a phone with a wrong clock would take for past
	c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(lasts.Seconds()),
		HTTPOnly: true, Secure: w.Secure, SameSite: fiber.CookieSameSiteLaxMode})
}

func (w *Web) clearSession(c *fiber.Ctx) { w.clearCookie(c, w.cookieName()) }

func (w *Web) clearCookie(c *fiber.Ctx, name string) {
	c.Cookie(&fiber.Cookie{Name: name, Path: "/", MaxAge: -1, HTTPOnly: true, Secure: w.Secure, SameSite: fiber.CookieSameSiteLaxMode})
}

// sameSite refuses a form that another site sends, by what the browser says of
// where it comes from (Fetch Metadata, or the Origin of older browsers).
func sameSite(c *fiber.Ctx) error {
	if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		return c.Next()
	}
	foreign := models.Refuse(models.Forbidden, "", "this form was sent from another site; open Quartermaster and send it again")
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return c.Next()
	case "":
	default:
		return foreign
	}
	if origin := c.Get(fiber.HeaderOrigin); origin != "" {
		_, host, _ := strings.Cut(origin, "://")
		if host != c.Hostname() {
			return foreign
		}
	}
	return c.Next()
}

type tokenKey struct{}

// signedIn lets the owner of the session cookie act, and takes a form only with
// the session's own token.
func (w *Web) signedIn(c *fiber.Ctx) error { return w.enter(c, w.Access.Enter) }

// beginning lets in also who must set a password of their own, or a second factor, before
// anything else.
func (w *Web) beginning(c *fiber.Ctx) error { return w.enter(c, w.Access.EnterToBegin) }

// settingUp lets in also who must set up a second factor before anything else.
func (w *Web) settingUp(c *fiber.Ctx) error { return w.enter(c, w.Access.EnterToSetUp) }

type entering func(ctx context.Context, token, device string) (context.Context, error)

func (w *Web) enter(c *fiber.Ctx, enter entering) error {
	if strings.HasPrefix(c.Path(), api.Root+"/") {
		return c.Next() // what the interface lacks is not found, whoever asks
	}
	token, asked := c.Cookies(w.cookieName()), c.UserContext()
	if strings.HasPrefix(c.Path(), "/live/") {
		asked = access.Watching(asked)
	}
	ctx, err := enter(asked, token, c.Get(fiber.HeaderUserAgent))
	if err != nil {
		return err
	}
	person, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	if err := server.Of(c, person); err != nil {
		return err
	}
	c.Locals(tokenKey{}, formTokenOf(token))
	c.SetUserContext(ctx)
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		given, err := w.givenToken(c)
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare([]byte(given), []byte(formTokenOf(token))) != 1 {
			return models.Refuse(models.Forbidden, "", "this form is out of date; open the page again")
		}
		return w.confirmed(c, enter)
	}
	return c.Next()
}

// givenToken reads the form's token; the body of an upload is read whole first,
// measured.
func (w *Web) givenToken(c *fiber.Ctx) (string, error) {
	if err := readForm(c); err != nil {
		return "", err
	}
	return formOf(c)[formToken], nil
}

// readForm reads a form, measured; its file, if any, is then uploaded(c).
func readForm(c *fiber.Ctx) error {
	media, _, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if media != fiber.MIMEMultipartForm {
		_, err := server.Body(c, server.LargestJSON)
		return err
	}
	upload, err := server.OneFile(c, register.LargestFile)
	if err == nil {
		c.Locals(uploadKey{}, upload)
	}
	return err
}

type uploadKey struct{}

func uploaded(c *fiber.Ctx) *server.Upload {
	if upload, ok := c.Locals(uploadKey{}).(*server.Upload); ok {
		return upload
	}
	return &server.Upload{}
}

// formTokenOf derives a session's form token from its secret.
func formTokenOf(session string) string {
	mac := hmac.New(sha256.New, []byte(session))
	mac.Write([]byte("form"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (w *Web) me(c *fiber.Ctx) error { return w.mePage(c, fiber.StatusOK, nil) }

// mine is what somebody chooses for themselves.
type mine struct {
	Email             string
	Digests           []option
	Languages, Digits []option
	Mails             bool // this server sends e-mail
	Factors           *access.Factors
	Sessions          []access.OpenSession
	TokenName         string // that was asked for
}

func (w *Web) mePage(c *fiber.Ctx, status int, refusal *models.Error) error {
	caller, err := access.Caller(c.UserContext())
	if err != nil {
		return err
	}
	m := mine{Email: caller.Email, Mails: w.Notices.SendsMail()}
	if m.Factors, err = w.Access.Factors(c.UserContext()); err != nil {
		return err
	}
	if m.Sessions, err = w.Access.Sessions(c.UserContext()); err != nil {
		return err
	}
	m.TokenName = formOf(c)["name"]
	digest := string(caller.Digest)
	if form := formOf(c); refusal != nil && form["email"]+form["digest"] != "" {
		m.Email, digest = form["email"], form["digest"]
	}
	for _, d := range models.Digests {
		m.Digests = append(m.Digests, option{Value: string(d), Label: digestLabels[d], Chosen: string(d) == digest})
	}
	m.Languages = append([]option{{Label: say("As the browser asks")}}, languageOptions(caller.Language)...)
	m.Digits = choose([]option{{Value: string(words.Western), Label: "0123456789"}, {Value: string(words.Eastern), Label: "۰۱۲۳۴۵۶۷۸۹"}}, caller.Digits)
	return w.render(c, status, "me", view{Title: say("Your sign-in"), Refusal: refusal, Data: m})
}

var digestLabels = map[models.Digest]models.Text{models.NoDigest: say("None"), models.DailyDigest: say("Daily"), models.WeeklyDigest: say("Weekly, on Mondays")}

func (w *Web) changePassword(c *fiber.Ctx) error {
	err := w.Access.ChangePassword(c.UserContext(), c.FormValue("current"), c.FormValue("password"))
	if err == nil {
		w.clearSession(c)
		return c.Redirect("/sign-in", fiber.StatusSeeOther)
	}
	refusal, ok := shown(err)
	switch {
	case !ok:
		return err
	case c.Path() == ownPassword:
		status, _ := refusalOf(err)
		return w.passwordPageWith(c, status, refusal)
	}
	return w.mePage(c, fiber.StatusUnprocessableEntity, refusal)
}

// ownPassword is where somebody who was given their password sets one of their own.
const ownPassword = "/me/password"

func (w *Web) passwordPage(c *fiber.Ctx) error { return w.passwordPageWith(c, fiber.StatusOK, nil) }

func (w *Web) passwordPageWith(c *fiber.Ctx, status int, refusal *models.Error) error {
	return w.render(c, status, "password", view{Title: say("Your password"), Here: "me", Refusal: refusal})
}

func (w *Web) setPIN(c *fiber.Ctx) error {
	err := w.Access.SetPIN(c.UserContext(), c.FormValue("current"), c.FormValue("pin"))
	if err == nil {
		return c.Redirect("/me?done=pin", fiber.StatusSeeOther)
	}
	refusal, ok := shown(err)
	if !ok {
		return err
	}
	return w.mePage(c, fiber.StatusUnprocessableEntity, refusal)
}
