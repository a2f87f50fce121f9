package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/services/timetable"
)

// jobRoutes is what the book does by itself.
func (a *API) jobRoutes() []Route {
	return []Route{
		{Method: get, Path: "/jobs", Summary: "The jobs, and what came of them", Status: ok, Answer: timetable.Listed{}, List: true, Handle: a.jobs},
		{Method: post, Path: "/jobs/:name/run", Summary: "Run a job now; the answer is the job when it is done, or as it runs", Status: ok, Answer: timetable.Listed{}, Handle: a.runJob},
	}
}

func (a *API) jobs(c *fiber.Ctx) error {
	list, err := a.Timetable.List(c.UserContext())
	return items(c, list, "", err)
}

func (a *API) runJob(c *fiber.Ctx) error {
	job, err := a.Timetable.Run(c.UserContext(), c.Params("name"))
	return answer(c, ok, job, err)
}
