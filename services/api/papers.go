package api

import (
	"bytes"
	"context"
	"io"

	"github.com/gofiber/fiber/v2"

	"quartermaster/services/custody"
)

// pdf answers with a document under a file's name.
func pdf(c *fiber.Ctx, name string, write func(context.Context, io.Writer) error) error {
	var b bytes.Buffer
	if err := write(c.UserContext(), &b); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="`+name+`.pdf"`)
	return c.Send(b.Bytes())
}

// VoucherPDF answers with a voucher as it is printed.
func VoucherPDF(c *fiber.Ctx, s *custody.Service) error {
	number := c.Params("number")
	return pdf(c, number, func(ctx context.Context, w io.Writer) error { return s.Print(ctx, number, w) })
}

// NoDemand answers with a person's no-demand certificate.
func NoDemand(c *fiber.Ctx, s *custody.Service) error {
	code := c.Params("code")
	return pdf(c, "no-demand-"+code, func(ctx context.Context, w io.Writer) error { return s.NoDemand(ctx, code, w) })
}

func (a *API) voucherPDF(c *fiber.Ctx) error { return VoucherPDF(c, a.Custody) }

func (a *API) noDemand(c *fiber.Ctx) error { return NoDemand(c, a.Custody) }
