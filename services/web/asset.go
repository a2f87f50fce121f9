package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/store"
	"quartermaster/services/training"
)

type assetPage struct {
	*models.Asset
	Losses     []*models.Loss
	WriteOffs  []*models.WriteOff
	Choices    *choices
	Flags      []finding // about it, open
	Category   *models.Category
	Units      []*models.Unit // from the top down to the asset's
	Donor      *models.Donor
	Holder     *models.Person
	SeenBy     string // who saw it last
	Actions    []string
	Custodians []option
	Conditions []option
	Own        []fact
	Events     []happening
	Older      string // cursor of the events before
	Overdue    bool
	Open       string // the form that stays open because it was refused
	Form       map[string]string
	Stocks     []option
	KitOf      *models.Asset // the kit that it is part of
	Care       *careSection
	Needs      []training.Need
	Untrained  []training.Lack  // of who has it in custody
	Repairs    []*models.Repair // the latest jobs of the workshop
}

// fact is one recorded thing with its name.
type fact struct{ Label, Value any }

// Can says whether something can be done with the asset now.
func (p *assetPage) Can(action string) bool { return slices.Contains(p.Actions, action) }

// historyShown is how many events the page shows at once.
const historyShown = 25

func (w *Web) asset(c *fiber.Ctx) error { return w.assetPage(c, fiber.StatusOK, "", nil) }

// assetPage shows the asset in the address; open names the form that was refused.
func (w *Web) assetPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	r, err := w.Register.Asset(ctx, c.Params("tag"))
	if err != nil {
		return err
	}
	a, err := store.Decode[models.Asset](r)
	if err != nil {
		return err
	}
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	p := &assetPage{Asset: a, Choices: ch, Donor: ch.donors[a.Donor], Actions: register.Actions(caller, a), Conditions: conditionOptions,
		Open: open, Form: formOf(c), Overdue: a.DueBack != "" && a.DueBack < models.DayOf(w.Book.Now().In(w.zone())), Stocks: stockOptions}
	if open == "issue" || open == "return" || open == "transfer" {
		if !p.Can(open) {
			p.Open = "" // the form is not there any more; the refusal is told above
		}
	}
	if at := slices.IndexFunc(ch.categories, func(c *models.Category) bool { return c.Code == a.Category }); at >= 0 {
		p.Category = ch.categories[at]
		p.Own = ownFacts(p.Category, a)
	}
	for _, u := range ch.units {
		if slices.Contains(a.Path, u.Code) {
			p.Units = append(p.Units, u)
		}
	}
	if a.Custodian != "" {
		if p.Holder, err = store.Get[models.Person](ctx, w.Book.Store, store.People, a.Custodian); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if a.LastSeenBy != "" {
		if p.SeenBy, err = w.nameOf(ctx, a.LastSeenBy); err != nil {
			return err
		}
	}
	if p.Untrained, err = w.Training.Untrained(ctx, a); err != nil {
		return err
	}
	if p.Category != nil {
		if p.Needs, err = w.Training.Needs(ctx, p.Category); err != nil {
			return err
		}
	}
	if p.Can("issue") || p.Can("transfer") {
		if p.Custodians, err = w.custodiansFor(ctx, p.Category); err != nil {
			return err
		}
	}
	if p.KitOf, err = w.Register.KitOf(ctx, a); err != nil {
		return err
	}
	if p.Care, err = w.careOf(ctx, a, p.Category, open, p.Form); err != nil {
		return err
	}
	if p.Repairs, err = w.repairsOf(ctx, a.Tag); err != nil {
		return err
	}
	events, older, err := w.Register.Events(ctx, a.Tag, c.Query("events"), historyShown)
	if err != nil {
		return err
	}
	p.Older = older
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	v := view{Title: a.Tag, Here: "assets", Refusal: refusal, Data: p}
	if v.Undo, err = undoingAsset(c, caller, r, a, events); err != nil {
		return err
	}
	if p.Losses, p.WriteOffs, err = w.Disposal.About(ctx, a.Tag); err != nil {
		return err
	}
	if p.Flags, err = w.about(ctx, ledger.Subject(store.Assets, a.ID)); err != nil {
		return err
	}
	return w.render(c, status, "asset", v)
}

func ownFacts(category *models.Category, a *models.Asset) []fact {
	var facts []fact
	for _, f := range category.Fields {
		if value, ok := a.Fields[f.Name]; ok {
			facts = append(facts, fact{f.Label, fieldText(f, value)})
		}
	}
	return facts
}

func fieldText(f models.Field, value any) any {
	switch v := value.(type) {
	case bool:
		if v {
			return say("yes")
		}
		return say("no")
	case float64:
		return strings.TrimSpace(fmt.Sprintf("%s %s", trimFloat(v), f.Unit))
	case string:
		if f.Type == models.DayField {
			return models.Day(v)
		}
	}
	return fmt.Sprint(value)
}

