package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/stocktake"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

func (w *Web) mountStocktakes(in fiber.Router) {
	in.Get("/stocktakes", w.stocktakes)
	in.Get("/stocktakes/new", w.newStocktake)
	in.Post("/stocktakes/new", w.openStocktake)
	in.Get("/stocktakes/:number", w.stocktake)
	in.Get("/stocktakes/:number/count", w.countPage)
	in.Post("/stocktakes/:number/count", w.count)
	in.Get("/stocktakes/:number/result", w.stocktakeResult)
	in.Get("/stocktakes/:number/result.csv", func(c *fiber.Ctx) error { return api.StocktakeCSV(c, w.Stocktakes) })
	in.Get("/stocktakes/:number/sheets.pdf", speaking(func(c *fiber.Ctx) error { return api.CountSheets(c, w.Stocktakes) }))
	in.Get("/stocktakes/:number/photos/:id", func(c *fiber.Ctx) error { return api.SightingPhoto(c, w.Stocktakes) })
	in.Post("/stocktakes/:number/open", w.stocktakeStep("open", "opened", w.resumeStocktake))
	in.Post("/stocktakes/:number/recount", w.stocktakeStep("recount", "recount", w.recount))
	in.Post("/stocktakes/:number/close", w.stocktakeStep("close", "counted", w.closeStocktake))
}

type stocktakesPage struct {
	Filter     stocktake.Filter
	States     []option
	Units      []option
	Stocktakes []stocktakeRow
	Query      url.Values
	Next       string
	First      bool
}

type stocktakeRow struct {
	*stocktake.Shown
	About words.List
	Bar   countBar
}

// countBar is how far a count has come, in hundredths of what is expected.
type countBar struct {
	Sighted, Explained, Missing float64
	models.Tally
}

func barOf(t models.Tally) countBar {
	whole := max(float64(t.Expected), 1) / 100
	return countBar{Sighted: float64(t.Sighted) / whole, Explained: float64(t.Explained) / whole, Missing: float64(t.Unaccounted) / whole, Tally: t}
}

// FromMissing is where the part begins that nobody saw.
func (b countBar) FromMissing() float64 { return b.Sighted + b.Explained }

// Percent is how much was sighted, rounded down: all is not counted before all is.
func (b countBar) Percent() int { return int(b.Sighted) }

func (w *Web) stocktakes(c *fiber.Ctx) error {
	f := api.StocktakeFilter(c)
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := stocktakesPage{Filter: f, Units: choose(ch.Units, f.Unit), Query: queryOf(c), First: c.Query("cursor") == ""}
	for _, s := range models.StocktakeStates {
		p.States = append(p.States, option{Value: string(s), Label: words.Capital{Of: s}, Chosen: string(s) == f.State})
	}
	v := view{Title: say("Stocktakes"), Here: "stocktakes", Data: &p}
	list, next, err := w.Stocktakes.List(c.UserContext(), f, c.Query("cursor"), pageOfAssets)
	if err != nil {
		refusal, ok := shown(err)
		if !ok {
			return err
		}
		v.Refusal = refusal
		return w.render(c, fiber.StatusUnprocessableEntity, "stocktakes", v)
	}
	p.Next = next
	for _, st := range list {
		p.Stocktakes = append(p.Stocktakes, stocktakeRow{st, about(st.Stocktake, ch), barOf(st.Tally)})
	}
	return w.render(c, fiber.StatusOK, "stocktakes", v)
}

