package api

import (
	"bytes"
	"cmp"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/server"
)

func (a *API) labelPNG(c *fiber.Ctx) error { return LabelPNG(c, a.Register) }
func (a *API) labelSVG(c *fiber.Ctx) error { return LabelSVG(c, a.Register) }
func (a *API) labelZPL(c *fiber.Ctx) error { return LabelZPL(c, a.Register) }

// LabelPNG answers with the label of the asset in the address as a picture.
func LabelPNG(c *fiber.Ctx, r *register.Service) error {
	if err := known(c, "stock", "scale"); err != nil {
		return err
	}
	scale, err := number(c, "scale", labels.DefaultScale)
	if err != nil {
		return err
	}
	if scale < 1 || scale > labels.LargestScale {
		return models.Refuse(models.Invalid, "scale", "must be 1 to %d", labels.LargestScale)
	}
	drawing, _, err := drawing(c, r, 0)
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

// LabelSVG answers with the label of the asset in the address as a drawing.
func LabelSVG(c *fiber.Ctx, r *register.Service) error {
	if err := known(c, "stock"); err != nil {
		return err
	}
	drawing, _, err := drawing(c, r, 0)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return c.Send(drawing.SVG())
}

// LabelZPL answers with the label of the asset in the address for a Zebra printer.
func LabelZPL(c *fiber.Ctx, r *register.Service) error {
	if err := known(c, "stock", "dpi"); err != nil {
		return err
	}
	dpi, err := number(c, "dpi", 203)
	if err != nil {
		return err
	}
	drawing, stock, err := drawing(c, r, dpi)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/zpl; charset=utf-8")
	return c.Send(drawing.ZPL(stock.DotsPerMM))
}

// drawing lays out the label of the asset in the address; dpi is a thermal
// printer's, or 0.
func drawing(c *fiber.Ctx, r *register.Service, dpi int) (*labels.Drawing, labels.Stock, error) {
	stock, err := labels.FindStock(c.Query("stock", labels.DefaultStock))
	if err == nil && dpi != 0 {
		stock, err = stock.ForPrinter(dpi)
	}
	if err != nil {
		return nil, stock, err
	}
	label, err := r.Label(c.UserContext(), c.Params("tag"))
	if err != nil {
		return nil, stock, err
	}
	drawing, err := stock.Draw(label)
	return drawing, stock, err
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

// Labels answers with sheets of labels.
func Labels(c *fiber.Ctx, r *register.Service, p register.Print) error {
	var pdf bytes.Buffer
	if err := r.PrintLabels(c.UserContext(), p, &pdf); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="labels.pdf"`)
	return c.Send(pdf.Bytes())
}
