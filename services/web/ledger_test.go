package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"

	"quartermaster/services/proofs"
)

// bring sends a file or a text to the public page.
func (s *site) bring(file []byte, text string) page {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "report")
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = form.WriteField("text", text)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/verify", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return s.send(r)
}

// TestADonorChecksAReportWithoutSigningIn brings a report, one that was altered, a
// checkpoint as a mail makes it, and what is neither.
func TestADonorChecksAReportWithoutSigningIn(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.get("/verify").has(t, 200, "Check a report", `name="file"`)
	if _, err := s.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept, err := s.Proofs.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var report bytes.Buffer
	r := s.Proofs.Report(&report, proofs.CSV)
	if _, err := r.Write([]byte("Tag,Name\r\nQM-000001-2,Radio\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := r.Seal(t.Context(), "units/NORTH@1"); err != nil {
		t.Fatal(err)
	}
	s.Radio("1")
	if _, err := s.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.bring(report.Bytes(), "").has(t, 200, "This report is genuine", "units/NORTH@1", "1 came after them")
	s.bring(bytes.Replace(report.Bytes(), []byte("Radio"), []byte("Rodia"), 1), "").has(t, 422, "The report was altered")
	s.bring([]byte("Tag,Name\r\n"), "").has(t, 400, "The report carries no proof")
	s.bring(nil, strings.ReplaceAll(kept, "\n", "\r\n")+"\r\n").has(t, 200, "The book grew from this checkpoint", "1 came after them")
	s.bring(nil, strings.Replace(kept, "booktest\n", "booktest\n1", 1)).has(t, 422, "The checkpoint was altered")
	s.bring(nil, "").has(t, 422, "Choose a report, or paste a checkpoint")
	s.bring(nil, "hello").has(t, 400, "carries no proof")
	s.get("/ledger.key").has(t, 200, "booktest+")
}

func TestTheLedgerPageShowsWhereItStands(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	if p := s.get("/ledger"); p.StatusCode != 303 {
		t.Errorf("who is not signed in gets %d", p.StatusCode)
	}
	s.signIn("auditor-a")
	s.get("/ledger").has(t, 200, "No event has entered the ledger yet", "Fingerprint")
	if _, err := s.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.get("/ledger").has(t, 200, `role="img" aria-label="`, "complete trees", "/api/v1/ledger/checkpoint", "quartermaster verify https://qm.example.org")
}
