package booktest

import (
	"io"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/reports"
)

// pullReports makes every report, each for everybody whose scope asks the store
// otherwise, now and as of the beginning.
func pullReports(t *testing.T, w *World) {
	t.Helper()
	for _, k := range reports.Kinds {
		for _, who := range []string{"admin", "keeper-north", "auditor-a"} {
			for _, asOf := range []string{"", models.At(Start).String()} {
				file, err := w.Reports.Pull(w.As(who), k.Name, "json", models.ReportQuery{AsOf: asOf})
				if err != nil {
					t.Errorf("%s for %s as of %q: %v", k.Name, who, asOf, err)
					continue
				}
				if n, err := io.Copy(io.Discard, file); err != nil || n != file.Size {
					t.Errorf("%s for %s: %d bytes, %v", k.Name, who, n, err)
				}
				if err := file.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
	made, err := w.Reports.Start(w.As("auditor-a"), "register", "csv", models.ReportQuery{Donor: "DONOR-A"})
	if err != nil {
		t.Fatal(err)
	}
	w.Reports.Wait()
	file, content, err := w.Reports.Fetch(w.As("auditor-a"), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, content); err != nil || n != file.Size {
		t.Errorf("kept: %d of %d bytes, %v", n, file.Size, err)
	}
	w.Pass(reports.Kept + time.Hour)
	if n, err := w.Reports.Sweep(w.Operator()); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	page, err := w.Reports.List(w.As("auditor-a"), "", 100)
	if err != nil || len(page.Records) != 2*len(reports.Kinds)+1 {
		t.Errorf("%d reports are listed, %v", len(page.Records), err)
	}
}
