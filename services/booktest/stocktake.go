package booktest

import (
	"context"
	"io"
	"time"

	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/stocktake"
)

// Deadline is a day on which stocktakes of the tests end.
const Deadline = models.Day("2026-04-30")

// Stocktake opens one of the north, counted by its commander and others.
func (w *World) Stocktake(officers ...string) *models.Stocktake {
	w.t.Helper()
	st, err := w.Stocktakes.Open(w.As("keeper-north"), stocktake.NewStocktake{Name: "Yearly count of the north", Deadline: Deadline,
		Officers: append([]string{"commander-north", "chief"}, officers...)})
	if err != nil {
		w.t.Fatal(err)
	}
	return st
}

// count goes once through a stocktake of the radios with these tags and of what
// stock there is, of which the first was lent.
func (w *World) count(keeper, commander context.Context, tags []string, is func(name string, got, want any, err error)) {
	st, err := w.Stocktakes.Open(keeper, stocktake.NewStocktake{Name: "Count", Deadline: w.Book.Today().Plus(30), Officers: []string{"commander-north", "chief"}, Scope: models.StocktakeScope{Unit: "NORTH", Lots: true}})
	if err != nil {
		w.t.Fatal(err)
	}
	is("expected", st.Expected, len(tags)-1+1, err)
	w.Pass(time.Minute)
	_, err = w.Stocktakes.Sight(commander, st.Number, stocktake.Count{Code: tags[1]})
	is("sighted", err, nil, err)
	_, err = w.Stocktakes.Sight(w.As("chief"), st.Number, stocktake.Count{Code: tags[1]})
	is("by one alone", models.KindOf(err), models.Conflict, nil)
	asked, err := w.Stocktakes.Recount(keeper, st.Number, stocktake.Recounting{State: models.LineSighted})
	is("to be counted again", asked.Asked, 1, err)
	_, err = w.Stocktakes.Sight(w.As("chief"), st.Number, stocktake.Count{Code: tags[1]})
	is("counted again", err, nil, err)
	waiting, err := w.Stocktakes.Counting(commander)
	is("waiting to be counted", len(waiting), 1, err)
	for _, f := range []stocktake.LineFilter{{}, {State: "outstanding"}, {Unit: "NORTH-STORE"}, {Recount: true}} {
		_, _, err = w.Stocktakes.Lines(w.As("auditor-a"), st.Number, f, "", 10)
		is("lines", err, nil, err)
	}
	progress, err := w.Stocktakes.Progress(w.As("auditor-a"), st.Number)
	is("counted by the commander", progress.Officers[0].Counted, 1, err)
	is("all lines", w.Stocktakes.Export(keeper, st.Number, io.Discard), nil, nil)
	closed, err := w.Stocktakes.Close(keeper, st.Number, 0, stocktake.Closing{Signatures: []*custody.Signed{Sign("One"), Sign("Two")}})
	is("closed", closed.State, models.StocktakeClosed, err)
	did, err := w.Flags.Reconcile(w.Operator(), models.Unaccounted, w.Stocktakes.Unaccounted(w.Operator()), models.Say("seen again"))
	is("unaccounted", did.Standing, len(tags)-2, err)
	_, err = w.Stocktakes.Scan(keeper, tags[2])
	is("scanned", err, nil, err)
	for _, f := range []stocktake.Filter{{}, {State: "closed"}} {
		list, _, err := w.Stocktakes.List(w.As("auditor-a"), f, "", 10)
		is("stocktakes", len(list), 1, err)
	}
}
