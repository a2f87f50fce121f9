package api

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/store"
)

// careRoutes is schedules, meters, services and the workshop.
func (a *API) careRoutes() []Route {
	return []Route{
		{Method: get, Path: "/schedules", Summary: "The service schedules in force: of categories, or all of one item", Status: ok, Answer: models.Schedule{}, List: true, Query: scheduleFilters, Handle: lists(a.schedules)},
		{Method: post, Path: "/schedules", Summary: "Add a schedule for a category or one item; due days are worked out anew", Status: created, Body: maintenance.NewSchedule{}, Answer: models.Schedule{}, Handle: add(a.Maintenance.AddSchedule)},
		{Method: get, Path: "/schedules/:id", Summary: "One schedule", Status: ok, Answer: models.Schedule{}, Handle: a.schedule},
		{Method: patch, Path: "/schedules/:id", Summary: "Change a schedule; due days are worked out anew", Status: ok, Body: maintenance.ScheduleEdit{}, Answer: models.Schedule{}, Handle: a.changeSchedule},
		{Method: post, Path: "/schedules/:id/end", Summary: "End a schedule", Status: ok, Body: reason{}, Answer: models.Schedule{}, Handle: a.endSchedule},
		{Method: get, Path: "/care/due", Summary: "What is due for service, soonest first", Status: ok, Answer: models.Asset{}, List: true, Query: dueFilters, Handle: pages(a.due)},
		{Method: get, Path: "/care/costs", Summary: "What services cost, by item", Status: ok, Answer: maintenance.Costs{}, Query: windows, Handle: a.costs},
		{Method: get, Path: "/care/availability", Summary: "The share of days on which items could be used, by category and unit", Status: ok, Answer: maintenance.Availability{}, Query: windows, Handle: a.availability},
		{Method: post, Path: "/care/feeds", Summary: "Give a unit's calendar of what is due a new secret address", Status: created, Body: feed{}, Answer: maintenance.Address{}, Handle: a.renewFeed},
		{Method: post, Path: "/assets/:tag/meter", Summary: "Read an item's meter", Status: ok, Body: maintenance.NewReading{}, Answer: models.Asset{}, Handle: tagged(ok, a.Maintenance.ReadMeter)},
		{Method: get, Path: "/assets/:tag/meter", Summary: "The readings of an item's meter, newest first", Status: ok, Answer: models.Reading{}, List: true, Query: append([]Param{{"meter", "its name, where the item has several"}}, paging...), Handle: pages(a.readings)},
		{Method: post, Path: "/assets/:tag/services", Summary: "Record a service, calibration or repair", Status: created, Body: maintenance.NewService{}, Answer: models.Service{}, Handle: tagged(created, a.Maintenance.Record)},
		{Method: get, Path: "/assets/:tag/services", Summary: "What was done to an item, newest first", Status: ok, Answer: models.Service{}, List: true, Query: paging, Handle: pages(a.services)},
		{Method: get, Path: "/assets/:tag/services/:id", Summary: "One service", Status: ok, Answer: models.Service{}, Handle: a.service},
		{Method: post, Path: "/assets/:tag/services/:id/files", Summary: "Attach an invoice or a certificate: a form's part \"file\", or the whole body", Status: created, Answer: models.Service{}, Query: []Param{{"name", "of the file"}}, Handle: a.attachToService},
		{Method: get, Path: "/assets/:tag/services/:id/files/:file", Summary: "An invoice or a certificate", Status: ok, Handle: a.serviceFile},
		{Method: post, Path: "/assets/:tag/workshop", Summary: "Put an item into the workshop", Status: ok, Body: reason{}, Answer: models.Asset{}, Handle: tagged(ok, a.putIn)},
		{Method: post, Path: "/assets/:tag/workshop/leave", Summary: "Take an item out of the workshop", Status: ok, Body: maintenance.Leave{}, Answer: models.Asset{}, Handle: tagged(ok, a.Maintenance.TakeOut)},
	}
}

var (
	scheduleFilters = append([]Param{{"category", "code"}, {"tag", "of an item: its category's schedules and its own"}}, paging...)
	dueFilters      = append([]Param{{"state", "overdue, or soon: within 14 days or tolerated"}, {"unit", "code; those below it too"}, {"category", "code"},
		{"donor", "code"}, {"grant", "code"}, {"since", "due on this day or later"}, {"until", "due on this day or before"}}, paging...)
	windows = []Param{{"unit", "code; those below it too"}, {"donor", "code"}, {"grant", "code"}, {"since", "the first day; 90 days in all when not given"}, {"until", "the last day"}}
)

type feed struct {
	Unit string `json:"unit"`
}

