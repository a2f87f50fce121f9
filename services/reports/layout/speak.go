package layout

import (
	"slices"

	"quartermaster/models"
	"quartermaster/services/words"
)

// Speak has the report told in its language: titles, headings and notes, which are
// sentences of the catalogues until then, and the cells that hold a models.Text or a
// words.Capital. Everything else is somebody's own words and stays.
func (r *Report) Speak() {
	r.Title = r.Voice.Say(r.Title)
	for i := range r.Notes {
		r.Notes[i] = r.Voice.Say(r.Notes[i])
	}
	for i := range r.Sections {
		s := &r.Sections[i]
		s.Title, s.About, s.Empty = r.told(s.Title), r.told(s.About), r.told(s.Empty)
		s.Columns = slices.Clone(s.Columns)
		for at := range s.Columns {
			s.Columns[at].Title = r.told(s.Columns[at].Title)
		}
		if measures := s.Measures; measures != nil {
			s.Measures = func() []Measure {
				all := slices.Clone(measures())
				for at := range all {
					all[at].Name = r.Voice.Say(all[at].Name)
				}
				return all
			}
		}
		rows := s.Rows
		s.Rows = func(yield func(Row) error) error {
			return rows(func(row Row) error {
				row.Cells = spoken(row.Cells, r.Voice)
				return yield(row)
			})
		}
	}
}

func (r *Report) told(title string) string {
	if title == "" {
		return ""
	}
	return r.Voice.Say(title)
}

// spoken is a row in a language; it leaves the cells that it was given as they are.
func spoken(cells []any, in words.Voice) []any {
	copied := false
	for i, cell := range cells {
		switch cell.(type) {
		case models.Text, words.Capital:
			if !copied {
				cells, copied = slices.Clone(cells), true
			}
			cells[i] = in.Tell(cell)
		}
	}
	return cells
}
