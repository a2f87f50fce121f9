package booktest

import (
	"quartermaster/models"
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
