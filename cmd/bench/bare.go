package main

import (
	"github.com/gofiber/fiber/v2"

	"database/sql"
)

// serveBare answers with one row of the book's file, by its number, and does
// nothing else: no sign-in, no scope, no log.
func serveBare(file, listen string) error {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=query_only(1)")
	if err != nil {
		return err
	}
	stmt, err := db.Prepare(`SELECT body FROM assets WHERE n = ?`)
	if err != nil {
		return err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/readyz", func(c *fiber.Ctx) error { return c.SendString("ready") })
	app.Get("/:n", func(c *fiber.Ctx) error {
		n, err := c.ParamsInt("n")
		if err != nil {
			return err
		}
		var body []byte
		if err := stmt.QueryRow(n).Scan(&body); err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.Send(body)
	})
	return app.Listen(listen)
}
