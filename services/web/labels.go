package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/register"
	"quartermaster/services/words"
)

// stockOptions are the label stocks that a page offers.
var stockOptions = func() []option {
	options := make([]option, len(labels.Stocks))
	for i, s := range labels.Stocks {
		options[i] = option{Value: s.ID, Label: s.Text()}
	}
	return options
}()

// printOf is a sheet in the language that the form asks for.
func printOf(c *fiber.Ctx) register.Print {
	p := register.Print{Stock: c.FormValue("stock"), Language: c.FormValue("language"), Digits: string(speaks(c).Digits)}
	if p.Language != "" && words.CheckVoice(p.Language) == nil {
		rememberPaper(c, p.Language)
	}
	return p
}

// printLabels prints the chosen items of a list, or all that its filter finds.
func (w *Web) printLabels(c *fiber.Ctx) error {
	p := printOf(c)
	for name, value := range map[string]*float64{"offset_x": &p.OffsetX, "offset_y": &p.OffsetY} {
		text := strings.TrimSpace(c.FormValue(name))
		if text == "" {
			continue
		}
		mm, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return models.Refuse(models.Malformed, name, "must be millimetres, such as -0.5")
		}
		*value = mm
	}
	if text := c.FormValue("start"); text != "" {
		start, err := strconv.Atoi(text)
		if err != nil {
			return models.Refuse(models.Malformed, "start", "must be a whole number")
		}
		p.Start = start
	}
	switch c.FormValue("which") {
	case "test":
		p.Test = true
	case "all":
		value := func(name string) string { return c.FormValue("filter." + name) }
		p.Filter = &register.Filter{Status: value("status"), Category: value("category"), Unit: value("unit"), Donor: value("donor"),
			Grant: value("grant"), Custodian: value("custodian"), Search: value("q"), Sort: value("sort")}
	default:
		posted, err := url.ParseQuery(string(c.Body()))
		if err != nil {
			return models.Refuse(models.Malformed, "", "the form cannot be read").Because(err)
		}
		p.Tags = posted["tag"]
		if len(p.Tags) == 0 {
			return models.Refuse(models.Invalid, "tag", "choose at least one item in the list first")
		}
	}
	return api.Labels(c, w.Register, p)
}
