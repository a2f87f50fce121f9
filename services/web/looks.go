package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
)

// themeCookie keeps a device's theme: what can be read depends on the screen and on the
// light that falls on it, and not on who looks.
const themeCookie = "theme"

// themes are the choices of how the pages look; the first is what the device asks for
// (its colour scheme, and more contrast).
var themes = []option{{Label: say("As the device")}, {Value: "light", Label: say("Day")}, {Value: "dark", Label: say("Night")}, {Value: "sunlight", Label: say("Sunlight")}}

type themeKey struct{}

func themeOf(c *fiber.Ctx) string {
	theme, addressed := c.Locals(themeKey{}).(string)
	if !addressed {
		theme = choiceOf(c, themeCookie)
	}
	if !knownTheme(theme) {
		return ""
	}
	return theme
}

func knownTheme(theme string) bool {
	return slices.ContainsFunc(themes, func(o option) bool { return o.Value == theme })
}

// Themes are the choices, with the one that this page has.
func (v view) Themes() []option { return choose(themes, v.Theme) }

// chooseTheme keeps the theme and leads back; a script, which changes its page itself, is
// led nowhere.
func (w *Web) chooseTheme(c *fiber.Ctx) error {
	theme := c.FormValue("theme")
	if !knownTheme(theme) {
		return models.Refuse(models.Invalid, "theme", "there is no such theme")
	}
	keepChoice(c, themeCookie, theme)
	if byScript(c) {
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect(localPath(c.FormValue("next")), fiber.StatusSeeOther)
}
