package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/custody"
	"quartermaster/services/requests"
	"quartermaster/services/words"
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
	in.Get("/vouchers/:number/voucher.pdf", speaking(func(c *fiber.Ctx) error { return api.VoucherPDF(c, w.Custody) }))
	in.Get("/people/:code/no-demand.pdf", speaking(func(c *fiber.Ctx) error { return api.NoDemand(c, w.Custody) }))
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
	What models.Text
}

func (w *Web) vouchers(c *fiber.Ctx) error {
	f := api.VoucherFilter(c)
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := vouchersPage{Filter: f, Kinds: choose(kindOptions, f.Kind), States: choose(voucherStateOptions, f.State), Units: choose(ch.Units, f.Unit), Donors: choose(ch.Donors, f.Donor), Grants: choose(ch.Grants, f.Grant),
		Query: queryOf(c), First: c.Query("cursor") == ""}
	v := view{Title: say("Vouchers"), Here: "vouchers", Data: &p}
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
		options = append(options, option{Value: string(k), Label: words.Capital{Of: k}})
	}
	return options
}()

var voucherStateOptions = func() []option {
	var options []option
	for _, s := range models.VoucherStates {
		options = append(options, option{Value: string(s), Label: words.Capital{Of: s}})
	}
	return options
}()
