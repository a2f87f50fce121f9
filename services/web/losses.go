package web

import (
	"bytes"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/disposal"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

func (w *Web) mountDisposal(in fiber.Router) {
	in.Get("/losses", w.losses)
	in.Get("/losses/new", w.newLoss)
	in.Post("/losses/new", w.reportLoss)
	in.Get("/losses/:number", w.loss)
	in.Get("/losses/:number/files/:id", func(c *fiber.Ctx) error { return api.Exhibit(c, w.Disposal.LossFile) })
	for form, do := range map[string]func(*fiber.Ctx, string, int64, map[string]string) error{
		"appoint": w.appointOfficer, "waive": w.waiveInquiry, "findings": w.concludeInquiry, "decide": w.decideLoss,
		"found": w.foundAgain, "repaired": w.repairedAgain, "recovered": w.recovered, "files": w.attachToLoss,
	} {
		in.Post("/losses/:number/"+form, w.paperStep("/losses/", form, w.lossPage, do))
	}
	in.Post("/units/:code/limits", w.setLimits)
	in.Get("/writeoffs", w.writeOffs)
	in.Get("/writeoffs/new", w.newWriteOff)
	in.Post("/writeoffs/new", w.proposeWriteOff)
	in.Get("/writeoffs/:number", w.writeOff)
	in.Get("/writeoffs/:number/files/:id", func(c *fiber.Ctx) error { return api.Exhibit(c, w.Disposal.WriteOffFile) })
	for form, do := range map[string]func(*fiber.Ctx, string, int64, map[string]string) error{
		"approve": w.approveWriteOff, "decline": w.declineWriteOff, "withdraw": w.withdrawWriteOff, "consent": w.consented, "strike-off": w.strikeOff, "files": w.attachToWriteOff,
	} {
		in.Post("/writeoffs/:number/"+form, w.paperStep("/writeoffs/", form, w.writeOffPage, do))
	}
}

// paperStep carries out one of the forms on a paper's page, on the paper as that page
// showed it.
func (w *Web) paperStep(at, form string, show func(*fiber.Ctx, int, string, *models.Error) error, do func(c *fiber.Ctx, number string, version int64, form map[string]string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		number := c.Params("number")
		err := w.act(c, func(c *fiber.Ctx) error {
			filled := formOf(c)
			version, err := versionRead(filled["version"])
			if err != nil {
				return err
			}
			return do(c, number, version, filled)
		})
		if refusal, ok := shown(err); ok {
			status, _ := refusalOf(err)
			return show(c, status, form, refusal)
		}
		if err != nil {
			return err
		}
		return c.Redirect(at+number+"?done=recorded", fiber.StatusSeeOther)
	}
}

// paper is the file that a form came with, as what it is; none without one.
func paper(c *fiber.Ctx, is models.ExhibitKind) []register.Paper {
	upload := uploaded(c)
	if len(upload.Content) == 0 {
		return nil
	}
	if is == models.PhotoExhibit && bytes.HasPrefix(upload.Content, []byte("%PDF")) {
		is = models.OtherExhibit
	}
	return []register.Paper{{Is: is, Name: upload.Name, Content: upload.Content}}
}

// amount reads an amount of a form; nil when none is given.
func amount(form map[string]string) *models.Money {
	if strings.TrimSpace(form["amount"]) == "" {
		return nil
	}
	return &models.Money{Amount: strings.TrimSpace(form["amount"]), Currency: strings.ToUpper(strings.TrimSpace(form["currency"]))}
}

type lossesPage struct {
	Filter        disposal.LossFilter
	States, Kinds []option
	Units, Donors []option
	Losses        []lossRow
	Query         url.Values
	Next          string
	First         bool
}

type lossRow struct {
	*models.Loss
	Waits any
}

func (w *Web) losses(c *fiber.Ctx) error {
	f := api.LossFilter(c)
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := lossesPage{Filter: f, States: optionsOf(models.LossStates, f.State), Kinds: optionsOf(models.LossKinds, f.Kind), Units: choose(ch.Units, f.Unit), Donors: choose(ch.Donors, f.Donor),
		Query: queryOf(c), First: c.Query("cursor") == ""}
	v := view{Title: say("Losses"), Here: "losses", Data: &p}
	list, err := w.Disposal.Losses(c.UserContext(), f, c.Query("cursor"), pageOfAssets)
	if err != nil {
		return w.refusedList(c, "losses", v, err)
	}
	p.Next = list.Next
	for _, record := range list.Records {
		l, err := store.Decode[models.Loss](record)
		if err != nil {
			return err
		}
		p.Losses = append(p.Losses, lossRow{l, orNothing(disposal.Waits(l))})
	}
	return w.render(c, fiber.StatusOK, "losses", v)
}

// refusedList shows what is wrong with the filters of a list.
func (w *Web) refusedList(c *fiber.Ctx, page string, v view, err error) error {
	refusal, ok := shown(err)
	if !ok {
		return err
	}
	v.Refusal = refusal
	return w.render(c, fiber.StatusUnprocessableEntity, page, v)
}

// worded is something of which people have words.
type worded interface {
	~string
	Words() string
}

func optionsOf[T worded](all []T, chosen string) []option {
	options := make([]option, len(all))
	for i, one := range all {
		options[i] = option{Value: string(one), Label: words.Capital{Of: one}, Chosen: string(one) == chosen}
	}
	return options
}

type lossForm struct {
	Item       *models.Asset // nil while none is named
	Holder     string
	Kinds      []option
	Conditions []option
	Today      models.Day
	Form       map[string]string
}

func (w *Web) newLoss(c *fiber.Ctx) error {
	form := map[string]string{}
	for key, values := range queryOf(c) {
		form[key] = values[0]
	}
	return w.lossForm(c, fiber.StatusOK, form, nil)
}

func (w *Web) lossForm(c *fiber.Ctx, status int, form map[string]string, refusal *models.Error) error {
	ctx := c.UserContext()
	p := lossForm{Kinds: optionsOf(models.LossKinds, form["kind"]), Conditions: choose(conditionOptions, form["condition"]), Today: w.Book.Today(), Form: form}
	if form["on"] == "" {
		form["on"] = string(p.Today)
	}
	item, holder, err := w.itemOf(ctx, form["tag"])
	if err != nil {
		return err
	}
	p.Item, p.Holder = item, holder
	return w.render(c, status, "loss-form", view{Title: say("Report a loss, theft or damage"), Here: "losses", Refusal: refusal, Data: p})
}

// itemOf is the item that a form names, and who has it; nil while there is none.
func (w *Web) itemOf(ctx context.Context, tag string) (*models.Asset, string, error) {
	if strings.TrimSpace(tag) == "" {
		return nil, "", nil
	}
	record, err := w.Register.Asset(ctx, tag)
	if models.KindOf(err) != "" {
		return nil, "", nil // told when the form is sent
	}
	if err != nil {
		return nil, "", err
	}
	a, err := store.Decode[models.Asset](record)
	if err != nil || a.Custodian == "" {
		return a, "", err
	}
	holder, err := w.nameOf(ctx, a.Custodian)
	return a, holder, err
}

func (w *Web) reportLoss(c *fiber.Ctx) error {
	form := formOf(c)
	to := "/losses"
	err := w.act(c, func(c *fiber.Ctx) error {
		l, err := w.Disposal.Report(c.UserContext(), disposal.NewLoss{Tag: strings.TrimSpace(form["tag"]), Kind: models.LossKind(form["kind"]), On: models.Day(form["on"]), Where: form["where"],
			What: form["what"], Police: form["police"], Condition: models.Condition(form["condition"]), Papers: paper(c, models.PhotoExhibit)})
		if err == nil {
			to = "/losses/" + l.Number + "?done=lost"
		}
		return err
	})
	return w.sent(c, err, to, func(status int, refusal *models.Error) error { return w.lossForm(c, status, form, refusal) })
}

// sent leads to where a form led, or shows it again with what is wrong.
func (w *Web) sent(c *fiber.Ctx, err error, to string, again func(int, *models.Error) error) error {
	refusal, ok := shown(err)
	if models.KindOf(err) == models.NotFound { // of a tag in the form, not of the address
		refusal, ok = refusedOf(err)
	}
	if ok {
		status, _ := refusalOf(err)
		return again(status, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

func refusedOf(err error) (*models.Error, bool) {
	_, refusal := refusalOf(err)
	return refusal, refusal != nil
}

type lossPage struct {
	*models.Loss
	Waits      any
	Flags      []finding
	Names      map[string]string
	Progress   []progress
	Measures   []option
	Kinds      []option // of exhibits
	Conditions []option
	Officers   []option
	Can        disposal.Steps
	Parts      []models.Content // of a kit that is gone
	Events     []happening
	Open       string
	Form       map[string]string
}

func (w *Web) loss(c *fiber.Ctx) error { return w.lossPage(c, fiber.StatusOK, "", nil) }

func (w *Web) lossPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	l, err := w.Disposal.Loss(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	p := &lossPage{Loss: l, Waits: orNothing(disposal.Waits(l)), Progress: lossProgress(l), Open: open, Form: formOf(c), Kinds: optionsOf(models.ExhibitKinds, ""), Conditions: conditionOptions}
	for _, m := range models.Measures {
		if m.Fits("", l.Kind) == nil {
			p.Measures = append(p.Measures, option{Value: string(m), Label: words.Capital{Of: m}, Chosen: l.Inquiry != nil && l.Inquiry.Recommendation == m})
		}
	}
	if p.Can, err = w.Disposal.LossSteps(ctx, l); err != nil {
		return err
	}
	if p.Can["appoint"] {
		if p.Officers, err = w.custodians(ctx); err != nil {
			return err
		}
		p.Officers = slices.DeleteFunc(p.Officers, func(o option) bool { return slices.Contains(l.Involved(), o.Value) })
	}
	codes := []string{l.ReportedBy, l.HeldBy, l.Custodian}
	if l.Inquiry != nil {
		codes = append(codes, l.Inquiry.Officer, l.Inquiry.AppointedBy)
	}
	if l.Decision != nil {
		codes = append(codes, l.Decision.By)
	}
	if p.Names, err = w.names(ctx, codes...); err != nil {
		return err
	}
	item, _, err := w.itemOf(ctx, l.Tag)
	if err != nil {
		return err
	}
	if item != nil && l.Open() && l.Kind.Gone() {
		p.Parts = slices.DeleteFunc(slices.Clone(item.Contents), func(c models.Content) bool { return c.Tag == "" })
	}
	events, _, err := w.Disposal.LossEvents(ctx, l.Number, "", historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	if p.Flags, err = w.about(ctx, ledger.Subject(store.Losses, l.Number)); err != nil {
		return err
	}
	return w.render(c, status, "loss", view{Title: l.Number, Here: "losses", Refusal: refusal, Data: p})
}

func lossProgress(l *models.Loss) []progress {
	steps := []progress{{say("Reported"), "past"}, {say("Inquiry"), ""}, {say("Decision"), ""}, {say("Closed"), ""}}
	if l.Waived != nil {
		steps[1].What = say("No inquiry")
	}
	if l.Decision != nil {
		steps[2].What = say("Decided")
	}
	at := map[models.LossState]int{models.LossReported: 1, models.LossInquiry: 1, models.LossToDecide: 2, models.LossDecided: 3, models.LossClosed: 4}[l.State]
	for i := range steps {
		switch {
		case i < at:
			steps[i].State = "past"
		case i == at:
			steps[i].State = "now"
		}
	}
	if l.Found != nil {
		steps[3] = progress{say("Found again"), "past"}
		for i, done := range []bool{true, l.Inquiry != nil && l.Inquiry.FoundAt != nil || l.Waived != nil, l.Decision != nil} {
			if !done {
				steps[i].State = "over"
			}
		}
	}
	return steps
}

func (w *Web) appointOfficer(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Disposal.Appoint(c.UserContext(), number, version, form["officer"])
	return err
}

func (w *Web) waiveInquiry(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Disposal.WaiveInquiry(c.UserContext(), number, version, form["reason"])
	return err
}

func (w *Web) concludeInquiry(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Disposal.Conclude(c.UserContext(), number, version, disposal.Findings{Findings: form["findings"], Recommendation: models.Measure(form["recommendation"]), RecoverFrom: form["from"], Amount: amount(form)})
	return err
}

func (w *Web) decideLoss(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Disposal.Decide(c.UserContext(), number, version, disposal.Ruling{Measure: models.Measure(form["measure"]), RecoverFrom: form["from"], Amount: amount(form), Remarks: form["remarks"]})
	return err
}

func turnedOut(form map[string]string) disposal.Outcome {
	return disposal.Outcome{Condition: models.Condition(form["condition"]), Text: form["text"]}
}

func (w *Web) foundAgain(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Disposal.Found(c.UserContext(), number, version, turnedOut(form))
	return err
}

func (w *Web) repairedAgain(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Disposal.Repaired(c.UserContext(), number, version, turnedOut(form))
	return err
}

func (w *Web) recovered(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	r := disposal.Receipt{From: form["from"], Reference: form["reference"], On: models.Day(form["on"])}
	if given := amount(form); given != nil {
		r.Amount = *given
	}
	_, err := w.Disposal.Recover(c.UserContext(), number, version, r)
	return err
}

func (w *Web) attachToLoss(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	upload := uploaded(c)
	_, err := w.Disposal.AttachToLoss(c.UserContext(), number, version, register.Paper{Is: models.ExhibitKind(form["is"]), Name: upload.Name, Content: upload.Content})
	return err
}
