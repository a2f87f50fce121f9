package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// stockRoutes is what is counted.
func (a *API) stockRoutes() []Route {
	return []Route{
		{Method: get, Path: "/stock", Summary: "The stock items", Status: ok, Answer: models.StockItem{}, List: true, Query: paging, Handle: list(a.Stock.Items)},
		{Method: post, Path: "/stock", Summary: "Add a stock item", Status: created, Body: models.StockItem{}, Answer: models.StockItem{}, Handle: add(a.Stock.AddItem)},
		{Method: get, Path: "/stock/totals", Summary: "What there is of each item: on hand, expired, expiring within 90 days, below the reorder level", Status: ok, Answer: stock.Total{}, List: true, Query: stockFilters, Handle: a.totals},
		{Method: get, Path: "/stock/:code", Summary: "One stock item", Status: ok, Answer: models.StockItem{}, Handle: a.stockItem},
		{Method: patch, Path: "/stock/:code", Summary: "Change a stock item", Status: ok, Body: stock.ItemEdit{}, Answer: models.StockItem{}, Handle: edit(a.Stock.EditItem)},
		{Method: post, Path: "/stock/:code/levels", Summary: "Set a unit's reorder level; 0 takes it away", Status: ok, Body: models.Level{}, Answer: models.StockItem{}, Handle: edit(a.Stock.SetLevel)},
		{Method: post, Path: "/stock/:code/receive", Summary: "Take a delivery into stock, as a lot of its own", Status: created, Body: stock.Receipt{}, Answer: models.Lot{}, Handle: a.receiveItem},
		{Method: post, Path: "/stock/:code/consume", Summary: "Use up some of an item, from the lots that expire soonest", Status: ok, Body: stock.Use{}, Answer: stock.Used{}, Handle: a.consumeItem},
		{Method: get, Path: "/lots", Summary: "The balances of lots at units, what expires soonest first", Status: ok, Answer: models.Balance{}, List: true, Query: append(stockFilters, paging...), Handle: pages(a.lots)},
		{Method: post, Path: "/lots", Summary: "Take a delivery into stock, as a lot of its own", Status: created, Body: stock.Receipt{}, Answer: models.Lot{}, Handle: add(a.Stock.Receive)},
		{Method: get, Path: "/lots/:code", Summary: "One lot and its balances", Status: ok, Answer: stock.LotAt{}, Handle: a.lot},
		{Method: get, Path: "/lots/:code/movements", Summary: "A lot's movements, newest first", Status: ok, Answer: models.Movement{}, List: true, Query: paging, Handle: pages(a.movements)},
		{Method: post, Path: "/lots/:code/receive", Summary: "Take more of a lot into stock", Status: ok, Body: stock.Receipt{}, Answer: models.Lot{}, Handle: onLot(a.Stock.ReceiveMore)},
		{Method: post, Path: "/lots/:code/consume", Summary: "Use up some of a lot", Status: ok, Body: stock.Use{}, Answer: models.Lot{}, Handle: onLot(a.Stock.Consume)},
		{Method: post, Path: "/lots/:code/adjust", Summary: "Correct a balance by the difference that a count found", Status: ok, Body: stock.Correction{}, Answer: models.Lot{}, Handle: onLot(a.Stock.Adjust)},
		{Method: post, Path: "/lots/:code/dispose", Summary: "Destroy some of an expired lot", Status: ok, Body: stock.Correction{}, Answer: models.Lot{}, Handle: onLot(a.Stock.Dispose)},
		{Method: get, Path: "/lots/:code/label.png", Summary: "A lot's label as a picture", Status: ok, Query: append([]Param{{"stock", "label stock"}, {"scale", "pixels a module, 1 to 30"}}, paperLanguage...), Handle: LabelRoutes["label.png"](LotLabel(a.Stock))},
		{Method: get, Path: "/lots/:code/label.svg", Summary: "A lot's label as a drawing", Status: ok, Query: append([]Param{{"stock", "label stock"}}, paperLanguage...), Handle: LabelRoutes["label.svg"](LotLabel(a.Stock))},
		{Method: get, Path: "/lots/:code/label.zpl", Summary: "A lot's label for a Zebra printer", Status: ok, Query: append([]Param{{"stock", "label stock"}, {"dpi", "of the printer: 203, 300 or 600"}}, paperLanguage...), Handle: LabelRoutes["label.zpl"](LotLabel(a.Stock))},
		{Method: post, Path: "/lots/labels", Summary: "Sheets of labels of lots, and of bins written UNIT/BIN, as PDF", Status: ok, Body: register.Print{}, Handle: a.printStockLabels},
		{Method: get, Path: "/bins/:unit/:bin/label.png", Summary: "A bin's label as a picture", Status: ok, Query: append([]Param{{"stock", "label stock"}, {"scale", "pixels a module, 1 to 30"}}, paperLanguage...), Handle: LabelRoutes["label.png"](BinLabel(a.Stock))},
	}
}

var stockFilters = []Param{{"item", "code"}, {"unit", "code; units below it are included"}, {"donor", "code"}, {"grant", "code"},
	{"since", "with the unit since this day or later"}, {"until", "with the unit since this day or before"}, {"state", "on_hand (if not given), expired, used_up or any"},
	{"expiring", "on this day or before"}, {"bin", "of the unit's own store"}}

// StockFilter reads which balances are asked for.
func StockFilter(c *fiber.Ctx) stock.Filter {
	return stock.Filter{Papers: Papers(c), Item: c.Query("item"), Expiring: models.Day(c.Query("expiring")), State: c.Query("state"), Bin: c.Query("bin")}
}

func (a *API) totals(c *fiber.Ctx) error {
	totals, err := a.Stock.Totals(c.UserContext(), StockFilter(c))
	return items(c, totals, "", err)
}

func (a *API) lots(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Stock.Lots(c.UserContext(), StockFilter(c), cursor, limit)
}

func (a *API) stockItem(c *fiber.Ctx) error {
	item, err := a.Stock.OneItem(c.UserContext(), c.Params("code"))
	return document(c, ok, item, err)
}

func (a *API) receiveItem(c *fiber.Ctx) error {
	r, err := server.JSON[stock.Receipt](c)
	if err != nil {
		return err
	}
	if r.Item != "" && r.Item != c.Params("code") {
		return models.Refuse(models.Invalid, "item", "is not the item in the address")
	}
	r.Item = c.Params("code")
	lot, err := a.Stock.Receive(c.UserContext(), r)
	return document(c, created, lot, err)
}

func (a *API) consumeItem(c *fiber.Ctx) error {
	u, err := server.JSON[stock.Use](c)
	if err != nil {
		return err
	}
	used, err := a.Stock.ConsumeItem(c.UserContext(), c.Params("code"), u)
	return answer(c, ok, used, err)
}

func (a *API) lot(c *fiber.Ctx) error {
	lot, err := a.Stock.OneLot(c.UserContext(), c.Params("code"))
	return document(c, ok, lot, err)
}

func (a *API) movements(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Stock.Movements(c.UserContext(), c.Params("code"), cursor, limit)
}

// onLot handles a change of the lot in the address.
func onLot[T any](do func(context.Context, string, T) (*models.Lot, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		body, err := server.JSON[T](c)
		if err != nil {
			return err
		}
		lot, err := do(c.UserContext(), c.Params("code"), body)
		return document(c, ok, lot, err)
	}
}
