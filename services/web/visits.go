package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
	"quartermaster/services/visits"
)

func (w *Web) mountVisits(in fiber.Router) {
	in.Get("/visits", w.visits)
	in.Get("/visits/new", w.newVisit)
	in.Post("/visits/new", w.planVisit)
	in.Get("/visits/checklists", w.checklists)
	in.Post("/visits/checklists", w.setChecklist)
	in.Get("/visits/:number", w.visit)
	in.Get("/visits/:number/photos/:id", func(c *fiber.Ctx) error { return api.VisitPhoto(c, w.Visits) })
	for form, do := range map[string]func(*fiber.Ctx, string, int64, map[string]string) error{
		"begin": w.beginVisit, "postpone": w.postponeVisit, "cancel": w.cancelVisit, "see": w.seeItem, "check": w.checkVisit, "finding": w.raiseFinding, "sign": w.signVisit,
	} {
		in.Post("/visits/:number/"+form, w.paperStep("/visits/", form, w.visitPage, do))
	}
	in.Get("/visit-findings", w.visitFindings)
	in.Get("/visit-findings/:number", w.visitFinding)
	in.Get("/visit-findings/:number/files/:id", func(c *fiber.Ctx) error { return api.Exhibit(c, w.Visits.File) })
	for form, do := range map[string]func(*fiber.Ctx, string, int64, map[string]string) error{
		"answer": w.followUp(w.Visits.Answer), "reopen": w.followUp(w.Visits.Reopen), "close": w.followUp(w.Visits.Close),
	} {
		in.Post("/visit-findings/:number/"+form, w.paperStep("/visit-findings/", form, w.visitFindingPage, do))
	}
}

type visitsPage struct {
	Filter        visits.Filter
	States        []option
	Units, Donors []option
	Visits        []*models.Visit
	Query         url.Values
	Next          string
	First         bool
	Today         models.Day
}

func (w *Web) visits(c *fiber.Ctx) error {
	f := visits.Filter{Papers: api.Papers(c), State: c.Query("state")}
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := visitsPage{Filter: f, States: optionsOf(models.VisitStates, f.State), Units: choose(ch.Units, f.Unit), Donors: choose(ch.Donors, f.Donor), Query: queryOf(c), First: c.Query("cursor") == "", Today: w.Book.Today()}
	v := view{Title: say("End-use visits"), Here: "visits", Data: &p}
	list, err := w.Visits.List(c.UserContext(), f, c.Query("cursor"), pageOfAssets)
	if err != nil {
		return w.refusedList(c, "visits", v, err)
	}
	p.Next = list.Next
	for _, record := range list.Records {
		visit, err := store.Decode[models.Visit](record)
		if err != nil {
			return err
		}
		p.Visits = append(p.Visits, visit)
	}
	return w.render(c, fiber.StatusOK, "visits", v)
}

type visitForm struct {
	Units, Donors, Grants, Categories []option
	Today                             models.Day
	Form                              map[string]string
}

func (w *Web) newVisit(c *fiber.Ctx) error {
	form := map[string]string{"on": string(w.Book.Today())}
	for key, values := range queryOf(c) {
		form[key] = values[0]
	}
	return w.visitForm(c, fiber.StatusOK, form, nil)
}

func (w *Web) visitForm(c *fiber.Ctx, status int, form map[string]string, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := visitForm{Units: choose(ch.Units, form["unit"]), Donors: choose(ch.Donors, form["donor"]), Grants: choose(ch.Grants, form["grant"]), Categories: choose(ch.Categories, form["category"]),
		Today: w.Book.Today(), Form: form}
	return w.render(c, status, "visit-form", view{Title: say("Plan an end-use visit"), Here: "visits", Refusal: refusal, Data: p})
}

