package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

type assetForm struct {
	Categories []option
	Category   *models.Category
	Groups     []group
	Asset      *models.Asset // when it is changed rather than new
}

// group is a part of a form under a heading.
type group struct {
	Heading any // words, or the name of a category
	Inputs  []input
}

func (w *Web) newAsset(c *fiber.Ctx) error { return w.newAssetPage(c, fiber.StatusOK, nil) }

func (w *Web) newAssetPage(c *fiber.Ctx, status int, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	code := cmp.Or(c.FormValue("category"), c.Query("category"))
	f := assetForm{Categories: choose(ch.Categories, code)}
	v := view{Title: say("Take on charge"), Here: "new", Refusal: refusal, Data: &f}
	at := slices.IndexFunc(ch.categories, func(c *models.Category) bool { return c.Code == code })
	if at >= 0 {
		f.Category = ch.categories[at]
		people, err := w.custodians(c.UserContext())
		if err != nil {
			return err
		}
		f.Groups = assetInputs(ch, f.Category, people, formOf(c), v, true)
	}
	return w.render(c, status, "asset-form", v)
}

// assetInputs are the fields of an asset's form, filled in with values.
func assetInputs(ch *choices, category *models.Category, people []option, values map[string]string, v view, fresh bool) []group {
	fill := func(inputs ...input) []input {
		for i := range inputs {
			in := &inputs[i]
			in.Value = values[in.Name]
			in.Options = choose(in.Options, in.Value)
		}
		return inputs
	}
	none := []option{{Value: "", Label: "—"}}
	what := []input{
		{Name: "name", Label: say("Name"), Required: true, Max: 200, Wide: true, Hint: say("What it is, as it should stand on the label")},
		{Name: "make", Label: say("Make"), Max: 120}, {Name: "model", Label: say("Model"), Max: 120},
	}
	if fresh {
		what = append(what,
			input{Name: "serials", Of: "serial", Label: say("Serial numbers"), Type: "lines", Wide: true, Hint: say("One a line: each makes an item of its own")},
			input{Name: "count", Label: say("How many, without serial numbers"), Type: "number"})
	} else {
		what = append(what, input{Name: "serial", Label: say("Serial number"), Max: 120},
			input{Name: "aliases", Label: say("Other tags"), Type: "lines", Wide: true, Hint: say("One a line: old tags or barcodes that lead here too")})
	}
	var own []input
	for _, f := range category.Fields {
		in := input{Name: "fields." + f.Name, Label: f.Label, Unit: f.Unit, Required: f.Required}
		switch f.Type {
		case models.NumberField:
			in.Type = "decimal"
		case models.DayField:
			in.Type = "date"
		case models.YesNoField:
			in.Type, in.Options = "select", []option{{Value: "", Label: "—"}, {Value: "yes", Label: say("Yes")}, {Value: "no", Label: say("No")}}
		case models.ChoiceField:
			in.Type, in.Options = "select", slices.Clone(none)
			for _, choice := range f.Choices {
				in.Options = append(in.Options, option{Value: choice, Label: choice})
			}
		}
		own = append(own, in)
	}
	var where []input
	if fresh {
		where = append(where, input{Name: "unit", Label: say("Unit"), Type: "select", Options: append(slices.Clone(none), ch.Units...), Required: true})
	}
	where = append(where, input{Name: "location", Label: say("Room or shelf"), Max: 120})
	if fresh {
		where = append(where, input{Name: "custodian", Label: say("Answers for it"), List: "custodians", Options: people, Hint: say("Name or code: type to search")})
	}
	where = append(where, input{Name: "condition", Label: say("Condition"), Type: "select", Options: conditionOptions})
	groups := []group{
		{say("What it is"), fill(what...)},
		{category.Name, fill(own...)},
		{say("Where it is"), fill(where...)},
		{say("Who paid for it"), fill(
			input{Name: "grant", Label: say("Grant"), Type: "select", Options: append(slices.Clone(none), ch.Grants...)},
			input{Name: "donor", Label: say("Donor"), Type: "select", Options: append(slices.Clone(none), ch.Donors...), Hint: say("Follows from the grant, if there is one")},
			input{Name: "cost.amount", Label: say("Unit cost"), Type: "decimal"},
			input{Name: "cost.currency", Label: say("Currency"), Max: 3, Hint: say("USD, PKR, EUR …")},
			input{Name: "acquired_on", Label: say("Received on"), Type: "date"},
			input{Name: "warranty_to", Label: say("Warranty until"), Type: "date"},
			input{Name: "supplier", Label: say("Supplier"), Max: 200}, input{Name: "order", Label: say("Purchase order"), Max: 120},
			input{Name: "invoice", Label: say("Invoice"), Max: 120},
			input{Name: "share", Label: say("Share of the cost paid"), Type: "decimal", Unit: "%", Hint: say("By this grant or donor; empty is all")},
		)},
		{say("Account to the donor"), fill(accountInputs()...)},
		{say("Remarks"), fill(input{Name: "note", Label: say("Note"), Type: "text", Wide: true, Max: 2000})},
	}
	return slices.DeleteFunc(groups, func(g group) bool { return len(g.Inputs) == 0 })
}

