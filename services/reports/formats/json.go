package formats

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"quartermaster/models"
	"quartermaster/services/reports/layout"
)

// JSON writes a report as one object, a row a line: what it is about, its sections
// with columns and rows, its notes. The proof becomes the last member.
func JSON(w io.Writer, r *layout.Report) error {
	out := &jsonWriter{Writer: bufio.NewWriterSize(w, 64<<10)}
	out.text(`{"kind":`).value(r.Kind).text(`,"title":`).value(r.Title).text(`,"number":`).value(r.Number).text(`,"made_at":`).value(r.Made)
	out.text(`,"about":`).facts(r.Facts)
	if len(r.Alarms) > 0 {
		out.text(`,"alarms":`).value(r.Alarms)
	}
	out.text(`,"sections":[`)
	for i, section := range r.Sections {
		if i > 0 {
			out.text(",")
		}
		out.section(section)
	}
	out.text("]\n" + `,"notes":`)
	if r.Notes == nil {
		out.text("[]")
	} else {
		out.value(r.Notes)
	}
	out.text(`,"closing":`).facts(r.Closing).text("}\n")
	if out.err != nil {
		return out.err
	}
	return out.Flush()
}

type jsonWriter struct {
	*bufio.Writer
	err error
}

func (j *jsonWriter) text(s string) *jsonWriter {
	if j.err == nil {
		_, j.err = j.WriteString(s)
	}
	return j
}

func (j *jsonWriter) value(v any) *jsonWriter {
	raw, err := json.Marshal(v)
	if err != nil && j.err == nil {
		j.err = err
	}
	return j.text(string(raw))
}

// facts writes a list, since two facts may have the same name.
func (j *jsonWriter) facts(facts []layout.Fact) *jsonWriter {
	j.text("[")
	for i, fact := range facts {
		if i > 0 {
			j.text(",")
		}
		j.text(`{"label":`).value(fact.Label).text(`,"value":`).value(fact.Value).text("}")
	}
	return j.text("]")
}

func (j *jsonWriter) section(s layout.Section) {
	j.text("\n" + `{"name":`).value(s.Name).text(`,"title":`).value(s.Title).text(`,"columns":[`)
	for i, column := range s.Columns {
		if i > 0 {
			j.text(",")
		}
		j.text(`{"name":`).value(column.Name).text(`,"title":`).value(column.Title).text(`,"type":`).value(layout.TypeNames[column.Type]).text("}")
	}
	j.text(`],"rows":[`)
	var totals []layout.Row
	first := true
	err := s.Rows(func(row layout.Row) error {
		if row.Kind == layout.Total {
			totals = append(totals, row)
			return nil
		}
		if !first {
			j.text(",")
		}
		first = false
		j.row(s.Columns, row)
		return j.err
	})
	if err != nil && j.err == nil {
		j.err = err
	}
	j.text(`],"totals":[`)
	for i, row := range totals {
		if i > 0 {
			j.text(",")
		}
		j.row(s.Columns, row)
	}
	j.text("]}")
}

// kinds names the rows that are not plain lines.
var kinds = map[layout.RowKind]string{layout.Subtotal: "subtotal", layout.Total: "total", layout.Alarm: "alarm"}

func (j *jsonWriter) row(columns []layout.Column, row layout.Row) {
	j.text("\n{")
	written := false
	member := func(name string) {
		if written {
			j.text(",")
		}
		written = true
		j.value(name).text(":")
	}
	if kind := kinds[row.Kind]; kind != "" {
		member("row")
		j.value(kind)
	}
	for i, cell := range row.Cells {
		if cell == nil || cell == "" || cell == models.Day("") || cell == layout.Decimal("") {
			continue
		}
		name := columns[i].Name
		if _, text := cell.(string); text && columns[i].Type.Numeric() {
			name = "label"
		}
		member(name)
		switch v := cell.(type) {
		case models.Quantity, int64:
			j.text(layout.Plain(v)) // a number
		case layout.Decimal:
			j.value(string(v)) // as text, like all money of the interface
		case string, models.Day, models.Time:
			j.value(v)
		default:
			j.err = fmt.Errorf("formats: a cell of the column %s is a %T", name, cell)
		}
	}
	j.text("}")
}
