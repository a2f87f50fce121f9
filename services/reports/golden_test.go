package reports_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/proofs"
	"quartermaster/services/reports"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGoldenReports holds every kind in every format to what it was when somebody
// last looked at it, and has each file prove itself.
func TestGoldenReports(t *testing.T) {
	w := story(t)
	for _, k := range reports.Kinds {
		for _, f := range reports.Formats {
			t.Run(k.Name+"."+f.Name, func(t *testing.T) {
				file := pull(t, w, "admin", k.Name, f.Name, models.ReportQuery{Donor: "DONOR-A"})
				if _, err := proofs.CheckReport(file, booktest.Key(t).Public); err != nil {
					t.Fatal(err)
				}
				var got string
				switch f.Name {
				case "pdf":
					got = pdfText(t, file)
				case "xlsx":
					got = cells(t, file)
				default:
					got = string(file)
				}
				got = settled(got)
				path := filepath.Join("testdata", k.Name+"."+f.Name+".txt")
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("differs from %s; look at the report, then run go test ./services/reports -update\n%s", path, got)
				}
			})
		}
	}
}

var (
	digest = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	number = regexp.MustCompile(`\b01[0-9A-HJKMNP-TV-Z]{24}\b`)
	root   = regexp.MustCompile(`(\d+) events, root[ \n][A-Za-z0-9+/]{43}=`)
	proof  = regexp.MustCompile(`quartermaster-proof [A-Za-z0-9+/=]+`)
)

// settled puts in the place of what chance decides something that stays.
func settled(text string) string {
	text = digest.ReplaceAllString(text, "DIGEST")
	text = number.ReplaceAllString(text, "NUMBER")
	text = root.ReplaceAllString(text, "SIZE events, root ROOT")
	return proof.ReplaceAllString(text, "quartermaster-proof PROOF")
}

// cells writes every cell of a workbook with the kind of value that it holds.
func cells(t *testing.T, file []byte) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out strings.Builder
	for _, sheet := range f.GetSheetList() {
		panes, err := f.GetPanes(sheet)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "== %s frozen=%v\n", sheet, panes.Freeze)
		rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for y, row := range rows {
			for x, raw := range row {
				if raw == "" {
					continue
				}
				cell, err := excelize.CoordinatesToCellName(x+1, y+1)
				if err != nil {
					t.Fatal(err)
				}
				shown, err := f.GetCellValue(sheet, cell)
				if err != nil {
					t.Fatal(err)
				}
				kind, err := f.GetCellType(sheet, cell)
				if err != nil {
					t.Fatal(err)
				}
				what := "text"
				if kind == excelize.CellTypeNumber || kind == excelize.CellTypeUnset {
					what = "number " + raw
				}
				if formula, err := f.GetCellFormula(sheet, cell); err != nil || formula != "" {
					t.Errorf("%s holds a formula: %q, %v", cell, formula, err)
				}
				fmt.Fprintf(&out, "%s %s: %s\n", cell, what, shown)
			}
		}
	}
	return out.String()
}

var (
	stream   = regexp.MustCompile(`(?s)/FlateDecode /Length \d+>>\nstream\n(.*?)\nendstream|/Length (\d+)>>\nstream\n`)
	attached = regexp.MustCompile(`(?s)%PDF-.*?%%EOF`)
	shown    = regexp.MustCompile(`(?s)\(((?:\\.|[^\\)])*)\) Tj ET`)
	escaped  = regexp.MustCompile(`(?s)\\(.)`)
)

// pdfText is the text of a PDF as it is drawn, from the left, a line for each piece.
func pdfText(t *testing.T, file []byte) string {
	t.Helper()
	var out strings.Builder
	page := 0
	file = append(file[:1:1], attached.ReplaceAll(file[1:], nil)...)
	for _, part := range bytes.Split(file, []byte("stream\n")) {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		content, err := io.ReadAll(r)
		if err != nil || !bytes.Contains(content, []byte(" Tj ET")) {
			continue
		}
		page++
		fmt.Fprintf(&out, "== page %d\n", page)
		for _, piece := range shown.FindAllSubmatch(content, -1) {
			out.WriteString(unicodeOf(piece[1]) + "\n")
		}
	}
	return out.String()
}

func unicodeOf(raw []byte) string {
	raw = escaped.ReplaceAllFunc(raw, func(s []byte) []byte {
		if string(s) == `\r` {
			return []byte{'\r'}
		}
		return s[1:]
	})
	var units []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, binary.BigEndian.Uint16(raw[i:i+2]))
	}
	return string(utf16.Decode(units))
}

// TestJSONIsWhole reads the JSON of every kind as software would.
func TestJSONIsWhole(t *testing.T) {
	w := story(t)
	for _, k := range reports.Kinds {
		var report struct {
			Kind, Title, Number, Proof string
			Sections                   []struct {
				Name         string
				Columns      []struct{ Name, Title, Type string }
				Rows, Totals []map[string]any
			}
		}
		if err := json.Unmarshal(pull(t, w, "admin", k.Name, "json", models.ReportQuery{}), &report); err != nil {
			t.Errorf("%s: %v", k.Name, err)
			continue
		}
		if report.Kind != k.Name || report.Proof == "" || len(report.Sections) == 0 {
			t.Errorf("%s: %+v", k.Name, report)
		}
		for _, s := range report.Sections {
			titles := map[string]bool{}
			for _, c := range s.Columns {
				if titles[c.Title] || c.Title == "" {
					t.Errorf("%s: two columns of %s have the title %q", k.Name, s.Name, c.Title)
				}
				titles[c.Title] = true
			}
		}
	}
}
