package api

import (
	"context"
	"io"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/server"
	"quartermaster/services/stocktake"
)

// stocktakeRoutes is what is counted.
func (a *API) stocktakeRoutes() []Route {
	return []Route{
		{Method: post, Path: "/stocktakes", Summary: "Open a stocktake: what is expected is frozen", Status: created, Body: stocktake.NewStocktake{}, Answer: models.Stocktake{}, Handle: a.openStocktake},
		{Method: post, Path: "/stocktakes/preview", Summary: "What a stocktake would expect if it were opened now", Status: ok, Body: stocktake.NewStocktake{}, Answer: stocktake.Preview{}, Handle: a.previewStocktake},
		{Method: get, Path: "/stocktakes", Summary: "List stocktakes, newest first, with how they stand", Status: ok, Answer: stocktake.Shown{}, List: true, Query: stocktakeFilters, Handle: lists(a.stocktakes)},
		{Method: get, Path: "/stocktakes/:number", Summary: "One stocktake, how it stands, and which of its signatures do not match it", Status: ok, Answer: stocktake.Shown{}, Handle: a.stocktake},
		{Method: get, Path: "/stocktakes/:number/events", Summary: "A stocktake's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(a.Stocktakes.Events)},
		{Method: get, Path: "/stocktakes/:number/progress", Summary: "How far the counting has come, by unit and by officer", Status: ok, Answer: stocktake.Progress{}, Handle: a.stocktakeProgress},
		{Method: post, Path: "/stocktakes/:number/open", Summary: "Finish an opening that broke off", Status: ok, Answer: models.Stocktake{}, Handle: a.resumeStocktake},
		{Method: post, Path: "/stocktakes/:number/sightings", Summary: "Count an item or a lot: by tag, label, other tag or serial number, now or at an earlier time", Status: created, Body: stocktake.Count{}, Answer: models.StocktakeLine{}, Handle: a.sight},
		{Method: get, Path: "/stocktakes/:number/lines", Summary: "What was expected or found, in the order of the count sheets", Status: ok, Answer: models.StocktakeLine{}, List: true, Query: lineFilters, Handle: lists(a.stocktakeLines)},
		{Method: post, Path: "/stocktakes/:number/recount", Summary: "Ask for a second count of lines, by somebody else", Status: ok, Body: stocktake.Recounting{}, Answer: stocktake.Recounted{}, Handle: a.recount},
		{Method: post, Path: "/stocktakes/:number/close", Summary: "Close a stocktake, signed by two people; what was not seen is unaccounted", Status: ok, Body: stocktake.Closing{}, Answer: models.Stocktake{}, Handle: step(a.closeStocktake)},
		{Method: get, Path: "/stocktakes/:number/result.csv", Summary: "All lines of a stocktake", Status: ok, Handle: func(c *fiber.Ctx) error { return StocktakeCSV(c, a.Stocktakes) }},
		{Method: get, Path: "/stocktakes/:number/sheets.pdf", Summary: "Count sheets to print", Status: ok, Query: append([]Param{{"unit", "code; sheets of this unit alone"}}, paperLanguage...), Handle: func(c *fiber.Ctx) error { return CountSheets(c, a.Stocktakes) }},
		{Method: get, Path: "/stocktakes/:number/photos/:id", Summary: "The photo of a sighting", Status: ok, Handle: func(c *fiber.Ctx) error { return SightingPhoto(c, a.Stocktakes) }},
	}
}

var (
	stocktakeFilters = papers(Param{"state", "open, opening, closing or closed"})
	lineFilters      = append([]Param{{"state", "outstanding, sighted, explained, unaccounted, misplaced or unknown"}, {"unit", "code; without those below it"},
		{"recount", "true for those to be counted again"}}, paging...)
)

// StocktakeFilter reads which stocktakes are asked for.
func StocktakeFilter(c *fiber.Ctx) stocktake.Filter {
	return stocktake.Filter{Papers: Papers(c), State: c.Query("state")}
}

// LineFilter reads which lines of a stocktake are asked for.
func LineFilter(c *fiber.Ctx) (stocktake.LineFilter, error) {
	recount, err := yes("recount", c.Query("recount"))
	return stocktake.LineFilter{State: c.Query("state"), Unit: c.Query("unit"), Recount: recount}, err
}

func (a *API) openStocktake(c *fiber.Ctx) error {
	n, err := server.JSON[stocktake.NewStocktake](c)
	if err != nil {
		return err
	}
	st, err := a.Stocktakes.Open(c.UserContext(), n)
	if err == nil {
		c.Location(Root + "/stocktakes/" + st.Number)
	}
	return document(c, created, st, err)
}

func (a *API) previewStocktake(c *fiber.Ctx) error {
	n, err := server.JSON[stocktake.NewStocktake](c)
	if err != nil {
		return err
	}
	preview, err := a.Stocktakes.Preview(c.UserContext(), n)
	return answer(c, ok, preview, err)
}

func (a *API) stocktakes(c *fiber.Ctx, cursor string, limit int) ([]*stocktake.Shown, string, error) {
	return a.Stocktakes.List(c.UserContext(), StocktakeFilter(c), cursor, limit)
}

func (a *API) stocktake(c *fiber.Ctx) error {
	st, err := a.Stocktakes.Stocktake(c.UserContext(), c.Params("number"))
	return document(c, ok, st, err)
}

func (a *API) stocktakeProgress(c *fiber.Ctx) error {
	progress, err := a.Stocktakes.Progress(c.UserContext(), c.Params("number"))
	return answer(c, ok, progress, err)
}

func (a *API) resumeStocktake(c *fiber.Ctx) error {
	st, err := a.Stocktakes.Resume(c.UserContext(), c.Params("number"))
	return document(c, ok, st, err)
}

func (a *API) sight(c *fiber.Ctx) error {
	count, err := server.JSON[stocktake.Count](c)
	if err != nil {
		return err
	}
	line, err := a.Stocktakes.Sight(c.UserContext(), c.Params("number"), count)
	return document(c, created, line, err)
}

func (a *API) stocktakeLines(c *fiber.Ctx, cursor string, limit int) ([]*models.StocktakeLine, string, error) {
	filter, err := LineFilter(c)
	if err != nil {
		return nil, "", err
	}
	return a.Stocktakes.Lines(c.UserContext(), c.Params("number"), filter, cursor, limit)
}

func (a *API) recount(c *fiber.Ctx) error {
	r, err := server.JSON[stocktake.Recounting](c)
	if err != nil {
		return err
	}
	did, err := a.Stocktakes.Recount(c.UserContext(), c.Params("number"), r)
	return answer(c, ok, did, err)
}

func (a *API) closeStocktake(c *fiber.Ctx, number string, version int64, closing stocktake.Closing) (*models.Stocktake, error) {
	return a.Stocktakes.Close(c.UserContext(), number, version, closing)
}

// StocktakeCSV streams all lines of a stocktake. The first is read before the answer
// begins, so that a refusal still comes as one.
func StocktakeCSV(c *fiber.Ctx, s *stocktake.Service) error {
	number := c.Params("number")
	if _, _, err := s.Lines(c.UserContext(), number, stocktake.LineFilter{}, "", 1); err != nil {
		return err
	}
	return csv(c, number, func(ctx context.Context, w io.Writer) error { return s.Export(ctx, number, w) })
}

// CountSheets answers with count sheets to print.
func CountSheets(c *fiber.Ctx, s *stocktake.Service) error {
	number := c.Params("number")
	in, err := voice(c)
	if err != nil {
		return err
	}
	return pdf(c, number+"-sheets", func(ctx context.Context, w io.Writer) error { return s.Sheets(ctx, number, c.Query("unit"), in, w) })
}

// SightingPhoto serves the photo of a sighting.
func SightingPhoto(c *fiber.Ctx, s *stocktake.Service) error {
	photo, err := s.Photo(c.UserContext(), c.Params("number"), c.Params("id"))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, photo.Type)
	c.Set(fiber.HeaderContentSecurityPolicy, server.Sandbox)
	c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	return c.Send(photo.Content)
}
