package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/words"
)

type importPage struct {
	Preview *register.Imported
	Draft   string // id of the uploaded file
	Name    string
	Columns []mappedColumn
	Done    *register.Imported
}

// mappedColumn is a heading of the file and what it was taken for.
type mappedColumn struct {
	register.Column
	Key     string // of the form's field
	Choices []option
}

func (w *Web) importPage(c *fiber.Ctx) error {
	return w.render(c, fiber.StatusOK, "import", view{Title: say("Import"), Here: "import", Data: importPage{}})
}

// previewImport keeps the uploaded file and shows what it would bring.
func (w *Web) previewImport(c *fiber.Ctx) error {
	upload := uploaded(c)
	draft, err := w.Register.KeepDraft(c.UserContext(), upload.Name, upload.Content)
	if err != nil {
		return w.importRefused(c, importPage{Name: upload.Name}, err)
	}
	return w.showPreview(c, draft, upload.Name, register.Import{File: upload.Content, DryRun: true})
}

func (w *Web) showPreview(c *fiber.Ctx, draft, name string, in register.Import) error {
	p := importPage{Draft: draft, Name: name}
	preview, refusal := w.Register.Import(c.UserContext(), in)
	if preview != nil {
		fields, err := w.Register.Fields(c.UserContext())
		if err != nil {
			return err
		}
		p.Columns = mapped(preview.Columns, fields)
	}
	if refusal != nil {
		return w.importRefused(c, p, refusal)
	}
	p.Preview = preview
	return w.render(c, fiber.StatusOK, "import", view{Title: say("Import"), Here: "import", Data: p})
}

func mapped(columns []register.Column, fields []string) []mappedColumn {
	list := make([]mappedColumn, len(columns))
	for i, column := range columns {
		list[i] = mappedColumn{Column: column, Key: "column." + column.Header}
		for _, field := range fields {
			list[i].Choices = append(list[i].Choices, option{Value: field, Label: fieldLabel(field), Chosen: field == column.Field})
		}
	}
	return list
}

func fieldLabel(field string) models.Text {
	switch field {
	case register.LeftOut:
		return say("leave out")
	case register.Noted:
		return say("Note")
	case "room":
		return say("Room or shelf")
	}
	if label := fieldNames[field]; label.Format != "" {
		return label
	}
	return say(words.UpperFirst(strings.ReplaceAll(strings.TrimPrefix(field, "fields."), "_", " ")))
}

func (w *Web) importRefused(c *fiber.Ctx, p importPage, err error) error {
	refusal, ok := shown(err)
	if !ok {
		return err
	}
	status, _ := refusalOf(err)
	return w.render(c, status, "import", view{Title: say("Import"), Here: "import", Refusal: refusal, Data: p})
}

// runImport takes in a file that was shown, or shows it again under another
// mapping.
func (w *Web) runImport(c *fiber.Ctx) error {
	name, content, err := w.Register.Draft(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	in := register.Import{File: content, Columns: map[string]string{}}
	for key, value := range formOf(c) {
		if heading, ok := strings.CutPrefix(key, "column."); ok {
			in.Columns[heading] = value
		}
	}
	if c.FormValue("again") != "" {
		in.DryRun = true
		return w.showPreview(c, c.Params("id"), name, in)
	}
	var result *register.Imported
	err = w.act(c, func(c *fiber.Ctx) (err error) {
		result, err = w.Register.Import(c.UserContext(), in)
		return err
	})
	if err != nil {
		return w.importRefused(c, importPage{Draft: c.Params("id"), Name: name}, err)
	}
	if result == nil { // sent twice
		return c.Redirect("/assets?sort=-tag&done=imported", fiber.StatusSeeOther)
	}
	return w.render(c, fiber.StatusOK, "import", view{Title: say("Import"), Here: "import", Data: importPage{Done: result, Name: name}})
}
