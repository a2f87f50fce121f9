package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/server"
	"quartermaster/services/store"
	"quartermaster/services/visits"
)

// visitRoutes is end-use monitoring.
func (a *API) visitRoutes() []Route {
	v := a.Visits
	return []Route{
		{Method: post, Path: "/visits", Summary: "Plan an end-use visit; what is to be seen is drawn when it begins", Status: created, Body: visits.NewVisit{}, Answer: models.Visit{}, Handle: a.planVisit},
		{Method: get, Path: "/visits", Summary: "List end-use visits, by the day that they are planned for, the last first", Status: ok, Answer: models.Visit{}, List: true, Query: visitFilters, Handle: pages(a.visits)},
		{Method: get, Path: "/visits/:number", Summary: "One end-use visit with its checklist and signatures", Status: ok, Answer: models.Visit{}, Handle: numbered(v.Visit)},
		{Method: get, Path: "/visits/:number/events", Summary: "A visit's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(v.Events)},
		{Method: post, Path: "/visits/:number/postpone", Summary: "Plan a visit for another day", Status: ok, Body: postponed{}, Answer: models.Visit{}, Handle: onPaper(a.postponeVisit)},
		{Method: post, Path: "/visits/:number/begin", Summary: "Begin a visit: its items are drawn, those of enhanced categories whole", Status: ok, Answer: models.Visit{}, Handle: a.beginVisit},
		{Method: get, Path: "/visits/:number/items", Summary: "The items of a visit, in the order of its list, and how each was found", Status: ok, Answer: models.VisitItem{}, List: true, Query: paging, Handle: pages(a.visitItems)},
		{Method: post, Path: "/visits/:number/items", Summary: "Record how an item was found: by tag, label or serial number", Status: ok, Body: visits.Look{}, Answer: models.VisitItem{}, Handle: a.seeItem},
		{Method: get, Path: "/visits/:number/photos/:id", Summary: "The photo of an item of a visit", Status: ok, Handle: func(c *fiber.Ctx) error { return VisitPhoto(c, v) }},
		{Method: post, Path: "/visits/:number/check", Summary: "Answer questions of the checklist", Status: ok, Body: visits.Answers{}, Answer: models.Visit{}, Handle: onPaper(v.Check)},
		{Method: post, Path: "/visits/:number/findings", Summary: "Raise a finding: who must act, and by when", Status: created, Body: visits.NewFinding{}, Answer: models.VisitFinding{}, Handle: a.raiseFinding},
		{Method: get, Path: "/visits/:number/findings", Summary: "The findings of a visit, in their order", Status: ok, Answer: models.VisitFinding{}, List: true, Handle: a.findingsOf},
		{Method: post, Path: "/visits/:number/sign", Summary: "Have the monitor and the unit's representative sign for a visit", Status: ok, Body: visits.Closing{}, Answer: models.Visit{}, Handle: onPaper(v.Sign)},
		{Method: post, Path: "/visits/:number/cancel", Summary: "Cancel a visit that is not made", Status: ok, Body: reason{}, Answer: models.Visit{}, Handle: onPaper(a.cancelVisit)},

		{Method: get, Path: "/visit-findings", Summary: "List findings of end-use visits, by the day by which they are to be closed, the last first", Status: ok, Answer: models.VisitFinding{}, List: true, Query: visitFindingFilters, Handle: pages(a.visitFindings)},
		{Method: get, Path: "/visit-findings/:number", Summary: "One finding and its follow-up", Status: ok, Answer: models.VisitFinding{}, Handle: numbered(v.Finding)},
		{Method: get, Path: "/visit-findings/:number/files/:id", Summary: "A photo or document of a finding", Status: ok, Handle: func(c *fiber.Ctx) error { return Exhibit(c, v.File) }},
		{Method: post, Path: "/visit-findings/:number/answer", Summary: "Enter what was done about a finding, with its evidence", Status: ok, Body: visits.FollowUp{}, Answer: models.VisitFinding{}, Handle: onPaper(v.Answer)},
		{Method: post, Path: "/visit-findings/:number/reopen", Summary: "Send an answer back that does not do", Status: ok, Body: visits.FollowUp{}, Answer: models.VisitFinding{}, Handle: onPaper(v.Reopen)},
		{Method: post, Path: "/visit-findings/:number/close", Summary: "Close a finding", Status: ok, Body: visits.FollowUp{}, Answer: models.VisitFinding{}, Handle: onPaper(v.Close)},

		{Method: get, Path: "/checklists", Summary: "The templates of checklists", Status: ok, Answer: models.Checklist{}, List: true, Handle: a.checklists},
		{Method: post, Path: "/checklists/:code", Summary: "Add or replace a template of a checklist", Status: ok, Body: checklist{}, Answer: models.Checklist{}, Handle: a.setChecklist},
	}
}

var (
	visitFilters        = papers(Param{"state", "planned, under_way, made or cancelled"})
	visitFindingFilters = papers(Param{"state", "open, answered or closed"})
)

type (
	postponed struct {
		On     models.Day `json:"on"`
		Reason string     `json:"reason,omitempty"`
	}
	checklist struct {
		Name      string   `json:"name"`
		Donor     string   `json:"donor,omitempty"`
		Category  string   `json:"category,omitempty"`
		Questions []string `json:"questions"`
	}
)

func (a *API) planVisit(c *fiber.Ctx) error {
	n, err := server.JSON[visits.NewVisit](c)
	if err != nil {
		return err
	}
	v, err := a.Visits.Plan(c.UserContext(), n)
	if err == nil {
		c.Location(Root + "/visits/" + v.Number)
	}
	return document(c, created, v, err)
}

func (a *API) visits(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Visits.List(c.UserContext(), visits.Filter{Papers: Papers(c), State: c.Query("state")}, cursor, limit)
}

func (a *API) visitFindings(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Visits.Findings(c.UserContext(), visits.FindingFilter{Papers: Papers(c), State: c.Query("state")}, cursor, limit)
}

func (a *API) visitItems(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Visits.Items(c.UserContext(), c.Params("number"), cursor, limit)
}

func (a *API) beginVisit(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	v, err := a.Visits.Begin(c.UserContext(), c.Params("number"), read)
	return document(c, ok, v, err)
}

func (a *API) seeItem(c *fiber.Ctx) error {
	l, err := server.JSON[visits.Look](c)
	if err != nil {
		return err
	}
	item, err := a.Visits.See(c.UserContext(), c.Params("number"), l)
	return document(c, ok, item, err)
}

func (a *API) raiseFinding(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	n, err := server.JSON[visits.NewFinding](c)
	if err != nil {
		return err
	}
	f, err := a.Visits.Raise(c.UserContext(), c.Params("number"), read, n)
	if err == nil {
		c.Location(Root + "/visit-findings/" + f.Number)
	}
	return document(c, created, f, err)
}

func (a *API) findingsOf(c *fiber.Ctx) error {
	list, err := a.Visits.FindingsOf(c.UserContext(), c.Params("number"))
	return items(c, list, "", err)
}

func (a *API) postponeVisit(ctx context.Context, number string, version int64, p postponed) (*models.Visit, error) {
	return a.Visits.Postpone(ctx, number, version, p.On, p.Reason)
}

func (a *API) cancelVisit(ctx context.Context, number string, version int64, r reason) (*models.Visit, error) {
	return a.Visits.Cancel(ctx, number, version, r.Reason)
}

func (a *API) checklists(c *fiber.Ctx) error {
	list, err := a.Visits.Checklists(c.UserContext())
	return items(c, list, "", err)
}

func (a *API) setChecklist(c *fiber.Ctx) error {
	n, err := server.JSON[checklist](c)
	if err != nil {
		return err
	}
	list, err := a.Visits.SetChecklist(c.UserContext(), models.Checklist{Code: c.Params("code"), Name: n.Name, Donor: n.Donor, Category: n.Category, Questions: n.Questions})
	return document(c, ok, list, err)
}

// VisitPhoto serves the photo of an item of a visit.
func VisitPhoto(c *fiber.Ctx, s *visits.Service) error {
	photo, err := s.Photo(c.UserContext(), c.Params("number"), c.Params("id"))
	if err != nil {
		return err
	}
	return SendFile(c, &models.Attachment{ID: photo.ID, Name: "photo", Type: photo.Type, Size: len(photo.Content)}, photo.Content)
}
