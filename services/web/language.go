package web

import (
	"html/template"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/server"
	"quartermaster/services/words"
)

// say is what a page tells once it is known in which language.
func say(format string, args ...any) models.Text { return models.Say(format, args...) }

// orNothing is a text for templates, which ask by with whether there is any.
func orNothing(t models.Text) any {
	if t.Empty() {
		return nil
	}
	return t
}

// languageCookie keeps the language that was chosen before anybody signed in.
const languageCookie = "language"

// speaks is the language of who looks: their own setting, or what this browser chose
// at the sign-in, or what it asks for.
func speaks(c *fiber.Ctx) *words.Printer {
	if p, ok := c.Locals(printerKey{}).(*words.Printer); ok {
		return p
	}
	code, digits := "", words.Western
	if person, err := access.Caller(c.UserContext()); err == nil {
		code, digits = person.Language, words.Digits(person.Digits)
	}
	if !words.Known(code) {
		code = choiceOf(c, languageCookie)
	}
	if !words.Known(code) {
		code = words.Accepted(c.Get(fiber.HeaderAcceptLanguage))
	}
	p := words.In(code, digits)
	c.Locals(printerKey{}, p)
	return p
}

type printerKey struct{}

// keepChoice has the browser keep something for a year that is chosen for this device;
// "" forgets it.
func keepChoice(c *fiber.Ctx, name, value string) {
	const year = 365 * 24 * 60 * 60 // seconds
	kept := &fiber.Cookie{Name: hostCookie(server.Secure(c), name), Value: value, Path: "/", MaxAge: year, HTTPOnly: true, Secure: server.Secure(c), SameSite: fiber.CookieSameSiteLaxMode}
	if value == "" {
		kept.MaxAge = -1
	}
	c.Cookie(kept)
}

func choiceOf(c *fiber.Ctx, name string) string { return c.Cookies(hostCookie(server.Secure(c), name)) }

// chooseLanguage is the switch on the sign-in page.
func (w *Web) chooseLanguage(c *fiber.Ctx) error {
	code := c.FormValue("language")
	if !words.Known(code) {
		return models.Refuse(models.Invalid, "language", "there is no catalogue of this language")
	}
	keepChoice(c, languageCookie, code)
	return c.Redirect(localPath(c.FormValue("next")), fiber.StatusSeeOther)
}

// languageOptions are the languages in themselves.
func languageOptions(chosen string) []option {
	var options []option
	for _, l := range words.Languages() {
		options = append(options, option{Value: l.Code, Label: l.Name, Chosen: l.Code == chosen})
	}
	return options
}

// setLanguage keeps what somebody chose for themselves.
func (w *Web) setLanguage(c *fiber.Ctx) error {
	err := w.act(c, func(c *fiber.Ctx) error {
		return w.Access.ChooseLanguage(c.UserContext(), c.FormValue("language"), c.FormValue("digits"))
	})
	if err == nil {
		return c.Redirect("/me?done=changed", fiber.StatusSeeOther)
	}
	refusal, ok := shown(err)
	if !ok {
		return err
	}
	return w.mePage(c, fiber.StatusUnprocessableEntity, refusal)
}

// Lang and Direction are the page's attributes of these names.
func (v view) Lang() string      { return v.words.Language }
func (v view) Direction() string { return v.words.Direction() }

// Languages are the others that the page can be read in.
func (v view) Languages() []words.Language {
	var others []words.Language
	for _, l := range words.Languages() {
		if l.Code != v.words.Language {
			others = append(others, l)
		}
	}
	return others
}

// spokenPages are the pages by printer, each parsed with the words of its language when
// it is first asked for.
var spokenPages sync.Map

type pageSet = map[string]*template.Template

func pagesIn(p *words.Printer) pageSet {
	pages, ok := spokenPages.Load(p)
	if !ok {
		pages, _ = spokenPages.LoadOrStore(p, sync.OnceValue(func() pageSet { return parsePages(p) }))
	}
	return pages.(func() pageSet)() //nolint:errcheck // nothing else is stored
}

// speech are the functions by which templates speak: besides the usual ones, join tells a
// list, bytes and size how large a file is.
func speech(p *words.Printer) template.FuncMap {
	functions := p.Functions()
	functions["join"] = func(list []string, between string) string { return strings.Join(list, p.Say(between)) }
	functions["bytes"] = func(n int) string { return bytesText(p, n) }
	functions["size"] = func(n int64) string { return bytesText(p, int(n)) }
	return functions
}

// When tells an instant in the zone of the house.
func (v view) When(t models.Time) string { return v.words.When(t.In(v.zone)) }

func bytesText(p *words.Printer, n int) string {
	if n < 1<<20 {
		return p.Say("%d kB", (n+1023)>>10)
	}
	return p.Say("%.1f MB", float64(n)/(1<<20))
}
