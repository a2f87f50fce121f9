package web_test

import (
	"archive/zip"
	"encoding/csv"
	"io"
	"regexp"
	"strings"
	"testing"
)

// TestNoSpreadsheetTakesATextForAFormula fills every text of the book with a formula, and
// reads every table that is given out, in each format.
func TestNoSpreadsheetTakesATextForAFormula(t *testing.T) {
	t.Parallel()
	for _, begins := range []string{"=", "+", "-", "@"} {
		w := newWalkSaying(t, begins+`HYPERLINK("http://evil.example","x")`)
		tables, shown := 0, 0
		for _, a := range w.reads() {
			path := w.path(t, a)
			tried := []string{path + "?format=csv", path + "?format=xlsx"}
			if strings.HasSuffix(a.path, "/:kind") || strings.HasSuffix(a.path, "/:kind/file") {
				tried = nil
				for _, kind := range []string{"register", "handover", "movements", "losses", "consumables", "maintenance", "flags", "visits", "end_use", "verification"} {
					for _, format := range []string{"csv", "xlsx"} {
						tried = append(tried, strings.Replace(path, "register", kind, 1)+"?donor=DONOR-B&format="+format)
					}
				}
			}
			for _, path := range tried {
				got := w.asked(a, path)
				if strings.HasPrefix(a.path, "/s/:secret") {
					w.cookie = ""
					got = w.get(path)
				}
				if got.StatusCode != 200 {
					continue
				}
				switch media := got.Header.Get("Content-Type"); {
				case strings.HasPrefix(media, "text/csv"):
					tables++
					shown += strings.Count(got.body, "HYPERLINK")
					noFormulas(t, path, got.body)
				case strings.Contains(media, "spreadsheetml"):
					tables++
					noFormulasIn(t, path, got.body)
				}
			}
		}
		if tables < 20 || shown < 10 {
			t.Errorf("%d tables were read, the formula was in them %d times; the test proves little", tables, shown)
		}
	}
}

var number = regexp.MustCompile(`^-?[0-9.]+$`)

func noFormulas(t *testing.T, path, text string) {
	t.Helper()
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	reader.FieldsPerRecord = -1
	for {
		row, err := reader.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) && !number.MatchString(cell) {
				t.Errorf("%s: a cell is %q", path, cell)
			}
		}
	}
}

// noFormulasIn looks for cells of a workbook that are formulas.
func noFormulasIn(t *testing.T, path, workbook string) {
	t.Helper()
	archive, err := zip.NewReader(strings.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	for _, f := range archive.File {
		if !strings.HasPrefix(f.Name, "xl/worksheets/") {
			continue
		}
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(`<f[ >]`).Match(text) {
			t.Errorf("%s: %s holds a formula", path, f.Name)
		}
	}
}
