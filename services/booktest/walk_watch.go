package booktest

import (
	"testing"
	"time"

	"quartermaster/jobs"
	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/timetable"
)

// walkJobs lets a year pass, runs every job twice over what the day left, and looks
// at what they found from every side.
func walkJobs(t *testing.T, w *World, is func(name string, got, want any, err error)) {
	t.Helper()
	w.Timetable.Instance = "walk"
	is("planned", w.Timetable.Plan(jobs.Table(w.House), nil), nil, nil)
	w.Pass(400 * 24 * time.Hour)
	for range 2 {
		w.Timetable.Tick(t.Context())
		w.Timetable.Wait()
		w.Pass(24 * time.Hour)
	}
	list, err := w.Timetable.List(w.As("admin"))
	for _, job := range list {
		if job.Line == timetable.Off {
			continue // a book of tests has nowhere to be backed up to
		}
		is("job "+job.Name, job.Last != nil && !job.Failing() && len(job.Recent) == 2, true, err)
		if job.Failing() {
			t.Errorf("%s: %s", job.Name, job.Last.Error)
		}
	}
	all, err := w.Flags.Counts(w.As("admin"), flags.Filter{})
	is("kinds of findings", len(all) > 1, true, err)
	for name, c := range map[string]struct {
		who string
		f   flags.Filter
	}{
		"of a part": {"keeper-north", flags.Filter{}}, "of a kind": {"admin", flags.Filter{Kind: "overdue_return"}}, "of a unit and kind": {"chief", flags.Filter{Unit: "AGENCY", Kind: "unaccounted"}},
		"that a donor paid for": {"auditor-a", flags.Filter{}}, "that rose": {"admin", flags.Filter{Raised: "AGENCY"}},
	} {
		page, err := w.Flags.List(w.As(c.who), c.f, "", 10)
		is("findings "+name, page != nil && len(page.Records) > 0, true, err)
	}
	_, err = w.Flags.List(w.As("admin"), flags.Filter{Owner: "guard"}, "", 10)
	is("findings of an owner", err, nil, err)
	for _, who := range []string{"admin", "keeper-north", "auditor-a"} {
		o, err := w.Overview.Overview(w.As(who))
		seen := int64(0)
		if err == nil {
			for _, p := range o.Seen {
				seen += p.Count
			}
		}
		onCharge, counted := w.Register.OnCharge(w.As(who), models.InStore)
		is("overview for "+who, seen >= onCharge && counted == nil, true, err)
	}
}
