package web_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"quartermaster/models"
	"quartermaster/services/booktest"
)

// TestEmptyListsSayWhatToDoNext opens every list in a book that holds nothing, as who may add to
// it and as who may not: each says what would be here, and leads on only to where one may go.
func TestEmptyListsSayWhatToDoNext(t *testing.T) {
	t.Parallel()
	s := over(t, booktest.Empty(t), false)
	lists := []string{"/assets", "/vouchers", "/requests", "/stock", "/findings", "/stocktakes", "/care", "/care/calendar", "/workshop", "/losses", "/writeoffs", "/titles", "/visits",
		"/visit-findings", "/courses", "/categories", "/donors", "/shares", "/report-schedules", "/public-reports", "/notices"}
	look := func(who string, paths []string) {
		s.signIn(who)
		for _, path := range paths {
			p := s.get(path)
			if p.StatusCode == 403 && who != "admin" {
				continue // it is not in their menu
			}
			doc, err := html.Parse(strings.NewReader(p.body))
			if err != nil {
				t.Fatal(err)
			}
			said := ""
			for n := range doc.Descendants() {
				if !strings.Contains(" "+attribute(n, "class")+" ", " empty ") {
					continue
				}
				said += inside(n)
				for a := range n.Descendants() {
					if a.DataAtom == atom.A {
						if to := s.get(attribute(a, "href")); to.StatusCode != 200 {
							t.Errorf("%s, %s leads to %s: %d", who, path, attribute(a, "href"), to.StatusCode)
						}
					}
				}
			}
			if len(strings.Fields(said)) < 6 {
				t.Errorf("%s, %s: %d, it says %q of being empty", who, path, p.StatusCode, said)
			}
		}
	}
	look("admin", append(lists, "/units"))
	w := s.World
	if _, err := w.Register.AddUnit(w.As("admin"), models.Unit{Code: "POST", Name: "Post", Kind: "agency"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Register.AddDonor(w.As("admin"), models.Donor{Code: "D", Name: "Donor"}); err != nil {
		t.Fatal(err)
	}
	lists = slices.DeleteFunc(lists, func(path string) bool { return path == "/donors" })
	for code, role := range map[string]models.Role{"keeper": models.Storekeeper, "commander": models.Commander, "mechanic": models.Maintenance, "auditor": models.Auditor} {
		p := models.Person{Code: code, Name: "A " + code, Unit: "POST", Username: code, Role: role}
		if role == models.Auditor {
			p.Donors = []string{"D"}
		}
		w.Post(p)
		look(code, lists)
	}
}
