package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/phone"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

// shells are the pages that a phone opens where there is no network. They hold nothing
// of the book: their scripts fill them from what the phone carries.
var shells = []string{"start", "scan", "asset", "service", "voucher", "count", "outbox"}

// mountOffline adds what a browser asks for before anybody is signed in.
func (w *Web) mountOffline(app *fiber.App) {
	app.Get("/sw.js", w.serviceWorker)
	app.Get("/manifest.webmanifest", manifest)
	for _, name := range shells {
		app.Get("/offline/"+name, func(c *fiber.Ctx) error { return w.shell(c, name) })
	}
}

func (w *Web) mountPhone(in fiber.Router) {
	in.Get("/phone/desk", w.phoneDesk)
	in.Get("/phone/register", func(c *fiber.Ctx) error { return api.PhoneRegister(c, w.Phone) })
	in.Get("/outbox", w.outbox)
	in.Get("/outbox/assets/:tag", w.story(w.Register.Events, "tag"))
	in.Get("/outbox/vouchers/:number", w.story(w.Custody.Events, "number"))
	in.Post("/outbox/settled", w.settle)
}

// byScript says whether one of our scripts sent the request, which is told what came
// of it as JSON.
func byScript(c *fiber.Ctx) bool {
	return c.Get(fiber.HeaderAccept) == "application/problem+json" || strings.HasPrefix(c.Path(), "/phone/")
}

// fromPhone lets a script send the forms of the pages: it is told where a form leads
// instead of being led there, and says when what it sends was done.
func (w *Web) fromPhone(c *fiber.Ctx) error {
	if err := api.Happened(c, w.Book); err != nil {
		return err
	}
	err := c.Next()
	if err != nil || c.Method() != fiber.MethodPost || !byScript(c) || c.Response().StatusCode() != fiber.StatusSeeOther {
		return err
	}
	leads := string(c.Response().Header.Peek(fiber.HeaderLocation))
	c.Response().Header.Del(fiber.HeaderLocation)
	return c.Status(fiber.StatusOK).JSON(fiber.Map{"location": leads})
}

func (w *Web) shell(c *fiber.Ctx, name string) error {
	asAddressed(c)
	return w.render(c, fiber.StatusOK, "offline-"+name, w.shellView(name))
}

func (w *Web) shellView(name string) view {
	return view{Title: say("No network"), Phone: true, Here: name, Data: shellData{Example: w.exampleTag(), Statuses: models.Statuses, Conditions: conditionOptions}}
}

// asAddressed has what is asked for in the language and the theme that its address
// names: a browser asks for a service worker without cookies, and keeps its pages for
// whoever registered it.
func asAddressed(c *fiber.Ctx) {
	if language := c.Query("language"); words.Known(language) {
		c.Locals(printerKey{}, words.In(language, words.Western))
	}
	if c.Context().QueryArgs().Has("theme") {
		c.Locals(themeKey{}, c.Query("theme"))
	}
}

type shellData struct {
	Example    string
	Statuses   []models.Status
	Conditions []option
}

// Signing is the part of a form in which somebody signs.
func (shellData) Signing(legend, id string) signForm { return signing(legend, id, nil, nil) }

// serviceWorker is the script that answers for the network: static/sw.js, with the
// addresses that it keeps. These change with any of their contents, and so does the
// script, which is how browsers come to know of a new version.
func (w *Web) serviceWorker(c *fiber.Ctx) error {
	asAddressed(c)
	addressed := "?" + url.Values{"language": {speaks(c).Language}, "theme": {themeOf(c)}}.Encode()
	parts := append(addresses(), "/manifest.webmanifest")
	sum := sha256.New()
	fmt.Fprintln(sum, parts)
	for _, name := range shells {
		var page bytes.Buffer
		if err := w.write(&page, c, "offline-"+name, w.shellView(name)); err != nil {
			return err
		}
		sum.Write(page.Bytes())
		parts = append(parts, "/offline/"+name+addressed)
	}
	list, err := json.Marshal(parts)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/javascript; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return c.SendString(fmt.Sprintf("const version = %q;\nconst parts = %s;\n%s", hex.EncodeToString(sum.Sum(nil)[:6]), list, statics()["sw.js"].content))
}

