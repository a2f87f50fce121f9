package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/public"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

func (w *Web) mountPublic(in fiber.Router) {
	in.Get("/public-reports", w.publicReports)
	in.Get("/public-reports/:id/photo", func(c *fiber.Ctx) error { return api.PublicPhoto(c, w.Public) })
	in.Post("/public-reports/:id/confirm", w.decideReport(func(c *fiber.Ctx) error {
		_, err := w.Public.Confirm(c.UserContext(), c.Params("id"), 0, public.Confirmation{Remark: c.FormValue("remark"), Unusable: c.FormValue("unusable") != ""})
		return err
	}))
	in.Post("/public-reports/:id/dismiss", w.decideReport(func(c *fiber.Ctx) error {
		_, err := w.Public.Dismiss(c.UserContext(), c.Params("id"), 0, c.FormValue("remark"))
		return err
	}))
}

type publicPage struct {
	States  []option
	State   string
	Reports []publicRow
	Query   url.Values
	Next    string
	First   bool
	Open    string // the report whose form was refused
	Form    map[string]string
}

type publicRow struct {
	*models.PublicReport
	By string // who decided, by name
}

func (w *Web) publicReports(c *fiber.Ctx) error { return w.publicPage(c, fiber.StatusOK, "", nil) }

// publicPage lists reports from the public; open is the one whose form was refused.
func (w *Web) publicPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	p := publicPage{State: c.Query("state", string(models.PublicWaiting)), Query: queryOf(c), First: c.Query("cursor") == "", Open: open, Form: formOf(c)}
	filter := public.Filter{State: models.PublicState(p.State)}
	if p.State == "all" {
		filter.State = ""
	}
	for _, s := range models.PublicStates {
		p.States = append(p.States, option{Value: string(s), Label: words.Capital{Of: s}})
	}
	p.States = choose(append(p.States, option{Value: "all", Label: say("Any state")}), p.State)
	list, err := w.Public.List(ctx, filter, c.Query("cursor"), pageOfAssets)
	if err != nil {
		return err
	}
	p.Next = list.Next
	for _, record := range list.Records {
		r, err := store.Decode[models.PublicReport](record)
		if err != nil {
			return err
		}
		row := publicRow{PublicReport: r}
		if r.Decided != nil {
			if row.By, err = w.nameOf(ctx, r.Decided.By); err != nil {
				return err
			}
		}
		p.Reports = append(p.Reports, row)
	}
	return w.render(c, status, "public-reports", view{Title: say("Reports from the public"), Here: "public", Refusal: refusal, Data: &p})
}

// decideReport handles a form on the report in the address.
func (w *Web) decideReport(do func(*fiber.Ctx) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := w.act(c, do)
		if refusal, ok := shown(err); ok {
			status, _ := refusalOf(err)
			return w.publicPage(c, status, c.Params("id"), refusal)
		}
		if err != nil {
			return err
		}
		return c.Redirect("/public-reports?done=decided", fiber.StatusSeeOther)
	}
}

// deciding is one report with its forms.
type deciding struct {
	view
	Report publicRow
	Open   bool
	Remark string

	Unusable bool
}

// Deciding is a report as the part of the page with its forms takes it.
func (p *publicPage) Deciding(v view, r publicRow) deciding {
	d := deciding{view: v, Report: r, Open: p.Open == r.ID}
	if d.Open {
		d.Remark, d.Unusable = p.Form["remark"], p.Form["unusable"] != ""
	}
	return d
}
