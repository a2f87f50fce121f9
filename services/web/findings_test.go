package web_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"quartermaster/jobs"
	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/flags"
	"quartermaster/services/timetable"
)

// overdue issues a radio to the guard at the northern gate and lets a month go by
// after it was due back. It returns its tag and the id of the finding about it.
func (s *site) overdue() (tag, finding string) {
	s.t.Helper()
	if err := s.Timetable.Plan(jobs.Table(s.House), nil); err != nil {
		s.t.Fatal(err)
	}
	a := s.Radio("late")
	if _, err := s.Custody.Issue(s.As("keeper-north"), a.Tag, 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard", DueBack: "2026-04-30", Receipt: booktest.Sign("Gul Guard")}); err != nil {
		s.t.Fatal(err)
	}
	s.Pass(61 * 24 * time.Hour)
	for _, job := range []string{"overdue_returns", "escalation"} {
		if _, err := s.Timetable.Run(s.As("admin"), job); err != nil {
			s.t.Fatal(err)
		}
	}
	return a.Tag, models.FlagID(models.OverdueReturn, "assets/"+a.ID)
}

func TestFindingsOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("keeper-north")
	s.get("/findings").has(t, 200, "Nothing found", "appears here by itself")
	tag, id := s.overdue()
	s.signIn("keeper-north")
	path := "/findings/" + id
	s.get("/findings").has(t, 200, "VHF hand-held radio", tag, "due back on 30 April 2026", "Gul Guard", "Northern Gate", "31 days", `href="`+path+`"`)
	s.get("/").has(t, 200, "Overdue, by the week it was due", `<svg class="chart"`, `<th scope="row">in the week from 27 April 2026</th><td>1</td>`, "Serviceability", "Last seen", `href="/findings?kind=overdue_return"`)
	s.get("/findings?kind=expired").has(t, 200, "None that match")
	s.get("/findings?kind=nonsense").has(t, 422, "Must be one of")
	s.get("/assets/"+tag).has(t, 200, "<strong>Overdue return</strong>: due back on 30 April 2026", path)
	p := s.get(path)
	p.has(t, 200, "Northern Command", "It rises to the unit above on", "You looked at it")
	s.post(path+"/acknowledge", p.fill("remark", "the guard is on leave", "look_again", "2026-02-30")).has(t, 422, "Is not a day", "the guard is on leave")
	s.post(path+"/acknowledge", p.fill("remark", "", "look_again", "2026-06-20")).has(t, 422, "Is required", `value="2026-06-20"`)
	if p := s.post(path+"/acknowledge", p.fill("remark", "the guard is on leave", "look_again", "2026-06-20")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get(path).has(t, 200, "the guard is on leave", "looks again on 20 June 2026", "Looked at")
	if _, err := s.Custody.Return(s.As("keeper-north"), tag, 0, custody.Return{}); err != nil {
		t.Fatal(err)
	}
	s.post("/vouchers/V-NORTH-POST-2026-0001/accept", s.get("/vouchers/V-NORTH-POST-2026-0001").fill("line.1", "accepted", "drawing", booktest.Drawing, "signed_name", "Naveed North"))
	s.get(path).has(t, 200, "V-NORTH-POST-2026-0001 was accepted", "Nothing is to be done about it")
	s.get("/findings?state=closed").has(t, 200, tag)
	s.signIn("keeper-south")
	s.get(path).has(t, 404)
	s.get("/findings?unit=NORTH").has(t, 200, "None that match")
	s.signIn("auditor-a")
	if p := s.get(path); p.StatusCode != 200 || strings.Contains(p.body, "You looked at it") {
		t.Errorf("%d: an auditor is offered to acknowledge it", p.StatusCode)
	}
}

func TestJobsOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	fails := func(context.Context) (timetable.Did, error) { return timetable.Did{}, errors.New("no space is left") }
	if err := s.Timetable.Plan([]timetable.Job{{Name: "backup", Line: "0 3 * * *", What: models.Say("Backs the book up."), Do: fails}}, nil); err != nil {
		t.Fatal(err)
	}
	s.signIn("admin")
	p := s.get("/jobs")
	p.has(t, 200, "Backs the book up.", "never", "0 3 * * *")
	if p = s.post("/jobs/backup/run", p.fill()); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/jobs?done=run").has(t, 200, "A job fails.", "Failed once: no space is left", "asked for by admin", "1 Apr 2026, 03:00")
	s.signIn("keeper-north")
	p = s.get("/jobs")
	p.has(t, 403, "may not see the jobs")
	if strings.Contains(s.get("/").body, `href="/jobs"`) {
		t.Error("the menu leads a storekeeper to the jobs")
	}
}

// watch opens a finding about an asset whose every text is long, and runs the jobs.
// It returns the finding's page.
func (s *site) watch(a *models.Asset, long string) string {
	s.t.Helper()
	if err := s.Timetable.Plan(jobs.Table(s.House), nil); err != nil {
		s.t.Fatal(err)
	}
	s.Timetable.Tick(s.t.Context())
	s.Timetable.Wait()
	subject := "vouchers/" + a.ID // of a kind that no job closes here
	entries, err := s.Flags.Opening(s.Operator(), models.Unaccounted, flags.Cause{Subject: subject, Ref: a.Tag, What: models.Plain(long), Detail: models.Plain(strings.ToLower(long)), Since: "2026-01-31",
		Unit: "NORTH-POST", Path: []string{"AGENCY", "NORTH", "NORTH-POST"}, Owner: "guard", Donor: "DONOR-A", Grant: "A-2025"})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.Book.Commit(s.Operator(), entries...); err != nil {
		s.t.Fatal(err)
	}
	id := models.FlagID(models.Unaccounted, subject)
	if _, err := s.Flags.Acknowledge(s.As("keeper-north"), id, 0, flags.Remark{Remark: long, LookAgain: "2026-05-31"}); err != nil {
		s.t.Fatal(err)
	}
	return "/findings/" + id
}
