package api

import (
	"bufio"
	"context"
	"io"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/services/access"
)

// longestExport is how long a million rows may take to a slow line.
const longestExport = 30 * time.Minute

// csv streams rows (RFC 4180) as a file of that name. What write refuses cannot be told
// any more once the answer has begun, so whoever calls it asks before.
func csv(c *fiber.Ctx, name string, write func(context.Context, io.Writer) error) error {
	person, err := access.Caller(c.UserContext())
	if err != nil {
		return err
	}
	ctx := access.As(context.Background(), person, c.Get(fiber.HeaderUserAgent)) // the request's own ends before the stream does
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8; header=present")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`.csv"`)
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(ctx, longestExport)
		defer cancel()
		if err := write(ctx, w); err != nil {
			_, _ = io.WriteString(w, "\"EXPORT BROKE OFF HERE\"\r\n") // a row that import refuses
		}
	})
	return nil
}
