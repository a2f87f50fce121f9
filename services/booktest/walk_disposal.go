package booktest

import (
	"testing"

	"quartermaster/models"
	"quartermaster/services/disposal"
	"quartermaster/services/register"
	"quartermaster/services/titles"
)

// walkDisposal loses a radio, writes it off, passes the title of another and surveys
// their grant.
func walkDisposal(t *testing.T, w *World, is func(string, any, any, error)) {
	w.Limits()
	keeper := w.As("keeper-north")
	a, b := w.Radio("W-1"), w.Radio("W-2")
	l := w.Lose(a)
	_, err := w.Disposal.Appoint(w.As("chief"), l.Number, 0, "workshop")
	is("appointed", err, nil, err)
	inbox, err := w.Requests.Inbox(w.As("workshop"))
	is("waiting for the officer", inbox.Items[len(inbox.Items)-1].Number, l.Number, err)
	for name, f := range map[string]disposal.LossFilter{"of the north": {Papers: register.Papers{Unit: "NORTH", Since: "2026-01-01"}}, "of a state": {State: "inquiry"}, "of a kind": {Kind: "theft"},
		"of a unit and state": {Papers: register.Papers{Unit: "NORTH"}, State: "inquiry", Kind: "theft"}, "of a grant": {Papers: register.Papers{Grant: a.Grant}}, "of an item": {Tag: a.Tag}, "": {}} {
		page, err := w.Disposal.Losses(w.As("admin"), f, "", 10)
		is("losses "+name, len(page.Records), 1, err)
	}
	wo, err := w.Disposal.Propose(keeper, disposal.Proposal{Tag: b.Tag, Ground: "obsolete", Why: "analogue"})
	is("who decides", wo.Authority, models.UnitAuthority, err)
	for name, f := range map[string]disposal.WriteOffFilter{"of the north": {Papers: register.Papers{Unit: "NORTH"}}, "of a state": {State: "proposed"}, "of a unit and state": {Papers: register.Papers{Unit: "NORTH"}, State: "proposed"},
		"of a grant": {Papers: register.Papers{Grant: a.Grant}}, "of an item": {Tag: b.Tag}, "": {}} {
		page, err := w.Disposal.WriteOffs(w.As("admin"), f, "", 10)
		is("write-offs "+name, len(page.Records), 1, err)
	}
	_, err = w.Disposal.WriteOffs(keeper, disposal.WriteOffFilter{Noted: true}, "", 10)
	is("noted", err, nil, err)
	c := w.Radio("W-3")
	passed, err := w.Titles.Record(keeper, titles.NewTransfer{To: "AGENCY", On: w.Book.Today(), Document: "Transfer 1", Tags: []string{c.Tag}})
	is("titles passed", err, nil, err)
	is("of an item", len(passed.Lines), 1, nil)
	for name, f := range map[string]register.Papers{"": {}, "of a unit": {Unit: "NORTH"}, "of a donor": {Donor: a.Donor}} {
		list, _, err := w.Titles.List(w.As("admin"), f, "", 10)
		is("title transfers "+name, len(list), 1, err)
	}
	survey, err := w.Titles.Closing(w.As("auditor-a"), a.Grant)
	is("in the way of closing", survey.Counts[titles.LossOpen], 1, err)
	to := w.Book.Today().Plus(30)
	_, err = w.Register.EditGrant(w.As("admin"), a.Grant, 0, register.GrantEdit{To: &to})
	is("ends", err, nil, err)
	ending, err := w.Flags.Reconcile(w.Operator(), models.GrantEnding, w.Titles.Ending(w.Operator()), models.Say("goes on"))
	is("grants that end", ending.Standing, 1, err)
}