// manifest makes the pages an application that can be put on a phone's home screen
// (W3C, Web Application Manifest).
func manifest(c *fiber.Ctx) error {
	icon := func(name, size, purpose string) fiber.Map {
		return fiber.Map{"src": asset(name), "sizes": size, "type": statics()[name].media, "purpose": purpose}
	}
	return c.JSON(fiber.Map{
		"id": "/", "name": "Quartermaster", "short_name": "Quartermaster", "start_url": "/", "scope": "/", "display": "standalone",
		"background_color": "#f6f4ee", "theme_color": "#1f4e46",
		"icons": []fiber.Map{icon("icon.svg", "any", "any"), icon("icon-192.png", "192x192", "any"), icon("icon-512.png", "512x512", "any"),
			icon("icon-maskable-192.png", "192x192", "maskable"), icon("icon-maskable-512.png", "512x512", "maskable")},
		"shortcuts": []fiber.Map{{"name": "Scan", "url": "/scan", "icons": []fiber.Map{icon("icon-192.png", "192x192", "any")}}},
	}, "application/manifest+json")
}

// phoneDesk tells a phone what it carries besides the register, and with which token
// it may send forms.
func (w *Web) phoneDesk(c *fiber.Ctx) error {
	desk, err := w.Phone.Desk(c.UserContext())
	if err != nil {
		return err
	}
	body, err := json.Marshal(desk)
	if err != nil {
		return err
	}
	token, _ := c.Locals(tokenKey{}).(string)
	c.Set("Form-Token", token)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(body)
}

// outbox shows what the browser's script fills in, and what was settled of the book's
// own.
func (w *Web) outbox(c *fiber.Ctx) error {
	page, err := w.Phone.Unbooked(c.UserContext(), "", settledShown)
	if err != nil {
		return err
	}
	settled := make([]*models.Unbooked, len(page.Records))
	for i, r := range page.Records {
		if settled[i], err = store.Decode[models.Unbooked](r); err != nil {
			return err
		}
	}
	return w.render(c, fiber.StatusOK, "outbox", view{Title: say("Outbox"), Here: "outbox", Data: settled})
}

// settledShown is how much of what was not taken the page shows.
const settledShown = 20

// story is the server's side of something that was not taken: what happened to an item
// or a paper, as a part of the page that asks.
func (w *Web) story(read func(ctx context.Context, of, cursor string, limit int) ([]models.Event, string, error), param string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		events, _, err := read(c.UserContext(), c.Params(param), "", storyShown)
		if err != nil {
			return err
		}
		told, err := w.happenings(c.UserContext(), events)
		if err != nil {
			return err
		}
		return w.render(c, fiber.StatusOK, "story", view{Title: c.Params(param), Here: "outbox", Data: told})
	}
}

// storyShown is how many events of an item stand beside what was not taken.
const storyShown = 4

// settle records what somebody makes of what the book did not take.
func (w *Web) settle(c *fiber.Ctx) error {
	err := w.act(c, func(c *fiber.Ctx) error {
		form := formOf(c)
		n := phone.Settlement{Request: form["request"], Person: form["person"], What: form["what"], Of: form["of"], Refusal: form["refusal"], Outcome: form["outcome"], Remark: form["remark"], Fields: map[string]string{}}
		for name, value := range form {
			if field, ok := strings.CutPrefix(name, "field."); ok {
				n.Fields[field] = value
			}
		}
		_, err := w.Phone.Settle(c.UserContext(), n)
		return err
	})
	if err != nil {
		return err
	}
	return c.Redirect("/outbox", fiber.StatusSeeOther)
}
