package web_test

import (
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/visits"
)

// visitedAtLength has a visit under way with long words, one planned, and a finding
// that was answered, and returns the pages on which that shows.
func visitedAtLength(t *testing.T, s *site) []string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	word := strings.Repeat("longwordwithoutblanks", 9)
	a := s.Radio(strings.Repeat("SEEN", 29))
	admin := s.As("admin")
	scope := models.VisitScope{Unit: "NORTH", Category: "radio"}
	v, err := s.Visits.Plan(admin, visits.NewVisit{Name: word, Scope: scope, On: s.Book.Today(), Monitor: models.Monitor{Name: word, Organisation: word}})
	must(err)
	later, err := s.Visits.Plan(admin, visits.NewVisit{Name: "Next", Scope: scope, On: s.Book.Today(), Sample: &models.Sample{Size: 1}})
	must(err)
	_, err = s.Visits.Begin(admin, v.Number, 0)
	must(err)
	_, err = s.Visits.See(admin, v.Number, visits.Look{Code: a.Tag, Outcome: models.SerialDiffers, Serial: word[:110], Use: "otherwise", UsedFor: word, Location: word[:110], Remark: word})
	must(err)
	_, err = s.Visits.Check(admin, v.Number, 0, visits.Answers{Answers: []visits.Answer{{Question: 1, Answer: "no", Remark: word}}})
	must(err)
	f, err := s.Visits.Raise(admin, v.Number, 0, visits.NewFinding{Severity: "critical", What: word, Tag: a.Tag, Due: s.Book.Today(), Papers: []register.Paper{{Is: models.OtherExhibit, Name: word + ".txt", Content: []byte("y")}}})
	must(err)
	_, err = s.Visits.Answer(s.As("keeper-north"), f.Number, 0, visits.FollowUp{Text: word, Evidence: word})
	must(err)
	return []string{"/visits", "/visits/new", "/visits/checklists", "/visits/" + v.Number, "/visits/" + later.Number, "/visit-findings", "/visit-findings/" + f.Number}
}