func (w *Web) planVisit(c *fiber.Ctx) error {
	form := formOf(c)
	to := "/visits"
	err := w.act(c, func(c *fiber.Ctx) error {
		n := visits.NewVisit{Name: form["name"], Scope: models.VisitScope{Unit: form["unit"], Donor: form["donor"], Grant: form["grant"], Category: form["category"]}, On: models.Day(form["on"]),
			Monitor: models.Monitor{Name: form["monitor"], Organisation: form["organisation"]}}
		sample, err := sampleOf(form)
		if err != nil {
			return err
		}
		n.Sample = sample
		v, err := w.Visits.Plan(c.UserContext(), n)
		if err == nil {
			to = "/visits/" + v.Number + "?done=planned"
		}
		return err
	})
	return w.sent(c, err, to, func(status int, refusal *models.Error) error { return w.visitForm(c, status, form, refusal) })
}

// sampleOf reads how many items are to be drawn; nil is all of them.
func sampleOf(form map[string]string) (*models.Sample, error) {
	size := strings.TrimSpace(form["size"])
	if size == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(size)
	if err != nil {
		return nil, models.Refuse(models.Invalid, "sample.size", "is not a number")
	}
	sample := &models.Sample{Size: n, By: form["by"]}
	if seed := strings.TrimSpace(form["seed"]); seed != "" {
		if sample.Seed, err = strconv.ParseInt(seed, 10, 64); err != nil {
			return nil, models.Refuse(models.Invalid, "sample.seed", "is not a number")
		}
	}
	return sample, nil
}

type visitPage struct {
	*models.Visit
	Tally      visits.Tally
	Items      []*models.VisitItem
	Raised     []*models.VisitFinding
	Broken     []int
	Names      map[string]string
	Progress   []progress
	Leads      bool
	Outcomes   []option
	Conditions []option
	Uses       []option
	Severities []option
	Units      []option
	Events     []happening
	Open       string
	Today      models.Day
	Form       map[string]string
}

// Signatures are those of the monitor and of the unit.
func (p *visitPage) Signatures() []shownSignature {
	return shownSignatures(p.SignedBy, p.Broken, say("The monitor"), say("For the unit"))
}

// Method says how the items are chosen.
func (p *visitPage) Method() models.Text {
	switch {
	case p.Sample == nil:
		return say("everything in the scope")
	case p.Sample.Of == 0:
		return say("a sample of %d, drawn when it begins, and every item of an enhanced category", p.Sample.Size)
	}
	return say("a random sample of %d, with every item of an enhanced category, from %d by the seed %d", p.Sample.Size, p.Sample.Of, p.Sample.Seed)
}

// question is one of the checklist, counted from 1.
type question struct {
	Number int
	models.Check
}

// Questions are those of the checklist with their numbers.
func (p *visitPage) Questions() []question {
	all := make([]question, len(p.Checklist))
	for i, check := range p.Checklist {
		all[i] = question{i + 1, check}
	}
	return all
}

// Signing is the part of the form in which one of the two signs.
func (p *visitPage) Signing(legend, id string) signForm {
	likely := &models.Person{Name: p.Monitor.Name}
	if id != "monitor" {
		likely = nil
	}
	return signing(legend, id, likely, map[string]string{})
}

func (w *Web) visit(c *fiber.Ctx) error { return w.visitPage(c, fiber.StatusOK, "", nil) }