// tagged handles something done to the asset in the address.
func tagged[T any, P models.Document](status int, do func(ctx context.Context, tag string, version int64, body T) (P, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		read, err := version(c)
		if err != nil {
			return err
		}
		body, err := server.JSON[T](c)
		if err != nil {
			return err
		}
		doc, err := do(c.UserContext(), c.Params("tag"), read, body)
		return document(c, status, doc, err)
	}
}

func (a *API) putIn(ctx context.Context, tag string, version int64, r reason) (*models.Asset, error) {
	return a.Maintenance.PutIn(ctx, tag, version, r.Reason)
}

func (a *API) schedules(c *fiber.Ctx, cursor string, limit int) ([]*models.Schedule, string, error) {
	return a.Maintenance.Schedules(c.UserContext(), maintenance.ScheduleFilter{Category: c.Query("category"), Tag: c.Query("tag")}, cursor, limit)
}

func (a *API) schedule(c *fiber.Ctx) error {
	schedule, err := a.Maintenance.Schedule(c.UserContext(), c.Params("id"))
	return document(c, ok, schedule, err)
}

func (a *API) changeSchedule(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	e, err := server.JSON[maintenance.ScheduleEdit](c)
	if err != nil {
		return err
	}
	schedule, err := a.Maintenance.ChangeSchedule(c.UserContext(), c.Params("id"), read, e)
	return document(c, ok, schedule, err)
}

func (a *API) endSchedule(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	r, err := server.JSON[reason](c)
	if err != nil {
		return err
	}
	schedule, err := a.Maintenance.EndSchedule(c.UserContext(), c.Params("id"), read, r.Reason)
	return document(c, ok, schedule, err)
}

// DueFilter reads which items that are due are asked for.
func DueFilter(c *fiber.Ctx) maintenance.DueFilter {
	return maintenance.DueFilter{Unit: c.Query("unit"), Donor: c.Query("donor"), Grant: c.Query("grant"), Category: c.Query("category"),
		State: c.Query("state"), Since: models.Day(c.Query("since")), Until: models.Day(c.Query("until"))}
}

func (a *API) due(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Maintenance.Due(c.UserContext(), DueFilter(c), cursor, limit)
}

// Window reads which days and which part of the book figures are about.
func Window(c *fiber.Ctx) maintenance.Window {
	return maintenance.Window{Unit: c.Query("unit"), Donor: c.Query("donor"), Grant: c.Query("grant"), Since: models.Day(c.Query("since")), Until: models.Day(c.Query("until"))}
}

func (a *API) costs(c *fiber.Ctx) error {
	costs, err := a.Maintenance.Costs(c.UserContext(), Window(c))
	return answer(c, ok, costs, err)
}

func (a *API) availability(c *fiber.Ctx) error {
	told, err := a.Maintenance.Availability(c.UserContext(), Window(c))
	return answer(c, ok, told, err)
}

func (a *API) renewFeed(c *fiber.Ctx) error {
	f, err := server.JSON[feed](c)
	if err != nil {
		return err
	}
	address, err := a.Maintenance.RenewFeed(c.UserContext(), f.Unit)
	return answer(c, created, address, err)
}

// Feed serves a unit's calendar by its secret address, to whoever has it.
func Feed(m *maintenance.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		text, err := m.Feed(c.UserContext(), strings.TrimSuffix(c.Params("secret"), maintenance.FeedSuffix))
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
		c.Set(fiber.HeaderCacheControl, "private, no-store")
		return c.Send(text)
	}
}

func (a *API) readings(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Maintenance.Readings(c.UserContext(), c.Params("tag"), c.Query("meter"), cursor, limit)
}

func (a *API) services(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Maintenance.Services(c.UserContext(), c.Params("tag"), cursor, limit)
}

func (a *API) service(c *fiber.Ctx) error {
	done, err := a.Maintenance.Service(c.UserContext(), c.Params("tag"), c.Params("id"))
	return document(c, ok, done, err)
}

func (a *API) attachToService(c *fiber.Ctx) error {
	upload, err := server.OneFile(c, register.LargestFile)
	if err != nil {
		return err
	}
	done, err := a.Maintenance.Attach(c.UserContext(), c.Params("tag"), c.Params("id"), maintenance.File{Name: upload.Name, Content: upload.Content})
	return document(c, created, done, err)
}

func (a *API) serviceFile(c *fiber.Ctx) error { return ServiceFile(c, a.Maintenance) }

// ServiceFile serves an invoice or certificate of the service in the address.
func ServiceFile(c *fiber.Ctx, m *maintenance.Service) error {
	attachment, content, err := m.File(c.UserContext(), c.Params("tag"), c.Params("id"), c.Params("file"))
	if err != nil {
		return err
	}
	return SendFile(c, attachment, content)
}
