package server

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"quartermaster/services/limit"
)

func TestEachAddressHasItsClass(t *testing.T) {
	for address, class := range map[string]limit.Class{
		"GET /static/app.css": limit.Free, "GET /offline/start": limit.Free, "POST /static/app.css": limit.Writes,
		"POST /sign-in": limit.SignIn, "POST /Sign-In/": limit.SignIn, "POST /sign-in/code": limit.SignIn, "POST /api/v1/sessions": limit.SignIn, "POST /API/V1/Sessions": limit.SignIn,
		"POST /api/v1/password": limit.SignIn, "POST /api/v1/pin": limit.SignIn, "POST /me/pin": limit.SignIn, "GET /me": limit.Reads, "GET /sign-in": limit.Reads,
		"GET /t/QM-000001-3": limit.Public, "POST /t/QM-000001-3": limit.Public, "GET /s/secret": limit.Public, "GET /calendar/secret": limit.Public, "GET /titles": limit.Reads, "GET /stock": limit.Reads,
		"GET /api/v1/assets": limit.Reads, "GET /": limit.Reads, "HEAD /assets": limit.Reads, "PATCH /api/v1/assets/QM-1": limit.Writes, "DELETE /api/v1/sessions/current": limit.Writes,
		"GET /reports/register/file": limit.Exports, "POST /labels": limit.Exports, "GET /api/v1/assets/export": limit.Exports, "GET /vouchers/ISS-2026-0001.pdf": limit.Exports,
	} {
		method, path, _ := strings.Cut(address, " ")
		if got := classOf(method, path); got != class {
			t.Errorf("%s is %q, wanted %q", address, got, class)
		}
	}
}

// TestWhoAsksTooOftenIsToldWhenToComeBack asks as often as may be, and once more.
func TestWhoAsksTooOftenIsToldWhenToComeBack(t *testing.T) {
	app := New(Config{Log: slog.New(slog.DiscardHandler), Guard: limit.NewGuard(limit.Rates{limit.SignIn: 3}), OnError: func(c *fiber.Ctx, err error) error {
		status, refusal := Refusal(err)
		Waits(c, refusal)
		return c.SendStatus(status)
	}})
	app.Post("/sign-in", func(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusNoContent) })
	for n := range 4 {
		answer, err := app.Test(httptest.NewRequest("POST", "/sign-in", nil), -1)
		if err != nil {
			t.Fatal(err)
		}
		if _ = answer.Body.Close(); n < 3 && answer.StatusCode != 204 || n == 3 && (answer.StatusCode != 429 || answer.Header.Get("Retry-After") != "20") {
			t.Errorf("%d: %d, Retry-After %q", n, answer.StatusCode, answer.Header.Get("Retry-After"))
		}
	}
}
