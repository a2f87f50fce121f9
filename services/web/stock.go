package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/register"
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
	f, err := api.StockFilter(c)
	if err != nil {
		return err
	}
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := stockPage{Filter: f, Units: choose(ch.Units, f.Unit), Donors: choose(ch.Donors, f.Donor), Grants: choose(ch.Grants, f.Grant), Categories: ch.Categories, Query: queryOf(c), Form: formOf(c)}
	v := view{Title: "Stock", Here: "stock", Refusal: refusal, Data: &p}
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
	Lots   []lotRow
	Units  []option
	Donors []option
	Grants []option
	Next   string
	Open   string
	Form   map[string]string
}

type lotRow struct {
	*models.Balance
	Number   string
	UnitName string
	Expired  bool
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

type binPage struct {
	Unit, Bin, UnitName string
	Lots                []lotRow
	Stocks              []option
	Names               map[string]string // of items
}

// bin shows what lies in a bin of a unit's store.
func (w *Web) bin(c *fiber.Ctx) error {
	ctx := c.UserContext()
	p := binPage{Unit: c.Params("unit"), Bin: strings.ToUpper(c.Params("bin")), Stocks: stockOptions, Names: map[string]string{}}
	list, err := w.Stock.Lots(ctx, stock.Filter{Papers: register.Papers{Unit: p.Unit}, Bin: p.Bin}, "", store.LargestPage)
	if err != nil {
		return err
	}
	unit, err := w.Register.Unit(ctx, p.Unit)
	if err != nil {
		return err
	}
	p.UnitName = unit.Name
	for _, record := range list.Records {
		row, err := w.lotRow(ctx, record, map[string]string{unit.Code: unit.Name})
		if err != nil {
			return err
		}
		item, err := w.Stock.OneItem(ctx, row.Item)
		if err != nil {
			return err
		}
		p.Names[row.Item] = item.Name
		p.Lots = append(p.Lots, row)
	}
	return w.render(c, fiber.StatusOK, "bin", view{Title: "Bin " + p.Bin, Here: "stock", Data: p})
}

func (w *Web) lotRow(ctx context.Context, record store.Record, units map[string]string) (lotRow, error) {
	b, err := store.Decode[models.Balance](record)
	if err != nil {
		return lotRow{}, err
	}
	lot, err := w.Stock.Lot(ctx, "lot", b.Lot)
	if err != nil {
		return lotRow{}, err
	}
	return lotRow{b, lot.Number, units[b.Unit], b.Expired(w.Book.Today())}, nil
}

type lotPage struct {
	*stock.LotAt
	Item      *models.StockItem
	UnitNames map[string]string
	Mine      []option // units of which the caller keeps the stock
	Expired   bool
	Stocks    []option
	Movements []movementRow
	Next      string
	Open      string
	Form      map[string]string
}

type movementRow struct {
	*models.Movement
	What, Sign, Who string
}

// Moved is the quantity as it is told: without a sign where the word says which way.
func (m movementRow) Moved() models.Quantity {
	if m.Kind != models.Adjusted && m.Quantity < 0 {
		return -m.Quantity
	}
	return m.Quantity
}

var movementWords = map[models.MovementKind]struct{ what, sign string }{
	models.Received: {"Received", "start"}, models.Dispatched: {"Dispatched", "move"}, models.Arrived: {"Arrived", "in"}, models.CameBack: {"Came back", "in"},
	models.Consumed: {"Used", "out"}, models.Adjusted: {"Corrected", "edit"}, models.DisposedOf: {"Destroyed", "out"},
}

func (w *Web) lot(c *fiber.Ctx) error { return w.lotPage(c, fiber.StatusOK, "", nil) }

func (w *Web) lotPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	lot, err := w.Stock.OneLot(ctx, c.Params("code"))
	if err != nil {
		return err
	}
	item, err := w.Stock.OneItem(ctx, lot.Item)
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
	p := &lotPage{LotAt: lot, Item: item, UnitNames: map[string]string{}, Expired: lot.Expired(w.Book.Today()), Stocks: stockOptions, Open: open, Form: formOf(c)}
	for _, u := range ch.units {
		p.UnitNames[u.Code] = u.Name
	}
	for _, b := range lot.Balances {
		if access.May(caller.Role, access.KeepStock) && access.CoversUnit(caller, b.Path) {
			p.Mine = append(p.Mine, option{Value: b.Unit, Label: p.UnitNames[b.Unit], Chosen: b.Unit == p.Form["unit"]})
		}
	}
	list, err := w.Stock.Movements(ctx, lot.Code, c.Query("cursor"), historyShown)
	if err != nil {
		return err
	}
	p.Next = list.Next
	for _, record := range list.Records {
		m, err := store.Decode[models.Movement](record)
		if err != nil {
			return err
		}
		who, err := w.nameOf(ctx, m.By)
		if err != nil {
			return err
		}
		p.Movements = append(p.Movements, movementRow{m, movementWords[m.Kind].what, movementWords[m.Kind].sign, who})
	}
	return w.render(c, status, "lot", view{Title: lot.Code, Here: "stock", Refusal: refusal, Data: p})
}

