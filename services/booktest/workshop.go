package booktest

import (
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/maintenance"
	"quartermaster/services/public"
	"quartermaster/services/workshop"
)

// walkWorkshop takes in reports from the field and from the public, mends what is
// broken, and lists it by every query of the workshop.
func walkWorkshop(t *testing.T, w *World, is func(name string, got, want any, err error)) {
	keeper, mechanic := w.As("keeper-north"), w.As("workshop")
	a := w.Radio("workshop-1")
	job, err := w.Workshop.Report(keeper, a.Tag, workshop.NewDefect{What: "aerial broken off"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Workshop.Confirm(mechanic, job.Number, 0, "")
	is("confirmed", err, nil, err)
	_, err = w.Workshop.Start(mechanic, job.Number, 0, workshop.Start{TakeIn: true})
	is("taken in", w.Asset(a.Tag).Status, models.InWorkshop, err)
	_, err = w.Workshop.Finish(mechanic, job.Number, 0, maintenance.NewService{Condition: "good", Back: true})
	is("mended", w.Asset(a.Tag).Status, models.InStore, err)
	if err := w.Public.Send(t.Context(), a.Tag, "192.0.2.1", public.NewReport{Kind: models.PublicFault, Text: "does not switch on"}); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]public.Filter{"": {}, "that wait": {State: models.PublicWaiting}, "of a unit": {Unit: "NORTH"}, "of a unit that wait": {Unit: "NORTH", State: models.PublicWaiting}} {
		page, err := w.Public.List(w.As("admin"), f, "", 10)
		is(strings.TrimSpace("reports "+name), len(page.Records), 1, err)
	}
	page, err := w.Public.List(keeper, public.Filter{}, "", 10)
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("the keeper sees %d reports; %v", len(page.Records), err)
	}
	_, err = w.Public.Confirm(keeper, page.Records[0].ID, 0, public.Confirmation{})
	is("a job of it", err, nil, err)
	for _, who := range []string{"admin", "keeper-north", "auditor-a"} {
		for state, want := range map[string]int{"": 2, "done": 1, "confirmed": 1} {
			page, err := w.Workshop.List(w.As(who), workshop.Filter{State: state}, "", 10)
			is("jobs "+state+" for "+who, len(page.Records), want, err)
		}
		columns, err := w.Workshop.Board(w.As(who), workshop.Filter{})
		is("lanes for "+who, len(columns), 5, err)
	}
	page, err = w.Workshop.OfItem(keeper, a.Tag, "", 10)
	is("jobs of the item", len(page.Records), 2, err)
}
