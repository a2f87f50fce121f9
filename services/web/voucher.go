package web

import (
	"context"
	"html/template"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

type voucherPage struct {
	*custody.Shown
	FromName, ToName string
	Flags            []finding         // about it, open
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
	Title   models.Text
	Broken  bool
	Picture template.URL // of the drawing
}

// progress is one step on the way of a paper.
type progress struct {
	What  any
	State string
}

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
		end   string
		title models.Text
		of    *models.Signature
	}{{custody.OutgoingEnd, say("Handed over"), v.Outgoing}, {custody.IncomingEnd, say("Received"), v.Incoming}} {
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
	if p.Flags, err = w.about(ctx, ledger.Subject(store.Vouchers, v.Number)); err != nil {
		return err
	}
	undo := undoing(c, "drafted", p.MayCancel && v.State == models.Draft, "/vouchers/"+v.Number+"/cancel", v.Version, nil)
	return w.render(c, status, "voucher", view{Title: v.Number, Here: "vouchers", Undo: undo, Refusal: refusal, Data: p})
}

// picture is a drawn signature as an image, in which nothing of it can act.
func picture(svg string) template.URL {
	return template.URL("data:image/svg+xml," + url.PathEscape(svg)) // #nosec G203 -- what was drawn was written anew by signing.Drawing
}

func voucherProgress(v *models.Voucher) []progress {
	steps := []progress{{say("Draft"), "past"}, {say("Dispatched"), ""}, {say("Accepted"), ""}}
	switch v.State {
	case models.Draft:
		steps[0].State, steps[1].State = "now", ""
	case models.Underway:
		steps[1].State, steps[2] = "past", progress{say("To be accepted"), "now"}
	case models.Accepted:
		steps[1].State, steps[2].State = "past", "past"
	case models.Cancelled:
		steps[1] = progress{say("Cancelled"), "over"}
		if v.Outgoing != nil {
			steps = []progress{{say("Draft"), "past"}, {say("Dispatched"), "past"}, {say("Cancelled"), "over"}}
		}
	default:
		steps[1].State, steps[2] = "past", progress{words.Capital{Of: v.State}, "over"}
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
