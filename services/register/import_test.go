package register_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/register"
)

func take(t *testing.T, w *booktest.World, who, file string) (*register.Imported, error) {
	t.Helper()
	return w.Register.Import(w.As(who), register.Import{File: []byte(file)})
}

func item(t *testing.T, w *booktest.World, code string) *models.Asset {
	t.Helper()
	found, err := w.Register.Scan(w.Operator(), code)
	if err != nil {
		t.Fatal(err)
	}
	return found.Asset
}

func TestImportReadsAMessySpreadsheet(t *testing.T) {
	w := booktest.New(t)
	file := "\xef\xbb\xbfRegistration;Asset Tag;Item Description;Type;Manufacturer;Serial No.;Location;Unit Cost (USD);Date of Receipt;Funding Source;Assigned To;Remarks;Colour;Status\r\n" +
		";ANF/19/7;Hand-held radio, VHF;Radio;Icom;0071;Northern Store;USD 1,250.00;31/01/2026;First Donor;4471;ok;black;In use\r\n" +
		"\r\n" +
		"GBA-1;" + labels.FormatTag("QM", 40) + ";Toyota Hilux;vehicle;;;NORTH-POST;;;;;;;\r\n"
	got, err := take(t, w, "keeper-north", file)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows != 2 || got.Added != 2 || got.Present != 0 || got.Delimiter != ";" || got.Encoding != "UTF-8" {
		t.Errorf("%+v", got)
	}
	for i, want := range []string{"fields.registration", "tag", "name", "category", "make", "serial", "unit", "cost", "acquired_on", "donor", "custodian", "note", "note", "status"} {
		if got.Columns[i].Field != want {
			t.Errorf("%s was taken for %s, not %s", got.Columns[i].Header, got.Columns[i].Field, want)
		}
	}
	radio := item(t, w, "anf/19/7")
	if radio.Name != "Hand-held radio, VHF" || radio.Category != "radio" || radio.Unit != "NORTH-STORE" || *radio.Cost != (models.Money{Amount: "1250.00", Currency: "USD"}) ||
		radio.AcquiredOn != "2026-01-31" || radio.Donor != "DONOR-A" || radio.Custodian != "guard" || radio.Status != models.Issued || radio.Note != "ok\nColour: black" {
		t.Errorf("%+v", radio)
	}
	car := item(t, w, labels.FormatTag("QM", 40))
	if car.Number != 40 || car.Fields["registration"] != "GBA-1" {
		t.Errorf("%+v", car)
	}
	if next := w.Radio("x"); next.Number <= 40 {
		t.Errorf("the next number is %d, although 40 is taken", next.Number)
	}
	again, err := take(t, w, "keeper-north", file)
	if err != nil || again.Added != 0 || again.Present != 2 {
		t.Errorf("a second time: %+v, %v", again, err)
	}
}

func TestImportOfRowsWithoutNumbersAddsNothingTwice(t *testing.T) {
	w := booktest.New(t)
	file := "Name,Category,Unit\nCable,radio,NORTH-STORE\nCable,radio,NORTH-STORE\nAerial,radio,NORTH-STORE\n"
	for round, added := range []int{3, 0, 1} {
		if round == 2 {
			file += "Cable,radio,NORTH-STORE\n"
		}
		got, err := take(t, w, "keeper-north", file)
		if err != nil || got.Added != added {
			t.Errorf("round %d: %+v, %v", round, got, err)
		}
	}
}

