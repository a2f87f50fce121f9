package web_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"regexp"
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/public"
	"quartermaster/services/store"
)

func TestTheWorkshopOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	s.signIn("commander-north")
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	path := "/assets/" + a.Tag
	p := s.get(path)
	p.has(t, 200, "Report a defect", `capture="environment"`)
	form := p.fill("what", "aerial broken off", "unusable", "yes")
	s.upload(path+"/defects", form, "x.jpg", "MZ").has(t, 415, "aerial broken off</textarea>", "checked")
	form.Set("_once", "another")
	p = s.upload(path+"/defects", form, "x.jpg", photo.String())
	const job = "/workshop/W-NORTH-STORE-2026-0001"
	if p.Header.Get("Location") != job+"?done=reported" {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	p = s.get(job)
	p.has(t, 200, "aerial broken off", "Kamran Commander", "Cannot be used", "/photos/", "It is defective")
	if strings.Contains(p.body, "Begin work") {
		t.Error("what nobody has confirmed can be begun")
	}
	s.get(path).has(t, 200, "W-NORTH-STORE-2026-0001", "Reported")
	do := func(step string, fields ...string) {
		t.Helper()
		if p := s.post(job+"/"+step, s.get(job).fill(fields...)); p.StatusCode != 303 {
			t.Fatalf("%s: %d %s", step, p.StatusCode, p.body)
		}
	}
	do("confirm", "remark", "so it is")
	s.signIn("workshop")
	s.get("/workshop").has(t, 200, "Confirmed", "aerial broken off", "Northern Store")
	s.post(job+"/wait", s.get(job).fill("waiting_for", "")).has(t, 422, "Say which parts it waits for")
	do("start", "take_in", "yes")
	s.get(path).has(t, 200, "In workshop")
	note := s.get(job).fill("part.0", "Aerial", "quantity.0", "1", "cost.0", "14,50", "labour", "5", "currency", "usd", "remark", "fitted")
	s.post(job+"/note", note).has(t, 422, `value="Aerial"`, `value="14,50"`, "fitted</textarea>")
	do("note", "part.0", "Aerial", "quantity.0", "1", "cost.0", "14.50", "labour", "5", "currency", "usd", "remark", "fitted")
	s.get(job).has(t, 200, "14.50 USD", "19.50 USD", "fitted")
	do("finish", "note", "new aerial", "condition", "good", "back", "yes")
	s.get(job).has(t, 200, "Done", "Mended")
	s.get(path).has(t, 200, "In store")
	s.signIn("keeper-south")
	s.get(job).has(t, 404)
	s.get("/workshop").has(t, 200, "Nothing to mend")
}

func TestAReportFromThePublicBecomesAJob(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	for _, n := range []public.NewReport{{Kind: models.PublicFault, Text: "smokes"}, {Kind: models.PublicFound, Text: "by the gate"}} {
		if err := s.Public.Send(t.Context(), a.Tag, "192.0.2.1", n); err != nil {
			t.Fatal(err)
		}
	}
	s.signIn("keeper-north")
	finding := regexp.MustCompile(`/findings/\w+`).FindString(s.get("/findings?kind=public_report").body)
	s.get(finding).has(t, 200, "/public-reports?state=all#")
	s.get("/").has(t, 200, "Reports from the public", "fault: VHF hand-held radio "+a.Tag, "for NORTH-STORE")
	p := s.get("/public-reports")
	p.has(t, 200, "Opens a job in the workshop", "Notes that the item was seen then")
	for _, id := range regexp.MustCompile(`/public-reports/(\w+)/confirm`).FindAllStringSubmatch(p.body, -1) {
		form := s.get("/public-reports").fill("remark", "true")
		if r, err := store.Get[models.PublicReport](t.Context(), s.Book.Store, store.PublicReports, id[1]); err != nil {
			t.Fatal(err)
		} else if r.Kind == models.PublicFault {
			form.Set("unusable", "yes")
		}
		if p := s.post("/public-reports/"+id[1]+"/confirm", form); p.StatusCode != 303 {
			t.Fatalf("%d %s", p.StatusCode, p.body)
		}
	}
	s.get("/public-reports").has(t, 200, "Nothing waits")
	s.get("/public-reports?state=confirmed").has(t, 200, "/workshop/W-NORTH-STORE-2026-0001", "Naveed North")
	s.get("/workshop/W-NORTH-STORE-2026-0001").has(t, 200, "smokes", "somebody without a sign-in", "Begin work")
	if now := s.Asset(a.Tag); now.Condition != models.Unserviceable {
		t.Error("what cannot be used can be issued")
	}
	if p = s.get("/"); strings.Contains(p.body, "fault: ") {
		t.Error("what was decided still waits")
	}
	if now := s.Asset(a.Tag); now.LastSeenAt == nil {
		t.Error("the find does not count as seen")
	}
}
