package formats

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"quartermaster/labels"
	"quartermaster/letters"
	"quartermaster/models"
	"quartermaster/services/reports/layout"
)

// XLSX writes a report as a workbook: a sheet for each section with its headings
// frozen and its days and numbers as such, and a last one that says what the report
// is about. Text is never a formula, since it is written as inline strings.
func XLSX(w io.Writer, r *layout.Report) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	styles, err := newStyles(f)
	if err != nil {
		return err
	}
	for i, section := range r.Sections {
		name := sheetName(r.Voice.Say("Sheet %v", i+1), section)
		if i == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err != nil {
			return err
		}
		if err := fromRight(f, name, r); err != nil {
			return err
		}
		if err := (&sheet{f: f, name: name, styles: styles}).write(section); err != nil {
			return fmt.Errorf("formats: sheet %s: %w", name, err)
		}
	}
	if err := about(f, r, styles); err != nil {
		return err
	}
	made := r.Made.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Title: r.Title, Creator: "Quartermaster", Created: made, Modified: made, Identifier: r.Number}); err != nil {
		return err
	}
	return f.Write(w)
}

// longestSheetName is what spreadsheets allow.
const longestSheetName = 31

// noSheetName are the letters that spreadsheets do not take in a sheet's name.
var noSheetName = strings.NewReplacer("/", "·", "\\", "·", ":", " ", "?", "", "*", "", "[", "(", "]", ")", "'", "’")

func sheetName(otherwise string, s layout.Section) string {
	name := []rune(noSheetName.Replace(letters.Bare(cmp.Or(s.Title, otherwise))))
	return string(name[:min(len(name), longestSheetName)])
}

// fromRight has the columns of a sheet begin on the right in a language that does.
func fromRight(f *excelize.File, sheet string, r *layout.Report) error {
	right := r.Voice.Right()
	return f.SetSheetView(sheet, 0, &excelize.ViewOptions{RightToLeft: &right})
}

// styles are the cells' looks: by type of column, plain and in a total.
type styles struct {
	head, bold, wrap int
	line, total      map[layout.Type]int
	alarm            int
}

// numberFormats are what spreadsheets show days and numbers by.
var numberFormats = map[layout.Type]string{
	layout.Day: "yyyy-mm-dd", layout.Instant: "yyyy-mm-dd hh:mm", layout.Count: "#,##0", layout.Quantity: "#,##0.###", layout.Amount: "#,##0.00##", layout.Percent: `0.##"%"`,
}

func newStyles(f *excelize.File) (*styles, error) {
	var failed error
	add := func(s excelize.Style) int {
		id, err := f.NewStyle(&s)
		if err != nil {
			failed = err
		}
		return id
	}
	line := excelize.Border{Type: "bottom", Color: "1F4E46", Style: 2}
	above := excelize.Border{Type: "top", Color: "1F4E46", Style: 1}
	s := &styles{line: map[layout.Type]int{}, total: map[layout.Type]int{},
		head:  add(excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E2EEEA"}}, Border: []excelize.Border{line}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}),
		bold:  add(excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}),
		wrap:  add(excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}),
		alarm: add(excelize.Style{Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"A3261C"}}}),
	}
	for t := layout.Text; t <= layout.Percent; t++ {
		plain, bold := excelize.Style{}, excelize.Style{Font: &excelize.Font{Bold: true}, Border: []excelize.Border{above}}
		if format := numberFormats[t]; format != "" {
			plain.CustomNumFmt, bold.CustomNumFmt = &format, &format
			s.line[t] = add(plain)
		}
		s.total[t] = add(bold)
	}
	return s, failed
}

// sheet is a worksheet while it is written.
type sheet struct {
	f       *excelize.File
	name    string
	styles  *styles
	columns []layout.Column
	stream  *excelize.StreamWriter
	waiting []layout.Row // the first rows, by which the columns are made wide enough
	row     int          // that was written last, from 1
	lines   int          // the last row of those that follow the head as plain lines
	broken  bool         // other rows have come since
}

const (
	measuredRows = 200
	mostRows     = 1_048_576
)

func (s *sheet) write(section layout.Section) error {
	var err error
	if s.stream, err = s.f.NewStreamWriter(s.name); err != nil {
		return err
	}
	s.columns = section.Columns
	err = section.Rows(func(row layout.Row) error {
		if s.row == 0 {
			s.waiting = append(s.waiting, layout.Row{Kind: row.Kind, Cells: append([]any(nil), row.Cells...)})
			if len(s.waiting) < measuredRows {
				return nil
			}
			return s.begin()
		}
		return s.put(row)
	})
	if err == nil && s.row == 0 {
		err = s.begin()
	}
	if err != nil {
		return err
	}
	if s.lines > 1 {
		last, err := excelize.CoordinatesToCellName(len(s.columns), s.lines)
		if err != nil {
			return err
		}
		stripes := false
		if err := s.stream.AddTable(&excelize.Table{Range: "A1:" + last, StyleName: "TableStyleLight1", ShowRowStripes: &stripes}); err != nil {
			return err
		}
	}
	return s.stream.Flush()
}

