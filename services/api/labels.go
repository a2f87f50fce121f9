package api

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/stock"
	"quartermaster/services/words"
)

// Labelled says what a label says of the thing in the address.
type Labelled func(c *fiber.Ctx, in words.Voice) (labels.Label, error)

// AssetLabel is the label of the asset in the address.
func AssetLabel(r *register.Service) Labelled {
	return func(c *fiber.Ctx, in words.Voice) (labels.Label, error) {
		return r.Label(c.UserContext(), c.Params("tag"), in)
	}
}

// LotLabel is the label of the stock lot in the address.
func LotLabel(s *stock.Service) Labelled {
	return func(c *fiber.Ctx, in words.Voice) (labels.Label, error) {
		return s.Label(c.UserContext(), c.Params("code"), in)
	}
}

// BinLabel is the label of the bin of a unit's store in the address.
func BinLabel(s *stock.Service) Labelled {
	return func(c *fiber.Ctx, in words.Voice) (labels.Label, error) {
		return s.BinLabel(c.UserContext(), c.Params("unit"), c.Params("bin"), in)
	}
}

// LabelRoutes are the forms in which a label comes.
var LabelRoutes = map[string]func(Labelled) fiber.Handler{
	"label.png": func(l Labelled) fiber.Handler { return func(c *fiber.Ctx) error { return labelPNG(c, l) } },
	"label.svg": func(l Labelled) fiber.Handler { return func(c *fiber.Ctx) error { return labelSVG(c, l) } },
	"label.zpl": func(l Labelled) fiber.Handler { return func(c *fiber.Ctx) error { return labelZPL(c, l) } },
}

// labelPNG answers with the label of the thing in the address as a picture.
func labelPNG(c *fiber.Ctx, l Labelled) error {
	scale, err := number(c, "scale", labels.DefaultScale)
	if err != nil {
		return err
	}
	if scale < 1 || scale > labels.LargestScale {
		return models.Refuse(models.Invalid, "scale", "must be 1 to %d", labels.LargestScale)
	}
	drawing, _, err := drawing(c, l, 0)
	if err != nil {
		return err
	}
	picture, err := drawing.PNG(scale)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/png")
	return c.Send(picture)
}

// labelSVG answers with the label of the thing in the address as a drawing.
func labelSVG(c *fiber.Ctx, l Labelled) error {
	drawing, _, err := drawing(c, l, 0)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return c.Send(drawing.SVG())
}

// labelZPL answers with the label of the thing in the address for a Zebra printer.
func labelZPL(c *fiber.Ctx, l Labelled) error {
	dpi, err := number(c, "dpi", 203)
	if err != nil {
		return err
	}
	drawing, on, err := drawing(c, l, dpi)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/zpl; charset=utf-8")
	return c.Send(drawing.ZPL(on.DotsPerMM))
}

// drawing lays out the label of the thing in the address; dpi is a thermal
// printer's, or 0.
func drawing(c *fiber.Ctx, l Labelled, dpi int) (*labels.Drawing, labels.Stock, error) {
	on, err := labels.FindStock(c.Query("stock", labels.DefaultStock))
	if err == nil && dpi != 0 {
		on, err = on.ForPrinter(dpi)
	}
	if err != nil {
		return nil, on, err
	}
	in, err := voice(c)
	if err != nil {
		return nil, on, err
	}
	label, err := l(c, in)
	if err != nil {
		return nil, on, err
	}
	drawing, err := on.Draw(label)
	return drawing, on, err
}

func number(c *fiber.Ctx, name string, otherwise int) (int, error) {
	n, err := strconv.Atoi(cmp.Or(c.Query(name), strconv.Itoa(otherwise)))
	if err != nil {
		return 0, models.Refuse(models.Malformed, name, "must be a whole number")
	}
	return n, nil
}

func (a *API) printLabels(c *fiber.Ctx) error {
	p, err := server.JSON[register.Print](c)
	if err != nil {
		return err
	}
	return Labels(c, a.Register, p)
}

func (a *API) printStockLabels(c *fiber.Ctx) error {
	p, err := server.JSON[register.Print](c)
	if err != nil {
		return err
	}
	return Labels(c, a.Stock, p)
}

// printer prints labels of one sort of thing.
type printer interface {
	PrintLabels(ctx context.Context, p register.Print, w io.Writer) error
}

// Labels answers with sheets of labels.
func Labels(c *fiber.Ctx, of printer, p register.Print) error {
	var pdf bytes.Buffer
	if err := of.PrintLabels(c.UserContext(), p, &pdf); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="labels.pdf"`)
	return c.Send(pdf.Bytes())
}
