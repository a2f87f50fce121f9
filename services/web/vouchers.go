package web

import (
	"context"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/custody"
	"quartermaster/services/requests"
	"quartermaster/services/store"
)

func (w *Web) mountVouchers(in fiber.Router) {
	in.Get("/vouchers", w.vouchers)
	in.Get("/vouchers/new", w.newVoucher)
	in.Post("/vouchers/new", w.draftVoucher)
	in.Post("/vouchers/start", w.startVoucher)
	in.Get("/vouchers/:number", w.voucher)
	in.Get("/vouchers/:number/edit", w.editVoucher)
	in.Post("/vouchers/:number/edit", w.reviseVoucher)
	in.Post("/vouchers/:number/dispatch", w.voucherStep("dispatch", "dispatched", w.dispatchVoucher))
	in.Post("/vouchers/:number/accept", w.voucherStep("accept", "received", w.acceptVoucher))
	in.Post("/vouchers/:number/refuse", w.voucherStep("refuse", "refused", w.refuseVoucher))
	in.Post("/vouchers/:number/cancel", w.voucherStep("cancel", "cancelled", w.cancelVoucher))
	in.Get("/vouchers/:number/qr.svg", w.voucherQR)
	in.Get("/vouchers/:number/voucher.pdf", func(c *fiber.Ctx) error { return api.VoucherPDF(c, w.Custody) })
	in.Get("/people/:code/no-demand.pdf", func(c *fiber.Ctx) error { return api.NoDemand(c, w.Custody) })
}

type vouchersPage struct {
	Filter   custody.Filter
	Kinds    []option
	States   []option
	Units    []option
	Donors   []option
	Grants   []option
	Vouchers []voucherRow
	Query    url.Values
	Next     string
	First    bool
}

type voucherRow struct {
	*custody.Shown
	What string
}

func (w *Web) vouchers(c *fiber.Ctx) error {
	f := api.VoucherFilter(c)
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := vouchersPage{Filter: f, Kinds: choose(kindOptions, f.Kind), States: choose(voucherStateOptions, f.State), Units: choose(ch.Units, f.Unit), Donors: choose(ch.Donors, f.Donor), Grants: choose(ch.Grants, f.Grant),
		Query: queryOf(c), First: c.Query("cursor") == ""}
	v := view{Title: "Vouchers", Here: "vouchers", Data: &p}
	list, next, err := w.Custody.List(c.UserContext(), f, c.Query("cursor"), pageOfAssets)
	if err != nil {
		refusal, ok := shown(err)
		if !ok {
			return err
		}
		v.Refusal = refusal
		return w.render(c, fiber.StatusUnprocessableEntity, "vouchers", v)
	}
	p.Next = next
	for _, voucher := range list {
		p.Vouchers = append(p.Vouchers, voucherRow{voucher, requests.Summary(voucher.Voucher)})
	}
	return w.render(c, fiber.StatusOK, "vouchers", v)
}

var kindOptions = func() []option {
	var options []option
	for _, k := range models.VoucherKinds {
		options = append(options, option{Value: string(k), Label: upperFirst(k.Words())})
	}
	return options
}()

var voucherStateOptions = func() []option {
	var options []option
	for _, s := range models.VoucherStates {
		options = append(options, option{Value: string(s), Label: upperFirst(s.Words())})
	}
	return options
}()

type voucherForm struct {
	Number     string // of the draft that is changed; "" for a new one
	Kind       string
	Kinds      []option
	Units      []option
	Donors     []option
	Custodians []option
	Form       map[string]string
}

func (w *Web) newVoucher(c *fiber.Ctx) error {
	form := map[string]string{}
	c.Context().QueryArgs().VisitAll(func(key, value []byte) {
		if string(key) == "tag" {
			form["lines"] += string(value) + "\n"
			return
		}
		form[string(key)] = string(value)
	})
	return w.voucherForm(c, fiber.StatusOK, "", form, nil)
}