func (w *Web) takeOnCharge(c *fiber.Ctx) error {
	to := "/assets?sort=-tag&done=taken"
	err := w.act(c, func(c *fiber.Ctx) error {
		lot, err := lotOf(c)
		if err != nil {
			return err
		}
		if lot.Asset.Custodian, err = w.Access.Called(c.UserContext(), "custodian", lot.Asset.Custodian); err != nil {
			return err
		}
		batch, err := w.Register.TakeLotOnCharge(c.UserContext(), lot)
		if err == nil && len(batch.Items) == 1 {
			to = "/assets/" + batch.Items[0].Tag + "?done=taken"
		}
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.newAssetPage(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

func lotOf(c *fiber.Ctx) (register.Lot, error) {
	lot := register.Lot{Serials: lines(c.FormValue("serials")), Asset: register.NewAsset{
		Name: c.FormValue("name"), Category: c.FormValue("category"), Make: c.FormValue("make"), Model: c.FormValue("model"),
		Unit: c.FormValue("unit"), Location: c.FormValue("location"), Custodian: strings.TrimSpace(c.FormValue("custodian")), Donor: c.FormValue("donor"),
		Grant: c.FormValue("grant"), Supplier: c.FormValue("supplier"), Order: c.FormValue("order"), Accounting: accountingOf(c),
		AcquiredOn: models.Day(c.FormValue("acquired_on")), WarrantyTo: models.Day(c.FormValue("warranty_to")),
		Cost: costOf(c), Condition: models.Condition(c.FormValue("condition")), Fields: fieldsOf(c), Note: c.FormValue("note"),
	}}
	text := strings.TrimSpace(c.FormValue("count"))
	if text == "" {
		if len(lot.Serials) == 0 {
			lot.Count = 1
		}
		return lot, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return lot, models.Refuse(models.Malformed, "count", "must be a whole number")
	}
	lot.Count = n
	return lot, nil
}

func costOf(c *fiber.Ctx) *models.Money {
	cost := models.Money{Amount: strings.TrimSpace(c.FormValue("cost.amount")), Currency: strings.ToUpper(strings.TrimSpace(c.FormValue("cost.currency")))}
	if cost.Amount == "" {
		cost.Currency = ""
	}
	return &cost
}

// fieldsOf reads the category's own fields.
func fieldsOf(c *fiber.Ctx) map[string]any {
	fields := map[string]any{}
	c.Request().PostArgs().VisitAll(func(key, value []byte) {
		if name, ok := strings.CutPrefix(string(key), "fields."); ok && len(value) > 0 {
			fields[name] = string(value)
		}
	})
	return fields
}

func lines(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			found = append(found, line)
		}
	}
	return found
}

func (w *Web) editPage(c *fiber.Ctx) error { return w.editForm(c, fiber.StatusOK, nil) }

func (w *Web) editForm(c *fiber.Ctx, status int, refusal *models.Error) error {
	r, err := w.Register.Asset(c.UserContext(), c.Params("tag"))
	if err != nil {
		return err
	}
	a, err := store.Decode[models.Asset](r)
	if err != nil {
		return err
	}
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	values := formOf(c)
	if c.Method() == fiber.MethodGet {
		values = valuesOf(a)
	}
	f := assetForm{Asset: a}
	v := view{Title: say("Change %v", a.Tag), Here: "assets", Refusal: refusal, Data: &f}
	at := slices.IndexFunc(ch.categories, func(c *models.Category) bool { return c.Code == a.Category })
	if at < 0 {
		return models.Refuse(models.NotFound, "category", "the category %s is not in the book", a.Category)
	}
	f.Category = ch.categories[at]
	f.Groups = assetInputs(ch, f.Category, nil, values, v, false)
	return w.render(c, status, "asset-form", v)
}

func valuesOf(a *models.Asset) map[string]string {
	values := map[string]string{
		"name": a.Name, "make": a.Make, "model": a.Model, "serial": a.Serial, "aliases": strings.Join(a.Aliases, "\n"), "location": a.Location,
		"condition": string(a.Condition), "grant": a.Grant, "donor": a.Donor, "acquired_on": string(a.AcquiredOn),
		"warranty_to": string(a.WarrantyTo), "supplier": a.Supplier, "order": a.Order, "note": a.Note,
	}
	accountValues(values, &a.Accounting)
	if a.Cost != nil {
		values["cost.amount"], values["cost.currency"] = a.Cost.Amount, a.Cost.Currency
	}
	for name, value := range a.Fields {
		text, isText := value.(string)
		if !isText {
			text = fmt.Sprint(words.In(words.English, "").Tell(fieldText(models.Field{}, value)))
		}
		values["fields."+name] = text
	}
	return values
}

func (w *Web) edit(c *fiber.Ctx) error {
	tag := c.Params("tag")
	err := w.act(c, func(c *fiber.Ctx) error {
		read, err := versionRead(c.FormValue("version"))
		if err != nil {
			return err
		}
		text := func(name string) *string { value := strings.TrimSpace(c.FormValue(name)); return &value }
		acquired, warranty, condition := models.Day(c.FormValue("acquired_on")), models.Day(c.FormValue("warranty_to")), models.Condition(c.FormValue("condition"))
		aliases := lines(c.FormValue("aliases"))
		fields := fieldsOf(c)
		c.Request().PostArgs().VisitAll(func(key, value []byte) { // an emptied field is taken out
			if name, ok := strings.CutPrefix(string(key), "fields."); ok && len(value) == 0 {
				fields[name] = nil
			}
		})
		account := accountingOf(c)
		if account.Value == nil {
			account.Value = &models.Valuation{}
		}
		_, err = w.Register.Edit(c.UserContext(), tag, read, register.AssetEdit{
			Name: text("name"), Make: text("make"), Model: text("model"), Serial: text("serial"), Aliases: &aliases, Location: text("location"),
			Donor: text("donor"), Grant: text("grant"), Supplier: text("supplier"), Order: text("order"), AcquiredOn: &acquired, WarrantyTo: &warranty,
			Cost: costOf(c), Condition: &condition, Fields: fields, Note: text("note"), Reason: c.FormValue("reason"),
			Share: &account.Share, Invoice: &account.Invoice, Value: account.Value, Use: &account.Use, UseVerifiedOn: &account.UseVerifiedOn,
			Insurance: &account.Insurance, InsuredTo: &account.InsuredTo,
		})
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.editForm(c, status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/assets/"+tag+"?done=changed", fiber.StatusSeeOther)
}
