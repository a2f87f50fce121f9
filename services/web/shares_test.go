package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/mailings"
	"quartermaster/services/shares"
)

var linkShown = regexp.MustCompile(`https://qm\.example\.org(/s/[A-Z2-7]+)`)

func TestADonorOpensALinkWithoutASignIn(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("N-1")
	s.signIn("admin")
	p := s.get("/shares/new?kind=register&grant=A-2025")
	p.has(t, 200, `<option value="register" selected>`, `<option value="A-2025" selected>`)
	s.post("/shares/new", p.fill("for", "", "kind", "register", "grant", "A-2025", "days", "30")).has(t, 422, "Is required")
	s.post("/shares/new", p.fill("for", "Ms Holm", "kind", "register", "days", "30")).has(t, 422, "Is required, or the grant", `value="Ms Holm"`)
	p = s.post("/shares/new", p.fill("for", "Ms Holm", "kind", "register", "grant", "A-2025", "days", "30"))
	p.has(t, 200, "Copy it now; it is not shown again")
	link := linkShown.FindStringSubmatch(p.body)[1]
	admin := s.cookie

	s.cookie = ""
	p = s.get(link)
	p.has(t, 200, "N-1", a.Tag, "Ms Holm (by a link)", "Each opening of this link is recorded", "data:image/svg", "/register/file?format=pdf")
	if strings.Contains(p.body, "/assets/") || strings.Contains(p.body, "Sign out") {
		t.Error("the page leads into the book")
	}
	for name, want := range map[string]string{"X-Robots-Tag": "noindex, nofollow, noarchive", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
		if p.Header.Get(name) != want {
			t.Errorf("%s: %s", name, p.Header.Get(name))
		}
	}
	for format, media := range map[string]string{"pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "json": "application/json", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"} {
		file := s.get(link + "/register/file?format=" + format)
		if file.StatusCode != 200 || file.Header.Get("Content-Type") != media {
			t.Errorf("%s: %d %s", format, file.StatusCode, file.Header.Get("Content-Type"))
		}
		found, err := s.Proofs.Examine(t.Context(), []byte(file.body))
		if err != nil || found.Report == nil {
			t.Errorf("%s does not prove itself: %v", format, err)
		}
	}
	s.get(link+"/handover").has(t, 404, "This link does not show that")
	s.get(link+"/register/file?format=doc").has(t, 422)
	never, wrong := s.get("/s/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), s.get(link[:len(link)-3]+"222")
	if wrong.StatusCode != 404 || s.plain(never) != s.plain(wrong) {
		t.Errorf("a wrong link is told from none: %s\n%s", never.body, wrong.body)
	}

	s.cookie = admin
	p = s.get("/shares")
	p.has(t, 200, "Ms Holm", "grant A-2025", "Open")
	id := regexp.MustCompile(`/shares/(01[0-9A-Z]+)`).FindStringSubmatch(p.body)[1]
	p = s.get("/shares/" + id)
	p.has(t, 200, "Register as PDF", "0.0.0.0", "Adil Admin")
	if p = s.post("/shares/"+id+"/withdraw", p.fill("reason", "sent to the wrong person")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/shares/"+id).has(t, 200, "sent to the wrong person", "Withdrawn")
	s.cookie = ""
	s.get(link).has(t, 410, "This link has been withdrawn")
}

// plain is a page without what is different on each.
func (s *site) plain(p page) string {
	return strings.ReplaceAll(changing.ReplaceAllString(p.body, ""), p.Header.Get("X-Request-Id"), "")
}

func TestALinkToAGrantShowsItsReportsAndItsClosing(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("N-1")
	made, err := s.Shares.Make(s.As("admin"), shares.NewShare{For: "Ms Holm", Kind: models.GrantShare, ReportQuery: models.ReportQuery{Grant: "A-2025"}})
	if err != nil {
		t.Fatal(err)
	}
	link := linkShown.FindStringSubmatch(made.Address)[1]
	s.get(link).has(t, 200, "Borders 2025", "title has not passed", a.Tag, link+"/handover", link+"/register", "How far it is from being closed")
	s.get(link+"/register").has(t, 200, "N-1", `href="`+link+`"`)
	s.get(link+"/handover").has(t, 200)
	s.get(link+"/losses").has(t, 404)
	s.Pass(31 * 24 * time.Hour)
	s.get(link).has(t, 410, "This link has expired")
}

func TestAReportThatWasShownCanBeGiven(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.Radio("N-1")
	s.signIn("admin")
	p := s.get("/reports/register?donor=DONOR-A")
	p.has(t, 200, "Give the donor a link to it")
	to := regexp.MustCompile(`/shares/new\?report=01[0-9A-Z]+`).FindString(p.body)
	p = s.get(to)
	p.has(t, 200, "Just as it was asked for", "donor DONOR-A")
	report, _ := url.Parse(to)
	s.post("/shares/new", p.fill("for", "Ms Holm", "days", "7", "report", report.Query().Get("report"))).has(t, 200, "Copy it now")
	s.signIn("keeper-north")
	s.get("/shares").has(t, 403)
	s.get("/shares/new").has(t, 403)
	s.get("/reports/register").has(t, 200)
	if strings.Contains(s.get("/reports/register").body, "Give the donor a link") {
		t.Error("a storekeeper is offered to give links")
	}
}

// sharedAtLength gives links with long names, and returns the pages that show them.
func sharedAtLength(t *testing.T, s *site) []string {
	t.Helper()
	schedule, err := s.Mailings.Add(s.As("admin"), mailings.NewSchedule{For: strings.Repeat("longnamewithoutblanks", 9), To: []string{strings.Repeat("a", 60) + "@" + strings.Repeat("example.", 20) + "org"}, Kind: "register", Donor: "DONOR-A", Every: models.EveryQuarter})
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/shares", "/shares/new", "/shares/new?kind=register", "/report-schedules", "/report-schedules/new", "/report-schedules/" + schedule.ID}
	for _, n := range []shares.NewShare{
		{For: strings.Repeat("longnamewithoutblanks", 9), Kind: models.GrantShare, ReportQuery: models.ReportQuery{Grant: "A-2025"}},
		{For: strings.Repeat("a long name ", 16), Kind: "register", ReportQuery: models.ReportQuery{Donor: "DONOR-A"}},
	} {
		made, err := s.Shares.Make(s.As("admin"), n)
		if err != nil {
			t.Fatal(err)
		}
		_, secret, _ := strings.Cut(made.Address, shares.Path)
		if _, err := s.Shares.Open(t.Context(), secret, shares.Visitor{Address: "2001:db8:1234:5678:9abc:def0:1234:5678", Agent: strings.Repeat("Mozilla", 40)}, "register as XLSX"); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, "/shares/"+made.ID, shares.Path+secret)
		if n.Kind == models.GrantShare {
			paths = append(paths, shares.Path+secret+"/handover")
		}
	}
	return paths
}

func TestAReportByEMailIsSetUpOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("admin")
	s.get("/report-schedules").has(t, 200, "None yet", "This server sends no e-mail")
	p := s.get("/report-schedules/new?donor=DONOR-A")
	p.has(t, 200, `<option value="DONOR-A" selected>`)
	s.post("/report-schedules/new", p.fill("for", "Ms Holm", "to", "holm", "kind", "register", "donor", "DONOR-A", "every", "month", "on", "5", "format", "pdf")).has(t, 422, `value="Ms Holm"`)
	p = s.post("/report-schedules/new", p.fill("for", "Ms Holm", "to", "holm@example.org, audit@example.org", "kind", "register", "donor", "DONOR-A", "every", "month", "on", "5", "format", "pdf"))
	if p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	at, _, _ := strings.Cut(p.Header.Get("Location"), "?")
	p = s.get(at)
	p.has(t, 200, "5 April 2026", "audit@example.org", "Set up")
	if q := s.post(at+"/switch", p.fill("off", "yes")); q.StatusCode != 303 {
		t.Fatalf("%d %s", q.StatusCode, q.body)
	}
	p = s.get(at)
	p.has(t, 200, "Switch it on")
	s.post(at, p.fill("for", "Ms Holm", "to", "holm@example.org", "every", "quarter", "on", "31", "format", "xlsx")).has(t, 422, `value="31"`)
	s.signIn("keeper-north")
	s.get(at).has(t, 403)
}
