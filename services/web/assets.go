package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

func (w *Web) mountAssets(in fiber.Router) {
	in.Get("/scan", w.scan)
	in.Post("/scan", w.scanPhoto)
	in.Post("/scan/frame", w.scanFrame)
	in.Post("/scan/seen", w.seen)

	in.Get("/assets", w.assets)
	in.Get("/assets/new", w.newAsset)
	in.Post("/assets/new", w.takeOnCharge)
	in.Get("/assets/import", w.importPage)
	in.Post("/assets/import", w.previewImport)
	in.Post("/assets/import/:id", w.runImport)
	in.Get("/assets/export.csv", w.export)
	in.Get("/assets/:tag", w.asset)
	for name, handler := range api.LabelRoutes {
		in.Get("/assets/:tag/"+name, speaking(handler(api.AssetLabel(w.Register))))
		in.Get("/lots/:code/"+name, speaking(handler(api.LotLabel(w.Stock))))
		in.Get("/bins/:unit/:bin/"+name, speaking(handler(api.BinLabel(w.Stock))))
	}
	in.Post("/labels", w.printLabels)
	in.Get("/assets/:tag/edit", w.editPage)
	in.Post("/assets/:tag/edit", w.edit)
	in.Post("/assets/:tag/issue", w.issue)
	in.Post("/assets/:tag/return", w.takeBack)
	in.Post("/assets/:tag/transfer", w.transfer)
	in.Post("/assets/:tag/retag", w.retag)
	in.Post("/assets/:tag/files", w.attach)
	in.Get("/assets/:tag/files/:id", w.file)
	in.Post("/assets/:tag/files/:id/remove", w.detach)

	in.Get("/assets/:tag/kit", w.kitPage)
	in.Post("/assets/:tag/kit", w.setKit)
}

const pageOfAssets = 50

// countedUpTo is how far the register counts what a list shows.
const countedUpTo = 1000

type assetsPage struct {
	Filter   register.Filter
	Choices  *choices
	Statuses []option
	Sorts    []option
	Assets   []row
	Query    url.Values // of this page
	Next     string
	First    bool
	Count    int64
	More     bool // there are more than Count
	Stocks   []option
}

// row is one asset in a list.
type row struct {
	*models.Asset
	UnitName, CategoryName string
	Overdue                bool
}

var sortLabels = []option{
	{Value: "tag", Label: say("Tag, oldest first")}, {Value: "-tag", Label: say("Tag, newest first")}, {Value: "name", Label: say("Name")},
	{Value: "-acquired_on", Label: say("Acquired last")}, {Value: "acquired_on", Label: say("Acquired first")},
	{Value: "due_back", Label: say("Due back soonest")}, {Value: "-updated_at", Label: say("Changed last")},
}

func (w *Web) assets(c *fiber.Ctx) error {
	ctx := c.UserContext()
	f := api.Filter(c)
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	p := assetsPage{Filter: f, Choices: ch, Query: queryOf(c), First: c.Query("cursor") == "", Stocks: stockOptions}
	p.Sorts = choose(sortLabels, f.Sort)
	for _, s := range models.Statuses {
		p.Statuses = append(p.Statuses, option{Value: string(s), Label: words.Capital{Of: s}, Chosen: string(s) == f.Status})
	}
	ch.Units, ch.Categories = choose(ch.Units, f.Unit), choose(ch.Categories, f.Category)
	ch.Donors, ch.Grants = choose(ch.Donors, f.Donor), choose(ch.Grants, f.Grant)
	v := view{Title: say("Register"), Here: "assets", Data: &p}
	list, err := w.Register.List(ctx, f, c.Query("cursor"), pageOfAssets)
	if err != nil {
		refusal, ok := shown(err)
		if !ok {
			return err
		}
		v.Refusal = refusal
		return w.render(c, fiber.StatusUnprocessableEntity, "assets", v)
	}
	if p.Count, err = w.Register.Count(ctx, f, countedUpTo+1); err != nil {
		return err
	}
	if p.Count > countedUpTo {
		p.Count, p.More = countedUpTo, true
	}
	p.Next = list.Next
	p.Assets, err = w.rows(list.Records, ch)
	if err != nil {
		return err
	}
	return w.render(c, fiber.StatusOK, "assets", v)
}

