package api

import (
	"cmp"
	"context"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/server"
)

// voucherRoutes is what moves.
func (a *API) voucherRoutes() []Route {
	return []Route{
		{Method: post, Path: "/vouchers", Summary: "Draft a voucher", Status: created, Body: custody.NewVoucher{}, Answer: models.Voucher{}, Handle: a.draftVoucher},
		{Method: get, Path: "/vouchers", Summary: "List vouchers, newest first", Status: ok, Answer: custody.Shown{}, List: true, Query: voucherFilters, Handle: lists(a.vouchers)},
		{Method: get, Path: "/vouchers/:number", Summary: "One voucher, and which of its signatures do not match it", Status: ok, Answer: custody.Shown{}, Handle: a.voucher},
		{Method: patch, Path: "/vouchers/:number", Summary: "Change a draft", Status: ok, Body: custody.VoucherEdit{}, Answer: models.Voucher{}, Handle: step(a.revise)},
		{Method: get, Path: "/vouchers/:number/events", Summary: "A voucher's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(a.Custody.Events)},
		{Method: get, Path: "/vouchers/:number/voucher.pdf", Summary: "A voucher as it is printed", Status: ok, Query: paperLanguage, Handle: a.voucherPDF},
		{Method: post, Path: "/vouchers/:number/dispatch", Summary: "Dispatch a draft: every line or none", Status: ok, Body: signed{}, Answer: models.Voucher{}, Handle: step(a.dispatch)},
		{Method: post, Path: "/vouchers/:number/accept", Summary: "Accept or refuse each line; without lines all are accepted", Status: ok, Body: custody.Acceptance{}, Answer: models.Voucher{}, Handle: step(a.accept)},
		{Method: post, Path: "/vouchers/:number/refuse", Summary: "Refuse all of it; it goes back", Status: ok, Body: custody.Refusal{}, Answer: models.Voucher{}, Handle: step(a.refuse)},
		{Method: post, Path: "/vouchers/:number/cancel", Summary: "Cancel a draft, or a dispatch that is not accepted yet", Status: ok, Body: reason{}, Answer: models.Voucher{}, Handle: step(a.cancel)},
	}
}

// signed is the body of a dispatch.
type signed struct {
	Signature *custody.Signed `json:"signature"`
}

var paperFilters = []Param{
	{"unit", "code; units below it are included"}, {"donor", "code"}, {"grant", "code"},
	{"since", "raised on this day or later"}, {"until", "raised on this day or before"},
}

func papers(more ...Param) []Param {
	return append(append(append([]Param{}, paperFilters...), more...), paging...)
}

var voucherFilters = papers(Param{"state", "draft, dispatched, accepted, accepted_in_part, refused or cancelled"},
	Param{"kind", "issue, return, transfer, handover, loan or taking_over"}, Param{"request", "that they fulfil"})

// Papers reads which vouchers or requests are asked for.
func Papers(c *fiber.Ctx) register.Papers {
	return register.Papers{Unit: c.Query("unit"), Donor: c.Query("donor"), Grant: c.Query("grant"),
		Since: models.Day(c.Query("since")), Until: models.Day(c.Query("until"))}
}

// VoucherFilter reads which vouchers are asked for.
func VoucherFilter(c *fiber.Ctx) custody.Filter {
	return custody.Filter{Papers: Papers(c), State: c.Query("state"), Kind: c.Query("kind"), Request: c.Query("request")}
}

func (a *API) draftVoucher(c *fiber.Ctx) error {
	n, err := server.JSON[custody.NewVoucher](c)
	if err != nil {
		return err
	}
	v, err := a.Custody.Draft(c.UserContext(), n)
	if err == nil {
		c.Location(Root + "/vouchers/" + v.Number)
	}
	return document(c, created, v, err)
}

func (a *API) vouchers(c *fiber.Ctx, cursor string, limit int) ([]*custody.Shown, string, error) {
	return a.Custody.List(c.UserContext(), VoucherFilter(c), cursor, limit)
}

func (a *API) voucher(c *fiber.Ctx) error {
	v, err := a.Custody.Voucher(c.UserContext(), c.Params("number"))
	return document(c, ok, v, err)
}

// step handles one step of the voucher or request in the address.
func step[T any, P models.Document](do func(c *fiber.Ctx, number string, version int64, body T) (P, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		read, err := version(c)
		if err != nil {
			return err
		}
		body, err := server.JSON[T](c)
		if err != nil {
			return err
		}
		doc, err := do(c, c.Params("number"), read, body)
		return document(c, ok, doc, err)
	}
}

func (a *API) dispatch(c *fiber.Ctx, number string, version int64, s signed) (*models.Voucher, error) {
	return a.Custody.Dispatch(c.UserContext(), number, version, s.Signature)
}

func (a *API) accept(c *fiber.Ctx, number string, version int64, acceptance custody.Acceptance) (*models.Voucher, error) {
	return a.Custody.Accept(c.UserContext(), number, version, acceptance)
}

func (a *API) refuse(c *fiber.Ctx, number string, version int64, r custody.Refusal) (*models.Voucher, error) {
	return a.Custody.Refuse(c.UserContext(), number, version, r)
}

func (a *API) cancel(c *fiber.Ctx, number string, version int64, r reason) (*models.Voucher, error) {
	return a.Custody.Cancel(c.UserContext(), number, version, r.Reason)
}

func (a *API) revise(c *fiber.Ctx, number string, version int64, e custody.VoucherEdit) (*models.Voucher, error) {
	return a.Custody.Revise(c.UserContext(), number, version, e)
}

// events handles the history of the voucher or request in the address.
func events(read func(ctx context.Context, number, cursor string, limit int) ([]models.Event, string, error)) fiber.Handler {
	return lists(func(c *fiber.Ctx, cursor string, limit int) ([]models.Event, string, error) {
		return read(c.UserContext(), cmp.Or(c.Params("number"), c.Params("id")), cursor, limit)
	})
}

func (a *API) setContents(c *fiber.Ctx) error {
	return change(c, func(tag string, version int64, contents register.Contents) (*models.Asset, error) {
		return a.Register.SetContents(c.UserContext(), tag, version, contents)
	})
}
