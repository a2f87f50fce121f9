package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/register"
	"quartermaster/services/titles"
)

func (w *Web) mountTitles(in fiber.Router) {
	in.Get("/titles", w.titleTransfers)
	in.Get("/titles/new", w.newTitle)
	in.Post("/titles/new", w.recordTitle)
	in.Get("/titles/:number", w.title)
	in.Get("/titles/:number/files/:id", func(c *fiber.Ctx) error { return api.Exhibit(c, w.Titles.File) })
	in.Post("/titles/:number/files", w.paperStep("/titles/", "files", w.titlePage, w.attachToTitle))
	in.Get("/grants/:code/closing", w.closing)
	in.Post("/grants/:code/close", w.grantStep("close", "closed", w.closeGrant))
	in.Post("/grants/:code/settings", w.grantStep("settings", "changed", w.setGrant))
}

type titlesPage struct {
	Filter        register.Papers
	Units, Donors []option
	Transfers     []*models.TitleTransfer
	Query         url.Values
	Next          string
	First         bool
}

func (w *Web) titleTransfers(c *fiber.Ctx) error {
	f := api.Papers(c)
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := titlesPage{Filter: f, Units: choose(ch.Units, f.Unit), Donors: choose(ch.Donors, f.Donor), Query: queryOf(c), First: c.Query("cursor") == ""}
	v := view{Title: say("Title transfers"), Here: "losses", Data: &p}
	if p.Transfers, p.Next, err = w.Titles.List(c.UserContext(), f, c.Query("cursor"), pageOfAssets); err != nil {
		return w.refusedList(c, "titles", v, err)
	}
	return w.render(c, fiber.StatusOK, "titles", v)
}

type titleForm struct {
	Agencies, Donors, Grants []option
	Today                    models.Day
	Form                     map[string]string
}

func (w *Web) newTitle(c *fiber.Ctx) error {
	form := map[string]string{"tags": c.Query("tag"), "grant": c.Query("grant"), "on": string(w.Book.Today())}
	return w.titleForm(c, fiber.StatusOK, form, nil)
}

func (w *Web) titleForm(c *fiber.Ctx, status int, form map[string]string, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := titleForm{Donors: choose(ch.Donors, form["to_donor"]), Grants: choose(ch.Grants, form["grant"]), Today: w.Book.Today(), Form: form}
	for _, u := range ch.units {
		if u.Parent == "" {
			p.Agencies = append(p.Agencies, option{Value: u.Code, Label: u.Name, Chosen: u.Code == form["to"]})
		}
	}
	return w.render(c, status, "title-form", view{Title: say("Record a title transfer"), Here: "losses", Refusal: refusal, Data: p})
}

func (w *Web) recordTitle(c *fiber.Ctx) error {
	form := formOf(c)
	to := "/titles"
	err := w.act(c, func(c *fiber.Ctx) error {
		n := titles.NewTransfer{To: form["to"], On: models.Day(form["on"]), Document: form["document"], Note: form["note"], Grant: form["grant"], Papers: paper(c, models.TransferPaper)}
		if form["to_donor"] != "" {
			n.To, n.Donor = form["to_donor"], true
		}
		for _, code := range strings.Fields(form["tags"]) {
			if strings.HasPrefix(strings.ToUpper(code), "LOT-") {
				n.Lots = append(n.Lots, strings.ToUpper(code))
			} else {
				n.Tags = append(n.Tags, code)
			}
		}
		t, err := w.Titles.Record(c.UserContext(), n)
		if err == nil {
			to = "/titles/" + t.Number + "?done=recorded"
		}
		return err
	})
	return w.sent(c, err, to, func(status int, refusal *models.Error) error { return w.titleForm(c, status, form, refusal) })
}

type titlePage struct {
	*models.TitleTransfer
	Who     string
	MayFile bool
	Events  []happening
	Open    string
}

func (w *Web) title(c *fiber.Ctx) error { return w.titlePage(c, fiber.StatusOK, "", nil) }