func TestImportTellsEachMistakeAndTakesNothing(t *testing.T) {
	w := booktest.New(t)
	w.Radio("S7")
	file := "Name,Category,Unit,Make,Model,Serial No,Purchase date,Cost,Tag,Condition,Registration,Odometer\n" +
		"Radio,radio,NORTH-STORE,Icom,F1,1,2026-01-01,5 USD,,good,,\n" + // the only good one
		",radio,NORTH-STORE,,,,,,,,,\n" +
		"Radio,boat,MOON,,,,31/31/2026,dear,,,,\n" +
		"Radio,radio,SOUTH-STORE,,,,,,QM-000001-4,shiny,,\n" +
		"Radio,radio,NORTH-STORE,Icom,F1,1,,7,,,,\n" +
		"Hilux,vehicle,NORTH-POST,,,,,,,,,far\n"
	_, err := take(t, w, "keeper-north", file)
	var e *models.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	var got []string
	for _, d := range e.Details {
		got = append(got, fmt.Sprintf("%d %s: %s", d.Line, d.Field, d.Message))
	}
	want := []string{
		"3 Name: is required",
		"4 Category: there is no category boat",
		"4 Unit: there is no unit MOON",
		`4 Purchase date: "31/31/2026" is not a day when read as day/month/year`,
		`4 Cost: "dear" is not an amount; write it like 1250.00`,
		"5 Tag: QM-000001-4 is mistyped: its last digit does not fit the others",
		"5 Condition: shiny is not a condition; one of new, good, fair, poor, unserviceable",
		"6 Cost: has no currency; write it beside the amount or in a column of its own",
		"6 Serial No: the serial number 1 of this make and model stands on line 2 too",
		"7 Registration: Registration is required for Vehicle",
		"7 Odometer: Odometer must be a number",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwanted\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if e.Message != "11 things in the file are wrong; nothing was taken in" {
		t.Error(e.Message)
	}
	if n, _ := w.Register.Count(w.Operator(), register.Filter{}, 10); n != 1 {
		t.Errorf("%d items on charge", n)
	}
}

func TestImportRefusesWhole(t *testing.T) {
	w := booktest.New(t)
	for name, c := range map[string]struct {
		who, file string
		kind      models.Kind
		says      string
	}{
		"an auditor":          {"auditor-a", "Name,Category,Unit\n", models.Forbidden, "auditor may not"},
		"no file":             {"admin", "", models.Invalid, "the file is empty"},
		"no unit":             {"admin", "Name,Category\nRadio,radio\n", models.Invalid, "1 thing in the file is wrong"},
		"another's unit":      {"keeper-north", "Name,Category,Unit\nRadio,radio,SOUTH\n", models.Invalid, "1 thing in the file is wrong"},
		"two columns of tags": {"admin", "Name,Category,Unit,Tag,Barcode\nRadio,radio,SOUTH,1,2\n", models.Invalid, "1 thing in the file is wrong"},
		"an open quote":       {"admin", "Name,Category,Unit\n\"Radio,radio,SOUTH\n", models.Invalid, "quotation mark"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := take(t, w, c.who, c.file)
			var e *models.Error
			if !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(e.Message, c.says) {
				t.Error(err)
			}
		})
	}
}

func TestImportTakesTheCallersMapping(t *testing.T) {
	w := booktest.New(t)
	in := register.Import{File: []byte("What,Kind,Where,Secret\nRadio,radio,SOUTH,x\n"), DryRun: true,
		Columns: map[string]string{"What": "name", "Where": "unit", "Secret": "-"}}
	got, err := w.Register.Import(w.As("admin"), in)
	if err != nil || got.Added != 1 || !got.DryRun || got.Sample[0].Name != "Radio" || got.Sample[0].Note != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	if n, _ := w.Register.Count(w.Operator(), register.Filter{}, 10); n != 0 {
		t.Errorf("the preview took %d items on charge", n)
	}
	in.Columns["What"] = "names"
	if _, err = w.Register.Import(w.As("admin"), in); models.KindOf(err) != models.Invalid {
		t.Errorf("an unknown field: %v", err)
	}
}

// TestExportGivesBackWhatImportTakes moves a register with awkward values into an
// empty book and exports it again.
func TestExportGivesBackWhatImportTakes(t *testing.T) {
	w := booktest.New(t)
	fleet(t, w, 40)
	for _, n := range []register.NewAsset{
		{Name: "=HYPERLINK(\"x\")", Category: "radio", Unit: "NORTH-STORE", Note: "a, \"b\"\nc; d", Aliases: []string{"OLD 1", "'quoted'"}},
		{Name: "'-1", Category: "vehicle", Unit: "SOUTH", Fields: map[string]any{"registration": "+92", "odometer": 10.5}},
		{Name: "ایکس رے سکینر", Category: "scanner", Unit: "AGENCY", Fields: map[string]any{"dual_view": true, "calibrated_on": "2026-01-02"}, Cost: &models.Money{Amount: "0.5", Currency: "PKR"}},
	} {
		if _, err := w.Register.TakeOnCharge(w.Operator(), n); err != nil {
			t.Fatal(err)
		}
	}
	var first, second bytes.Buffer
	if err := w.Register.Export(w.Operator(), register.Filter{}, &first); err != nil {
		t.Fatal(err)
	}
	empty := booktest.New(t)
	got, err := take(t, empty, "admin", first.String())
	if err != nil || got.Added != 43 {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := empty.Register.Export(empty.Operator(), register.Filter{}, &second); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("went out\n%s\ncame back\n%s", first.String(), second.String())
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte("Name,Category,Unit,Serial,Cost,Date acquired\nRadio,radio,SOUTH,1,5 USD,1/2/2026\n"))
	f.Add([]byte("sep=;\nName;Category;Unit;Tag;Note\n'=1;radio;SOUTH;QM-000001-3;x\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		w := booktest.New(t)
		got, err := w.Register.Import(w.Operator(), register.Import{File: file})
		n, countErr := w.Register.Count(w.Operator(), register.Filter{}, 0)
		if countErr != nil {
			t.Fatal(countErr)
		}
		var refusal *models.Error
		switch {
		case err == nil && n != int64(got.Added):
			t.Fatalf("%d added, %d on charge", got.Added, n)
		case err != nil && !errors.As(err, &refusal):
			t.Fatalf("not a refusal: %v", err)
		case err != nil && n != 0:
			t.Fatalf("refused, but %d on charge", n)
		}
	})
}
