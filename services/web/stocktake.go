package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/stocktake"
	"quartermaster/services/words"
)

type stocktakePage struct {
	*stocktake.Shown
	About      words.List
	UnitNames  map[string]string
	Names      map[string]string // of people
	Bar        countBar
	Units      []unitBar
	Officers   []officerBar
	Tabs       []countTab
	Tab        string
	Lines      []*models.StocktakeLine
	Query      url.Values
	Next       string
	First      bool
	MayCount   bool
	MayClose   bool
	Signer     *models.Person
	Signatures []shownSignature
	Events     []happening
	Open       string
	Form       map[string]string
}

type unitBar struct {
	Code, Name string
	Bar        countBar
}

// officerBar is how much one officer counted, against who counted most.
type officerBar struct {
	Name    string
	Counted int
	Share   float64 // in hundredths
}

type countTab struct {
	State models.LineState
	Count int
}

// linesShown is how many lines of a stocktake a page shows.
const linesShown = 50

func (w *Web) stocktake(c *fiber.Ctx) error { return w.stocktakePage(c, fiber.StatusOK, "", nil) }

func (w *Web) stocktakePage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	p, err := w.stocktakeView(c)
	if err != nil {
		return err
	}
	p.Open, p.Form = open, formOf(c)
	p.Query, p.First = queryOf(c), c.Query("cursor") == ""
	if p.Tab = c.Query("state"); p.Tab == "" {
		p.Tab = string(models.LineOutstanding)
		if p.State == models.StocktakeClosed {
			p.Tab = string(models.LineUnaccounted)
		}
	}
	filter := stocktake.LineFilter{State: p.Tab, Unit: c.Query("unit")}
	if p.Tab == "recount" {
		filter = stocktake.LineFilter{Recount: true, Unit: filter.Unit}
	}
	v := view{Title: p.Name, Here: "stocktakes", Refusal: refusal, Data: p}
	if p.State == models.StocktakeOpen {
		v.Live = "stocktakes/" + p.Number
	}
	if p.Lines, p.Next, err = w.Stocktakes.Lines(ctx, p.Number, filter, c.Query("cursor"), linesShown); err != nil {
		told, ok := shown(err)
		if !ok {
			return err
		}
		v.Refusal, status = told, fiber.StatusUnprocessableEntity
	}
	if err := w.nameLines(ctx, p.Names, p.Lines); err != nil {
		return err
	}
	events, _, err := w.Stocktakes.Events(ctx, p.Number, "", historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	return w.render(c, status, "stocktake", v)
}

// stocktakeView is what the pages of one stocktake have in common.
func (w *Web) stocktakeView(c *fiber.Ctx) (*stocktakePage, error) {
	ctx := c.UserContext()
	st, err := w.Stocktakes.Stocktake(ctx, c.Params("number"))
	if err != nil {
		return nil, err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return nil, err
	}
	ch, err := w.choices(ctx)
	if err != nil {
		return nil, err
	}
	p := &stocktakePage{Shown: st, About: about(st.Stocktake, ch), UnitNames: map[string]string{}, Bar: barOf(st.Tally), Signer: caller,
		MayCount: stocktake.MayCount(caller, st.Stocktake), MayClose: stocktake.MayClose(caller, st.Stocktake), Signatures: stocktakeSignatures(st)}
	for _, u := range ch.units {
		p.UnitNames[u.Code] = u.Name
	}
	if p.Names, err = w.names(ctx, append([]string{st.OpenedBy}, st.Officers...)...); err != nil {
		return nil, err
	}
	t := st.Tally
	for _, tab := range []countTab{{models.LineOutstanding, t.Outstanding}, {models.LineUnaccounted, t.Unaccounted}, {models.LineSighted, t.Sighted}, {models.LineExplained, t.Explained},
		{models.LineMisplaced, t.Misplaced}, {models.LineUnknown, t.Unknown}} {
		closed := st.State == models.StocktakeClosed
		if tab.State == models.LineOutstanding && closed || !closed && (tab.State == models.LineUnaccounted || tab.State == models.LineExplained) {
			continue
		}
		p.Tabs = append(p.Tabs, tab)
	}
	return p, w.countProgress(ctx, p)
}

func (w *Web) countProgress(ctx context.Context, p *stocktakePage) error {
	progress, err := w.Stocktakes.Progress(ctx, p.Number)
	if err != nil {
		return err
	}
	for _, u := range progress.Units {
		p.Units = append(p.Units, unitBar{u.Unit, p.UnitNames[u.Unit], barOf(models.Tally{Expected: u.Expected, Sighted: u.Sighted})})
	}
	most := 1
	for _, o := range progress.Officers {
		most = max(most, o.Counted)
	}
	for _, o := range progress.Officers {
		p.Officers = append(p.Officers, officerBar{p.Names[o.Officer], o.Counted, float64(o.Counted) * 100 / float64(most)})
	}
	return nil
}

