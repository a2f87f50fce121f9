package api

import (
	"io"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/reports"
	"quartermaster/services/server"
)

// reportRoutes is the account to the donor.
func (a *API) reportRoutes() []Route {
	return []Route{
		{Method: get, Path: "/reports/made", Summary: "The reports that one asked for, newest first", Status: ok, Answer: models.Report{}, List: true, Query: paging, Handle: list(a.Reports.List)},
		{Method: post, Path: "/reports/made", Summary: "Have a report made in the background; its file is kept for a week", Status: created, Body: order{}, Answer: models.Report{}, Handle: a.orderReport},
		{Method: get, Path: "/reports/made/:id", Summary: "One of them, and how far it is", Status: ok, Answer: reports.Making{}, Handle: a.madeReport},
		{Method: get, Path: "/reports/made/:id/file", Summary: "Its file", Status: ok, Handle: a.reportFile},
		{Method: get, Path: "/reports/:kind", Summary: "A report, as a file that proves itself: register, handover, movements, verification, maintenance, consumables, depreciation or flags", Status: ok, Query: reportFilters, Handle: a.report},
	}
}

var reportFilters = []Param{{"donor", "code"}, {"grant", "code"}, {"unit", "code; units below it are included"}, {"category", "code"},
	{"from", "first day of the period"}, {"to", "its last day"}, {"as_of", "a day, at its end, or an instant; now when not given"}, {"format", "json, csv, xlsx or pdf; json when not given"}, paperLanguage[0], paperLanguage[1]}

// order is a report that is to be made.
type order struct {
	Kind   string `json:"kind"`
	Format string `json:"format"`
	models.ReportQuery
}

// ReportQuery reads what a report is asked for.
func ReportQuery(value func(name string) string) models.ReportQuery {
	return models.ReportQuery{Donor: value("donor"), Grant: value("grant"), Unit: value("unit"), Category: value("category"),
		From: models.Day(value("from")), To: models.Day(value("to")), AsOf: value("as_of"), Language: value("language"), Digits: value("digits")}
}

func (a *API) report(c *fiber.Ctx) error {
	return ReportFile(c, a.Reports)
}

// ReportFile answers with a report as a file.
func ReportFile(c *fiber.Ctx, s *reports.Service) error {
	value := func(name string) string { return c.Query(name) }
	file, err := s.Pull(c.UserContext(), c.Params("kind"), value("format"), ReportQuery(value))
	if err != nil {
		return err
	}
	return Download(c, file.Name, file.Type, file.Size, file)
}

// Download answers with a file.
func Download(c *fiber.Ctx, name, mediaType string, size int64, content io.Reader) error {
	c.Set(fiber.HeaderContentType, mediaType)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename=`+strconv.Quote(name))
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendStream(content, int(size))
}

func (a *API) orderReport(c *fiber.Ctx) error {
	o, err := server.JSON[order](c)
	if err != nil {
		return err
	}
	report, err := a.Reports.Start(c.UserContext(), o.Kind, o.Format, o.ReportQuery)
	if err == nil {
		c.Location(Root + "/reports/made/" + report.ID)
	}
	return document(c, created, report, err)
}

func (a *API) madeReport(c *fiber.Ctx) error {
	m, err := a.Reports.Report(c.UserContext(), c.Params("id"))
	return document(c, ok, m, err)
}

func (a *API) reportFile(c *fiber.Ctx) error { return KeptReport(c, a.Reports) }

// KeptReport answers with the file of a report that was made in the background.
func KeptReport(c *fiber.Ctx, s *reports.Service) error {
	file, content, err := s.Fetch(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return Download(c, file.Name, file.Type, file.Size, content)
}
