package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/notices"
	"quartermaster/services/server"
)

// noticeRoutes is what leaves the house: webhooks, and the outbox.
func (a *API) noticeRoutes() []Route {
	return []Route{
		{Method: post, Path: "/webhooks", Summary: "Add an address that is told of events; its secret is shown this once", Status: created, Body: notices.NewWebhook{}, Answer: notices.WithSecret{}, Handle: a.addWebhook},
		{Method: get, Path: "/webhooks", Summary: "The webhooks", Status: ok, Answer: models.Webhook{}, List: true, Query: paging, Handle: list(a.Notices.Webhooks)},
		{Method: get, Path: "/webhooks/events", Summary: "The kinds of event that webhooks can be told of", Status: ok, Answer: models.Announced{}, List: true, Handle: a.announcements},
		{Method: get, Path: "/webhooks/:id", Summary: "One webhook", Status: ok, Answer: models.Webhook{}, Handle: a.webhook},
		{Method: patch, Path: "/webhooks/:id", Summary: "Change a webhook, or switch it off or on", Status: ok, Body: notices.WebhookEdit{}, Answer: models.Webhook{}, Handle: a.editWebhook},
		{Method: del, Path: "/webhooks/:id", Summary: "Remove a webhook; what waits for it is given up", Status: gone, Handle: a.removeWebhook},
		{Method: post, Path: "/webhooks/:id/secret", Summary: "Give a webhook a new secret, which is shown this once", Status: ok, Answer: notices.WithSecret{}, Handle: a.renewSecret},
		{Method: post, Path: "/webhooks/:id/test", Summary: "Send a trial to a webhook; the answer is the message, to be asked for again", Status: fiber.StatusAccepted, Answer: models.Message{}, Handle: a.testWebhook},
		{Method: post, Path: "/webhooks/:id/resend", Summary: "Send again what was given up for a webhook", Status: ok, Answer: resent{}, Handle: a.resendAll},
		{Method: patch, Path: "/me/notices", Summary: "Choose one's own e-mail address and digest", Status: ok, Body: access.NoticeChoice{}, Answer: models.Person{}, Handle: a.chooseNotices},
		{Method: post, Path: "/messages/test", Summary: "Send a trial e-mail to one's own address; the answer is the message, to be asked for again", Status: fiber.StatusAccepted, Answer: models.Message{}, Handle: a.testMail},
		{Method: get, Path: "/messages", Summary: "The outbox, newest first, without the messages' content", Status: ok, Answer: models.Message{}, List: true, Query: messageFilters, Handle: lists(a.messages)},
		{Method: get, Path: "/messages/:id", Summary: "One message", Status: ok, Answer: models.Message{}, Handle: a.message},
		{Method: post, Path: "/messages/:id/resend", Summary: "Send a message again that was given up, or now one that waits", Status: ok, Answer: models.Message{}, Handle: a.resend},
	}
}

var messageFilters = append([]Param{{"state", "waiting, sent or dead"}, {"to", "an address, or the id of a webhook"}}, paging...)

// MessageFilter reads which messages are asked for.
func MessageFilter(c *fiber.Ctx) notices.Filter {
	return notices.Filter{State: c.Query("state"), To: c.Query("to")}
}

type resent struct {
	Count int `json:"count"`
}

func (a *API) addWebhook(c *fiber.Ctx) error {
	n, err := server.JSON[notices.NewWebhook](c)
	if err != nil {
		return err
	}
	made, err := a.Notices.AddWebhook(c.UserContext(), n)
	if err != nil {
		return err
	}
	c.Location(Root + "/webhooks/" + made.ID)
	return document(c, created, made, nil)
}

func (a *API) announcements(c *fiber.Ctx) error { return items(c, models.Announcements, "", nil) }

func (a *API) webhook(c *fiber.Ctx) error {
	hook, err := a.Notices.Webhook(c.UserContext(), c.Params("id"))
	return document(c, ok, hook, err)
}

func (a *API) editWebhook(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	edit, err := server.JSON[notices.WebhookEdit](c)
	if err != nil {
		return err
	}
	hook, err := a.Notices.EditWebhook(c.UserContext(), c.Params("id"), read, edit)
	return document(c, ok, hook, err)
}

func (a *API) removeWebhook(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	if err := a.Notices.RemoveWebhook(c.UserContext(), c.Params("id"), read); err != nil {
		return err
	}
	return c.SendStatus(gone)
}

func (a *API) renewSecret(c *fiber.Ctx) error {
	made, err := a.Notices.RenewSecret(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return document(c, ok, made, nil)
}

func (a *API) testWebhook(c *fiber.Ctx) error {
	m, err := a.Notices.TestWebhook(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(m)
}

func (a *API) resendAll(c *fiber.Ctx) error {
	n, err := a.Notices.ResendAll(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(resent{n})
}

func (a *API) chooseNotices(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	choice, err := server.JSON[access.NoticeChoice](c)
	if err != nil {
		return err
	}
	person, err := a.Access.ChooseNotices(c.UserContext(), read, choice)
	return document(c, ok, person, err)
}

func (a *API) testMail(c *fiber.Ctx) error {
	m, err := a.Notices.TestMail(c.UserContext())
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(m)
}

func (a *API) messages(c *fiber.Ctx, cursor string, limit int) ([]*models.Message, string, error) {
	return a.Notices.Messages(c.UserContext(), MessageFilter(c), cursor, limit)
}

func (a *API) message(c *fiber.Ctx) error {
	m, err := a.Notices.Message(c.UserContext(), c.Params("id"))
	return answer(c, ok, m, err)
}

func (a *API) resend(c *fiber.Ctx) error {
	m, err := a.Notices.Resend(c.UserContext(), c.Params("id"))
	return answer(c, ok, m, err)
}
