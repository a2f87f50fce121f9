package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

type lotRow struct {
	*models.Balance
	Number   string
	UnitName string
	Expired  bool
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
	Flags     []finding // about it, open
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
	What      models.Text
	Sign, Who string
}

// Moved is the quantity as it is told: without a sign where the word says which way.
func (m movementRow) Moved() models.Quantity {
	if m.Kind != models.Adjusted && m.Quantity < 0 {
		return -m.Quantity
	}
	return m.Quantity
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
	if p.Flags, err = w.about(ctx, ledger.Subject(store.Balances, models.BalanceKey(lot.Code, ""))); err != nil {
		return err
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

// openLot opens the lot whose label was scanned with a phone's camera.
func (w *Web) openLot(c *fiber.Ctx) error {
	return c.Redirect("/lots/"+url.PathEscape(strings.ToUpper(c.Params("code"))), fiber.StatusSeeOther)
}
