package sheet

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

func TestReadsFilesAsPeopleHaveThem(t *testing.T) {
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("Name\tSerial\nسکینر\t9\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		raw       string
		encoding  string
		delimiter rune
		rows      [][]string
		lines     []int
	}{
		"plain":                 {"Name,Serial\nRadio,1\n", "UTF-8", ',', [][]string{{"Radio", "1"}}, []int{2}},
		"Excel's semicolons":    {"\xef\xbb\xbfName;Serial\r\nRadio, hand-held;1\r\n", "UTF-8", ';', [][]string{{"Radio, hand-held", "1"}}, []int{2}},
		"Excel's hint":          {"sep=;\r\nName;Serial\r\nRadio;1\r\n", "UTF-8", ';', [][]string{{"Radio", "1"}}, []int{3}},
		"Windows-1252":          {"Name,Serial\nD\xe9tecteur \x96 A,1\n", "Windows-1252", ',', [][]string{{"Détecteur – A", "1"}}, []int{2}},
		"UTF-16":                {utf16, "UTF-16", '\t', [][]string{{"سکینر", "9"}}, []int{2}},
		"blank lines":           {"\n,,\nName,Serial\n\n , \nRadio,1\n,,\n\nScanner,2", "UTF-8", ',', [][]string{{"Radio", "1"}, {"Scanner", "2"}}, []int{6, 9}},
		"a quoted line break":   {"Name,Serial\n\"Radio\nbase \"\"A\"\"\",1\nScanner,2\n", "UTF-8", ',', [][]string{{"Radio\nbase \"A\"", "1"}, {"Scanner", "2"}}, []int{2, 4}},
		"short rows":            {"Name,Serial\nRadio\n", "UTF-8", ',', [][]string{{"Radio", ""}}, []int{2}},
		"empty cells at an end": {"Name,Serial\nRadio,1,,,\n", "UTF-8", ',', [][]string{{"Radio", "1"}}, []int{2}},
		"carriage returns":      {"Name,Serial\rRadio,1\r", "UTF-8", ',', [][]string{{"Radio", "1"}}, []int{2}},
		"delimiter in quotes":   {"\"Name, full\";\"Serial, no\"\nRadio;1\n", "UTF-8", ';', [][]string{{"Radio", "1"}}, []int{2}},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := Read([]byte(c.raw), 100)
			if err != nil {
				t.Fatal(err)
			}
			var rows [][]string
			var lines []int
			for _, r := range table.Rows {
				rows = append(rows, r.Cells)
				lines = append(lines, r.Line)
			}
			if table.Encoding != c.encoding || table.Delimiter != c.delimiter || !reflect.DeepEqual(rows, c.rows) || !reflect.DeepEqual(lines, c.lines) {
				t.Errorf("%s, %q, %q on lines %v", table.Encoding, table.Delimiter, rows, lines)
			}
		})
	}
}

func TestRefusesWhatIsNoTable(t *testing.T) {
	for name, c := range map[string]struct {
		raw, says string
		line      int
	}{
		"nothing":         {"", "empty", 1},
		"blank lines":     {"\n\n", "empty", 1},
		"a spreadsheet":   {"PK\x03\x04\x00\x00", "not a text file", 1},
		"an open quote":   {"Name\nRadio\n\"Scanner\n", "quotation mark", 3},
		"too many cells":  {"Name\nRadio,1\n", "2 cells under 1 headings", 2},
		"more than taken": {"Name\n1\n2\n3\n", "split the file", 4},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read([]byte(c.raw), 2)
			var wrong *SyntaxError
			if !errors.As(err, &wrong) || wrong.Line != c.line || !strings.Contains(wrong.Message, c.says) {
				t.Errorf("got %v, wanted line %d about %q", err, c.line, c.says)
			}
		})
	}
}

func TestDays(t *testing.T) {
	for cell, want := range map[string]string{
		"2026-03-31": "2026-03-31", "31/03/2026": "2026-03-31", "31.3.2026": "2026-03-31", "31-Mar-2026": "2026-03-31",
		"31 March 2026": "2026-03-31", "Mar 31, 2026": "2026-03-31", "31-Mar-26": "2026-03-31", "4/3/26": "2026-03-04",
		"2026-03-31 00:00:00": "2026-03-31", "2026-03-31T08:00:00Z": "2026-03-31", "2026/3/31": "2026-03-31", "1/2/98": "1998-02-01", "": "",
	} {
		if got, err := ParseDay(cell, DayFirst); err != nil || string(got) != want {
			t.Errorf("%q: %q, %v", cell, got, err)
		}
	}
	for _, cell := range []string{"03/31/2026", "31/02/2026", "soon", "2026", "45382", "31/03/3026", "00/01/2026"} {
		if got, err := ParseDay(cell, DayFirst); err == nil {
			t.Errorf("%q was read as %s", cell, got)
		}
	}
	if got, err := ParseDay("03/31/2026", MonthFirst); err != nil || got != "2026-03-31" {
		t.Errorf("month first: %q, %v", got, err)
	}
	if OrderOfDays([]string{"01/02/2026", "03/31/2026"}) != MonthFirst || OrderOfDays([]string{"01/02/2026"}) != DayFirst ||
		OrderOfDays([]string{"03/31/2026", "31/03/2026"}) != DayFirst {
		t.Error("the order of a column's days is misread")
	}
}

func TestAmounts(t *testing.T) {
	for cell, want := range map[string]string{
		"1250": "1250 ", "1,250.00": "1250.00 ", "1.250,00": "1250.00 ", "1250,5": "1250.5 ", "1,250": "1250 ", "12,34,567.89": "1234567.89 ",
		"$1,250.00": "1250.00 USD", "USD 1250": "1250 USD", "1250 pkr": "1250 PKR", "Rs. 150,000/-": "150000 PKR", "€ 9.50": "9.50 EUR", "1'250.00 CHF": "1250.00 CHF", "1 250,00": "1250.00 ",
	} {
		amount, currency, err := ParseAmount(cell)
		if err != nil || amount+" "+currency != want {
			t.Errorf("%q: %q %q, %v", cell, amount, currency, err)
		}
	}
	for _, cell := range []string{"-5", "ten", "1.2.3", "1,2,3", "12..5", "$", "5 bucks", "1e5", "1,25,0"} {
		if amount, currency, err := ParseAmount(cell); err == nil {
			t.Errorf("%q was read as %q %q", cell, amount, currency)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Name;Serial\r\n\"a\"\"b\";1\r\n"))
	f.Add([]byte("\xff\xfeN\x00"))
	f.Add([]byte("sep=,\nA,B\n1,2\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		table, err := Read(raw, 50)
		if err != nil {
			return
		}
		for _, r := range table.Rows {
			if len(r.Cells) != len(table.Header) || r.Line < 1 {
				t.Fatalf("row on line %d has %d cells under %d headings", r.Line, len(r.Cells), len(table.Header))
			}
			for _, cell := range r.Cells {
				if !utf8.ValidString(cell) {
					t.Fatalf("line %d is not UTF-8: %q", r.Line, cell)
				}
				_, _ = ParseDay(cell, DayFirst)
				_, _, _ = ParseAmount(cell)
			}
		}
	})
}
