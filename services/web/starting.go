package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/starting"
)

func (w *Web) mountStarting(in fiber.Router) {
	in.Get("/start", w.start)
	in.Post("/start/categories", w.takeReady)
	in.Post("/start/away", w.putGuideAway)
	in.Get("/assets/import/template.csv", func(c *fiber.Ctx) error { return api.ImportTemplate(c, w.Register) })
}

// guide is the guide through the first days as pages show it.
type guide struct {
	*starting.Guide
	Steps []guideStep
	Ready []readyCategory
	Left  int // of them, which can still be taken
}

// readyCategory is a ready-made category and when its items would be due for service.
type readyCategory struct {
	starting.Ready
	Due []shownSchedule
}

// guideStep is a step and what is told of it.
type guideStep struct {
	starting.Standing
	Next       bool
	Title, Why models.Text
	Do         models.Text
	Page       string
	Also       models.Text
	AlsoPage   string
}

var guideSteps = map[starting.Step]guideStep{
	starting.Units: {Title: say("Units"), Why: say("The tree of agencies, commands, posts and stores. Who sees what, and what waits for whom, follows it. Begin at the top."),
		Do: say("Add units"), Page: "/units"},
	starting.People: {Title: say("People"), Why: say("Who signs in, with a role and a part of the tree, and who answers for equipment without signing in."),
		Do: say("Add people"), Page: "/people/new", Also: say("All people"), AlsoPage: "/people"},
	starting.Categories: {Title: say("Categories"), Why: say("Kinds of equipment, with what is recorded of each, when it is serviced and who may have it. Take those that fit, then change what differs."),
		Do: say("Make one of your own"), Page: "/categories"},
	starting.Donors: {Title: say("Donors and grants"), Why: say("Who paid for the equipment, so that each donor can be shown their own."),
		Do: say("Add donors and grants"), Page: "/donors"},
	starting.Items: {Title: say("Equipment"), Why: say("Fill in the sheet, or bring a list that you have: you see what it would bring before anything is taken in. Single items are taken on charge by a form."),
		Do: say("Import a spreadsheet"), Page: "/assets/import", Also: say("Take an item on charge"), AlsoPage: "/assets/new"},
	starting.Labels: {Title: say("Labels"), Why: say("Choose items in the register, print their labels, stick them on and scan one with a phone. Print a test page first."),
		Do: say("Print labels"), Page: "/assets?sort=-tag", Also: say("Scan a label"), AlsoPage: "/scan"},
}

func guideOf(g *starting.Guide) *guide {
	p := &guide{Guide: g}
	for _, s := range g.Steps {
		step := guideSteps[s.Step]
		step.Standing, step.Next = s, s.Step == g.Next
		p.Steps = append(p.Steps, step)
	}
	return p
}

// Now is the step that is next, or nil.
func (g *guide) Now() *guideStep {
	if at := slices.IndexFunc(g.Steps, func(s guideStep) bool { return s.Next }); at >= 0 {
		return &g.Steps[at]
	}
	return nil
}

func (w *Web) start(c *fiber.Ctx) error { return w.startPage(c, fiber.StatusOK, nil) }

func (w *Web) startPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	g, err := w.Starting.Guide(c.UserContext())
	if err != nil {
		return err
	}
	p := guideOf(g)
	list, err := w.Starting.Categories(c.UserContext(), speaks(c))
	if err != nil {
		return err
	}
	for _, r := range list {
		shown := readyCategory{Ready: r}
		category := &models.Category{Meters: r.Meters}
		for _, s := range r.Schedules {
			schedule := r.Schedule(s)
			shown.Due = append(shown.Due, shownSchedule{schedule, schedule.Every(unitOf(category, s.Meter))})
		}
		p.Ready = append(p.Ready, shown)
		if !r.Taken {
			p.Left++
		}
	}
	return w.render(c, status, "start", view{Title: say("Set up the book"), Here: "start", Refusal: refusal, Data: p})
}

// takeReady takes the categories that were chosen, in the language of the page.
func (w *Web) takeReady(c *fiber.Ctx) error {
	err := w.act(c, func(c *fiber.Ctx) error {
		var codes []string
		for _, code := range c.Context().PostArgs().PeekMulti("code") {
			codes = append(codes, string(code))
		}
		_, err := w.Starting.Take(c.UserContext(), starting.Taking{Codes: codes, Language: speaks(c).Language})
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.startPage(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/start?done=ready#categories", fiber.StatusSeeOther)
}

// putGuideAway takes the guide off the first page, or brings it back.
func (w *Web) putGuideAway(c *fiber.Ctx) error {
	away := c.FormValue("away") != ""
	err := w.act(c, func(c *fiber.Ctx) error { return w.Access.PutGuideAway(c.UserContext(), away) })
	if err != nil {
		return err
	}
	return c.Redirect("/", fiber.StatusSeeOther)
}
