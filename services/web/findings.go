package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/flags"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

func (w *Web) mountFindings(in fiber.Router) {
	in.Get("/findings", w.findings)
	in.Get("/findings/:id", w.finding)
	in.Post("/findings/:id/acknowledge", w.acknowledge)
	in.Get("/jobs", w.jobs)
	in.Post("/jobs/:name/run", w.runJob)
}

// finding is a flag as pages show it.
type finding struct {
	*models.Flag
	Page     string // of its subject
	UnitName string
	Holder   string // the name of who answers for it
	Days     int    // that the matter has stood; below zero is how many until it does
	Quiet    bool
	Seer     string // the name of who acknowledged it
}

// pagesOf are where the subjects of flags have their pages, by collection, with what
// people know them by behind.
var pagesOf = map[string]string{
	"assets": "/assets/", "vouchers": "/vouchers/", "requests": "/requests/", "balances": "/lots/", "stock_items": "/stock/", "trainings": "/people/", "losses": "/losses/", "visit_findings": "/visit-findings/", "grants": "/grants/",
	"donors": "/reports/end_use?donor=",
}

// Age says in words how long the matter has stood.
func (f finding) Age() models.Text {
	switch {
	case f.Days == 0:
		return say("today")
	case f.Days == 1:
		return models.Count("%d day", "%d days", 1)
	case f.Days < 0:
		return models.Count("in %d day", "in %d days", -f.Days)
	}
	return models.Count("%d day", "%d days", f.Days)
}

func (w *Web) shownFindings(ctx context.Context, list []*models.Flag) ([]finding, error) {
	today := w.Book.Today()
	units := map[string]string{}
	people := map[string]string{}
	shown := make([]finding, len(list))
	for i, f := range list {
		collection, id, _ := strings.Cut(f.Subject, "/")
		one := finding{Flag: f, Days: today.Since(f.Since), Quiet: f.Quiet(today)}
		if page := pagesOf[collection]; page != "" {
			one.Page = page + url.PathEscape(f.Ref)
		}
		switch collection {
		case "grants":
			one.Page += "/closing"
		case "public_reports":
			one.Page = "/public-reports?state=all#" + id
		}
		for _, code := range []string{f.Unit, f.RaisedTo} {
			if _, known := units[code]; code != "" && !known {
				unit, err := store.Get[models.Unit](ctx, w.Book.Store, store.Units, code)
				if err != nil {
					return nil, err
				}
				units[code] = unit.Name
			}
		}
		one.UnitName = units[f.Unit]
		who := []string{f.Owner}
		if f.Acknowledged != nil {
			who = append(who, f.Acknowledged.By)
		}
		for _, code := range who {
			if _, known := people[code]; code != "" && !known {
				name, err := w.nameOf(ctx, code)
				if err != nil {
					return nil, err
				}
				people[code] = name
			}
		}
		one.Holder = people[f.Owner]
		if f.Acknowledged != nil {
			one.Seer = people[f.Acknowledged.By]
		}
		shown[i] = one
	}
	return shown, nil
}

// about are the open findings about the subject of a page.
func (w *Web) about(ctx context.Context, subject string) ([]finding, error) {
	standing, err := w.Flags.Standing(ctx, subject)
	if err != nil {
		return nil, err
	}
	return w.shownFindings(ctx, standing)
}

// findingsOwned is how many findings a person's page shows.
const findingsOwned = 10

// ownedBy are the first open findings of what a person answers for, and whether there
// are more.
func (w *Web) ownedBy(ctx context.Context, person *models.Person) ([]finding, bool, error) {
	page, err := w.Flags.List(ctx, flags.Filter{Owner: person.Code}, "", findingsOwned)
	if err != nil {
		return nil, false, err
	}
	found, err := flagsOf(page)
	if err != nil {
		return nil, false, err
	}
	shown, err := w.shownFindings(ctx, found)
	return shown, page.Next != "", err
}

