package api

import (
	"bytes"
	"context"
	"io"

	"github.com/gofiber/fiber/v2"

	"quartermaster/services/custody"
	"quartermaster/services/words"
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

// voice is the language that a paper is asked for in, English where none is named.
func voice(c *fiber.Ctx) (words.Voice, error) {
	code := c.Query("language")
	return words.Speaking(code, words.Digits(c.Query("digits"))), words.CheckVoice(code)
}

// paperLanguage describes the parameters of a paper's language.
var paperLanguage = []Param{{"language", "of the paper: a language, such as en or ur, or English and another beside it, such as en+ur; English when not given"},
	{"digits", "eastern has numbers in Eastern digits, where the language writes them"}}

// VoucherPDF answers with a voucher as it is printed.
func VoucherPDF(c *fiber.Ctx, s *custody.Service) error {
	in, err := voice(c)
	if err != nil {
		return err
	}
	number := c.Params("number")
	return pdf(c, number, func(ctx context.Context, w io.Writer) error { return s.Print(ctx, number, in, w) })
}

// NoDemand answers with a person's no-demand certificate.
func NoDemand(c *fiber.Ctx, s *custody.Service) error {
	in, err := voice(c)
	if err != nil {
		return err
	}
	code := c.Params("code")
	return pdf(c, "no-demand-"+code, func(ctx context.Context, w io.Writer) error { return s.NoDemand(ctx, code, in, w) })
}

func (a *API) voucherPDF(c *fiber.Ctx) error { return VoucherPDF(c, a.Custody) }

func (a *API) noDemand(c *fiber.Ctx) error { return NoDemand(c, a.Custody) }
