package web_test

import (
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/disposal"
	"quartermaster/services/register"
	"quartermaster/services/titles"
)

// TestLossesOnPages reports a theft from the item's page, inquires, decides, records
// the donor's consent and strikes the item off, each by the form of who may.
func TestLossesOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.Limits()
	a := s.Radio("1")
	s.signIn("keeper-north")
	path := "/assets/" + a.Tag
	s.get(path).has(t, 200, "Report loss, theft or damage", "it has not passed")
	form := s.get("/losses/new?tag=" + a.Tag)
	form.has(t, 200, "VHF hand-held radio")
	given := form.fill("tag", a.Tag, "kind", "theft", "on", "2026-03-31", "where", "Store room 2", "what", "", "police", "FIR 14/26")
	s.upload("/losses/new", given, "", "").has(t, 422, `value="Store room 2"`, `value="FIR 14/26"`)
	given.Set("what", "The lock was forced")
	given.Set("_once", "another")
	p := s.upload("/losses/new", given, "", "")
	const loss, off = "/losses/L-NORTH-STORE-2026-0001", "/writeoffs/WO-NORTH-STORE-2026-0001"
	if p.Header.Get("Location") != loss+"?done=lost" {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get(path).has(t, 200, "Missing", "L-NORTH-STORE-2026-0001")
	p = s.get(loss)
	p.has(t, 200, "The lock was forced", "FIR 14/26", "Waits for somebody to be appointed", "It was found")
	if strings.Contains(p.body, "Appoint an officer") || strings.Contains(p.body, loss+"/decide") {
		t.Error("who reported it is offered to appoint or decide")
	}
	do := func(paper, step string, fields ...string) {
		t.Helper()
		if p := s.post(paper+"/"+step, s.get(paper).fill(fields...)); p.StatusCode != 303 {
			t.Fatalf("%s: %d %s", step, p.StatusCode, p.body)
		}
	}
	s.signIn("commander-north")
	s.get("/").has(t, 200, "To appoint an officer for", loss)
	s.post(loss+"/appoint", s.get(loss).fill("officer", "keeper-north")).has(t, 422, "reported or held the item")
	do(loss, "appoint", "officer", "workshop")
	s.signIn("workshop")
	s.get("/").has(t, 200, "To inquire into")
	s.post(loss+"/findings", s.get(loss).fill("findings", "Forced from outside", "recommendation", "recover", "from", "")).has(t, 422, "Forced from outside</textarea>")
	do(loss, "findings", "findings", "Forced from outside", "recommendation", "write_off")
	s.signIn("commander-north")
	s.get("/").has(t, 200, "Losses and write-offs to decide")
	do(loss, "decide", "measure", "write_off", "remarks", "Locks are renewed")
	s.signIn("keeper-north")
	s.get("/").has(t, 200, "To strike off charge", off)
	s.get(off).has(t, 200, "donor&#39;s consent", "the title is with DONOR-A")
	s.upload(off+"/strike-off", s.get(off).fill("method", "lost"), "", "").has(t, 409, "has not consented")
	if p := s.upload(off+"/consent", s.get(off).fill("document", "Letter 9", "on", "2026-03-31"), "letter.txt", "We consent."); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	if p := s.upload(off+"/strike-off", s.get(off).fill("method", "lost"), "", ""); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get(off).has(t, 200, "Struck off charge", "Letter 9", "letter.txt")
	s.get(path).has(t, 200, "Struck off charge on 31 March 2026", "WO-NORTH-STORE-2026-0001")
	s.get(loss).has(t, 200, "Closed", "Struck off charge by WO-NORTH-STORE-2026-0001")
	s.get("/losses?state=closed").has(t, 200, a.Tag)
	s.get("/writeoffs").has(t, 200, a.Tag)
	s.signIn("keeper-south")
	s.get(loss).has(t, 404)
	s.get(off).has(t, 404)
}