// about says in words what a stocktake is about.
func about(st *models.Stocktake, ch *choices) words.List {
	name := func(options []option, code string) string {
		if at := slices.IndexFunc(options, func(o option) bool { return o.Value == code }); at >= 0 {
			return fmt.Sprint(options[at].Label)
		}
		return code
	}
	var parts words.List
	for _, part := range []string{name(ch.Units, st.Scope.Unit), name(ch.Categories, st.Scope.Category), name(ch.Donors, st.Scope.Donor), name(ch.Grants, st.Scope.Grant)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if st.Scope.Over != nil {
		parts = append(parts, say("%v and more", *st.Scope.Over))
	}
	if st.Scope.Lots {
		parts = append(parts, say("stock lots as well"))
	}
	if len(parts) == 0 {
		parts = append(parts, say("Everything"))
	}
	if s := st.Sample; s != nil {
		parts = append(parts, say("a sample of %d of %d", st.Expected, s.Of))
		if s.By != "" {
			parts = append(parts, say("by %v", say(s.By)))
		}
		parts = append(parts, say("seed %d", s.Seed))
	}
	return parts
}

type stocktakeForm struct {
	*choices
	Strata   []option
	Officers []option
	Form     map[string]string
	Preview  *stocktake.Preview
	Names    map[string]string // of units
}

func (w *Web) newStocktake(c *fiber.Ctx) error {
	form := map[string]string{"currency": "USD", "all_currency": "USD"}
	for key, values := range queryOf(c) {
		form[key] = values[0]
	}
	caller, err := access.Caller(c.UserContext())
	if err != nil {
		return err
	}
	return w.stocktakeForm(c, fiber.StatusOK, form, []string{caller.Code}, nil, nil)
}

func (w *Web) stocktakeForm(c *fiber.Ctx, status int, form map[string]string, officers []string, preview *stocktake.Preview, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	f := stocktakeForm{choices: ch, Form: form, Preview: preview, Names: map[string]string{}}
	for _, u := range ch.units {
		f.Names[u.Code] = u.Name
	}
	ch.Units, ch.Categories = choose(ch.Units, form["unit"]), choose(ch.Categories, form["category"])
	ch.Donors, ch.Grants = choose(ch.Donors, form["donor"]), choose(ch.Grants, form["grant"])
	f.Strata = choose([]option{{Value: "", Label: say("of all alike")}, {Value: "category", Label: say("from every category")}, {Value: "value", Label: say("from every band of value")}}, form["by"])
	if f.Officers, err = w.countingOfficers(c.UserContext(), officers); err != nil {
		return err
	}
	return w.render(c, status, "stocktake-form", view{Title: say("Open a stocktake"), Here: "stocktakes", Refusal: refusal, Data: f})
}

// countingOfficers are the people who may be named to count: whoever the caller
// sees with a sign-in.
func (w *Web) countingOfficers(ctx context.Context, chosen []string) ([]option, error) {
	caller, err := access.Caller(ctx)
	if err != nil {
		return nil, err
	}
	page, err := w.Access.People(ctx, "", mostSuggested)
	if err != nil {
		return nil, err
	}
	people := []*models.Person{caller}
	for _, r := range page.Records {
		p, err := store.Decode[models.Person](r)
		if err != nil {
			return nil, err
		}
		if p.CanSignIn() && p.Code != caller.Code {
			people = append(people, p)
		}
	}
	var options []option
	for _, p := range people {
		options = append(options, option{Value: p.Code, Label: strings.TrimSpace(p.Rank + " " + p.Name), Chosen: slices.Contains(chosen, p.Code)})
	}
	for _, code := range chosen { // whoever was named and is not among them stays named
		if !slices.ContainsFunc(people, func(p *models.Person) bool { return p.Code == code }) {
			options = append(options, option{Value: code, Label: code, Chosen: true})
		}
	}
	return options, nil
}

// openStocktake shows how much a stocktake would be, or opens it.
func (w *Web) openStocktake(c *fiber.Ctx) error {
	form := formOf(c)
	n, err := newStocktakeOf(c, form)
	var preview *stocktake.Preview
	to := "/stocktakes"
	if err == nil {
		if form["do"] == "open" {
			err = w.act(c, func(c *fiber.Ctx) error {
				st, err := w.Stocktakes.Open(c.UserContext(), n)
				if err == nil {
					to = "/stocktakes/" + st.Number + "?done=opened"
				}
				return err
			})
		} else if preview, err = w.Stocktakes.Preview(c.UserContext(), n); err == nil {
			return w.stocktakeForm(c, fiber.StatusOK, form, n.Officers, preview, nil)
		}
	}
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.stocktakeForm(c, status, form, n.Officers, nil, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

func newStocktakeOf(c *fiber.Ctx, form map[string]string) (stocktake.NewStocktake, error) {
	n := stocktake.NewStocktake{Name: form["name"], Deadline: models.Day(form["deadline"]), OwnCustody: form["own_custody"] != "",
		Scope: models.StocktakeScope{Unit: form["unit"], Donor: form["donor"], Grant: form["grant"], Category: form["category"], Lots: form["lots"] != ""}}
	for _, code := range c.Request().PostArgs().PeekMulti("officers") {
		n.Officers = append(n.Officers, string(code))
	}
	money := func(amount, currency string) *models.Money {
		if strings.TrimSpace(amount) == "" {
			return nil
		}
		return &models.Money{Amount: strings.TrimSpace(amount), Currency: strings.ToUpper(strings.TrimSpace(currency))}
	}
	n.Scope.Over = money(form["over"], form["currency"])
	allOver := money(form["all_over"], form["all_currency"])
	if strings.TrimSpace(form["size"]) == "" {
		return n, nil
	}
	n.Sample = &models.Sample{By: form["by"], AllOver: allOver}
	var err error
	if n.Sample.Size, err = strconv.Atoi(strings.TrimSpace(form["size"])); err != nil {
		return n, models.Refuse(models.Invalid, "sample.size", "must be a whole number")
	}
	if seed := strings.TrimSpace(form["seed"]); seed != "" {
		if n.Sample.Seed, err = strconv.ParseInt(seed, 10, 64); err != nil {
			return n, models.Refuse(models.Invalid, "sample.seed", "must be a whole number")
		}
	}
	return n, nil
}