// lotStep carries out one of the forms on a lot's page.
func (w *Web) lotStep(form, done string, do func(c *fiber.Ctx, code string, form map[string]string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := w.act(c, func(c *fiber.Ctx) error { return do(c, c.Params("code"), formOf(c)) })
		if refusal, ok := shown(err); ok {
			status, _ := refusalOf(err)
			return w.lotPage(c, status, form, refusal)
		}
		if err != nil {
			return err
		}
		return c.Redirect("/lots/"+c.Params("code")+"?done="+done, fiber.StatusSeeOther)
	}
}

func (w *Web) consumeLot(c *fiber.Ctx, code string, form map[string]string) error {
	use, err := useOf(form)
	if err == nil {
		_, err = w.Stock.Consume(c.UserContext(), code, use)
	}
	return err
}

func correctionOf(form map[string]string) (stock.Correction, error) {
	quantity, err := models.ParseQuantity(form["quantity"])
	return stock.Correction{Unit: form["unit"], Quantity: quantity, Reason: strings.TrimSpace(form["reason"]), Reference: strings.TrimSpace(form["reference"])}, err
}

func (w *Web) adjustLot(c *fiber.Ctx, code string, form map[string]string) error {
	correction, err := correctionOf(form)
	if err == nil {
		_, err = w.Stock.Adjust(c.UserContext(), code, correction)
	}
	return err
}

func (w *Web) disposeLot(c *fiber.Ctx, code string, form map[string]string) error {
	correction, err := correctionOf(form)
	if err == nil {
		_, err = w.Stock.Dispose(c.UserContext(), code, correction)
	}
	return err
}

// printStockLabels prints as many labels of a lot or bin as are asked for.
func (w *Web) printStockLabels(c *fiber.Ctx) error {
	copies, err := strconv.Atoi(cmp.Or(strings.TrimSpace(c.FormValue("copies")), "1"))
	if err != nil || copies < 1 || copies > labels.MostLabels {
		return models.Refuse(models.Invalid, "copies", "must be 1 to %d", labels.MostLabels)
	}
	return api.Labels(c, w.Stock, register.Print{Stock: c.FormValue("stock"), Tags: slices.Repeat([]string{c.FormValue("tag")}, copies)})
}

// openLot opens the lot whose label was scanned with a phone's camera.
func (w *Web) openLot(c *fiber.Ctx) error {
	return c.Redirect("/lots/"+url.PathEscape(strings.ToUpper(c.Params("code"))), fiber.StatusSeeOther)
}

// openBin opens the bin whose label was scanned.
func (w *Web) openBin(c *fiber.Ctx) error {
	return c.Redirect("/bins/"+url.PathEscape(strings.ToUpper(c.Params("unit")))+"/"+url.PathEscape(strings.ToUpper(c.Params("bin"))), fiber.StatusSeeOther)
}
