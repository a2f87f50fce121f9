package web

import (
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

type kitForm struct {
	Asset *models.Asset
	Text  string
}

func (w *Web) kitPage(c *fiber.Ctx) error { return w.kitForm(c, fiber.StatusOK, "", nil) }

func (w *Web) kitForm(c *fiber.Ctx, status int, text string, refusal *models.Error) error {
	record, err := w.Register.Asset(c.UserContext(), c.Params("tag"))
	if err != nil {
		return err
	}
	a, err := store.Decode[models.Asset](record)
	if err != nil {
		return err
	}
	if refusal == nil {
		text = partsText(a.Contents)
	}
	return w.render(c, status, "kit", view{Title: say("Kit %v", a.Tag), Here: "assets", Refusal: refusal, Data: kitForm{a, text}})
}

// partsText writes a kit's parts as the form takes them.
func partsText(contents []models.Content) string {
	var b strings.Builder
	for _, c := range contents {
		if c.Tag != "" {
			b.WriteString(c.Tag)
		} else {
			fmt.Fprintf(&b, "%s, %s %s", c.Name, c.Quantity, c.Measure)
		}
		if c.Missing > 0 {
			fmt.Fprintf(&b, ", %s missing", c.Missing)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// partsOf reads the form: a tag, or a name, a quantity with its measure, each with
// how much is missing.
func partsOf(text string) ([]register.Part, error) {
	var parts []register.Part
	for row := range strings.Lines(text) {
		row = strings.TrimSpace(row)
		if row == "" {
			continue
		}
		fields := strings.Split(row, ",")
		part := register.Part{}
		if last := strings.TrimSpace(fields[len(fields)-1]); strings.HasSuffix(last, "missing") {
			missing, err := models.ParseQuantity(strings.TrimSuffix(last, "missing"))
			if err != nil {
				return nil, err
			}
			part.Missing, fields = missing, fields[:len(fields)-1]
		}
		name := strings.TrimSpace(fields[0])
		if labels.LooksLikeTag(labels.ParseScan(name)) && len(fields) == 1 {
			part.Tag = labels.ParseScan(name)
		} else {
			part.Name = name
		}
		if len(fields) > 1 {
			number, measure, _ := strings.Cut(strings.TrimSpace(fields[1]), " ")
			quantity, err := models.ParseQuantity(number)
			if err != nil {
				return nil, err
			}
			part.Quantity, part.Measure = quantity, strings.TrimSpace(measure)
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func (w *Web) setKit(c *fiber.Ctx) error {
	tag := c.Params("tag")
	err := w.act(c, func(c *fiber.Ctx) error {
		parts, err := partsOf(c.FormValue("parts"))
		if err != nil {
			return err
		}
		_, err = w.Register.SetContents(c.UserContext(), tag, 0, register.Contents{Parts: parts, Reason: strings.TrimSpace(c.FormValue("reason"))})
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.kitForm(c, status, c.FormValue("parts"), refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/assets/"+tag+"?done=changed", fiber.StatusSeeOther)
}
