package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/store"
)

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
	title := say("New voucher")
	if number != "" {
		title = say("Change %v", number)
	}
	return w.render(c, status, "voucher-form", view{Title: title, Here: "vouchers", Refusal: refusal, Data: f})
}

// Tags are the lines of the form, which go along when another kind is chosen.
func (f voucherForm) Tags() []string {
	return strings.FieldsFunc(f.Form["lines"], func(r rune) bool { return r == '\n' || r == '\r' })
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
		sender, err := w.Access.Called(c.UserContext(), "sender", form["sender"])
		if err != nil {
			return err
		}
		receiver, err := w.Access.Called(c.UserContext(), "receiver", form["receiver"])
		if err != nil {
			return err
		}
		from := form["from"]
		if models.VoucherKind(form["kind"]) == models.HandoverVoucher {
			from = form["donor"]
		}
		v, err := w.Custody.Draft(c.UserContext(), custody.NewVoucher{Kind: models.VoucherKind(form["kind"]), From: from, To: form["to"], Sender: sender, Receiver: receiver, DueBack: models.Day(form["due_back"]), Operation: strings.TrimSpace(form["operation"]),
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
	form := map[string]string{"version": strconv.FormatInt(v.Version, 10), "kind": string(v.Kind), "from": v.From, "donor": v.From, "to": v.To, "sender": v.Sender, "receiver": v.Receiver, "due_back": string(v.DueBack),
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
		read, err := versionRead(form["version"])
		if err != nil {
			return err
		}
		lines, err := linesOf(form["lines"])
		if err != nil {
			return err
		}
		text := func(name string) *string {
			value := strings.TrimSpace(form[name])
			return &value
		}
		due := models.Day(form["due_back"])
		receiver, err := w.Access.Called(c.UserContext(), "receiver", form["receiver"])
		if err != nil {
			return err
		}
		_, err = w.Custody.Revise(c.UserContext(), number, read, custody.VoucherEdit{To: text("to"), Receiver: &receiver, DueBack: &due,
			Operation: text("operation"), Agreement: text("agreement"), Note: text("note"), Lines: &lines})
		return err
	})
	if refusal, ok := shown(err); ok {
		if refusal.Kind == models.Stale { // what was typed is kept, to be saved over what somebody else changed
			v, err := w.Custody.Voucher(c.UserContext(), number)
			if err != nil {
				return err
			}
			form["version"] = strconv.FormatInt(v.Version, 10)
		}
		status, _ := refusalOf(err)
		return w.voucherForm(c, status, number, form, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/vouchers/"+number+"?done=changed", fiber.StatusSeeOther)
}
