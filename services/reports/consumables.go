package reports

import (
	"cmp"
	"context"
	"slices"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
)

var consumablesKind = &Kind{
	Name: "consumables", Title: "Consumables used and expired",
	Answers: "What was received, used, destroyed after its expiry and is left of each lot, and what was it used for?",
	Period:  true,
	count: func(ctx context.Context, a *asked, limit int) (int64, error) {
		return a.s.Book.Store.Count(ctx, store.Query{In: store.Movements, By: "at", Where: []store.Cond{store.From("at", a.begins.String())}, Limit: limit})
	},
	build: buildConsumables,
}

// holding is what a lot's balance at a unit was and became.
type holding struct {
	*models.Balance
	opening, closing models.Quantity
	moved            map[models.MovementKind]models.Quantity
	uses             []*models.Movement
}

func (h *holding) expected() models.Quantity {
	q := h.opening
	for _, moved := range h.moved {
		q += moved
	}
	return q
}

func buildConsumables(ctx context.Context, a *asked, r *layout.Report) error {
	holdings, err := a.holdings(ctx)
	if err != nil {
		return err
	}
	var uses []*models.Movement
	for _, h := range holdings {
		uses = append(uses, h.uses...)
		if h.expected() != h.closing {
			r.Alarms = append(r.Alarms, a.t("DOES NOT BALANCE: %s of %s: opening %s, with all movements %s, but the book holds %s. Have the ledger verified.",
				h.Unit, h.Lot, h.opening, h.expected(), h.closing))
		}
	}
	slices.SortFunc(uses, func(x, y *models.Movement) int { return cmp.Compare(x.ID, y.ID) })
	r.Sections = []layout.Section{
		{Name: "lots", Title: "Lots", Empty: "Nothing was in stock, and nothing moved.", Columns: holdingColumns, Rows: func(yield func(layout.Row) error) error { return a.lots(holdings, yield) },
			Measures: func() []layout.Measure { return a.usedMeasures(holdings) }},
		{Name: "uses", Title: "Used, destroyed and corrected", Empty: "Nothing in this period.", Columns: useColumns, Rows: rowsOf(uses, a.useRow)},
	}
	r.Notes = []string{"Each movement records what was left after it. Opening and closing are taken from the last movement before the period and at its end, the columns between from the movements themselves: the balance is checked, not worked out."}
	return a.names.err
}

// holdings reads the balances that the report is about, in the order of items.
func (a *asked) holdings(ctx context.Context) ([]*holding, error) {
	conds, nothing, err := a.papers().Within(ctx, a.s.Register, a.caller, "created_at")
	if err != nil || nothing {
		return nil, err
	}
	q := scoped(store.Balances, conds, "expiry")
	if q.By == "unit" {
		q.By = "within" // whose index of units goes by another name
	}
	var all []*holding
	err = each(ctx, a.s.Book.Store, q, func(records []store.Record) error {
		for _, record := range records {
			b, err := store.Decode[models.Balance](record)
			if err != nil {
				return err
			}
			if !access.SeesPapers(a.caller, b.Path, b.PaidBy()) || !a.ofCategory(b.Item) {
				continue
			}
			h := &holding{Balance: b, moved: map[models.MovementKind]models.Quantity{}}
			if err := a.follow(ctx, h); err != nil {
				return err
			}
			if h.opening != 0 || h.closing != 0 || len(h.moved) > 0 {
				all = append(all, h)
			}
		}
		return a.names.err
	})
	slices.SortFunc(all, func(x, y *holding) int {
		return cmp.Or(cmp.Compare(x.Item, y.Item), cmp.Compare(x.Expiry, y.Expiry), cmp.Compare(x.Lot, y.Lot), cmp.Compare(x.Unit, y.Unit))
	})
	return all, err
}

func (a *asked) ofCategory(item string) bool {
	if a.Category == "" {
		return true
	}
	i := then[models.StockItem](a.names, store.StockItems, item)
	return i != nil && i.Category == a.Category
}

// follow reads the movements of a balance in the period, and the one before it.
// Their identities begin with the millisecond in which they were made (ULID).
func (a *asked) follow(ctx context.Context, h *holding) error {
	of := []store.Cond{store.Is("lot", h.Lot), store.Is("unit", h.Unit)}
	since := firstID(a.begins.UnixMilli() + 1)
	before, err := store.Find[models.Movement](ctx, a.s.Book.Store, store.Query{In: store.Movements, By: "balance", Desc: true, Limit: 1, Where: append(slices.Clone(of), store.Under("id", since))})
	if err != nil {
		return err
	}
	if len(before) > 0 {
		h.opening = before[0].OnHand
	}
	h.closing = h.opening
	q := store.Query{In: store.Movements, By: "balance", Where: append(slices.Clone(of), store.From("id", since), store.Under("id", firstID(a.at.UnixMilli()+1)))}
	return each(ctx, a.s.Book.Store, q, func(records []store.Record) error {
		for _, record := range records {
			m, err := store.Decode[models.Movement](record)
			if err != nil {
				return err
			}
			h.moved[m.Kind] += m.Quantity
			h.closing = m.OnHand
			if m.Kind == models.Consumed || m.Kind == models.DisposedOf || m.Kind == models.Adjusted {
				h.uses = append(h.uses, m)
			}
		}
		return nil
	})
}

// firstID is the first identity of a millisecond.
func firstID(ms int64) string {
	if ms < 0 {
		ms = 0
	}
	var id ulid.ULID
	_ = id.SetTime(uint64(ms)) // it fits: instants of the book lie below the year 10889
	return id.String()
}

