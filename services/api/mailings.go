package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/mailings"
	"quartermaster/services/server"
)

// mailingRoutes is the reports that donors are e-mailed.
func (a *API) mailingRoutes() []Route {
	m := a.Mailings
	return []Route{
		{Method: post, Path: "/report-schedules", Summary: "Have a report e-mailed each month or quarter, of the month or quarter that just ended", Status: created, Body: mailings.NewSchedule{}, Answer: models.ReportSchedule{}, Handle: add(m.Add)},
		{Method: get, Path: "/report-schedules", Summary: "The reports that are e-mailed, newest first", Status: ok, Answer: models.ReportSchedule{}, List: true, Query: paging, Handle: list(m.List)},
		{Method: get, Path: "/report-schedules/:id", Summary: "One of them, and what was sent last", Status: ok, Answer: models.ReportSchedule{}, Handle: a.reportSchedule},
		{Method: get, Path: "/report-schedules/:id/events", Summary: "Its history, newest first: each sending", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(m.Events)},
		{Method: patch, Path: "/report-schedules/:id", Summary: "Change to whom, how often and as what it is sent, or switch it off or on", Status: ok, Body: mailings.Edit{}, Answer: models.ReportSchedule{}, Handle: a.changeReportSchedule},
	}
}

func (a *API) reportSchedule(c *fiber.Ctx) error {
	schedule, err := a.Mailings.Schedule(c.UserContext(), c.Params("id"))
	return document(c, ok, schedule, err)
}

func (a *API) changeReportSchedule(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	e, err := server.JSON[mailings.Edit](c)
	if err != nil {
		return err
	}
	schedule, err := a.Mailings.Change(c.UserContext(), c.Params("id"), read, e)
	return document(c, ok, schedule, err)
}
