package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/services/register"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

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
	return w.render(c, fiber.StatusOK, "bin", view{Title: say("Bin %v", p.Bin), Here: "stock", Data: p})
}

// openBin opens the bin whose label was scanned.
func (w *Web) openBin(c *fiber.Ctx) error {
	return c.Redirect("/bins/"+url.PathEscape(strings.ToUpper(c.Params("unit")))+"/"+url.PathEscape(strings.ToUpper(c.Params("bin"))), fiber.StatusSeeOther)
}
