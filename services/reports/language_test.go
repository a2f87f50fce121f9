package reports_test

import (
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"quartermaster/models"
)

// TestAReportIsMadeInTheLanguageThatIsAskedFor makes one in Urdu and one in both
// languages; each proves itself, and what was asked for says in which it is.
func TestAReportIsMadeInTheLanguageThatIsAskedFor(t *testing.T) {
	w := story(t)
	ctx := w.As("admin")
	for language, wants := range map[string][]string{
		"ur":    {"ٹیگ,", "رپورٹ نمبر", "کل: ", "QM-000001-3"},
		"en+ur": {"Tag / \u2068ٹیگ\u2069,", "Report number / ", "QM-000001-3"},
		"":      {"Tag,", "Report number,", "QM-000001-3"},
	} {
		file, err := w.Reports.Pull(ctx, "register", "csv", models.ReportQuery{Language: language})
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(content), want) {
				t.Errorf("in %q it lacks %q:\n%s", language, want, content)
			}
		}
		if file.Report.Asked.Language != language {
			t.Errorf("%q is noted as %q", language, file.Report.Asked.Language)
		}
		if found, err := w.Proofs.Examine(t.Context(), content); err != nil || found.Report == nil {
			t.Errorf("in %q it does not prove itself: %v", language, err)
		}
		_ = file.Close()
	}
	if _, err := w.Reports.Pull(ctx, "register", "csv", models.ReportQuery{Language: "xx"}); models.KindOf(err) != models.Invalid {
		t.Errorf("an unknown language: %v", err)
	}
}

// TestSheetsRunFromTheRight opens workbooks in each language: those in Urdu begin on the
// right, and all have names that spreadsheets take.
func TestSheetsRunFromTheRight(t *testing.T) {
	w := story(t)
	for language, right := range map[string]bool{"ur": true, "en+ur": false, "en": false} {
		file, err := w.Reports.Pull(w.As("admin"), "maintenance", "xlsx", models.ReportQuery{Language: language})
		if err != nil {
			t.Fatal(err)
		}
		book, err := excelize.OpenReader(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, sheet := range book.GetSheetList() {
			view, err := book.GetSheetView(sheet, 0)
			if err != nil || view.RightToLeft == nil || *view.RightToLeft != right {
				t.Errorf("in %q the sheet %q: %v, %v", language, sheet, view.RightToLeft, err)
			}
			panes, err := book.GetPanes(sheet)
			if err != nil || sheet != book.GetSheetList()[len(book.GetSheetList())-1] && !panes.Freeze {
				t.Errorf("the head of the sheet %q does not stay: %v, %v", sheet, panes, err)
			}
		}
		_, _ = book.Close(), file.Close()
	}
}