func flagsOf(page *store.Page) ([]*models.Flag, error) {
	found := make([]*models.Flag, len(page.Records))
	for i, record := range page.Records {
		var err error
		if found[i], err = store.Decode[models.Flag](record); err != nil {
			return nil, err
		}
	}
	return found, nil
}

type findingsPage struct {
	Filter   flags.Filter
	Kinds    []option
	States   []option
	Units    []option
	Donors   []option
	Raised   []option
	Counts   []flags.Counted
	Findings []finding
	Query    url.Values
	Next     string
	First    bool
}

func (w *Web) findings(c *fiber.Ctx) error {
	ctx := c.UserContext()
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	f := api.FlagFilter(c)
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	p := findingsPage{Filter: f, Kinds: choose(findingKinds, f.Kind), Units: choose(ch.Units, f.Unit), Donors: choose(ch.Donors, f.Donor),
		States: choose([]option{{Value: "", Label: say("Open")}, {Value: "closed", Label: say("Closed")}}, f.State), Query: queryOf(c), First: c.Query("cursor") == ""}
	if caller.Scope != "" && caller.Role != models.Auditor {
		p.Raised = choose([]option{{Value: "", Label: say("With any unit")}, {Value: caller.Scope, Label: say("Risen to %v", caller.Scope)}}, f.Raised)
	}
	v := view{Title: say("Findings"), Here: "findings", Data: &p}
	list, err := w.Flags.List(ctx, f, c.Query("cursor"), pageOfAssets)
	if err != nil {
		refusal, ok := shown(err)
		if !ok {
			return err
		}
		v.Refusal = refusal
		return w.render(c, fiber.StatusUnprocessableEntity, "findings", v)
	}
	p.Next = list.Next
	found, err := flagsOf(list)
	if err != nil {
		return err
	}
	if p.Findings, err = w.shownFindings(ctx, found); err != nil {
		return err
	}
	f.Kind = ""
	if p.Counts, err = w.Flags.Counts(ctx, f); err != nil {
		return err
	}
	return w.render(c, fiber.StatusOK, "findings", v)
}

var findingKinds = func() []option {
	options := []option{{Value: "", Label: say("Any kind")}}
	for _, k := range models.FlagKinds {
		options = append(options, option{Value: string(k), Label: words.Capital{Of: k}})
	}
	return options
}()

type findingPage struct {
	finding
	Path   []*models.Unit
	May    bool
	Events []happening
	Form   map[string]string
	From   models.Day // the first day to look again on
}

func (w *Web) finding(c *fiber.Ctx) error { return w.findingPage(c, fiber.StatusOK, nil) }

func (w *Web) findingPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ctx := c.UserContext()
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	f, err := w.Flags.Flag(ctx, c.Params("id"))
	if err != nil {
		return err
	}
	shown, err := w.shownFindings(ctx, []*models.Flag{f})
	if err != nil {
		return err
	}
	p := &findingPage{finding: shown[0], May: f.Stands() && flags.MayAcknowledge(caller, f), Form: formOf(c), From: w.Book.Today().Plus(1)}
	for _, code := range f.Path {
		unit, err := store.Get[models.Unit](ctx, w.Book.Store, store.Units, code)
		if err != nil {
			return err
		}
		p.Path = append(p.Path, unit)
	}
	events, _, err := w.Flags.Events(ctx, f.ID, "", historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	return w.render(c, status, "finding", view{Title: words.List{words.Capital{Of: f.Kind}, f.Ref}, Here: "findings", Refusal: refusal, Data: p})
}

func (w *Web) acknowledge(c *fiber.Ctx) error {
	id, form := c.Params("id"), formOf(c)
	err := w.act(c, func(c *fiber.Ctx) error {
		_, err := w.Flags.Acknowledge(c.UserContext(), id, 0, flags.Remark{Remark: strings.TrimSpace(form["remark"]), LookAgain: models.Day(form["look_again"])})
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.findingPage(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/findings/"+id+"?done=acknowledged", fiber.StatusSeeOther)
}