var holdingColumns = []layout.Column{
	{Name: "item", Title: "Item"}, {Name: "lot", Title: "Lot", Type: layout.Code}, {Name: "number", Title: "Maker's lot"}, {Name: "expiry", Title: "Expiry", Type: layout.Day},
	{Name: "unit", Title: "Unit"}, {Name: "donor", Title: "Donor", Wide: true}, {Name: "grant", Title: "Grant"}, {Name: "measure", Title: "Measure"},
	{Name: "opening", Title: "Opening", Type: layout.Quantity}, {Name: "received", Title: "Received", Type: layout.Quantity}, {Name: "voucher_in", Title: "In by voucher", Type: layout.Quantity},
	{Name: "voucher_out", Title: "Out by voucher", Type: layout.Quantity}, {Name: "used", Title: "Used", Type: layout.Quantity}, {Name: "destroyed", Title: "Destroyed", Type: layout.Quantity},
	{Name: "corrected", Title: "Corrected", Type: layout.Quantity}, {Name: "closing", Title: "Closing", Type: layout.Quantity}, {Name: "expired", Title: "Of it expired", Type: layout.Quantity}, {Name: "balance", Title: "Balance"},
}

// quantities are the columns of one holding, and of the sum of several.
func (a *asked) quantities(holdings ...*holding) []models.Quantity {
	sums := make([]models.Quantity, 9)
	for _, h := range holdings {
		sums[0] += h.opening
		sums[1] += h.moved[models.Received]
		sums[2] += h.moved[models.Arrived] + h.moved[models.CameBack]
		sums[3] -= h.moved[models.Dispatched]
		sums[4] -= h.moved[models.Consumed]
		sums[5] -= h.moved[models.DisposedOf]
		sums[6] += h.moved[models.Adjusted]
		sums[7] += h.closing
		if h.Expired(a.day) {
			sums[8] += h.closing
		}
	}
	return sums
}

func (a *asked) lots(holdings []*holding, yield func(layout.Row) error) error {
	for len(holdings) > 0 {
		n := slices.IndexFunc(holdings, func(h *holding) bool { return h.Item != holdings[0].Item })
		if n < 0 {
			n = len(holdings)
		}
		of := holdings[:n]
		holdings = holdings[n:]
		item := a.item(of[0].Item)
		for _, h := range of {
			number := ""
			if lot := then[models.Lot](a.names, store.Lots, h.Lot); lot != nil {
				number = lot.Number
			}
			row := layout.Row{Link: "/lots/" + h.Lot, Cells: []any{item.Name, h.Lot, number, h.Expiry, a.names.unit(h.Unit), h.Donor, h.Grant, item.Measure}}
			for _, q := range a.quantities(h) {
				row.Cells = append(row.Cells, q)
			}
			balance := "agrees"
			if h.expected() != h.closing {
				row.Kind, balance = layout.Alarm, a.t("off by %v", h.closing-h.expected())
			}
			row.Cells = append(row.Cells, balance)
			if err := yield(row); err != nil {
				return err
			}
		}
		total := layout.Row{Kind: layout.Subtotal, Cells: []any{models.Say("All of %v", item.Name), nil, nil, nil, nil, nil, nil, item.Measure}}
		for _, q := range a.quantities(of...) {
			total.Cells = append(total.Cells, q)
		}
		if err := yield(total); err != nil {
			return err
		}
	}
	return a.names.err
}

func (a *asked) item(code string) models.StockItem {
	if item := then[models.StockItem](a.names, store.StockItems, code); item != nil {
		return *item
	}
	return models.StockItem{Code: code, Name: code}
}

func (a *asked) usedMeasures(holdings []*holding) []layout.Measure {
	var all []layout.Measure
	for _, h := range holdings {
		item := a.item(h.Item)
		used, destroyed := -h.moved[models.Consumed], -h.moved[models.DisposedOf]
		for _, m := range []layout.Measure{{Name: a.t("%v, used", item.Name), Value: float64(used)}, {Name: a.t("%v, destroyed", item.Name), Value: float64(destroyed), Bad: true}} {
			at := slices.IndexFunc(all, func(other layout.Measure) bool { return other.Name == m.Name })
			switch {
			case m.Value == 0:
			case at >= 0:
				all[at].Value += m.Value
			default:
				all = append(all, m)
			}
		}
	}
	for i := range all {
		all[i].Shown = models.Quantity(all[i].Value).String()
	}
	return all[:min(len(all), mostMeasures)]
}

var useColumns = []layout.Column{
	{Name: "at", Title: "When", Type: layout.Instant}, {Name: "what", Title: "What was done"}, {Name: "item", Title: "Item"}, {Name: "lot", Title: "Lot", Type: layout.Code},
	{Name: "unit", Title: "Unit"}, {Name: "quantity", Title: "Quantity", Type: layout.Quantity}, {Name: "measure", Title: "Measure"}, {Name: "purpose", Title: "What for"},
	{Name: "reference", Title: "Case or report"}, {Name: "result", Title: "Result"}, {Name: "by", Title: "By"},
}

func (a *asked) useRow(m *models.Movement) layout.Row {
	item := a.item(m.Item)
	what := map[models.MovementKind]models.Text{models.Consumed: models.Say("used"), models.DisposedOf: models.Say("destroyed"), models.Adjusted: models.Say("corrected")}[m.Kind]
	return layout.Row{Link: "/lots/" + m.Lot, Cells: []any{m.At, what, item.Name, m.Lot, a.names.unit(m.Unit), m.Quantity, item.Measure, m.Purpose, m.Reference, m.Result, a.names.person(m.By)}}
}