func (w *Web) rows(records []store.Record, ch *choices) ([]row, error) {
	units, categories := map[string]string{}, map[string]string{}
	for _, u := range ch.units {
		units[u.Code] = u.Name
	}
	for _, c := range ch.categories {
		categories[c.Code] = c.Name
	}
	today := models.DayOf(w.Book.Now().In(w.zone()))
	rows := make([]row, len(records))
	for i, r := range records {
		a, err := store.Decode[models.Asset](r)
		if err != nil {
			return nil, err
		}
		rows[i] = row{a, units[a.Unit], categories[a.Category], a.DueBack != "" && a.DueBack < today}
	}
	return rows, nil
}

// queryOf returns the address's parameters that are not empty, so that links keep
// them.
func queryOf(c *fiber.Ctx) url.Values {
	query := url.Values{}
	c.Context().QueryArgs().VisitAll(func(key, value []byte) {
		if len(value) > 0 && string(key) != "done" {
			query.Set(string(key), string(value))
		}
	})
	return query
}

// withQuery returns a query with one parameter changed, "" taking it out; any
// change but that of the cursor begins at the first page again.
func withQuery(query url.Values, name, value string) string {
	changed := url.Values{}
	for key, values := range query {
		if key != "cursor" {
			changed[key] = values
		}
	}
	changed.Del(name)
	if value != "" {
		changed.Set(name, value)
	}
	return "?" + changed.Encode()
}

func (w *Web) export(c *fiber.Ctx) error { return api.Export(c, w.Register, api.Filter(c)) }

// scan finds what a scanner typed, a link carried or a camera read.
func (w *Web) scan(c *fiber.Ctx) error {
	code := strings.TrimSpace(c.Query("code"))
	if code == "" {
		return w.render(c, fiber.StatusOK, "scan", view{Title: say("Scan"), Here: "scan", Data: scanPage{Example: w.exampleTag()}})
	}
	found, err := w.found(c, code, "same-origin")
	return w.scanned(c, code, found, err)
}

// found finds what was scanned, and notes that it was seen when the browser says
// that the address was opened from our own page, or by whoever sits before it: a
// link of another site is followed, and changes nothing (Fetch Metadata, W3C).
func (w *Web) found(c *fiber.Ctx, code string, from ...string) (*custody.Found, error) {
	if slices.Contains(from, c.Get("Sec-Fetch-Site")) && c.Method() == fiber.MethodGet && c.Get("Sec-Purpose") == "" {
		return w.Stocktakes.Scan(c.UserContext(), code)
	}
	return w.Custody.Scan(c.UserContext(), code)
}

type scanPage struct {
	Code    string
	Example string // of a tag
	Several []*models.Asset
}

func (w *Web) exampleTag() string { return labels.FormatTag(w.Register.Prefix, 123) }

func (w *Web) scanPhoto(c *fiber.Ctx) error {
	found, err := w.Stocktakes.ScanPhoto(c.UserContext(), uploaded(c).Content)
	return w.scanned(c, "", found, err)
}

// scanFrame reads what a camera sees, for browsers that cannot.
func (w *Web) scanFrame(c *fiber.Ctx) error {
	codes, err := w.Register.FrameCodes(c.UserContext(), uploaded(c).Content)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"codes": codes})
}

// seen notes that an item was scanned where there was no network.
func (w *Web) seen(c *fiber.Ctx) error {
	tag := c.FormValue("code")
	err := w.act(c, func(c *fiber.Ctx) error {
		_, err := w.Stocktakes.Scan(c.UserContext(), tag)
		return err
	})
	if err != nil {
		return err
	}
	return c.Redirect("/scan?code="+url.QueryEscape(tag), fiber.StatusSeeOther)
}

func (w *Web) scanned(c *fiber.Ctx, code string, found *custody.Found, err error) error {
	v := view{Title: say("Scan"), Here: "scan", Data: scanPage{Code: code, Example: w.exampleTag()}}
	if err != nil {
		status, refusal := refusalOf(err)
		if refusal == nil {
			return err
		}
		v.Refusal = refusal
		return w.render(c, status, "scan", v)
	}
	switch {
	case found.Lot != nil:
		return c.Redirect("/lots/"+found.Lot.Code, fiber.StatusSeeOther)
	case found.Bin != "":
		return c.Redirect("/bins/"+found.Bin, fiber.StatusSeeOther)
	case found.Voucher != "":
		return c.Redirect("/vouchers/"+found.Voucher, fiber.StatusSeeOther)
	case found.Asset == nil:
		v.Data = scanPage{Code: code, Example: w.exampleTag(), Several: found.Several}
		return w.render(c, fiber.StatusOK, "scan", v)
	}
	return c.Redirect("/assets/"+found.Asset.Tag, fiber.StatusSeeOther)
}