// startVoucher opens a new voucher with the items that were chosen in the register.
func (w *Web) startVoucher(c *fiber.Ctx) error {
	posted, err := url.ParseQuery(string(c.Body()))
	if err != nil {
		return models.Refuse(models.Malformed, "", "the form cannot be read").Because(err)
	}
	if len(posted["tag"]) == 0 {
		return models.Refuse(models.Invalid, "tag", "choose at least one item in the list first")
	}
	form := map[string]string{"lines": strings.Join(posted["tag"], "\n") + "\n"}
	record, err := w.Register.Asset(c.UserContext(), posted["tag"][0])
	if err != nil {
		return err
	}
	first, err := store.Decode[models.Asset](record)
	if err != nil {
		return err
	}
	form["from"] = first.Unit
	return w.voucherForm(c, fiber.StatusOK, "", form, nil)
}

func (w *Web) voucherForm(c *fiber.Ctx, status int, number string, form map[string]string, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	custodians, err := w.custodians(c.UserContext())
	if err != nil {
		return err
	}
	f := voucherForm{Number: number, Kind: form["kind"], Kinds: choose(kindOptions, form["kind"]), Units: ch.Units, Donors: ch.Donors, Custodians: custodians, Form: form}
	if f.Kind == "" {
		f.Kind = string(models.IssueVoucher)
	}
	title := "New voucher"
	if number != "" {
		title = "Change " + number
	}
	return w.render(c, status, "voucher-form", view{Title: title, Here: "vouchers", Refusal: refusal, Data: f})
}

// Tags are the lines of the form, which go along when another kind is chosen.
func (f voucherForm) Tags() []string {
	return strings.FieldsFunc(f.Form["lines"], func(r rune) bool { return r == '\n' || r == '\r' })
}

// Pick returns a list's options with the form's value chosen.
func (f voucherForm) Pick(options []option, field string) []option {
	return choose(options, f.Form[field])
}

// linesOf reads what was scanned or typed: a tag a line, or a lot or stock item
// and a quantity.
func linesOf(text string) ([]custody.NewLine, error) {
	var lines []custody.NewLine
	for row := range strings.Lines(text) {
		parts := strings.Fields(row)
		if len(parts) == 0 {
			continue
		}
		code := labels.ParseScan(parts[0])
		quantity := models.Quantity(0)
		if len(parts) > 1 {
			var err error
			if quantity, err = models.ParseQuantity(parts[len(parts)-1]); err != nil {
				return nil, err
			}
		}
		switch {
		case strings.HasPrefix(strings.ToUpper(code), "LOT-"):
			lines = append(lines, custody.NewLine{Lot: code, Quantity: quantity})
		case len(parts) > 1:
			lines = append(lines, custody.NewLine{Item: code, Quantity: quantity})
		default:
			lines = append(lines, custody.NewLine{Tag: code})
		}
	}
	return lines, nil
}

