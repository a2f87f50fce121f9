package web

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/notices"
	"quartermaster/services/words"
)

func (w *Web) mountNotices(in fiber.Router) {
	in.Post("/me/notices", w.chooseNotices)
	in.Get("/notices", w.notices)
	in.Get("/notices/messages/:id", w.message)
	in.Post("/notices/messages/:id/resend", w.resend)
	in.Post("/notices/test", w.testMail)
	in.Get("/notices/webhooks/new", w.newWebhook)
	in.Post("/notices/webhooks/new", w.addWebhook)
	in.Get("/notices/webhooks/:id", w.webhook)
	in.Post("/notices/webhooks/:id", w.webhookStep("edit", "changed", w.editWebhook))
	in.Post("/notices/webhooks/:id/switch", w.webhookStep("switch", "switched", w.switchWebhook))
	in.Post("/notices/webhooks/:id/test", w.webhookStep("test", "trial", w.testWebhook))
	in.Post("/notices/webhooks/:id/resend", w.webhookStep("resend", "again", w.resendAll))
	in.Post("/notices/webhooks/:id/remove", w.webhookStep("remove", "removed", w.removeWebhook))
	in.Post("/notices/webhooks/:id/secret", w.renewSecret)
}

type noticesPage struct {
	Filter   notices.Filter
	States   []option
	Dead     int64
	Waiting  int64
	Hooks    []*models.Webhook
	Names    map[string]string // of webhooks
	Messages []*models.Message
	Query    url.Values
	Next     string
	First    bool
	Mails    bool
}

func (w *Web) notices(c *fiber.Ctx) error { return w.noticesPage(c, fiber.StatusOK, nil) }

func (w *Web) noticesPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ctx := c.UserContext()
	f := api.MessageFilter(c)
	p := &noticesPage{Filter: f, Query: queryOf(c), First: c.Query("cursor") == "", Names: map[string]string{}, Mails: w.Notices.SendsMail()}
	v := view{Title: say("Notices"), Here: "notices", Refusal: refusal, Data: p}
	counts, err := w.Notices.Counts(ctx)
	if err != nil {
		return err
	}
	p.Dead, p.Waiting = counts[models.MessageDead], counts[models.MessageWaiting]
	for _, state := range models.MessageStates {
		p.States = append(p.States, option{Value: string(state), Label: words.Capital{Of: state}, Chosen: string(state) == f.State})
	}
	if p.Hooks, err = everything[models.Webhook](ctx, w.Notices.Webhooks); err != nil {
		return err
	}
	for _, hook := range p.Hooks {
		p.Names[hook.ID] = hook.Name
	}
	p.Messages, p.Next, err = w.Notices.Messages(ctx, f, c.Query("cursor"), pageOfAssets)
	if refused, ok := shown(err); ok {
		v.Refusal, status = refused, fiber.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	return w.render(c, status, "notices", v)
}

type messagePage struct {
	*models.Message
	Hook    string // the webhook's name
	Content string
}

func (w *Web) message(c *fiber.Ctx) error { return w.messagePage(c, fiber.StatusOK, nil) }