func (w *Web) visitPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	v, err := w.Visits.Visit(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	p := &visitPage{Visit: v, Leads: visits.Leads(caller, v), Open: open, Form: formOf(c), Today: w.Book.Today(), Progress: visitProgress(v), Outcomes: optionsOf(models.VisitOutcomes, ""),
		Conditions: conditionOptions, Uses: append([]option{{}}, optionsOf(models.EndUses, "")...), Severities: optionsOf(models.Severities, "major")}
	if p.Form["code"] == "" && c.Query("item") != "" {
		p.Form["code"] = c.Query("item")
	}
	if p.Tally, err = w.Visits.Tally(ctx, v.Number); err != nil {
		return err
	}
	err = w.Visits.EachItem(ctx, v.Number, func(item *models.VisitItem) error {
		p.Items = append(p.Items, item)
		return nil
	})
	if err != nil {
		return err
	}
	if p.Raised, err = w.Visits.FindingsOf(ctx, v.Number); err != nil {
		return err
	}
	if p.Broken, err = w.Visits.Broken(ctx, v); err != nil {
		return err
	}
	if p.Names, err = w.names(ctx, v.PlannedBy); err != nil {
		return err
	}
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	p.Units = choose(ch.Units, v.Scope.Unit)
	events, _, err := w.Visits.Events(ctx, v.Number, "", historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	undo := undoing(c, "planned", access.May(caller.Role, access.Monitor) && v.State == models.VisitPlanned, "/visits/"+v.Number+"/cancel", v.Version, nil)
	return w.render(c, status, "visit", view{Title: v.Number, Here: "visits", Undo: undo, Refusal: refusal, Data: p})
}

func visitProgress(v *models.Visit) []progress {
	steps := []progress{{say("Planned"), "now"}, {say("Under way"), ""}, {say("Made and signed"), ""}}
	switch v.State {
	case models.VisitUnderway:
		steps[0].State, steps[1].State = "past", "now"
	case models.VisitMade:
		steps[0].State, steps[1].State, steps[2].State = "past", "past", "past"
	case models.VisitCancelled:
		steps[0].State, steps[1].State, steps[2] = "past", "over", progress{say("Cancelled"), "past"}
	}
	return steps
}

func (w *Web) beginVisit(c *fiber.Ctx, number string, version int64, _ map[string]string) error {
	_, err := w.Visits.Begin(c.UserContext(), number, version)
	return err
}

func (w *Web) postponeVisit(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Visits.Postpone(c.UserContext(), number, version, models.Day(form["on"]), form["reason"])
	return err
}

func (w *Web) cancelVisit(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Visits.Cancel(c.UserContext(), number, version, form["reason"])
	return err
}

func (w *Web) seeItem(c *fiber.Ctx, number string, _ int64, form map[string]string) error {
	_, err := w.Visits.See(c.UserContext(), number, visits.Look{Code: form["code"], Outcome: models.VisitOutcome(form["outcome"]), Serial: form["serial"], Condition: models.Condition(form["condition"]),
		Use: models.EndUse(form["use"]), UsedFor: form["used_for"], Needed: yesOrNo(form["needed"]), Location: form["location"], Remark: form["remark"], Photo: uploaded(c).Content})
	return err
}

func (w *Web) checkVisit(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	var all visits.Answers
	for i := 1; ; i++ {
		answer, sent := form[fmt.Sprintf("answer.%d", i)]
		if !sent {
			break
		}
		all.Answers = append(all.Answers, visits.Answer{Question: i, Answer: models.CheckAnswer(answer), Remark: form[fmt.Sprintf("remark.%d", i)]})
	}
	_, err := w.Visits.Check(c.UserContext(), number, version, all)
	return err
}

func (w *Web) raiseFinding(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Visits.Raise(c.UserContext(), number, version, visits.NewFinding{Severity: models.Severity(form["severity"]), What: form["what"], Tag: form["tag"], Unit: form["unit"], Owner: form["owner"],
		Due: models.Day(form["due"]), Papers: paper(c, models.PhotoExhibit)})
	return err
}

func (w *Web) signVisit(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	closing := visits.Closing{Impact: form["impact"], Remarks: form["remarks"]}
	given := signaturesOf(c)
	if len(given) > 0 {
		closing.Monitor = given[0]
	}
	if len(given) > 1 {
		closing.Representative = given[1]
	}
	_, err := w.Visits.Sign(c.UserContext(), number, version, closing)
	return err
}

// subjectOf names a finding as its flag does.
func subjectOf(f *models.VisitFinding) string { return ledger.Subject(store.VisitFindings, f.Number) }
