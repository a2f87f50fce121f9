package server

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
)

var statuses = map[models.Kind]int{
	models.Malformed:       fiber.StatusBadRequest,
	models.Invalid:         fiber.StatusUnprocessableEntity,
	models.Unauthenticated: fiber.StatusUnauthorized,
	models.Forbidden:       fiber.StatusForbidden,
	models.FactorNeeded:    fiber.StatusForbidden,
	models.PasswordNeeded:  fiber.StatusForbidden,
	models.ConfirmNeeded:   fiber.StatusForbidden,
	models.NotFound:        fiber.StatusNotFound,
	models.Gone:            fiber.StatusGone,
	models.Conflict:        fiber.StatusConflict,
	models.Stale:           fiber.StatusPreconditionFailed,
	models.TooLarge:        fiber.StatusRequestEntityTooLarge,
	models.Unsupported:     fiber.StatusUnsupportedMediaType,
	models.TooMany:         fiber.StatusTooManyRequests,
	models.Unavailable:     fiber.StatusServiceUnavailable,
}

// Refusal returns the status and the refusal that a person is shown for err. What
// they can do nothing about is told in general words; the log has the rest.
func Refusal(err error) (int, *models.Error) {
	var refusal *models.Error
	if errors.As(err, &refusal) {
		return statuses[refusal.Kind], refusal
	}
	var routing *fiber.Error
	if errors.As(err, &routing) && routing.Code < fiber.StatusInternalServerError {
		switch routing.Code {
		case fiber.StatusNotFound:
			return routing.Code, models.Refuse(models.NotFound, "", "there is nothing at this address")
		case fiber.StatusMethodNotAllowed:
			return routing.Code, models.Refuse(models.Malformed, "", "this address does not take this method")
		case fiber.StatusRequestEntityTooLarge:
			return routing.Code, models.Refuse(models.TooLarge, "", "the request is too large")
		}
		return routing.Code, models.Refuse(models.Malformed, "", "%s", routing.Message)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fiber.StatusServiceUnavailable, models.Refuse(models.Unavailable, "", "this took too long and was given up; nothing was changed")
	}
	return fiber.StatusInternalServerError, models.Refuse("", "", "something went wrong here; nothing was changed")
}
