package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/public"
	"quartermaster/services/server"
	"quartermaster/services/store"
)

// publicRoutes is what people without a sign-in reported.
func (a *API) publicRoutes() []Route {
	return []Route{
		{Method: get, Path: "/public-reports", Summary: "What people without a sign-in reported of labels that they scanned, newest first", Status: ok, Answer: models.PublicReport{}, List: true, Query: publicFilters, Handle: pages(a.publicReports)},
		{Method: get, Path: "/public-reports/:id/photo", Summary: "The photo that came with a report", Status: ok, Handle: a.publicPhoto},
		{Method: post, Path: "/public-reports/:id/confirm", Summary: "Confirm a report: a fault opens a job in the workshop, a find notes that the item was seen", Status: ok, Body: public.Confirmation{}, Answer: models.PublicReport{}, Handle: decide(a.Public.Confirm)},
		{Method: post, Path: "/public-reports/:id/dismiss", Summary: "Dismiss a report; its photo is not kept", Status: ok, Body: remark{}, Answer: models.PublicReport{}, Handle: decide(a.dismissReport)},
	}
}

var publicFilters = append([]Param{{"state", "waiting, confirmed or dismissed"}, {"unit", "code; units below it are included"}}, paging...)

type remark struct {
	Remark string `json:"remark"`
}

func (a *API) publicReports(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Public.List(c.UserContext(), public.Filter{State: models.PublicState(c.Query("state")), Unit: c.Query("unit")}, cursor, limit)
}

// decide handles what somebody makes of the report in the address.
func decide[T any](do func(ctx context.Context, id string, version int64, given T) (*models.PublicReport, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		read, err := version(c)
		if err != nil {
			return err
		}
		given, err := server.JSON[T](c)
		if err != nil {
			return err
		}
		r, err := do(c.UserContext(), c.Params("id"), read, given)
		return document(c, ok, r, err)
	}
}

func (a *API) dismissReport(ctx context.Context, id string, version int64, why remark) (*models.PublicReport, error) {
	return a.Public.Dismiss(ctx, id, version, why.Remark)
}

func (a *API) publicPhoto(c *fiber.Ctx) error { return PublicPhoto(c, a.Public) }

// PublicPhoto serves the photo of the report in the address.
func PublicPhoto(c *fiber.Ctx, s *public.Service) error {
	attachment, content, err := s.Photo(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return SendFile(c, attachment, content)
}
