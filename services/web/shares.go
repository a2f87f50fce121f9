package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/reports"
	"quartermaster/services/shares"
	"quartermaster/services/store"
)

func (w *Web) mountShares(in fiber.Router) {
	in.Get("/shares", w.shares)
	in.Get("/shares/new", w.newShare)
	in.Post("/shares/new", w.makeShare)
	in.Get("/shares/:id", w.share)
	in.Post("/shares/:id/withdraw", w.withdrawShare)
}

type sharesPage struct {
	Shares []shareRow
	Next   string
	First  bool
	now    models.Time
}

type shareRow struct{ *models.Share }

// State says whether a link can be opened now.
func (p *sharesPage) State(s *models.Share) models.ShareState { return s.State(p.now) }

func (w *Web) shares(c *fiber.Ctx) error {
	page, err := w.Shares.List(c.UserContext(), c.Query("cursor"), pageOfAssets)
	if err != nil {
		return err
	}
	p := &sharesPage{Next: page.Next, First: c.Query("cursor") == "", now: models.At(w.Book.Now())}
	for _, record := range page.Records {
		share, err := store.Decode[models.Share](record)
		if err != nil {
			return err
		}
		p.Shares = append(p.Shares, shareRow{share})
	}
	return w.render(c, fiber.StatusOK, "shares", view{Title: say("Links for donors"), Here: "reports", Data: p})
}

type shareForm struct {
	Kinds, Donors, Grants, Units, Categories []option
	Report                                   *models.Report // that it is to show
	Longest                                  int
	Form                                     map[string]string
}

func (w *Web) newShare(c *fiber.Ctx) error {
	if _, err := access.Allow(c.UserContext(), access.Share); err != nil {
		return err
	}
	form := map[string]string{"days": strconv.Itoa(shares.Usual), "kind": models.GrantShare}
	for key, values := range queryOf(c) {
		form[key] = values[0]
	}
	return w.shareForm(c, fiber.StatusOK, form, nil)
}

func (w *Web) shareForm(c *fiber.Ctx, status int, form map[string]string, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := shareForm{Donors: choose(ch.Donors, form["donor"]), Grants: choose(ch.Grants, form["grant"]), Units: choose(ch.Units, form["unit"]), Categories: choose(ch.Categories, form["category"]),
		Longest: shares.Longest, Form: form, Kinds: []option{{Value: models.GrantShare, Label: say("A whole grant: its handover, register and closing")}}}
	for _, kind := range reports.Kinds {
		p.Kinds = append(p.Kinds, option{Value: kind.Name, Label: say(kind.Title)})
	}
	p.Kinds = choose(p.Kinds, form["kind"])
	if form["report"] != "" {
		made, err := w.Reports.Report(c.UserContext(), form["report"])
		if err != nil {
			return err
		}
		p.Report = made.Report
	}
	return w.render(c, status, "share-form", view{Title: say("Give a donor a link"), Here: "reports", Refusal: refusal, Data: p})
}

func (w *Web) makeShare(c *fiber.Ctx) error {
	form := formOf(c)
	var made *shares.WithAddress
	err := w.act(c, func(c *fiber.Ctx) error {
		days, err := strconv.Atoi(strings.TrimSpace(form["days"]))
		if err != nil {
			return models.Refuse(models.Invalid, "days", "must be a whole number of days")
		}
		made, err = w.Shares.Make(c.UserContext(), shares.NewShare{For: form["for"], Kind: form["kind"], Report: form["report"], Days: days,
			ReportQuery: api.ReportQuery(func(name string) string { return form[name] })})
		return err
	})
	if err == nil && made != nil {
		return w.render(c, fiber.StatusOK, "share-made", view{Title: say("For %v", made.For), Here: "reports", Data: made})
	}
	return w.sent(c, err, "/shares", func(status int, refusal *models.Error) error { return w.shareForm(c, status, form, refusal) })
}

type sharePage struct {
	*models.Share
	Now    models.ShareState
	Who    string // gave it, by name
	Opened []models.Opening
	Next   string
	Failed bool // the form was refused
}

func (w *Web) share(c *fiber.Ctx) error { return w.sharePage(c, fiber.StatusOK, nil) }

func (w *Web) sharePage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ctx := c.UserContext()
	share, err := w.Shares.Share(ctx, c.Params("id"))
	if err != nil {
		return err
	}
	p := &sharePage{Share: share, Now: share.State(models.At(w.Book.Now())), Failed: refusal != nil}
	if p.Who, err = w.nameOf(ctx, share.By); err != nil {
		return err
	}
	if p.Opened, p.Next, err = w.Shares.Openings(ctx, share.ID, c.Query("cursor"), historyShown); err != nil {
		return err
	}
	return w.render(c, status, "share", view{Title: share.For, Here: "reports", Refusal: refusal, Data: p})
}

func (w *Web) withdrawShare(c *fiber.Ctx) error {
	id := c.Params("id")
	err := w.act(c, func(c *fiber.Ctx) error {
		version, err := versionRead(c.FormValue("version"))
		if err != nil {
			return err
		}
		_, err = w.Shares.Withdraw(c.UserContext(), id, version, c.FormValue("reason"))
		return err
	})
	if models.KindOf(err) == models.NotFound {
		return err
	}
	return w.sent(c, err, "/shares/"+id+"?done=withdrawn", func(status int, refusal *models.Error) error { return w.sharePage(c, status, refusal) })
}
