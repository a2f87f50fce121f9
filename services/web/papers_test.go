package web_test

import (
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
)

// TestAVoucherOnPages drafts from the register's choice, mends the draft, and
// dispatches and refuses it.
func TestAVoucherOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	tags := s.Radios(2)
	lot := s.Kits(20*models.One, "2027-01-31")
	s.signIn("keeper-north")
	p := s.post("/vouchers/start", s.get("/assets").fill("tag", tags[0], "which", "chosen"))
	p.has(t, 200, "New voucher", tags[0], `value="NORTH-STORE" selected`)
	form := p.fill("kind", "issue", "from", "NORTH-STORE", "to", "NORTH-POST", "lines", tags[0]+"\n"+strings.ToLower(tags[1])+"\n"+lot.Code+" 0.5\n"+tags[0])
	s.post("/vouchers/new", form).has(t, 422, "is on the voucher twice", "must be whole", "line 4")
	form.Set("lines", tags[0]+"\n"+lot.Code+" 5")
	if p = s.post("/vouchers/new", form); p.Header.Get("Location") != "/vouchers/V-NORTH-STORE-2026-0001?done=drafted" {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	voucher := "/vouchers/V-NORTH-STORE-2026-0001"
	p = s.get(voucher + "/edit")
	p.has(t, 200, tags[0], lot.Code+" 5")
	if p = s.post(voucher+"/edit", p.fill("to", "NORTH-POST", "receiver", "guard", "lines", strings.Join(tags, "\n")+"\nkit 7")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	p = s.get(voucher)
	p.has(t, 200, tags[1], "7 test", "Gul Guard", "Sign and dispatch")
	seen := p.fill("signed_name", "Naveed North", "drawing", booktest.Drawing)
	late := s.get(voucher+"/edit").fill("to", "NORTH-POST", "note", "mine", "lines", tags[0])
	if p = s.post(voucher+"/edit", s.get(voucher+"/edit").fill("to", "NORTH-POST", "receiver", "guard", "note", "with chargers", "lines", strings.Join(tags, "\n")+"\nkit 7")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.post(voucher+"/edit", late).has(t, 412, "This was changed since you read it", `value="mine"`, `name="version" value="3"`)
	p = s.post(voucher+"/dispatch", seen)
	p.has(t, 412, "This was changed since you read it", "with chargers")
	s.post(voucher+"/dispatch", p.fill("signed_name", "Naveed North")).has(t, 422, "Is required: draw it")
	if p = s.post(voucher+"/dispatch", p.fill("signed_name", "Naveed North", "drawing", booktest.Drawing)); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	p = s.get(voucher + "?done=dispatched")
	p.has(t, 200, "Dispatched.", "Refuse all of it", "Cancel the voucher", "expires 31 January 2027")
	s.get(voucher+"/voucher.pdf").has(t, 200, "%PDF-")
	s.get(voucher+"/qr.svg").has(t, 200, "<svg")
	s.post(voucher+"/accept", p.fill("line.1", "accepted", "line.2", "refused", "condition.2", "poor", "remark.2", "wet", "line.3", "accepted")).has(t, 422, "Is required: draw it",
		`name="line.2" value="refused" checked`, `name="line.3" value="accepted" checked`, `value="poor" selected`, `value="wet"`)
	s.post(voucher+"/refuse", p.fill()).has(t, 422, "Is required: why it is refused")
	if p = s.post(voucher+"/refuse", p.fill("reason", "wet in transit")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/vouchers?state=refused").has(t, 200, "V-NORTH-STORE-2026-0001", "Refused")
	s.get("/lots/"+lot.Code).has(t, 200, "Came back 7", "20</b> test")
	s.get("/vouchers?since=soon").has(t, 422, "not a day; write it like")
}

// TestABrokenSignatureIsShown changes a line that was signed for, past the services.
func TestABrokenSignatureIsShown(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	if _, err := s.Custody.Issue(s.As("keeper-north"), a.Tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}); err != nil {
		t.Fatal(err)
	}
	s.signIn("keeper-north")
	if p := s.get("/vouchers/V-NORTH-STORE-2026-0001"); strings.Contains(p.body, "not match") {
		t.Errorf("before anything was changed:\n%s", p.body)
	}
	rewrite(t, s, "V-NORTH-STORE-2026-0001")
	s.get("/vouchers/V-NORTH-STORE-2026-0001").has(t, 200, "A signature does not match what is written here", "Does not match what was signed")
	s.get("/vouchers").has(t, 200, "Signature broken")
}

func TestRequestsAndStockOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.Kits(20*models.One, "2026-05-31")
	s.signIn("commander-north")
	p := s.get("/requests/new")
	s.post("/requests/new", p.fill("quantity", "a few", "item", "kit", "unit", "NORTH-POST", "purpose", "tests")).has(t, 422, "is not a quantity")
	if p = s.post("/requests/new", p.fill("quantity", "8", "item", "kit", "unit", "NORTH-POST", "purpose", "tests", "priority", "urgent")); p.Header.Get("Location") != "/requests/R-NORTH-POST-2026-0001?done=asked" {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/requests/R-NORTH-POST-2026-0001").has(t, 200, "8 × Drug test kit", "Waits for a commander to decide", "Close the request")
	s.signIn("chief")
	s.get("/").has(t, 200, "To decide", "8 × Drug test kit", `<span class="count">1</span>`)
	p = s.get("/requests/R-NORTH-POST-2026-0001")
	p.has(t, 200, "In store, here and nearby", "Northern Store")
	if p = s.post("/requests/R-NORTH-POST-2026-0001/approve", p.fill("quantity", "6", "remarks", "six will do")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.signIn("keeper-north")
	p = s.get("/requests?state=approved")
	p.has(t, 200, "20 in store with you", "6 of 8")
	p = s.get("/requests/R-NORTH-POST-2026-0001")
	if p = s.post("/requests/R-NORTH-POST-2026-0001/fulfil", p.fill("from", "NORTH-STORE")); p.Header.Get("Location") != "/vouchers/V-NORTH-STORE-2026-0001?done=drafted" {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/stock").has(t, 200, "Drug test kit", "20 within 90 days", "Expires soon")
	p = s.get("/stock/kit")
	s.post("/stock/kit/consume", p.fill("unit", "NORTH-STORE", "quantity", "21", "purpose", "tests")).has(t, 409, "that can be used, not 21", `value="NORTH-STORE" selected`, `value="21"`, `value="tests"`)
	for _, step := range []struct {
		path string
		form []string
	}{
		{"/stock/kit/receive", []string{"unit", "NORTH-STORE", "quantity", "4", "number", "N-9", "expiry", "2027-03-01", "grant", "A-2025", "bin", "A-3", "cost", "2.50", "currency", "usd"}},
		{"/stock/kit/consume", []string{"unit", "NORTH-STORE", "quantity", "1", "purpose", "tests", "result", "LAB-3"}},
		{"/stock/kit/level", []string{"unit", "NORTH-STORE", "reorder", "50"}},
	} {
		if p := s.post(step.path, s.get("/stock/kit").fill(step.form...)); p.StatusCode != 303 {
			t.Errorf("%s: %d %s", step.path, p.StatusCode, p.body)
		}
	}
	s.get("/stock/kit").has(t, 200, "Below the reorder level", "/bins/NORTH-STORE/A-3", "23 test on hand")
	s.get("/bins/NORTH-STORE/a-3").has(t, 200, "Drug test kit", "N-9")
	s.get("/l/"+strings.ToLower("LOT-000001-3")).has(t, 303)
	s.get("/scan?code=lot-000001-3").has(t, 303)
	for code, page := range map[string]string{"v-north-store-2026-0001": "/vouchers/V-NORTH-STORE-2026-0001", "HTTPS://QM.EXAMPLE.ORG/B/NORTH-STORE/A-3": "/bins/NORTH-STORE/A-3"} {
		if p := s.get("/scan?code=" + code); p.Header.Get("Location") != page {
			t.Errorf("%s leads to %d %s", code, p.StatusCode, p.Header.Get("Location"))
		}
	}
	for _, tag := range []string{"LOT-000001-3", "NORTH-STORE/A-3"} {
		s.post("/stock/labels", s.get("/lots/LOT-000001-3").fill("tag", tag, "stock", "L7160", "copies", "12")).has(t, 200, "%PDF-")
	}
	s.post("/stock/labels", s.get("/lots/LOT-000001-3").fill("tag", "LOT-000001-3", "stock", "L7160", "copies", "0")).has(t, 422, "Must be 1 to")
}

func TestAKitOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	tags := s.Radios(2)
	s.signIn("keeper-north")
	path := "/assets/" + tags[0] + "/kit"
	s.post(path, s.get(path).fill("parts", "Cable, some")).has(t, 422, "is not a quantity", "Cable, some")
	if p := s.post(path, s.get(path).fill("parts", tags[1]+"\nCable, 3 piece, 1 missing")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/assets/"+tags[0]).has(t, 200, "Incomplete", "1 missing", tags[1])
	s.get("/assets/"+tags[1]).has(t, 200, "Part of", tags[0])
	s.get(path).has(t, 200, "Cable, 3 piece, 1 missing")
}
