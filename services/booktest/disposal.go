package booktest

import (
	"quartermaster/models"
	"quartermaster/services/disposal"
	"quartermaster/services/register"
)

// Limits lets the commander of a unit of the border agency decide up to 500 USD and
// the agency's up to 5,000, and waives inquiries below a book value of 100.
func (w *World) Limits() {
	w.t.Helper()
	limits := []models.DisposalLimit{{Currency: "USD", Unit: "500", Agency: "5000", Inquiry: "100"}}
	if _, err := w.Register.EditUnit(w.Operator(), "AGENCY", 0, register.UnitEdit{Disposal: &limits}); err != nil {
		w.t.Fatal(err)
	}
}

// Lose reports the theft of an item by the northern storekeeper.
func (w *World) Lose(a *models.Asset) *models.Loss {
	w.t.Helper()
	l, err := w.Disposal.Report(w.As("keeper-north"), disposal.NewLoss{Tag: a.Tag, Kind: models.Theft, On: w.Book.Today(), Where: "Store room 2, Northern Store", What: "The lock was forced over night."})
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// Certificate is a paper as attached where equipment is destroyed.
var Certificate = register.Paper{Is: models.Destruction, Name: "certificate.txt", Content: []byte("Certificate of destruction no. 7")}
