package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/custody"
)

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

// voucherStep carries out one of the forms on a voucher's page, on the voucher as
// that page showed it: nobody signs for lines that they did not see.
func (w *Web) voucherStep(form, done string, do func(c *fiber.Ctx, number string, version int64, form map[string]string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		number := c.Params("number")
		err := w.act(c, func(c *fiber.Ctx) error {
			form := formOf(c)
			version, err := versionRead(form["version"])
			if err != nil {
				return err
			}
			return do(c, number, version, form)
		})
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

func (w *Web) dispatchVoucher(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Custody.Dispatch(c.UserContext(), number, version, signedOf(form))
	return err
}

func (w *Web) acceptVoucher(c *fiber.Ctx, number string, version int64, form map[string]string) error {
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
	_, err := w.Custody.Accept(c.UserContext(), number, version, a)
	return err
}

func (w *Web) refuseVoucher(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Custody.Refuse(c.UserContext(), number, version, custody.Refusal{Reason: strings.TrimSpace(form["reason"]), Signature: signedOf(form)})
	return err
}

func (w *Web) cancelVoucher(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Custody.Cancel(c.UserContext(), number, version, strings.TrimSpace(form["reason"]))
	return err
}
