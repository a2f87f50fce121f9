package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/public"
	"quartermaster/services/server"
)

// labelPage is what somebody without a sign-in sees of a label: the tag and a form.
type labelPage struct {
	Tag   string // "" when it is none
	Given string // what the address holds
	Sent  bool
	Form  map[string]string
}

// label opens the asset whose label was scanned with a phone's camera; whoever is not
// signed in may report a fault or a find.
func (w *Web) label(c *fiber.Ctx) error {
	ctx, err := w.Access.Enter(c.UserContext(), c.Cookies(w.cookieName()), c.Get(fiber.HeaderUserAgent))
	switch {
	case err == nil:
		c.SetUserContext(ctx)
		if _, err := w.found(c, c.Params("tag"), "none", "same-origin"); err != nil && models.KindOf(err) == "" {
			return err // what is refused, the asset's page tells
		}
		return c.Redirect("/assets/"+url.PathEscape(strings.ToUpper(c.Params("tag"))), fiber.StatusSeeOther)
	case models.KindOf(err) != models.Unauthenticated:
		return err
	}
	return w.labelPage(c, fiber.StatusOK, nil)
}

func (w *Web) labelPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	tag, err := public.Tag(c.Params("tag"))
	p := labelPage{Tag: tag, Given: c.Path(), Sent: c.Query("sent") != "", Form: formOf(c)}
	v := view{Title: tag, Refusal: refusal, Data: &p}
	if err != nil {
		status, v.Refusal = server.Refusal(err)
		v.Title = "Not a tag"
	}
	return w.render(c, status, "label", v)
}

// sendReport takes in what somebody without a sign-in reports.
func (w *Web) sendReport(c *fiber.Ctx) error {
	err := w.report(c)
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.labelPage(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/t/"+url.PathEscape(c.Params("tag"))+"?sent=yes", fiber.StatusSeeOther)
}

func (w *Web) report(c *fiber.Ctx) error {
	if err := readForm(c); err != nil {
		return err
	}
	form := formOf(c)
	ctx := c.UserContext()
	if key := form[formOnce]; key != "" {
		var err error
		if ctx, err = w.Book.OnlyOnce(ctx, public.Person, "form "+key, []byte(c.Path())); err != nil {
			return unlessReplayed(err)
		}
	}
	return w.Public.Send(ctx, c.Params("tag"), server.Address(c), public.NewReport{Kind: models.PublicKind(form["kind"]), Text: form["text"], Contact: form["contact"], Photo: uploaded(c).Content})
}
