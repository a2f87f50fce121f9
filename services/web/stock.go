package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/ledger"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

func (w *Web) mountStock(in fiber.Router) {
	in.Get("/stock", w.stock)
	in.Post("/stock", w.addItem)
	in.Post("/stock/labels", w.printStockLabels)
	in.Get("/stock/:item", w.item)
	in.Post("/stock/:item/receive", w.stockStep("receive", "received", w.receiveStock))
	in.Post("/stock/:item/consume", w.stockStep("consume", "used", w.consumeItem))
	in.Post("/stock/:item/level", w.stockStep("level", "changed", w.setLevel))
	in.Get("/lots/:code", w.lot)
	in.Post("/lots/:code/consume", w.lotStep("consume", "used", w.consumeLot))
	in.Post("/lots/:code/adjust", w.lotStep("adjust", "changed", w.adjustLot))
	in.Post("/lots/:code/dispose", w.lotStep("dispose", "disposed", w.disposeLot))
	in.Get("/l/:code", w.openLot)
	in.Get("/b/:unit/:bin", w.openBin)
	in.Get("/bins/:unit/:bin", w.bin)
}

type stockPage struct {
	Filter     stock.Filter
	Totals     []stockRow
	Units      []option
	Donors     []option
	Grants     []option
	Categories []option
	Query      url.Values
	Form       map[string]string
}

// stockRow is an item's total and how its quantity lies in time: the widths of
// three stretches, of a hundred.
type stockRow struct {
	*stock.Total
	Expired, Soon, Later int
}

// From is where the last stretch begins.
func (r stockRow) From() int { return r.Expired + r.Soon }

func (w *Web) stock(c *fiber.Ctx) error { return w.stockPage(c, fiber.StatusOK, nil) }

func (w *Web) stockPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	f := api.StockFilter(c)
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := stockPage{Filter: f, Units: choose(ch.Units, f.Unit), Donors: choose(ch.Donors, f.Donor), Grants: choose(ch.Grants, f.Grant), Categories: ch.Categories, Query: queryOf(c), Form: formOf(c)}
	v := view{Title: say("Stock"), Here: "stock", Refusal: refusal, Data: &p}
	totals, err := w.Stock.Totals(c.UserContext(), f)
	if err != nil {
		other, ok := shown(err)
		if !ok {
			return err
		}
		v.Refusal = other
		return w.render(c, fiber.StatusUnprocessableEntity, "stock", v)
	}
	for _, t := range totals {
		p.Totals = append(p.Totals, rowOf(t))
	}
	return w.render(c, status, "stock", v)
}

func rowOf(t *stock.Total) stockRow {
	row := stockRow{Total: t}
	if all := t.OnHand + t.Expired; all > 0 {
		row.Expired = int(t.Expired * 100 / all)
		row.Soon = int(t.Soon * 100 / all)
		row.Later = 100 - row.Expired - row.Soon
	}
	return row
}

func (w *Web) addItem(c *fiber.Ctx) error {
	return w.addForm(c, "/stock", w.stockPage, func(c *fiber.Ctx) error {
		form := formOf(c)
		_, err := w.Stock.AddItem(c.UserContext(), models.StockItem{Code: strings.TrimSpace(form["code"]), Name: strings.TrimSpace(form["name"]), Measure: strings.TrimSpace(form["measure"]),
			Category: form["category"], Storage: strings.TrimSpace(form["storage"]), Perishable: form["perishable"] != "", Divisible: form["divisible"] != ""})
		return err
	})
}

type itemPage struct {
	*models.StockItem
	Total  stockRow
	Flags  []finding // about it, open
	Lots   []lotRow
	Units  []option
	Donors []option
	Grants []option
	Next   string
	Open   string
	Form   map[string]string
}

func (w *Web) item(c *fiber.Ctx) error { return w.itemPage(c, fiber.StatusOK, "", nil) }