// TestAGrantIsClosedOnPages passes the title of all it paid for, attaches the
// document, and closes it.
func TestAGrantIsClosedOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	s.signIn("admin")
	const closing = "/grants/A-2025/closing"
	s.get("/donors").has(t, 200, closing)
	s.get(closing).has(t, 200, "Cannot be closed yet", "Title has not passed", a.Tag)
	if p := s.post("/grants/A-2025/settings", s.get(closing).fill("evidence_from", "400", "currency", "usd", "consent_from", "", "recipient", "Border Agency")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.post("/grants/A-2025/close", s.get(closing).fill("remarks", "all done", "drawing", booktest.Drawing, "signed_name", "Adil Admin")).has(t, 409, "1 item stands in the way", "all done</textarea>")
	p := s.upload("/titles/new", s.get("/titles/new?grant=A-2025").fill("tags", "", "grant", "A-2025", "to", "AGENCY", "to_donor", "", "document", "Transfer 12", "on", "2026-03-31"), "", "")
	const title = "/titles/T-NORTH-STORE-2026-0001"
	if p.Header.Get("Location") != title+"?done=recorded" {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get(closing).has(t, 200, "Evidence of the transfer is not attached", "for Border Agency", title)
	if p := s.upload(title+"/files", s.get(title).fill(), "transfer.txt", "Transfer of ownership"); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get(title).has(t, 200, "transfer.txt", a.Tag)
	s.get("/titles").has(t, 200, "Attached")
	s.get(closing).has(t, 200, "Nothing stands in the way")
	if p := s.post("/grants/A-2025/close", s.get(closing).fill("remarks", "all done", "drawing", booktest.Drawing, "signed_name", "Adil Admin")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get(closing).has(t, 200, "Closed on 31 March 2026", "signed by", "all done")
	s.get("/assets/"+a.Tag).has(t, 200, "AGENCY since 31 March 2026", title)
	s.signIn("keeper-north")
	s.get(closing).has(t, 403)
}

// endedAtLength loses one item, has another struck off and its title passed, all with
// long words, and returns the pages on which that shows.
func endedAtLength(t *testing.T, s *site, long string) []string {
	t.Helper()
	s.Limits()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keeper := s.As("keeper-north")
	word := strings.Repeat("longwordwithoutblanks", 9)
	a, b := s.Radio(strings.Repeat("LOST", 29)), s.Radio(strings.Repeat("GONE", 29))
	_, err := s.Register.Edit(s.Operator(), a.Tag, 0, editName(long))
	must(err)
	l, err := s.Disposal.Report(keeper, disposal.NewLoss{Tag: a.Tag, Kind: models.Theft, On: s.Book.Today(), Where: word, What: word, Police: word[:110], Papers: []register.Paper{{Is: models.PoliceReport, Name: word + ".txt", Content: []byte("x")}}})
	must(err)
	_, err = s.Disposal.Appoint(s.As("chief"), l.Number, 0, "workshop")
	must(err)
	_, err = s.Disposal.Conclude(s.As("workshop"), l.Number, 0, disposal.Findings{Findings: word, Recommendation: models.RecoverCost, RecoverFrom: word, Amount: &models.Money{Amount: "123456789012345.5", Currency: "PKR"}})
	must(err)
	passed, err := s.Titles.Record(keeper, titles.NewTransfer{To: "AGENCY", On: s.Book.Today(), Document: word, Note: word, Tags: []string{b.Tag}})
	must(err)
	w, err := s.Disposal.Propose(keeper, disposal.Proposal{Tag: b.Tag, Ground: "beyond_repair", Why: word})
	must(err)
	_, err = s.Disposal.Approve(s.As("chief"), w.Number, 0, word)
	must(err)
	_, err = s.Disposal.StrikeOff(keeper, w.Number, 0, disposal.Leaving{Method: models.Destroyed, Reference: word[:110], Papers: []register.Paper{booktest.Certificate}})
	must(err)
	return []string{"/losses", "/losses/new", "/losses/new?kind=theft&tag=" + a.Tag, "/losses/" + l.Number, "/writeoffs", "/writeoffs/new?tag=" + a.Tag, "/writeoffs/" + w.Number,
		"/titles", "/titles/new?tag=" + b.Tag, "/titles/" + passed.Number, "/grants/A-2025/closing", "/assets/" + a.Tag, "/assets/" + b.Tag}
}
