package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/services/store"
)

// page answers with the documents as they are stored: {"items": […], "next": "…"}.
func page(c *fiber.Ctx, p *store.Page, err error) error {
	if err != nil {
		return err
	}
	size := 32 + len(p.Next)
	for _, r := range p.Records {
		size += len(r.Body) + 1
	}
	body := make([]byte, 0, size)
	body = append(body, `{"items":[`...)
	for i, r := range p.Records {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, r.Body...)
	}
	body = append(body, `],"next":"`...) // a cursor holds nothing that JSON would escape
	body = append(body, p.Next...)
	body = append(body, `"}`...)
	return sendJSON(c, fiber.StatusOK, body)
}

// record answers with one stored document and its version, or that the caller has
// it already.
func record(c *fiber.Ctx, r store.Record, err error) error {
	if err != nil {
		return err
	}
	tag := etag(r.Version)
	c.Set(fiber.HeaderETag, tag)
	if c.Get(fiber.HeaderIfNoneMatch) == tag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return sendJSON(c, fiber.StatusOK, r.Body)
}

// items answers with a list of what a service made of documents.
func items[T any](c *fiber.Ctx, list []T, next string, err error) error {
	if list == nil {
		list = []T{} // null is no list
	}
	return answer(c, ok, fiber.Map{"items": list, "next": next}, err)
}

// answer says what a service answered.
func answer(c *fiber.Ctx, status int, what any, err error) error {
	if err != nil {
		return err
	}
	return c.Status(status).JSON(what)
}

// pages handles a list that is read by pages of stored documents.
func pages(read func(c *fiber.Ctx, cursor string, limit int) (*store.Page, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		n, err := limit(c)
		if err != nil {
			return err
		}
		p, err := read(c, c.Query("cursor"), n)
		return page(c, p, err)
	}
}

// lists handles a list that is read by pages of what a service made of documents.
func lists[T any](read func(c *fiber.Ctx, cursor string, limit int) ([]T, string, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		n, err := limit(c)
		if err != nil {
			return err
		}
		list, next, err := read(c, c.Query("cursor"), n)
		return items(c, list, next, err)
	}
}

var paging = []Param{{"limit", "how many, 1 to 200; 50 when not given"}, {"cursor", "the next of the page before"}}
