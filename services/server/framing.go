package server

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
)

// framing refuses a request of which it could be read in two ways where it ends (RFC 9112,
// section 6.3): a proxy before this server and the server itself would take different
// parts of what follows for the next request, which may be somebody else's.
func framing(c *fiber.Ctx) error {
	lengths, encodings, odd := 0, 0, false
	for line := range bytes.SplitSeq(c.Request().Header.RawHeaders(), []byte("\n")) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		plain := bytes.TrimSpace(name)
		switch {
		case bytes.EqualFold(plain, []byte("content-length")):
			lengths++
			odd = odd || len(bytes.Trim(bytes.TrimSpace(value), "0123456789")) > 0
		case bytes.EqualFold(plain, []byte("transfer-encoding")):
			encodings++
			odd = odd || !bytes.EqualFold(bytes.TrimSpace(value), []byte("chunked"))
		default:
			continue
		}
		odd = odd || len(plain) != len(name)
	}
	if lengths+encodings > 1 || odd {
		c.Set(fiber.HeaderConnection, "close")
		return models.Refuse(models.Malformed, "", "the request does not say clearly where it ends")
	}
	return c.Next()
}

// whole closes the connection behind a request whose body nobody read to its end, such as
// one that was refused before: the rest of it would be taken for the next request.
func whole(c *fiber.Ctx) error {
	err := c.Next()
	if c.Context().RequestBodyStream() != nil {
		c.Set(fiber.HeaderConnection, "close")
	}
	return err
}
