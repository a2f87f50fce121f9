package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/server"
)

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

func (a *API) vouchers(c *fiber.Ctx) error {
	if err := known(c, names(voucherFilters)...); err != nil {
		return err
	}
	n, err := limit(c)
	if err != nil {
		return err
	}
	list, next, err := a.Custody.List(c.UserContext(), VoucherFilter(c), c.Query("cursor"), n)
	if err != nil {
		return err
	}
	if list == nil {
		list = []*custody.Shown{}
	}
	return items(c, list, next)
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
	return func(c *fiber.Ctx) error {
		cursor, n, err := cursorAndLimit(c)
		if err != nil {
			return err
		}
		list, next, err := read(c.UserContext(), c.Params("number"), cursor, n)
		if err != nil {
			return err
		}
		return items(c, list, next)
	}
}

func (a *API) setContents(c *fiber.Ctx) error {
	return change(c, func(tag string, version int64, contents register.Contents) (*models.Asset, error) {
		return a.Register.SetContents(c.UserContext(), tag, version, contents)
	})
}