func (w *Web) draftVoucher(c *fiber.Ctx) error {
	form := formOf(c)
	to := "/vouchers"
	err := w.act(c, func(c *fiber.Ctx) error {
		lines, err := linesOf(form["lines"])
		if err != nil {
			return err
		}
		from := form["from"]
		if models.VoucherKind(form["kind"]) == models.HandoverVoucher {
			from = form["donor"]
		}
		v, err := w.Custody.Draft(c.UserContext(), custody.NewVoucher{Kind: models.VoucherKind(form["kind"]), From: from, To: form["to"], Sender: strings.TrimSpace(form["sender"]),
			Receiver: strings.TrimSpace(form["receiver"]), DueBack: models.Day(form["due_back"]), Operation: strings.TrimSpace(form["operation"]),
			Agreement: strings.TrimSpace(form["agreement"]), Note: strings.TrimSpace(form["note"]), Lines: lines})
		if err == nil {
			to = "/vouchers/" + v.Number + "?done=drafted"
		}
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.voucherForm(c, status, "", form, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

func (w *Web) editVoucher(c *fiber.Ctx) error {
	v, err := w.Custody.Voucher(c.UserContext(), c.Params("number"))
	if err != nil {
		return err
	}
	form := map[string]string{"kind": string(v.Kind), "from": v.From, "donor": v.From, "to": v.To, "sender": v.Sender, "receiver": v.Receiver, "due_back": string(v.DueBack),
		"operation": v.Operation, "agreement": v.Agreement, "note": v.Note}
	for _, line := range v.Lines {
		switch {
		case line.PartOf != "":
		case line.Tag != "":
			form["lines"] += line.Tag + "\n"
		default:
			form["lines"] += line.Lot + " " + line.Quantity.String() + "\n"
		}
	}
	return w.voucherForm(c, fiber.StatusOK, v.Number, form, nil)
}

func (w *Web) reviseVoucher(c *fiber.Ctx) error {
	form := formOf(c)
	number := c.Params("number")
	err := w.act(c, func(c *fiber.Ctx) error {
		lines, err := linesOf(form["lines"])
		if err != nil {
			return err
		}
		text := func(name string) *string {
			value := strings.TrimSpace(form[name])
			return &value
		}
		due := models.Day(form["due_back"])
		_, err = w.Custody.Revise(c.UserContext(), number, 0, custody.VoucherEdit{To: text("to"), Receiver: text("receiver"), DueBack: &due,
			Operation: text("operation"), Agreement: text("agreement"), Note: text("note"), Lines: &lines})
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.voucherForm(c, status, number, form, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/vouchers/"+number+"?done=changed", fiber.StatusSeeOther)
}

type voucherPage struct {
	*custody.Shown
	FromName, ToName string
	Names            map[string]string // of people, by code
	Signatures       []shownSignature
	Progress         []progress
	MayReceive       bool
	MayCancel        bool
	Conditions       []option
	Events           []happening
	Open             string
	Form             map[string]string
	Signer           *models.Person // who is signed in
	ReceivedBy       *models.Person // who is to receive, where one is named
}

type shownSignature struct {
	*models.Signature
	Title   string
	Broken  bool
	Picture template.URL // of the drawing
}

// progress is one step on the way of a paper.
type progress struct{ What, State string }

func (w *Web) voucher(c *fiber.Ctx) error { return w.voucherPage(c, fiber.StatusOK, "", nil) }

func (w *Web) voucherPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	v, err := w.Custody.Voucher(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	p := &voucherPage{Shown: v, Conditions: conditionOptions, Open: open, Form: formOf(c), Signer: caller, Progress: voucherProgress(v.Voucher),
		MayReceive: w.Custody.MayReceive(ctx, caller, v.Voucher), MayCancel: w.Custody.MayCancel(caller, v.Voucher)}
	if p.FromName, p.ToName, err = w.endNames(ctx, v.Voucher); err != nil {
		return err
	}
	if v.Receiver != "" {
		if p.ReceivedBy, err = store.Get[models.Person](ctx, w.Book.Store, store.People, v.Receiver); err != nil {
			return err
		}
	}
	if p.Names, err = w.names(ctx, v.Sender, v.Receiver, v.RaisedBy); err != nil {
		return err
	}
	for _, s := range []struct {
		end, title string
		of         *models.Signature
	}{{custody.OutgoingEnd, "Handed over", v.Outgoing}, {custody.IncomingEnd, "Received", v.Incoming}} {
		if s.of != nil {
			p.Signatures = append(p.Signatures, shownSignature{s.of, s.title, slices.Contains(v.Broken, s.end), picture(s.of.Drawing)})
		}
	}
	events, _, err := w.Custody.Events(ctx, v.Number, "", historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	return w.render(c, status, "voucher", view{Title: v.Number, Here: "vouchers", Refusal: refusal, Data: p})
}

// picture is a drawn signature as an image, in which nothing of it can act.
func picture(svg string) template.URL {
	return template.URL("data:image/svg+xml," + url.PathEscape(svg)) // #nosec G203 -- what was drawn was written anew by signing.Drawing
}

func voucherProgress(v *models.Voucher) []progress {
	steps := []progress{{"Draft", "past"}, {"Dispatched", ""}, {"Accepted", ""}}
	switch v.State {
	case models.Draft:
		steps[0].State, steps[1].State = "now", ""
	case models.Underway:
		steps[1].State, steps[2] = "past", progress{"To be accepted", "now"}
	case models.Accepted:
		steps[1].State, steps[2].State = "past", "past"
	case models.Cancelled:
		steps[1] = progress{"Cancelled", "over"}
		if v.Outgoing != nil {
			steps = []progress{{"Draft", "past"}, {"Dispatched", "past"}, {"Cancelled", "over"}}
		}
	default:
		steps[1].State, steps[2] = "past", progress{upperFirst(v.State.Words()), "over"}
	}
	return steps
}

func (w *Web) endNames(ctx context.Context, v *models.Voucher) (from, to string, err error) {
	ch, err := w.choices(ctx)
	if err != nil {
		return "", "", err
	}
	from, to = v.From, v.To
	for _, u := range ch.units {
		if u.Code == v.From && v.Kind != models.HandoverVoucher {
			from = u.Name
		}
		if u.Code == v.To {
			to = u.Name
		}
	}
	if d := ch.donors[v.From]; d != nil && v.Kind == models.HandoverVoucher {
		from = d.Name
	}
	return from, to, nil
}

// signedOf reads a form's signature; nil when it has none.
func signedOf(form map[string]string) *custody.Signed {
	s := &custody.Signed{Person: strings.TrimSpace(form["signer"]), PIN: strings.TrimSpace(form["pin"]), Name: strings.TrimSpace(form["signed_name"]),
		Rank: strings.TrimSpace(form["signed_rank"]), ServiceNumber: strings.TrimSpace(form["signed_number"]), Drawing: form["drawing"]}
	if s.PIN == "" && s.Drawing == "" {
		return nil
	}
	if s.PIN == "" {
		s.Person = ""
	}
	return s
}

// voucherStep carries out one of the forms on a voucher's page.
func (w *Web) voucherStep(form, done string, do func(c *fiber.Ctx, number string, form map[string]string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		number := c.Params("number")
		err := w.act(c, func(c *fiber.Ctx) error { return do(c, number, formOf(c)) })
		if refusal, ok := shown(err); ok {
			status, _ := refusalOf(err)
			return w.voucherPage(c, status, form, refusal)
		}
		if err != nil {
			return err
		}
		return c.Redirect("/vouchers/"+number+"?done="+done, fiber.StatusSeeOther)
	}
}

func (w *Web) dispatchVoucher(c *fiber.Ctx, number string, form map[string]string) error {
	_, err := w.Custody.Dispatch(c.UserContext(), number, 0, signedOf(form))
	return err
}

func (w *Web) acceptVoucher(c *fiber.Ctx, number string, form map[string]string) error {
	a := custody.Acceptance{Signature: signedOf(form)}
	for name, value := range form {
		text, ok := strings.CutPrefix(name, "line.")
		if !ok {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return models.Refuse(models.Malformed, name, "is not a line")
		}
		a.Lines = append(a.Lines, custody.LineReceipt{Line: n, Accepted: value == "accepted", Condition: models.Condition(form["condition."+text]), Remark: strings.TrimSpace(form["remark."+text])})
	}
	slices.SortFunc(a.Lines, func(x, y custody.LineReceipt) int { return x.Line - y.Line })
	_, err := w.Custody.Accept(c.UserContext(), number, 0, a)
	return err
}

func (w *Web) refuseVoucher(c *fiber.Ctx, number string, form map[string]string) error {
	_, err := w.Custody.Refuse(c.UserContext(), number, 0, custody.Refusal{Reason: strings.TrimSpace(form["reason"]), Signature: signedOf(form)})
	return err
}

func (w *Web) cancelVoucher(c *fiber.Ctx, number string, form map[string]string) error {
	_, err := w.Custody.Cancel(c.UserContext(), number, 0, strings.TrimSpace(form["reason"]))
	return err
}

// voucherQR draws the code that opens the voucher.
func (w *Web) voucherQR(c *fiber.Ctx) error {
	v, err := w.Custody.Voucher(c.UserContext(), c.Params("number"))
	if err != nil {
		return err
	}
	code, err := labels.NewCode(w.Custody.Address(v.Number))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return c.Send(code.SVG())
}
