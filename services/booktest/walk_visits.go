package booktest

import (
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/visits"
)

// walkVisits plans and makes a visit, raises a finding, lets it fall overdue, answers
// and closes it.
func walkVisits(t *testing.T, w *World, is func(string, any, any, error)) {
	a := w.Radio("EV-1")
	auditor, keeper, admin := w.As("auditor-a"), w.As("keeper-north"), w.As("admin")
	_, err := w.Visits.SetChecklist(w.Operator(), models.Checklist{Code: "radios", Name: "Radios", Category: "radio", Questions: []string{"Are they locked away?"}})
	is("template", err, nil, err)
	v, err := w.Visits.Plan(auditor, visits.NewVisit{Name: "Radios of the north", Scope: models.VisitScope{Unit: "NORTH", Category: "radio"}, On: w.Book.Today().Plus(2), Sample: &models.Sample{Size: 2, Seed: 5}})
	is("questions", len(v.Checklist), 1, err)
	for name, f := range map[string]visits.Filter{"": {}, "of a state": {State: "planned"}, "of a unit": {Papers: register.Papers{Unit: "NORTH"}, State: "planned"}, "of a donor": {Papers: register.Papers{Donor: a.Donor, Since: w.Book.Today()}}} {
		page, err := w.Visits.List(admin, f, "", 10)
		is("visits "+name, len(page.Records), 1, err)
	}
	waiting, err := w.Visits.Waiting(auditor, 10)
	is("to begin", len(waiting.ToBegin), 1, err)
	v, err = w.Visits.Begin(auditor, v.Number, 0)
	is("drawn", v.Expected, 2, err)
	_, err = w.Visits.See(auditor, v.Number, visits.Look{Code: "ev-1", Outcome: models.ItemSeen, Use: "as_intended"})
	is("seen by serial number", err, nil, err)
	f, err := w.Visits.Raise(auditor, v.Number, 0, visits.NewFinding{Severity: "major", What: "The store has no lock.", Unit: "NORTH-STORE", Due: w.Book.Today().Plus(3)})
	is("finding", f.Number, v.Number+"-F1", err)
	waiting, err = w.Visits.Waiting(keeper, 10)
	is("to answer", len(waiting.ToAnswer), 1, err)
	for name, filter := range map[string]visits.FindingFilter{"": {}, "of a state": {State: "open"}, "of a unit": {Papers: register.Papers{Unit: "NORTH"}, State: "open"}, "of a donor": {Papers: register.Papers{Donor: a.Donor}}} {
		page, err := w.Visits.Findings(admin, filter, "", 10)
		is("findings "+name, len(page.Records), 1, err)
	}
	w.Pass(5 * 24 * time.Hour)
	overdue, err := w.Flags.Reconcile(w.Operator(), models.FindingOverdue, w.Visits.Overdue(w.Operator()), models.Say("closed"))
	is("overdue", overdue.Standing, 1, err)
	_, err = w.Visits.Answer(keeper, f.Number, 0, visits.FollowUp{Text: "A lock was fitted.", Evidence: "Bill 12 of the locksmith"})
	is("answered", err, nil, err)
	waiting, err = w.Visits.Waiting(auditor, 10)
	is("to judge", len(waiting.ToJudge)+len(waiting.ToFinish), 2, err)
	_, err = w.Visits.Close(auditor, f.Number, 0, visits.FollowUp{Text: "Seen."})
	is("closed", err, nil, err)
	overdue, err = w.Flags.Reconcile(w.Operator(), models.FindingOverdue, w.Visits.Overdue(w.Operator()), models.Say("closed"))
	is("overdue no more", overdue.Standing, 0, err)
	tally, err := w.Visits.Tally(auditor, v.Number)
	is("looked at", tally.Looked, 1, err)
}
