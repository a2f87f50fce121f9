package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/stocktake"
)

type countingPage struct {
	*stocktake.Shown
	Bar        countBar
	Last       *models.StocktakeLine // what was just counted
	Outcome    string                // ok, known, odd or bad: the colour and the sound
	Word       any
	Example    string
	Conditions []option
	People     []option // who may have counted on paper
	Form       map[string]string
}

// kept are the fields of the counting form that stay for the next item.
var kept = []string{"condition", "in_use", "needed", "location"}

func (w *Web) countPage(c *fiber.Ctx) error {
	form := map[string]string{}
	for _, field := range kept {
		form[field] = c.Query(field)
	}
	p := &countingPage{Form: form}
	if id := c.Query("counted"); id != "" {
		line, err := w.Stocktakes.Line(c.UserContext(), c.Params("number"), id)
		if err != nil {
			return err
		}
		p.Last = line
		p.Outcome, p.Word = outcomeOf(line)
	}
	return w.counting(c, fiber.StatusOK, p, nil)
}

// outcomeOf says in a word what a sighting was.
func outcomeOf(line *models.StocktakeLine) (outcome string, word any) {
	switch line.State {
	case models.LineMisplaced:
		return "odd", say("Not expected here: %v", line.Explanation())
	case models.LineUnknown:
		return "odd", say("Nothing on charge has this label")
	case models.LineOutstanding:
		return "odd", say("Noted that it is not there")
	}
	if line.Recount != nil && line.Recount.Second != nil {
		if line.Differs() {
			return "odd", say("Counted again; the two counts differ")
		}
		return "ok", say("Counted again")
	}
	return "ok", say("Counted")
}

func (w *Web) counting(c *fiber.Ctx, status int, p *countingPage, refusal *models.Error) error {
	ctx := c.UserContext()
	st, err := w.Stocktakes.Stocktake(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	p.Shown, p.Bar, p.Example = st, barOf(st.Tally), w.exampleTag()
	p.Conditions = choose(conditionOptions[1:], p.Form["condition"])
	if p.People, err = w.custodians(ctx); err != nil {
		return err
	}
	if refusal != nil {
		p.Outcome, p.Word = "bad", refusal
		if refusal.Kind == models.Conflict && refusal.Field == "code" {
			p.Outcome = "known"
		}
	}
	return w.render(c, status, "counting", view{Title: say("Count"), Here: "stocktakes", Refusal: refusal, Data: p})
}

// count takes one sighting, and shows the form again with what it was.
func (w *Web) count(c *fiber.Ctx) error {
	form, number := formOf(c), c.Params("number")
	back := url.Values{}
	for _, field := range kept {
		if form[field] != "" {
			back.Set(field, form[field])
		}
	}
	err := w.act(c, func(c *fiber.Ctx) error {
		sighting, err := w.countOf(c, form)
		if err != nil {
			return err
		}
		line, err := w.Stocktakes.Sight(c.UserContext(), number, sighting)
		if err == nil {
			back.Set("counted", line.ID)
		}
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.counting(c, status, &countingPage{Form: form}, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/stocktakes/"+url.PathEscape(number)+"/count?"+back.Encode(), fiber.StatusSeeOther)
}

func (w *Web) countOf(c *fiber.Ctx, form map[string]string) (stocktake.Count, error) {
	s := stocktake.Count{Code: form["code"], Condition: models.Condition(form["condition"]), InUse: yesOrNo(form["in_use"]), Needed: yesOrNo(form["needed"]),
		Location: form["location"], Remark: form["remark"], Photo: uploaded(c).Content, Unlabelled: form["unlabelled"] != "", Absent: form["absent"] != "",
		OnPaper: form["on_paper"] != "", Unit: strings.TrimSpace(form["unit"])}
	if s.OnPaper {
		s.By = strings.TrimSpace(form["by"])
	}
	if text := strings.TrimSpace(form["quantity"]); text != "" {
		q, err := models.ParseQuantity(text)
		if err != nil {
			return s, err
		}
		s.Quantity = &q
	}
	if text := form["position"]; text != "" {
		p, err := positionOf(text)
		if err != nil {
			return s, err
		}
		s.Position = p
	}
	return s, nil
}

func yesOrNo(text string) *bool {
	if text == "" {
		return nil
	}
	yes := text == "yes"
	return &yes
}

// positionOf reads "latitude,longitude,accuracy" as the page's script writes it.
func positionOf(text string) (*models.Position, error) {
	parts := strings.Split(text, ",")
	wrong := models.Refuse(models.Invalid, "position", "is no position")
	if len(parts) != 3 {
		return nil, wrong
	}
	numbers := make([]float64, len(parts))
	for i, part := range parts {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return nil, wrong.Because(err)
		}
		numbers[i] = n
	}
	return &models.Position{Latitude: numbers[0], Longitude: numbers[1], Accuracy: numbers[2]}, nil
}
