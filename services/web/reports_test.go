package web_test

import (
	"testing"

	"quartermaster/models"
	"quartermaster/services/reports"
)

func TestReportsArePagesWithTheirFiles(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.Radio("R-1")
	s.Kits(20*models.One, "2026-12-31")
	s.signIn("auditor-a")
	s.get("/reports").has(t, 200, "Asset register", "Movements in a period", "None yet")
	for _, k := range reports.Kinds {
		s.get("/reports/"+k.Name).has(t, 200, k.Title, "As of", "PDF", "XLSX", "Report number")
		for _, f := range reports.Formats {
			s.get("/reports/"+k.Name+"/file?format="+f.Name).has(t, 200)
		}
	}
	s.get("/reports/register?donor=DONOR-A").has(t, 200, "R-1", "Total: 1 line", "410.00")
	s.get("/reports/register?donor=DONOR-B").has(t, 404, "There is no donor")
	s.get("/reports/movements?from=2026-03-02&to=2026-03-01").has(t, 422, "before it starts")
	s.get("/reports/register?as_of=2027-01-01").has(t, 422, "lies in the future")
	s.get("/reports/weather").has(t, 404)
	s.get("/reports/made").has(t, 200, "auditor-a", "CSV")
}

func TestAReportIsWaitedForOnAPage(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.Radio("R-1")
	s.signIn("auditor-a")
	form := s.get("/reports").fill("format", "csv", "donor", "DONOR-A")
	started := s.post("/reports/register", form)
	to := started.Header.Get("Location")
	if started.StatusCode != 303 || s.post("/reports/register", form).StatusCode != 303 {
		t.Fatalf("status %d: %s", started.StatusCode, started.body)
	}
	s.Reports.Wait()
	s.get(to).has(t, 200, "It is ready", "register-DONOR-A")
	s.get(to+"/file").has(t, 200, "R-1", "quartermaster-proof")
	s.signIn("keeper-north")
	s.get(to).has(t, 404)
	s.get(to+"/file").has(t, 404)
}
