package web

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/services/timetable"
)

type jobsPage struct {
	Jobs    []jobRow
	Failing int
}

type jobRow struct {
	*timetable.Listed
	Overdue bool // its time has come and nobody has begun it
}

// Took tells how long the last run took.
func (r jobRow) Took() string { return took(r.Last.Took) }

func (w *Web) jobs(c *fiber.Ctx) error {
	list, err := w.Timetable.List(c.UserContext())
	if err != nil {
		return err
	}
	p := jobsPage{}
	for _, job := range list {
		row := jobRow{Listed: job, Overdue: job.Next != nil && job.Next.Before(w.Book.Now())}
		if job.Failing() {
			p.Failing++
		}
		p.Jobs = append(p.Jobs, row)
	}
	return w.render(c, fiber.StatusOK, "jobs", view{Title: say("Jobs"), Here: "jobs", Data: p})
}

func (w *Web) runJob(c *fiber.Ctx) error {
	done := "run"
	err := w.act(c, func(c *fiber.Ctx) error {
		job, err := w.Timetable.Run(c.UserContext(), c.Params("name"))
		if err == nil && job.Running {
			done = "running"
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.Redirect("/jobs?done="+done, fiber.StatusSeeOther)
}

// took writes milliseconds as people say them.
func took(ms int64) string {
	if ms < 1000 {
		return strconv.FormatInt(ms, 10) + " ms"
	}
	return (time.Duration(ms) * time.Millisecond).Round(100 * time.Millisecond).String()
}

// count writes a number with its thousands apart.
func count[T int | int64](n T) string {
	text := strconv.FormatInt(int64(n), 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
