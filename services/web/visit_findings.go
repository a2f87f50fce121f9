package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/store"
	"quartermaster/services/visits"
)

type visitFindingsPage struct {
	States   []option
	Units    []option
	Findings []*models.VisitFinding
	Query    url.Values
	Next     string
	First    bool
	Today    models.Day
}

func (w *Web) visitFindings(c *fiber.Ctx) error {
	f := visits.FindingFilter{Papers: api.Papers(c), State: c.Query("state")}
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := visitFindingsPage{States: optionsOf(models.FindingStates, f.State), Units: choose(ch.Units, f.Unit), Query: queryOf(c), First: c.Query("cursor") == "", Today: w.Book.Today()}
	v := view{Title: say("Findings of visits"), Here: "visits", Data: &p}
	list, err := w.Visits.Findings(c.UserContext(), f, c.Query("cursor"), pageOfAssets)
	if err != nil {
		return w.refusedList(c, "visit-findings", v, err)
	}
	p.Next = list.Next
	for _, record := range list.Records {
		finding, err := store.Decode[models.VisitFinding](record)
		if err != nil {
			return err
		}
		p.Findings = append(p.Findings, finding)
	}
	return w.render(c, fiber.StatusOK, "visit-findings", v)
}

type visitFindingPage struct {
	*models.VisitFinding
	Names               map[string]string
	Flags               []finding
	MayAnswer, MayJudge bool
	Late                bool
	Open                string
	Form                map[string]string
}

// Exhibits are the finding's papers as their part of the page takes them.
func (p *visitFindingPage) Exhibits(at string) exhibits { return exhibits{at, p.Files} }

func (w *Web) visitFinding(c *fiber.Ctx) error { return w.visitFindingPage(c, fiber.StatusOK, "", nil) }

func (w *Web) visitFindingPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	f, err := w.Visits.Finding(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	p := &visitFindingPage{VisitFinding: f, MayAnswer: visits.MayAnswer(caller, f), Late: f.Overdue(w.Book.Today()), Open: open, Form: formOf(c)}
	if p.MayJudge, err = w.Visits.MayJudge(ctx, caller, f); err != nil {
		return err
	}
	codes := []string{f.RaisedBy, f.Owner}
	for _, s := range f.Steps {
		codes = append(codes, s.By)
	}
	if p.Names, err = w.names(ctx, codes...); err != nil {
		return err
	}
	if p.Flags, err = w.about(ctx, subjectOf(f)); err != nil {
		return err
	}
	return w.render(c, status, "visit-finding", view{Title: f.Number, Here: "visits", Refusal: refusal, Data: p})
}

// followUp carries out one step of the follow-up of a finding.
func (w *Web) followUp(do func(context.Context, string, int64, visits.FollowUp) (*models.VisitFinding, error)) func(*fiber.Ctx, string, int64, map[string]string) error {
	return func(c *fiber.Ctx, number string, version int64, form map[string]string) error {
		_, err := do(c.UserContext(), number, version, visits.FollowUp{Text: form["text"], Evidence: form["evidence"], Papers: paper(c, models.PhotoExhibit)})
		return err
	}
}

type checklistsPage struct {
	Templates          []*models.Checklist
	Standard           []string
	Donors, Categories []option
	Form               map[string]string
}

func (w *Web) checklists(c *fiber.Ctx) error {
	return w.checklistsPage(c, fiber.StatusOK, map[string]string{}, nil)
}

func (w *Web) checklistsPage(c *fiber.Ctx, status int, form map[string]string, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := checklistsPage{Standard: models.PhysicalSecurity, Donors: choose(ch.Donors, form["donor"]), Categories: choose(ch.Categories, form["category"]), Form: form}
	if p.Templates, err = w.Visits.Checklists(c.UserContext()); err != nil {
		return err
	}
	return w.render(c, status, "checklists", view{Title: say("Checklists of visits"), Here: "visits", Refusal: refusal, Data: p})
}

func (w *Web) setChecklist(c *fiber.Ctx) error {
	form := formOf(c)
	err := w.act(c, func(c *fiber.Ctx) error {
		list := models.Checklist{Code: strings.TrimSpace(form["code"]), Name: form["name"], Donor: form["donor"], Category: form["category"]}
		for line := range strings.Lines(form["questions"]) {
			if line = strings.TrimSpace(line); line != "" {
				list.Questions = append(list.Questions, line)
			}
		}
		_, err := w.Visits.SetChecklist(c.UserContext(), list)
		return err
	})
	return w.sent(c, err, "/visits/checklists?done=changed", func(status int, refusal *models.Error) error { return w.checklistsPage(c, status, form, refusal) })
}
