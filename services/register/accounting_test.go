package register_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/register"
)

func TestWhatDonorsAskForIsKeptAndTravelsBySpreadsheet(t *testing.T) {
	w := booktest.New(t)
	a, err := w.Register.TakeOnCharge(w.As("keeper-north"), register.NewAsset{Name: "Scanner", Category: "scanner", Unit: "NORTH-STORE", Serial: "S-1",
		Cost: &models.Money{Amount: "100000", Currency: "PKR"}, Accounting: models.Accounting{Share: "75", Invoice: "INV-7", Use: "as_intended", UseVerifiedOn: "2026-03-01",
			Value: &models.Valuation{Currency: "USD", Rate: "0.003591", On: "2026-01-15"}, Insurance: "State Insurer 88", InsuredTo: "2027-01-01"}})
	if err != nil {
		t.Fatal(err)
	}
	if a.Value.Amount != "359.10" {
		t.Errorf("the value by the rate is %s", a.Value.Amount)
	}
	var file bytes.Buffer
	if err := w.Register.Export(w.As("keeper-north"), register.Filter{}, &file); err != nil {
		t.Fatal(err)
	}
	other := booktest.New(t)
	if _, err := other.Register.Import(other.Operator(), register.Import{File: file.Bytes()}); err != nil {
		t.Fatal(err)
	}
	b := other.Asset(a.Tag)
	if *b.Value != *a.Value || b.Share != "75" || b.Invoice != "INV-7" || b.Use != "as_intended" || b.UseVerifiedOn != "2026-03-01" || b.Insurance != a.Insurance || b.InsuredTo != a.InsuredTo {
		t.Errorf("after export and import it is %+v", b.Accounting)
	}
	none := ""
	if b, err = other.Register.Edit(other.Operator(), a.Tag, 0, register.AssetEdit{Share: &none, Value: &models.Valuation{}}); err != nil || b.Share != "" || b.Value != nil {
		t.Errorf("emptied: %+v, %v", b, err)
	}
}

func TestWhatDonorsAskForIsChecked(t *testing.T) {
	w := booktest.New(t)
	for field, account := range map[string]models.Accounting{
		"share":           {Share: "100.5"},
		"use":             {Use: "sold"},
		"use_verified_on": {UseVerifiedOn: "2027-01-01"},
		"insured_to":      {InsuredTo: "soon"},
		"value.amount":    {Value: &models.Valuation{Amount: "400", Currency: "USD", Rate: "0.0036"}},
		"value.currency":  {Value: &models.Valuation{Amount: "400", Currency: "XYZ"}},
		"value.rate":      {Value: &models.Valuation{Currency: "USD", Rate: "one"}},
	} {
		_, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Scanner", Category: "scanner", Unit: "NORTH-STORE",
			Cost: &models.Money{Amount: "100000", Currency: "PKR"}, Accounting: account})
		var refused *models.Error
		if !errors.As(err, &refused) || refused.Kind != models.Invalid || !strings.Contains(refused.Field, field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
