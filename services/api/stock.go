package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/stock"
)

var stockFilters = []Param{{"item", "code"}, {"unit", "code; units below it are included"}, {"donor", "code"}, {"grant", "code"},
	{"expiring", "on this day or before"}, {"bin", "of the unit's own store"}, {"all", "true for what is used up as well"}}

// StockFilter reads which balances are asked for.
func StockFilter(c *fiber.Ctx) (stock.Filter, error) {
	all, err := yes(c.Query("all"))
	return stock.Filter{Papers: register.Papers{Unit: c.Query("unit"), Donor: c.Query("donor"), Grant: c.Query("grant")},
		Item: c.Query("item"), Expiring: models.Day(c.Query("expiring")), All: all, Bin: c.Query("bin")}, err
}

func (a *API) totals(c *fiber.Ctx) error {
	if err := known(c, names(stockFilters)...); err != nil {
		return err
	}
	f, err := StockFilter(c)
	if err != nil {
		return err
	}
	totals, err := a.Stock.Totals(c.UserContext(), f)
	if err != nil {
		return err
	}
	if totals == nil {
		totals = []*stock.Total{}
	}
	return items(c, totals, "")
}

func (a *API) lots(c *fiber.Ctx) error {
	if err := known(c, names(append(stockFilters, paging...))...); err != nil {
		return err
	}
	n, err := limit(c)
	if err != nil {
		return err
	}
	f, err := StockFilter(c)
	if err != nil {
		return err
	}
	list, err := a.Stock.Lots(c.UserContext(), f, c.Query("cursor"), n)
	return page(c, list, err)
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
	if err != nil {
		return err
	}
	return c.JSON(used)
}

func (a *API) lot(c *fiber.Ctx) error {
	lot, err := a.Stock.OneLot(c.UserContext(), c.Params("code"))
	return document(c, ok, lot, err)
}

func (a *API) movements(c *fiber.Ctx) error {
	cursor, n, err := cursorAndLimit(c)
	if err != nil {
		return err
	}
	list, err := a.Stock.Movements(c.UserContext(), c.Params("code"), cursor, n)
	return page(c, list, err)
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