func (w *Web) itemPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	item, err := w.Stock.OneItem(ctx, c.Params("item"))
	if err != nil {
		return err
	}
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	form := formOf(c)
	p := &itemPage{StockItem: item, Units: choose(ch.Units, form["unit"]), Donors: choose(ch.Donors, form["donor"]), Grants: choose(ch.Grants, form["grant"]), Open: open, Form: form}
	totals, err := w.Stock.Totals(ctx, stock.Filter{Item: item.Code})
	if err != nil {
		return err
	}
	p.Total = stockRow{Total: &stock.Total{Item: item}}
	if len(totals) > 0 {
		p.Total = rowOf(totals[0])
	}
	list, err := w.Stock.Lots(ctx, stock.Filter{Item: item.Code}, c.Query("cursor"), pageOfAssets)
	if err != nil {
		return err
	}
	p.Next = list.Next
	names := map[string]string{}
	for _, u := range ch.units {
		names[u.Code] = u.Name
	}
	for _, record := range list.Records {
		row, err := w.lotRow(ctx, record, names)
		if err != nil {
			return err
		}
		p.Lots = append(p.Lots, row)
	}
	if p.Flags, err = w.about(ctx, ledger.Subject(store.StockItems, item.Code+"@")); err != nil {
		return err
	}
	return w.render(c, status, "stock-item", view{Title: item.Name, Here: "stock", Refusal: refusal, Data: p})
}

// stockStep carries out one of the forms on an item's page.
func (w *Web) stockStep(form, done string, do func(c *fiber.Ctx, item string, form map[string]string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := w.act(c, func(c *fiber.Ctx) error { return do(c, c.Params("item"), formOf(c)) })
		if refusal, ok := shown(err); ok {
			status, _ := refusalOf(err)
			return w.itemPage(c, status, form, refusal)
		}
		if err != nil {
			return err
		}
		return c.Redirect("/stock/"+c.Params("item")+"?done="+done, fiber.StatusSeeOther)
	}
}

func (w *Web) receiveStock(c *fiber.Ctx, item string, form map[string]string) error {
	quantity, err := models.ParseQuantity(form["quantity"])
	if err != nil {
		return err
	}
	r := stock.Receipt{Item: item, Number: strings.TrimSpace(form["number"]), Expiry: models.Day(form["expiry"]), Donor: form["donor"], Grant: form["grant"],
		Unit: form["unit"], Quantity: quantity, Bin: strings.TrimSpace(form["bin"]), Reference: strings.TrimSpace(form["reference"])}
	if form["cost"] != "" {
		r.Cost = &models.Money{Amount: strings.TrimSpace(form["cost"]), Currency: strings.ToUpper(strings.TrimSpace(form["currency"]))}
	}
	_, err = w.Stock.Receive(c.UserContext(), r)
	return err
}

func useOf(form map[string]string) (stock.Use, error) {
	quantity, err := models.ParseQuantity(form["quantity"])
	return stock.Use{Unit: form["unit"], Quantity: quantity, Purpose: strings.TrimSpace(form["purpose"]), Reference: strings.TrimSpace(form["reference"]), Result: strings.TrimSpace(form["result"])}, err
}

func (w *Web) consumeItem(c *fiber.Ctx, item string, form map[string]string) error {
	use, err := useOf(form)
	if err == nil {
		_, err = w.Stock.ConsumeItem(c.UserContext(), item, use)
	}
	return err
}

func (w *Web) setLevel(c *fiber.Ctx, item string, form map[string]string) error {
	quantity, err := models.ParseQuantity(form["reorder"])
	if err == nil {
		_, err = w.Stock.SetLevel(c.UserContext(), item, 0, models.Level{Unit: form["unit"], Reorder: quantity})
	}
	return err
}

var movementWords = map[models.MovementKind]struct {
	what models.Text
	sign string
}{
	models.Received: {say("Received"), "start"}, models.Dispatched: {say("Dispatched"), "move"}, models.Arrived: {say("Arrived"), "in"}, models.CameBack: {say("Came back"), "in"},
	models.Consumed: {say("Used"), "out"}, models.Adjusted: {say("Corrected"), "edit"}, models.DisposedOf: {say("Destroyed"), "out"},
}

// printStockLabels prints as many labels of a lot or bin as are asked for.
func (w *Web) printStockLabels(c *fiber.Ctx) error {
	copies, err := strconv.Atoi(cmp.Or(strings.TrimSpace(c.FormValue("copies")), "1"))
	if err != nil || copies < 1 || copies > labels.MostLabels {
		return models.Refuse(models.Invalid, "copies", "must be 1 to %d", labels.MostLabels)
	}
	p := printOf(c)
	p.Tags = slices.Repeat([]string{c.FormValue("tag")}, copies)
	return api.Labels(c, w.Stock, p)
}
