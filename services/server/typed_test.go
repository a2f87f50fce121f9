package server

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// TestFormsAreTakenInWesternDigits sends forms as a phone with an Urdu keyboard does: figures
// are turned, words and passwords are not, and of a name that stands twice both are kept.
func TestFormsAreTakenInWesternDigits(t *testing.T) {
	app := fiber.New()
	app.Use(takeQuery)
	app.Post("/", func(c *fiber.Ctx) error {
		body, err := Body(c, LargestJSON)
		if err != nil {
			return err
		}
		values := []string{c.Query("q"), c.FormValue("quantity"), c.FormValue("pin"), c.FormValue("password"), c.FormValue("name"), string(body[:5])}
		for _, tag := range c.Request().PostArgs().PeekMulti("tag") {
			values = append(values, string(tag))
		}
		return c.SendString(strings.Join(values, "|"))
	})
	r := httptest.NewRequest("POST", "/?q=%DB%B1%DB%B2", strings.NewReader("tag=QM-%DB%B1&tag=QM-%D9%A2&quantity=%DB%B1%D9%AB%DB%B5&pin=%DB%B4%DB%B3%DB%B2%DB%B1&password=%DB%B4%DB%B3%DB%B2%DB%B1&name=%D8%B1%DB%8C%DA%88%DB%8C%D9%88+%DB%B2%DB%B5"))
	r.Header.Set("Content-Type", fiber.MIMEApplicationForm)
	got, err := app.Test(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	if want := "12|1.5|4321|۴۳۲۱|ریڈیو ۲۵|tag=Q|QM-1|QM-2"; string(body) != want {
		t.Errorf("taken as %q, not %q", string(body), want)
	}
}
