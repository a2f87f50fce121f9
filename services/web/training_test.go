package web_test

import (
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
)

func TestTrainingOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("admin")
	p := s.get("/courses")
	p.has(t, 200, "No courses yet")
	s.post("/courses", p.fill("code", "voice", "name", "Voice procedure", "months", "six")).has(t, 422, "whole number of months", `value="Voice procedure"`)
	if p = s.post("/courses", s.get("/courses").fill("code", "voice", "name", "Voice procedure", "months", "6")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	demands := s.get("/courses").fill("category", "radio", "course.0", "voice", "without.0", "warn", "course.1", "", "without.1", "warn")
	if p = s.post("/courses/demands", demands); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.signIn("keeper-north")
	s.get("/courses").has(t, 200, "Voice procedure", "0 people")

	a := s.Radio("1")
	s.get("/assets/"+a.Tag).has(t, 200, "Custodians need Voice procedure (warned without)", "Gul Guard · lacks Voice procedure")
	v, err := s.Custody.Draft(s.As("keeper-north"), custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "guard", Lines: []custody.NewLine{{Tag: a.Tag}}})
	if err != nil {
		t.Fatal(err)
	}
	warning := "Gul Guard has no valid record of Voice procedure (voice), which custodians of Radio need"
	s.get("/vouchers/"+v.Number).has(t, 200, warning)
	if _, err := s.Custody.Dispatch(s.As("keeper-north"), v.Number, 0, booktest.Sign("Naveed North")); err != nil {
		t.Fatal(err)
	}
	s.get("/vouchers/"+v.Number).has(t, 200, warning)
	v, err = s.Custody.Accept(s.As("commander-north"), v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Gul Guard")})
	if err != nil {
		t.Fatal(err)
	}
	s.get("/assets/"+a.Tag).has(t, 200, warning)
	s.get("/units/NORTH-POST").has(t, 200, "In custody of people without a valid record", "lacks Voice procedure")

	p = s.get("/people/guard/training/new")
	p.has(t, 200, "Voice procedure · holds 6 months")
	form := p.fill("course", "voice", "trainer", "Signals School", "on", "2026-05-01", "number", "7")
	s.upload("/people/guard/training/new", form, "c.pdf", "%PDF-1.4\n%%EOF\n").has(t, 422, "Is in the future", `value="Signals School"`)
	form.Set("on", "2026-03-01")
	form.Set("_once", "another")
	if p = s.upload("/people/guard/training/new", form, "c.pdf", "%PDF-1.4\n%%EOF\n"); !strings.HasPrefix(p.Header.Get("Location"), "/people/guard?done=trained&of=") {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	p = s.get("/people/guard")
	p.has(t, 200, "Valid", "holds until 1 September 2026", "no. 7", "/certificate")
	s.get("/units/NORTH-POST").has(t, 200, "Gul Guard", "until 1 September 2026")
	s.Pass(150 * 24 * time.Hour)
	if _, err := s.Flags.Reconcile(s.Operator(), models.TrainingLapsing, s.Training.Lapsing(s.Operator()), models.Say("renewed")); err != nil {
		t.Fatal(err)
	}
	s.signIn("keeper-north")
	s.get("/people/guard").has(t, 200, "What stands open with them", "Training lapsing", "Gul Guard, Voice procedure")
	s.signIn("keeper-south")
	s.get("/people/guard/training/new").has(t, 404)
	s.get("/units/NORTH-POST").has(t, 200, "shown to those in whose part of the tree")
}
