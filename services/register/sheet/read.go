// Package sheet reads the spreadsheets that people have: whatever separates
// their cells, whatever their letters are encoded in, however they write a day
// or an amount.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Table is a spreadsheet: its headings, and the rows that are not blank.
type Table struct {
	Encoding  string // UTF-8, UTF-16 or Windows-1252
	Delimiter rune
	Header    []string
	Rows      []Row
}

// Row is one row, and the line of the file that it begins on.
type Row struct {
	Line  int
	Cells []string // as many as there are headings
}

// SyntaxError says on which line a file stops being a table.
type SyntaxError struct {
	Line    int
	Message string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// Read reads a table of at most mostRows rows.
func Read(raw []byte, mostRows int) (*Table, error) {
	text, name, err := decode(raw)
	if err != nil {
		return nil, err
	}
	table := &Table{Encoding: name}
	// Excel's own hint of the delimiter takes a line that has no headings.
	skipped := 0
	if rest, hint, ok := excelHint(text); ok {
		text, table.Delimiter, skipped = rest, hint, 1
	} else {
		table.Delimiter = delimiter(text)
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma = table.Delimiter
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, &SyntaxError{wrong.Line + skipped, "a quotation mark is missing or stands where none may; write it twice within a quoted cell"}
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		line += skipped
		for i := range cells {
			cells[i] = clean(cells[i])
		}
		for len(cells) > 0 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		switch {
		case len(cells) == 0:
			continue
		case table.Header == nil:
			table.Header = append([]string{}, cells...)
			continue
		case len(cells) > len(table.Header):
			return nil, &SyntaxError{line, fmt.Sprintf("has %d cells under %d headings", len(cells), len(table.Header))}
		case len(table.Rows) == mostRows:
			return nil, &SyntaxError{line, fmt.Sprintf("more than %d rows; split the file", mostRows)}
		}
		row := Row{line, make([]string, len(table.Header))}
		copy(row.Cells, cells)
		table.Rows = append(table.Rows, row)
	}
	if table.Header == nil {
		return nil, &SyntaxError{1, "the file is empty; its first row holds the headings"}
	}
	return table, nil
}

// clean takes away what surrounds a cell's text, hard spaces included.
func clean(cell string) string {
	return strings.Trim(cell, " \t\r\n\u00a0\u200b\ufeff")
}

func decode(raw []byte) (text []byte, name string, err error) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		raw, name = raw[3:], "UTF-8"
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		from, name = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "UTF-16"
	case utf8.Valid(raw):
		name = "UTF-8"
	default:
		from, name = charmap.Windows1252, "Windows-1252"
	}
	if from != nil {
		if raw, err = from.NewDecoder().Bytes(raw); err != nil {
			return nil, name, &SyntaxError{1, "the file's letters cannot be read as " + name}
		}
	}
	if at := bytes.IndexByte(raw, 0); at >= 0 || !utf8.Valid(raw) {
		return nil, name, &SyntaxError{1 + bytes.Count(raw[:max(at, 0)], []byte("\n")),
			"this is not a text file; save the spreadsheet as CSV first"}
	}
	// Old Macintosh and Excel files end their lines with a lone carriage return.
	if !bytes.Contains(raw, []byte("\n")) {
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	}
	return raw, name, nil
}

const delimiters = ",;\t|"

func excelHint(text []byte) (rest []byte, hint rune, ok bool) {
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	line = bytes.TrimSpace(bytes.Trim(bytes.TrimRight(line, "\r"), `"`))
	if len(line) == 5 && strings.EqualFold(string(line[:4]), "sep=") && strings.IndexByte(delimiters, line[4]) >= 0 {
		return rest, rune(line[4]), true
	}
	return text, 0, false
}

// delimiter returns what separates the headings: of the usual ones, the one that
// stands most often outside quotation marks in the first line with text.
func delimiter(text []byte) rune {
	text = bytes.TrimLeft(text, " \r\n;,\t|")
	var counts [len(delimiters)]int
	quoted := false
	for _, b := range text {
		if b == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if b == '\n' {
			break
		}
		if at := strings.IndexByte(delimiters, b); at >= 0 {
			counts[at]++
		}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	return rune(delimiters[best])
}