func (w *Web) titlePage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	t, err := w.Titles.Transfer(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	p := &titlePage{TitleTransfer: t, Open: open}
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	p.MayFile = access.May(caller.Role, access.PassTitle)
	if p.Who, err = w.nameOf(ctx, t.By); err != nil {
		return err
	}
	events, _, err := w.Titles.Events(ctx, t.Number, "", historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	return w.render(c, status, "title", view{Title: t.Number, Here: "losses", Refusal: refusal, Data: p})
}

func (w *Web) attachToTitle(c *fiber.Ctx, number string, version int64, _ map[string]string) error {
	upload := uploaded(c)
	_, err := w.Titles.Attach(c.UserContext(), number, version, register.Paper{Is: models.TransferPaper, Name: upload.Name, Content: upload.Content})
	return err
}

type closingPage struct {
	*titles.Closing
	Kinds    []obstacles
	MayClose bool
	Who      string
	Donor    *models.Donor
	Open     string
	Form     map[string]string
}

// obstacles are those of one kind.
type obstacles struct {
	Kind  titles.ObstacleKind
	Count int
	Items []obstacle
}

// firstObstacles is how many of a kind are shown before somebody asks for the rest.
const firstObstacles = 8

// First are those that are shown at once.
func (o obstacles) First() []obstacle { return o.Items[:min(len(o.Items), firstObstacles)] }

// Rest are those that are shown when asked for.
func (o obstacles) Rest() []obstacle { return o.Items[len(o.First()):] }

type obstacle struct {
	titles.Obstacle
	Page string // of what ends it
}

func (w *Web) closing(c *fiber.Ctx) error { return w.closingPage(c, fiber.StatusOK, "", nil) }

func (w *Web) closingPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	survey, err := w.Titles.Closing(ctx, c.Params("code"))
	if err != nil {
		return err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	p := &closingPage{Closing: survey, MayClose: access.May(caller.Role, access.CloseGrant) && survey.Grant.Closed == nil, Donor: ch.donors[survey.Grant.Donor], Open: open, Form: formOf(c)}
	for _, kind := range titles.ObstacleKinds {
		group := obstacles{Kind: kind, Count: survey.Counts[kind]}
		for _, o := range survey.Obstacles {
			if o.Kind == kind {
				group.Items = append(group.Items, obstacle{o, endsAt(o)})
			}
		}
		if group.Count > 0 {
			p.Kinds = append(p.Kinds, group)
		}
	}
	if closed := survey.Grant.Closed; closed != nil {
		if p.Who, err = w.nameOf(ctx, closed.By); err != nil {
			return err
		}
	}
	return w.render(c, status, "closing", view{Title: say("Closing %v", survey.Grant.Code), Here: "donors", Refusal: refusal, Data: p})
}

// endsAt is the page on which an obstacle is dealt with.
func endsAt(o titles.Obstacle) string {
	switch o.Kind {
	case titles.LossOpen:
		return "/losses/" + o.Paper
	case titles.WriteOffOpen:
		return "/writeoffs/" + o.Paper
	case titles.OnItsWay:
		return "/vouchers/" + o.Paper
	case titles.Unreported:
		return "/losses/new?kind=loss&tag=" + url.QueryEscape(o.Tag)
	case titles.EvidenceMissing:
		if strings.HasPrefix(o.Paper, "T-") {
			return "/titles/" + o.Paper
		}
	}
	return "/titles/new?tag=" + url.QueryEscape(o.Tag+o.Lot)
}

// grantStep carries out one of the forms on the page of a grant's closing.
func (w *Web) grantStep(form, done string, do func(*fiber.Ctx, map[string]string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := w.act(c, func(c *fiber.Ctx) error { return do(c, formOf(c)) })
		return w.sent(c, err, "/grants/"+c.Params("code")+"/closing?done="+done, func(status int, refusal *models.Error) error {
			return w.closingPage(c, status, form, refusal)
		})
	}
}

func (w *Web) closeGrant(c *fiber.Ctx, form map[string]string) error {
	version, err := versionRead(form["version"])
	if err != nil {
		return err
	}
	_, err = w.Titles.Close(c.UserContext(), c.Params("code"), version, titles.Closure{Remarks: form["remarks"], Signature: signedOf(form)})
	return err
}

// setGrant sets what a grant demands of disposals and transfers, and who is to own
// its items.
func (w *Web) setGrant(c *fiber.Ctx, form map[string]string) error {
	money := func(name string) *models.Money {
		if strings.TrimSpace(form[name]) == "" {
			return &models.Money{} // takes it out
		}
		return &models.Money{Amount: strings.TrimSpace(form[name]), Currency: strings.ToUpper(strings.TrimSpace(form["currency"]))}
	}
	recipient := strings.TrimSpace(form["recipient"])
	_, err := w.Register.EditGrant(c.UserContext(), c.Params("code"), 0, register.GrantEdit{ConsentFrom: money("consent_from"), EvidenceFrom: money("evidence_from"), Recipient: &recipient})
	return err
}
