package api

import (
	"encoding/json"

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

// items answers with a list that is not paged by the store.
func items(c *fiber.Ctx, list any, next string) error {
	raw, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"items": json.RawMessage(raw), "next": next})
}

var paging = []Param{{"limit", "how many, 1 to 200; 50 when not given"}, {"cursor", "the next of the page before"}}

// cursorAndLimit reads a page's parameters where there are no others.
func cursorAndLimit(c *fiber.Ctx) (string, int, error) {
	if err := known(c, "limit", "cursor"); err != nil {
		return "", 0, err
	}
	n, err := limit(c)
	return c.Query("cursor"), n, err
}
