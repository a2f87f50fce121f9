package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
)

// endSession ends one of somebody's own sign-ins, from the list on their page.
func (w *Web) endSession(c *fiber.Ctx) error {
	if err := w.Access.EndSession(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return c.Redirect("/me?done=ended#sign-ins", fiber.StatusSeeOther)
}

// makeToken makes a token for a program and shows it the once.
func (w *Web) makeToken(c *fiber.Ctx) error {
	days, err := strconv.Atoi(c.FormValue("days"))
	if err != nil {
		return w.mePage(c, fiber.StatusUnprocessableEntity, models.Refuse(models.Invalid, "days", "must be a whole number"))
	}
	in, err := w.Access.MakeToken(c.UserContext(), strings.TrimSpace(c.FormValue("name")), days)
	if refusal, ok := shown(err); ok {
		return w.mePage(c, fiber.StatusUnprocessableEntity, refusal)
	}
	if err != nil {
		return err
	}
	return w.render(c, fiber.StatusOK, "token", view{Title: say("Token for a program"), Here: "me", Data: in})
}

// deviceOf says in few words what a browser says of itself in many.
func deviceOf(s access.OpenSession) string {
	if s.Device == "" {
		return "?"
	}
	name := first(s.Device, "Edg/", "Edge", "OPR/", "Opera", "SamsungBrowser/", "Samsung Internet", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari")
	if name == "" {
		name, _, _ = strings.Cut(s.Device, "/")
		return name
	}
	if on := first(s.Device, "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "macOS", "CrOS", "ChromeOS", "Linux", "Linux"); on != "" {
		return name + " · " + on
	}
	return name
}

// first is the name beside the first mark that a text holds; marks and names take turns.
func first(text string, marks ...string) string {
	for i := 0; i+1 < len(marks); i += 2 {
		if strings.Contains(text, marks[i]) {
			return marks[i+1]
		}
	}
	return ""
}