func (w *Web) messagePage(c *fiber.Ctx, status int, refusal *models.Error) error {
	m, err := w.Notices.Message(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	p := &messagePage{Message: m}
	if m.Mail != nil {
		p.Content = m.Mail.Text
	}
	if m.Channel == models.HookChannel {
		var indented bytes.Buffer
		if json.Indent(&indented, m.Body, "", "  ") == nil {
			p.Content = indented.String()
		}
		if hook, err := w.Notices.Webhook(c.UserContext(), m.To); err == nil {
			p.Hook = hook.Name
		}
	}
	return w.render(c, status, "message", view{Title: m.Subject, Here: "notices", Refusal: refusal, Data: p})
}

func (w *Web) resend(c *fiber.Ctx) error {
	id := c.Params("id")
	err := w.act(c, func(c *fiber.Ctx) error {
		_, err := w.Notices.Resend(c.UserContext(), id)
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.messagePage(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/notices/messages/"+id+"?done=again", fiber.StatusSeeOther)
}

func (w *Web) testMail(c *fiber.Ctx) error {
	err := w.act(c, func(c *fiber.Ctx) error {
		_, err := w.Notices.TestMail(c.UserContext())
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.noticesPage(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/notices?done=trial", fiber.StatusSeeOther)
}

type webhookForm struct {
	Inputs []input
	Kinds  []kindChoice
}

// kindChoice is an event that may be chosen.
type kindChoice struct {
	models.Announced
	Chosen bool
}

func newWebhookForm(name, address string, events []string) webhookForm {
	f := webhookForm{Inputs: []input{
		{Name: "name", Label: say("Name"), Value: name, Required: true, Max: 120, Hint: say("Whose it is, or what for")},
		{Name: "url", Label: say("Address"), Type: "url", Value: address, Required: true, Max: 1000, Hint: say("https://…, to which events are posted as JSON")},
	}}
	for _, a := range models.Announcements {
		choice := kindChoice{Announced: a}
		for _, kind := range events {
			choice.Chosen = choice.Chosen || kind == a.Kind
		}
		f.Kinds = append(f.Kinds, choice)
	}
	return f
}

// chosen reads the boxes of a name that are ticked.
func chosen(c *fiber.Ctx, name string) []string {
	var values []string
	for _, value := range c.Request().PostArgs().PeekMulti(name) {
		values = append(values, string(value))
	}
	return values
}

func (w *Web) newWebhook(c *fiber.Ctx) error {
	if _, err := w.Notices.Counts(c.UserContext()); err != nil { // whoever may not see them may add none
		return err
	}
	v := view{Title: say("Add a webhook"), Here: "notices"}
	v.Data = newWebhookForm("", "", []string{"flag.opened", "flag.closed"})
	return w.render(c, fiber.StatusOK, "webhook-form", v)
}

func (w *Web) addWebhook(c *fiber.Ctx) error {
	n := notices.NewWebhook{Name: c.FormValue("name"), URL: c.FormValue("url"), Events: chosen(c, "event")}
	var made *notices.WithSecret
	err := w.act(c, func(c *fiber.Ctx) (err error) {
		made, err = w.Notices.AddWebhook(c.UserContext(), n)
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		v := view{Title: say("Add a webhook"), Here: "notices", Refusal: refusal}
		v.Data = newWebhookForm(n.Name, n.URL, n.Events)
		return w.render(c, status, "webhook-form", v)
	}
	if err != nil {
		return err
	}
	return w.secretPage(c, made)
}

// secretPage shows a secret the once; a form sent again finds it gone.
func (w *Web) secretPage(c *fiber.Ctx, made *notices.WithSecret) error {
	if made == nil {
		return c.Redirect("/notices", fiber.StatusSeeOther)
	}
	return w.render(c, fiber.StatusOK, "webhook-secret", view{Title: made.Name, Here: "notices", Data: made})
}

func (w *Web) renewSecret(c *fiber.Ctx) error {
	var made *notices.WithSecret
	err := w.act(c, func(c *fiber.Ctx) (err error) {
		made, err = w.Notices.RenewSecret(c.UserContext(), c.Params("id"))
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.webhookPage(c, status, "secret", refusal)
	}
	if err != nil {
		return err
	}
	return w.secretPage(c, made)
}

type webhookPage struct {
	*models.Webhook
	Form       webhookForm
	Deliveries []*models.Message
	Dead       int
	Events     []happening
	Open       string
}

const deliveriesShown = 20

func (w *Web) webhook(c *fiber.Ctx) error { return w.webhookPage(c, fiber.StatusOK, "", nil) }

func (w *Web) webhookPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	hook, err := w.Notices.Webhook(ctx, c.Params("id"))
	if err != nil {
		return err
	}
	v := view{Title: hook.Name, Here: "notices", Refusal: refusal}
	p := &webhookPage{Webhook: hook, Open: open, Form: newWebhookForm(hook.Name, hook.URL, hook.Events)}
	if open == "edit" {
		p.Form = newWebhookForm(c.FormValue("name"), c.FormValue("url"), chosen(c, "event"))
	}
	if p.Deliveries, _, err = w.Notices.Messages(ctx, notices.Filter{To: hook.ID}, "", deliveriesShown); err != nil {
		return err
	}
	dead, _, err := w.Notices.Messages(ctx, notices.Filter{To: hook.ID, State: string(models.MessageDead)}, "", 200)
	if err != nil {
		return err
	}
	p.Dead = len(dead)
	events, err := w.Book.History(ctx, "webhooks/"+hook.ID, 0, historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	v.Undo = undoing(c, "switched", true, "/notices/webhooks/"+hook.ID+"/switch", hook.Version, map[string]string{"on": yesIf(hook.Off != "")})
	v.Data = p
	return w.render(c, status, "webhook", v)
}

func (w *Web) webhookStep(form, done string, do func(c *fiber.Ctx, id string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id := c.Params("id")
		err := w.act(c, func(c *fiber.Ctx) error { return do(c, id) })
		if refusal, ok := shown(err); ok {
			status, _ := refusalOf(err)
			return w.webhookPage(c, status, form, refusal)
		}
		if err != nil {
			return err
		}
		to := "/notices/webhooks/" + id
		if form == "remove" {
			to = "/notices"
		}
		return c.Redirect(to+"?done="+done, fiber.StatusSeeOther)
	}
}

func (w *Web) editWebhook(c *fiber.Ctx, id string) error {
	name, address, events := c.FormValue("name"), c.FormValue("url"), chosen(c, "event")
	_, err := w.Notices.EditWebhook(c.UserContext(), id, 0, notices.WebhookEdit{Name: &name, URL: &address, Events: &events})
	return err
}

func (w *Web) switchWebhook(c *fiber.Ctx, id string) error {
	version, err := versionIfRead(c.FormValue("version"))
	if err != nil {
		return err
	}
	on := c.FormValue("on") == "yes"
	_, err = w.Notices.EditWebhook(c.UserContext(), id, version, notices.WebhookEdit{On: &on})
	return err
}

func (w *Web) testWebhook(c *fiber.Ctx, id string) error {
	_, err := w.Notices.TestWebhook(c.UserContext(), id)
	return err
}

func (w *Web) resendAll(c *fiber.Ctx, id string) error {
	_, err := w.Notices.ResendAll(c.UserContext(), id)
	return err
}

func (w *Web) removeWebhook(c *fiber.Ctx, id string) error {
	return w.Notices.RemoveWebhook(c.UserContext(), id, 0)
}

// chooseNotices is the form on "Your sign-in" about e-mail.
func (w *Web) chooseNotices(c *fiber.Ctx) error {
	err := w.act(c, func(c *fiber.Ctx) error {
		email, digest := strings.TrimSpace(c.FormValue("email")), models.Digest(c.FormValue("digest"))
		_, err := w.Access.ChooseNotices(c.UserContext(), 0, access.NoticeChoice{Email: &email, Digest: &digest})
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.mePage(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/me?done=changed", fiber.StatusSeeOther)
}