// nameLines adds the names of those who counted lines or answer for them.
func (w *Web) nameLines(ctx context.Context, names map[string]string, lines []*models.StocktakeLine) error {
	for _, line := range lines {
		codes := []string{line.Custodian}
		if line.Sighting != nil {
			codes = append(codes, line.Sighting.By, line.Sighting.EnteredBy)
		}
		if line.Recount != nil && line.Recount.Second != nil {
			codes = append(codes, line.Recount.Second.By)
		}
		for _, code := range codes {
			if code == "" || names[code] != "" {
				continue
			}
			name, err := w.nameOf(ctx, code)
			if err != nil {
				return err
			}
			names[code] = name
		}
	}
	return nil
}

func stocktakeSignatures(st *stocktake.Shown) []shownSignature {
	return shownSignatures(st.SignedBy, st.Broken, say("Led the count"), say("Answers for what was counted"))
}

// Signing is the part of the closing form in which one of two people signs.
func (p *stocktakePage) Signing(legend, id string) signForm {
	likely := p.Signer
	if id == "second" {
		likely = nil
	}
	return signing(legend, id, likely, map[string]string{})
}

// mostResults bounds the lines of each sort that the printed result lists; the CSV
// file has all of them.
const mostResults = 200

type resultPage struct {
	*stocktakePage
	Lists []resultList
}

type resultList struct {
	Heading, Says models.Text
	Lines         []*models.StocktakeLine
	More          int
}

// stocktakeResult is the result as it is printed.
func (w *Web) stocktakeResult(c *fiber.Ctx) error {
	p, err := w.stocktakeView(c)
	if err != nil {
		return err
	}
	page := resultPage{stocktakePage: p}
	for _, list := range []struct {
		state         models.LineState
		count         int
		heading, says models.Text
	}{
		{models.LineUnaccounted, p.Tally.Unaccounted, say("Unaccounted"), say("Nobody saw these, and the book says nothing of where they went. Each is flagged.")},
		{models.LineOutstanding, p.Tally.Outstanding, say("Outstanding"), say("Not seen yet.")},
		{models.LineExplained, p.Tally.Explained, say("Not there, and explained"), say("The book says where these went after the list was frozen.")},
		{models.LineMisplaced, p.Tally.Misplaced, say("Found, and belonging elsewhere"), models.Text{}},
		{models.LineUnknown, p.Tally.Unknown, say("Found, and not on charge"), models.Text{}},
	} {
		if list.count == 0 || list.state == models.LineExplained && p.State != models.StocktakeClosed {
			continue
		}
		lines, err := w.linesOf(c.UserContext(), p.Number, list.state)
		if err != nil {
			return err
		}
		if err := w.nameLines(c.UserContext(), p.Names, lines); err != nil {
			return err
		}
		page.Lists = append(page.Lists, resultList{list.heading, list.says, lines, list.count - len(lines)})
	}
	return w.render(c, fiber.StatusOK, "stocktake-result", view{Title: p.Number, Here: "stocktakes", Data: page})
}

func (w *Web) linesOf(ctx context.Context, number string, state models.LineState) ([]*models.StocktakeLine, error) {
	lines, _, err := w.Stocktakes.Lines(ctx, number, stocktake.LineFilter{State: string(state)}, "", mostResults)
	return lines, err
}

// stocktakeStep carries out one of the forms on a stocktake's page.
func (w *Web) stocktakeStep(form, done string, do func(c *fiber.Ctx, number string, form map[string]string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		number := c.Params("number")
		err := w.act(c, func(c *fiber.Ctx) error { return do(c, number, formOf(c)) })
		if refusal, ok := shown(err); ok {
			status, _ := refusalOf(err)
			return w.stocktakePage(c, status, form, refusal)
		}
		if err != nil {
			return err
		}
		return c.Redirect("/stocktakes/"+url.PathEscape(number)+"?done="+done, fiber.StatusSeeOther)
	}
}

func (w *Web) resumeStocktake(c *fiber.Ctx, number string, _ map[string]string) error {
	_, err := w.Stocktakes.Resume(c.UserContext(), number)
	return err
}

func (w *Web) recount(c *fiber.Ctx, number string, form map[string]string) error {
	r := stocktake.Recounting{Reason: strings.TrimSpace(form["reason"]), State: models.LineState(form["all"])}
	if r.State == "" {
		for _, code := range c.Request().PostArgs().PeekMulti("code") {
			r.Codes = append(r.Codes, string(code))
		}
	}
	_, err := w.Stocktakes.Recount(c.UserContext(), number, r)
	return err
}

func (w *Web) closeStocktake(c *fiber.Ctx, number string, form map[string]string) error {
	_, err := w.Stocktakes.Close(c.UserContext(), number, 0, stocktake.Closing{Remarks: form["remarks"], Signatures: signaturesOf(c)})
	return err
}

// signaturesOf reads the signatures of a form in which two people sign.
func signaturesOf(c *fiber.Ctx) []*custody.Signed {
	fields := []string{"signer", "pin", "signed_name", "signed_rank", "signed_number", "drawing"}
	var all []*custody.Signed
	for i := range 2 {
		one := map[string]string{}
		for _, field := range fields {
			if values := c.Request().PostArgs().PeekMulti(field); i < len(values) {
				one[field] = string(values[i])
			}
		}
		if signed := signedOf(one); signed != nil {
			all = append(all, signed)
		}
	}
	return all
}