func trimFloat(v float64) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}

// formOf returns what a form was filled in with, to show it again.
func formOf(c *fiber.Ctx) map[string]string {
	form := map[string]string{}
	c.Request().PostArgs().VisitAll(func(key, value []byte) { form[string(key)] = string(value) })
	for key, value := range uploaded(c).Values {
		form[key] = value
	}
	return form
}

// movement carries out one of the forms on the asset's page.
func (w *Web) movement(c *fiber.Ctx, form, done string, do func(tag string) (*models.Asset, error)) error {
	tag := c.Params("tag")
	err := w.act(c, func(c *fiber.Ctx) error {
		a, err := do(tag)
		if err == nil {
			tag = a.Tag
		}
		return err
	})
	if err == nil && (form == "issue" || form == "return" || form == "transfer") {
		if to, err := w.underway(c, tag); err != nil || to != "" {
			return errors.Join(err, c.Redirect(to, fiber.StatusSeeOther))
		}
	}
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.assetPage(c, status, form, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/assets/"+tag+"?done="+done, fiber.StatusSeeOther)
}

// underway is the address of the voucher by which an item that was just dispatched
// waits to be signed for, or "".
func (w *Web) underway(c *fiber.Ctx, tag string) (string, error) {
	record, err := w.Register.Asset(c.UserContext(), tag)
	if err != nil {
		return "", err
	}
	a, err := store.Decode[models.Asset](record)
	if err != nil || a.Status != models.InTransit {
		return "", err
	}
	return "/vouchers/" + a.Voucher + "?done=dispatched", nil
}

func refusalOf(err error) (int, *models.Error) {
	status, refusal := server.Refusal(err)
	if status >= fiber.StatusInternalServerError || status == fiber.StatusUnauthorized {
		return status, nil
	}
	return status, refusal
}

func (w *Web) issue(c *fiber.Ctx) error {
	return w.movement(c, "issue", "issued", func(tag string) (*models.Asset, error) {
		custodian, err := w.Access.Called(c.UserContext(), "custodian", c.FormValue("custodian"))
		if err != nil {
			return nil, err
		}
		return moved(w.Custody.Issue(c.UserContext(), tag, 0, custody.Issue{Unit: c.FormValue("unit"), Custodian: custodian,
			DueBack: models.Day(c.FormValue("due_back")), Condition: models.Condition(c.FormValue("condition")), Note: c.FormValue("note"), Receipt: signedOf(formOf(c))}))
	})
}

// moved is the item that a movement left; what it warns of, its pages tell.
func moved(m *custody.Moved, err error) (*models.Asset, error) {
	if err != nil {
		return nil, err
	}
	return m.Asset, nil
}

func (w *Web) takeBack(c *fiber.Ctx) error {
	return w.movement(c, "return", "returned", func(tag string) (*models.Asset, error) {
		meter, err := oneReading(formOf(c))
		if err != nil {
			return nil, err
		}
		return w.Custody.Return(c.UserContext(), tag, 0, custody.Return{Unit: c.FormValue("unit"), Meter: meter,
			Condition: models.Condition(c.FormValue("condition")), Note: c.FormValue("note")})
	})
}

func (w *Web) transfer(c *fiber.Ctx) error {
	return w.movement(c, "transfer", "transferred", func(tag string) (*models.Asset, error) {
		custodian, err := w.Access.Called(c.UserContext(), "custodian", c.FormValue("custodian"))
		if err != nil {
			return nil, err
		}
		return moved(w.Custody.Transfer(c.UserContext(), tag, 0, custody.Transfer{Unit: c.FormValue("unit"),
			Custodian: custodian, Condition: models.Condition(c.FormValue("condition")), Note: c.FormValue("note")}))
	})
}

func (w *Web) retag(c *fiber.Ctx) error {
	return w.movement(c, "retag", "retagged", func(tag string) (*models.Asset, error) {
		return w.Register.Retag(c.UserContext(), tag, 0, c.FormValue("reason"))
	})
}

func (w *Web) attach(c *fiber.Ctx) error {
	return w.movement(c, "files", "attached", func(tag string) (*models.Asset, error) {
		upload := uploaded(c)
		return w.Register.Attach(c.UserContext(), tag, 0, upload.Name, upload.Content)
	})
}

func (w *Web) detach(c *fiber.Ctx) error {
	return w.movement(c, "files", "removed", func(tag string) (*models.Asset, error) {
		version, err := versionIfRead(c.FormValue("version"))
		if err != nil {
			return nil, err
		}
		return w.Register.Detach(c.UserContext(), tag, version, c.Params("id"), c.FormValue("reason"))
	})
}

func (w *Web) file(c *fiber.Ctx) error { return api.File(c, w.Register) }
