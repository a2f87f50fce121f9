package formats

import (
	"bufio"
	"encoding/csv"
	"io"

	"quartermaster/services/reports/layout"
)

// CSV writes a report as RFC 4180 in UTF-8: the headings of the first section, its
// rows and totals; each further section behind an empty line; and behind another
// what the report is about, two cells a line. The proof is put after that.
func CSV(w io.Writer, r *layout.Report) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	out := csv.NewWriter(buffered)
	out.UseCRLF = true
	gap := func() error {
		out.Flush()
		_, err := buffered.WriteString("\r\n")
		return err
	}
	for i, section := range r.Sections {
		if i > 0 {
			if err := gap(); err != nil {
				return err
			}
			if err := out.Write([]string{neutral(section.Title)}); err != nil {
				return err
			}
		}
		cells := make([]string, len(section.Columns))
		for at, column := range section.Columns {
			cells[at] = column.Title
		}
		if err := out.Write(cells); err != nil {
			return err
		}
		err := section.Rows(func(row layout.Row) error {
			for at := range cells {
				cells[at] = ""
				if at < len(row.Cells) {
					cells[at] = layout.Plain(row.Cells[at])
					if _, text := row.Cells[at].(string); text {
						cells[at] = neutral(cells[at])
					}
				}
			}
			return out.Write(cells)
		})
		if err != nil {
			return err
		}
	}
	if err := gap(); err != nil {
		return err
	}
	for _, fact := range closing(r) {
		if err := out.Write([]string{neutral(fact.Label), neutral(fact.Value)}); err != nil {
			return err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}
