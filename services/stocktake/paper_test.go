package stocktake_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/register"
	"quartermaster/services/stocktake"
)

func TestTheResultAsCSV(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(2)
	st := w.Stocktake()
	w.Pass(time.Minute)
	no := false
	if _, err := w.Stocktakes.Sight(w.As("chief"), st.Number, stocktake.Count{Code: tags[0], Needed: &no, Remark: "=cmd()"}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := w.Stocktakes.Export(w.As("keeper-north"), st.Number, &b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%v, %v", rows, err)
	}
	cell := func(row int, column string) string { return rows[row][slices.Index(rows[0], column)] }
	if cell(1, "code") != tags[0] || cell(1, "state") != "sighted" || cell(1, "still_needed") != "no" || cell(1, "remark") != "'=cmd()" || cell(1, "counted_by") != "chief" || cell(2, "state") != "outstanding" {
		t.Errorf("%q", rows)
	}
}

func TestCountSheets(t *testing.T) {
	w := booktest.New(t)
	w.Radios(40)
	long, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: strings.Repeat("Portable X-ray system ", 8), Category: "scanner", Unit: "NORTH-POST", Custodian: "guard", AcquiredOn: "2026-01-15"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Register.SetContents(w.Operator(), long.Tag, 0, register.Contents{Parts: []register.Part{{Name: "Mains cable", Quantity: 2 * models.One}}}); err != nil {
		t.Fatal(err)
	}
	w.Kits(12*models.One, "2026-12-31")
	st, err := w.Stocktakes.Open(w.As("keeper-north"), stocktake.NewStocktake{Name: "With stock", Deadline: booktest.Deadline, Scope: models.StocktakeScope{Lots: true}})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := w.Stocktakes.Sheets(w.As("keeper-north"), st.Number, "", nil, &b); err != nil || !bytes.HasPrefix(b.Bytes(), []byte("%PDF-")) {
		t.Fatal(err)
	}
	refused(t, w.Stocktakes.Sheets(w.As("keeper-north"), st.Number, "SOUTH", nil, &b), models.Invalid, "unit", "nothing is expected")
	refused(t, w.Stocktakes.Sheets(w.As("keeper-south"), st.Number, "", nil, &b), models.NotFound, "number", "no stocktake")
}

// TestLotsAreCountedByQuantity compares balances with what is there.
func TestLotsAreCountedByQuantity(t *testing.T) {
	w := booktest.New(t)
	lot := w.Kits(12*models.One, "2026-12-31")
	st, err := w.Stocktakes.Open(w.As("keeper-north"), stocktake.NewStocktake{Name: "Kits", Deadline: booktest.Deadline, Scope: models.StocktakeScope{Lots: true}, Officers: []string{"chief"}})
	if err != nil || st.Expected != 1 {
		t.Fatalf("%+v, %v", st, err)
	}
	chief := w.As("chief")
	_, err = w.Stocktakes.Sight(chief, st.Number, stocktake.Count{Code: lot.Code})
	refused(t, err, models.Invalid, "quantity", "is required")
	ten := 10 * models.One
	_, err = w.Stocktakes.Sight(chief, st.Number, stocktake.Count{Code: lot.Code, Unit: "SOUTH-STORE", Quantity: &ten})
	refused(t, err, models.Invalid, "code", "is not expected")
	line, err := w.Stocktakes.Sight(chief, st.Number, stocktake.Count{Code: lot.Code, Quantity: &ten})
	if err != nil || line.State != models.LineSighted || *line.Difference() != -2*models.One {
		t.Errorf("%+v, %v", line, err)
	}
	if left, err := w.Stock.OnHand(t.Context(), lot.Code, "NORTH-STORE"); err != nil || left != 12*models.One {
		t.Errorf("counting changed the balance to %s: %v", left, err)
	}
}