// begin writes the head and the rows that waited for it.
func (s *sheet) begin() error {
	for i, column := range s.columns {
		width := 8
		for _, row := range s.waiting {
			if i < len(row.Cells) && row.Kind == layout.Line {
				width = max(width, utf8.RuneCountInString(layout.Plain(row.Cells[i])))
			}
		}
		width = min(max(width, min(len(column.Title), 16)), 60)
		if err := s.stream.SetColWidth(i+1, i+1, float64(width)+2); err != nil {
			return err
		}
	}
	if err := s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(s.columns))
	for i, column := range s.columns {
		head[i] = excelize.Cell{StyleID: s.styles.head, Value: column.Title}
	}
	s.row = 1
	if err := s.stream.SetRow("A1", head); err != nil {
		return err
	}
	for _, row := range s.waiting {
		if err := s.put(row); err != nil {
			return err
		}
	}
	s.waiting = nil
	return nil
}

func (s *sheet) put(row layout.Row) error {
	s.row++
	if s.row > mostRows {
		return models.Refuse(models.TooLarge, "format", "the report has more lines than a spreadsheet takes; ask for CSV, or for less")
	}
	if s.broken = s.broken || row.Kind != layout.Line; !s.broken {
		s.lines = s.row
	}
	values := make([]any, len(row.Cells))
	for i, cell := range row.Cells {
		values[i] = s.cell(row.Kind, s.columns[i].Type, cell)
	}
	return s.stream.SetRow("A"+strconv.Itoa(s.row), values)
}

func (s *sheet) cell(kind layout.RowKind, t layout.Type, cell any) any {
	style := s.styles.line[t]
	switch kind {
	case layout.Alarm:
		style = s.styles.alarm
	case layout.Subtotal, layout.Total:
		style = s.styles.total[t]
	}
	value := number(cell)
	if (value == nil || value == "") && kind == layout.Line {
		return nil
	}
	if style == 0 {
		return value
	}
	return excelize.Cell{StyleID: style, Value: value}
}

// dayZero is day 0 of spreadsheets, of which no day before 1 March 1900 can be
// counted: they take 1900 for a leap year.
var (
	dayZero  = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	firstDay = time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
)

// number is a cell as a spreadsheet counts with it: days and instants as days since
// day 0, decimals as numbers.
func number(cell any) any {
	switch v := cell.(type) {
	case models.Day:
		day, err := time.Parse(time.DateOnly, string(v))
		if err != nil || day.Before(firstDay) {
			return string(v)
		}
		return int64(day.Sub(dayZero) / (24 * time.Hour))
	case models.Time:
		if v.IsZero() {
			return nil
		}
		return v.Sub(dayZero).Hours() / 24
	case models.Quantity:
		return float64(v) / float64(models.One)
	case layout.Decimal:
		n, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return string(v)
		}
		return n
	}
	return cell
}

// about writes the sheet that says what the report is about, with the code that
// opens the page which checks it.
func about(f *excelize.File, r *layout.Report, s *styles) error {
	name := sheetName("", layout.Section{Title: r.Voice.Say("About this report")})
	if _, err := f.NewSheet(name); err != nil {
		return err
	}
	if err := fromRight(f, name, r); err != nil {
		return err
	}
	row := 1
	put := func(label, value string, style int) error {
		cell := strconv.Itoa(row)
		row++
		if err := f.SetCellStr(name, "A"+cell, label); err != nil {
			return err
		}
		if err := f.SetCellStr(name, "B"+cell, value); err != nil {
			return err
		}
		return f.SetCellStyle(name, "A"+cell, "B"+cell, style)
	}
	if err := f.SetColWidth(name, "A", "A", 24); err != nil {
		return err
	}
	if err := f.SetColWidth(name, "B", "B", 90); err != nil {
		return err
	}
	if err := put(r.Title, "", s.bold); err != nil {
		return err
	}
	for _, fact := range closing(r)[1:] {
		style := s.wrap
		if fact.Label == r.Voice.Say("ATTENTION") {
			style = s.alarm
		}
		if err := put(fact.Label, fact.Value, style); err != nil {
			return err
		}
	}
	if r.Address == "" {
		return nil
	}
	code, err := labels.NewPaperCode(r.Address)
	if err != nil {
		return err
	}
	picture, err := code.PNG(6)
	if err != nil {
		return err
	}
	return f.AddPictureFromBytes(name, "B"+strconv.Itoa(row+1), &excelize.Picture{Extension: ".png", File: picture,
		Format: &excelize.GraphicOptions{AltText: r.Voice.Say("Code that opens %v", r.Address), ScaleX: 0.6, ScaleY: 0.6}})
}
