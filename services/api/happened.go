package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/ledger"
)

// The headers of what was done out of reach and is sent now.
const (
	happenedAt = "Happened-At"  // when it was done, by the clock of the device
	deviceTime = "Device-Clock" // what that clock says as it is sent
)

// Happened notes when what a request records was done, where the request says so.
func Happened(c *fiber.Ctx, book *ledger.Book) error {
	if c.Get(happenedAt) == "" || c.Method() == fiber.MethodGet {
		return nil
	}
	said, err := instantOf(c, happenedAt)
	if err != nil {
		return err
	}
	clock := models.At(book.Now())
	if c.Get(deviceTime) != "" {
		if clock, err = instantOf(c, deviceTime); err != nil {
			return err
		}
	}
	c.SetUserContext(book.Happened(c.UserContext(), said, clock))
	return nil
}

func instantOf(c *fiber.Ctx, header string) (models.Time, error) {
	var t models.Time
	if err := t.UnmarshalJSON([]byte(`"` + c.Get(header) + `"`)); err != nil {
		return t, models.Refuse(models.Malformed, header, "must be a time like 2026-03-31T09:30:00Z").Because(err)
	}
	return t, nil
}
