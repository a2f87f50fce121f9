package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
)

// What the page that asks again sends, besides the form that it interrupted.
const (
	confirmPath     = "/me/confirm"
	confirmPassword = "_confirm_password"
	confirmCode     = "_confirm_code"
)

func (w *Web) mountConfirm(app *fiber.App) {
	app.Get(confirmPath, w.settingUp, func(c *fiber.Ctx) error {
		return w.confirmPage(c, fiber.StatusOK, nil, interrupted{confirmPath, url.Values{"next": {localPath(c.Query("next"))}}})
	})
	app.Post(confirmPath, sameSite, w.settingUp, func(c *fiber.Ctx) error {
		return c.Redirect(localPath(c.FormValue("next")), fiber.StatusSeeOther)
	})
}

// interrupted is a form that goes on once it is confirmed who sends it.
type interrupted struct {
	Action string
	Fields url.Values
}

// resumes is what goes on with a request: its own form, or for a page the way to it.
func resumes(c *fiber.Ctx) interrupted {
	if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		return interrupted{confirmPath, url.Values{"next": {c.OriginalURL()}}}
	}
	fields := url.Values{}
	c.Request().PostArgs().VisitAll(func(key, value []byte) { fields.Add(string(key), string(value)) })
	for _, own := range []string{formToken, confirmPassword, confirmCode} {
		fields.Del(own)
	}
	return interrupted{c.OriginalURL(), fields}
}

// Each lists the fields in one order.
func (i interrupted) Each() []option {
	var fields []option
	for name, values := range i.Fields {
		for _, value := range values {
			fields = append(fields, option{Value: name, Label: value})
		}
	}
	slices.SortStableFunc(fields, func(a, b option) int { return strings.Compare(a.Value, b.Value) })
	return fields
}

func (w *Web) confirmPage(c *fiber.Ctx, status int, refusal *models.Error, goesOn interrupted) error {
	return w.render(c, status, "confirm", view{Title: say("Is it still you?"), Here: "me", Refusal: refusal, Data: goesOn})
}

// confirmed goes on with a form once the page that asked again says who sends it.
func (w *Web) confirmed(c *fiber.Ctx, enter entering) error {
	proof := access.Proof{Password: c.FormValue(confirmPassword), Code: c.FormValue(confirmCode)}
	if proof == (access.Proof{}) && c.Path() != confirmPath {
		return c.Next()
	}
	err := w.Access.Confirm(c.UserContext(), proof)
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.confirmPage(c, status, refusal, resumes(c))
	}
	if err != nil {
		return err
	}
	ctx, err := enter(c.UserContext(), c.Cookies(w.cookieName()), c.Get(fiber.HeaderUserAgent))
	if err != nil {
		return err
	}
	c.SetUserContext(ctx)
	return c.Next()
}
