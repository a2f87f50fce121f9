package register_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// refused checks that err is a refusal of this kind about this field whose
// sentence holds says.
func refused(t *testing.T, err error, kind models.Kind, field, says string) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, wanted a refusal (%s)", err, kind)
	}
	if e.Kind != kind || e.Field != field || !strings.Contains(e.Message, says) {
		t.Errorf("refused with %s about %q: %s; wanted %s about %q: …%s…", e.Kind, e.Field, e.Message, kind, field, says)
	}
}

func ptr[T any](v T) *T { return &v }

func TestTakeOnCharge(t *testing.T) {
	w := booktest.New(t)
	a, err := w.Register.TakeOnCharge(w.As("keeper-north"), register.NewAsset{
		Name: " Toyota Hilux ", Category: "vehicle", Unit: "NORTH-POST", Grant: "A-2025",
		Fields: map[string]any{"registration": "GBA 1234", "odometer": "12,500.5"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if a.Tag != "QM-000001-3" || a.Name != "Toyota Hilux" || a.Status != models.InStore || a.Donor != "DONOR-A" ||
		a.Fields["odometer"] != 12500.5 || fmt.Sprint(a.Path) != "[AGENCY NORTH NORTH-POST]" || a.Version != 1 {
		t.Errorf("%+v", a)
	}
	events, err := w.Register.History(w.As("keeper-north"), a.Tag, 0, 10)
	if err != nil || len(events) != 1 || events[0].Kind != "asset.taken_on_charge" || events[0].Actor != "keeper-north" ||
		string(events[0].Changes["name"].After) != `"Toyota Hilux"` {
		t.Errorf("%+v, %v", events, err)
	}
}

func TestTakeOnChargeRefuses(t *testing.T) {
	good := register.NewAsset{Name: "Radio", Category: "radio", Make: "Icom", Serial: "1", Unit: "NORTH-STORE"}
	for name, c := range map[string]struct {
		who    string
		change func(*register.NewAsset)
		kind   models.Kind
		field  string
		says   string
	}{
		"a commander":                {"commander-north", func(*register.NewAsset) {}, models.Forbidden, "", "commander may not take equipment on charge"},
		"an auditor":                 {"auditor-a", func(*register.NewAsset) {}, models.Forbidden, "", "auditor may not"},
		"another's unit":             {"keeper-south", func(*register.NewAsset) {}, models.Invalid, "unit", "not in your part"},
		"no name":                    {"admin", func(n *register.NewAsset) { n.Name = " " }, models.Invalid, "name", "required"},
		"an unknown unit":            {"admin", func(n *register.NewAsset) { n.Unit = "MOON" }, models.Invalid, "unit", `there is no unit "MOON"`},
		"an unknown category":        {"admin", func(n *register.NewAsset) { n.Category = "boat" }, models.Invalid, "category", `there is no category "boat"`},
		"an unknown custom field":    {"admin", func(n *register.NewAsset) { n.Fields = map[string]any{"wheels": 4.0} }, models.Invalid, "fields.wheels", "no field of this name"},
		"a missing custom field":     {"admin", func(n *register.NewAsset) { n.Category = "vehicle" }, models.Invalid, "fields.registration", "is required for Vehicle"},
		"another donor's grant":      {"admin", func(n *register.NewAsset) { n.Donor, n.Grant = "DONOR-B", "A-2025" }, models.Invalid, "grant", "is a grant of DONOR-A"},
		"a day to come":              {"admin", func(n *register.NewAsset) { n.AcquiredOn = "2026-05-01" }, models.Invalid, "acquired_on", "in the future"},
		"a day that is none":         {"admin", func(n *register.NewAsset) { n.AcquiredOn = "2026-02-30" }, models.Invalid, "acquired_on", "not a day"},
		"an amount that is none":     {"admin", func(n *register.NewAsset) { n.Cost = &models.Money{Amount: "1e3", Currency: "USD"} }, models.Invalid, "cost.amount", "is an amount such as"},
		"a condition that is none":   {"admin", func(n *register.NewAsset) { n.Condition = "shiny" }, models.Invalid, "condition", "must be one of"},
		"control characters":         {"admin", func(n *register.NewAsset) { n.Name = "Radio\x00" }, models.Invalid, "name", "cannot be printed"},
		"nobody as custodian":        {"admin", func(n *register.NewAsset) { n.Custodian = "nobody" }, models.Invalid, "custodian", "there is no"},
		"a serial number of an item": {"admin", func(n *register.NewAsset) { n.Make, n.Model, n.Serial = "ICOM", "ic-f3400", "sn 7" }, models.Conflict, "serial", "already on charge"},
		"a tag of an item":           {"admin", func(n *register.NewAsset) { n.Aliases = []string{"qm-000001-3"} }, models.Conflict, "aliases", "already in use"},
	} {
		t.Run(name, func(t *testing.T) {
			w := booktest.New(t)
			w.Radio("SN7")
			n := good
			c.change(&n)
			_, err := w.Register.TakeOnCharge(w.As(c.who), n)
			refused(t, err, c.kind, c.field, c.says)
			if count, err := w.Register.Count(w.Operator(), register.Filter{}, 10); err != nil || count != 1 {
				t.Errorf("%d items on charge, %v", count, err)
			}
		})
	}
}

func TestLotIsAllOrNothing(t *testing.T) {
	w := booktest.New(t)
	w.Radio("B")
	lot := register.Lot{Asset: register.NewAsset{Name: "Radio", Category: "radio", Make: "Icom", Model: "IC-F3400", Unit: "NORTH-STORE"}, Serials: []string{"A", "B", "C"}}
	_, err := w.Register.TakeLotOnCharge(w.As("keeper-north"), lot)
	refused(t, err, models.Conflict, "serial", `"B" is already on charge`)
	lot.Serials = []string{"A", "C", "A"}
	_, err = w.Register.TakeLotOnCharge(w.As("keeper-north"), lot)
	refused(t, err, models.Conflict, "serial", `"A" is given twice`)
	lot.Serials = []string{"A", "C"}
	batch, err := w.Register.TakeLotOnCharge(w.As("keeper-north"), lot)
	if err != nil || len(batch.Items) != 2 || batch.Items[1].Number != batch.Items[0].Number+1 || batch.Items[1].Serial != "C" {
		t.Fatalf("%+v, %v", batch, err)
	}
	if n, _ := w.Register.Count(w.Operator(), register.Filter{}, 10); n != 3 {
		t.Errorf("%d items on charge", n)
	}
}

func TestNumbersAreNeverGivenTwice(t *testing.T) {
	w := booktest.New(t)
	ctx := w.As("keeper-north")
	const workers, each = 8, 25
	tags := make(chan string, workers*each)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range each {
				a, err := w.Register.TakeOnCharge(ctx, register.NewAsset{Name: "Radio", Category: "radio", Unit: "NORTH-STORE"})
				if err != nil {
					t.Error(err)
					return
				}
				tags <- a.Tag
			}
		})
	}
	all.Wait()
	close(tags)
	seen := map[string]bool{}
	for tag := range tags {
		if seen[tag] {
			t.Errorf("%s was given twice", tag)
		}
		seen[tag] = true
	}
	if len(seen) != workers*each {
		t.Errorf("%d tags for %d items", len(seen), workers*each)
	}
}

func TestEdit(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	ctx := w.As("keeper-north")
	edited, err := w.Register.Edit(ctx, a.Tag, a.Version, register.AssetEdit{Name: ptr("Radio, repaired"), Grant: ptr("B-2026"), Reason: "audit"})
	if err != nil || edited.Version != 2 || edited.Donor != "DONOR-B" || edited.Serial != "1" {
		t.Fatalf("%+v, %v", edited, err)
	}
	_, err = w.Register.Edit(ctx, a.Tag, a.Version, register.AssetEdit{Name: ptr("Radio, lost update")})
	refused(t, err, models.Stale, "If-Match", "you have version 1, it is now at 2")
	_, err = w.Register.Edit(w.As("keeper-south"), a.Tag, 0, register.AssetEdit{Name: ptr("x")})
	refused(t, err, models.NotFound, "tag", "there is no asset QM-000001-3")
	_, err = w.Register.Edit(w.As("workshop"), a.Tag, 0, register.AssetEdit{Name: ptr("x")})
	refused(t, err, models.Forbidden, "", "maintenance may not")

	events, err := w.Register.History(ctx, a.Tag, 0, 10)
	if err != nil || len(events) != 2 || events[0].Reason != "audit" ||
		string(events[0].Changes["donor"].Before) != `"DONOR-A"` || string(events[0].Changes["donor"].After) != `"DONOR-B"` {
		t.Errorf("%+v, %v", events, err)
	}
	if err := w.Book.Verify(ctx, ledger.Subject(store.Assets, a.ID), edited.Head, edited.Version); err != nil {
		t.Error(err)
	}
}

// TestEditsOfDifferentFieldsAllStand has many people change one asset at once
// without naming a version: none of their changes is lost.
func TestEditsOfDifferentFieldsAllStand(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	ctx := w.As("keeper-north")
	edits := []register.AssetEdit{{Name: ptr("n")}, {Supplier: ptr("s")}, {Order: ptr("o")}, {Location: ptr("l")}, {Note: ptr("t")}, {WarrantyTo: ptr(models.Day("2027-01-01"))}}
	var all sync.WaitGroup
	for _, edit := range edits {
		all.Go(func() {
			if _, err := w.Register.Edit(ctx, a.Tag, 0, edit); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	found, err := w.Register.Scan(ctx, a.Tag)
	if err != nil {
		t.Fatal(err)
	}
	b := found.Asset
	if b.Name != "n" || b.Supplier != "s" || b.Order != "o" || b.Location != "l" || b.Note != "t" || b.WarrantyTo != "2027-01-01" || b.Version != 7 {
		t.Errorf("%+v", b)
	}
}

func TestRetagKeepsTheLostLabelAsAnAlias(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	ctx := w.As("keeper-north")
	_, err := w.Register.Retag(ctx, a.Tag, 0, "")
	refused(t, err, models.Invalid, "reason", "what became of the old label")
	b, err := w.Register.Retag(ctx, a.Tag, a.Version, "torn off in transit")
	if err != nil || b.Tag != "QM-000002-1" && b.Tag == a.Tag {
		t.Fatalf("%+v, %v", b, err)
	}
	for _, code := range []string{a.Tag, b.Tag, "https://other.example/T/" + strings.ToLower(a.Tag)} {
		found, err := w.Register.Scan(ctx, code)
		if err != nil || found.Asset.ID != a.ID {
			t.Errorf("%s: %+v, %v", code, found, err)
		}
	}
}

func TestScan(t *testing.T) {
	w := booktest.New(t)
	ctx := w.As("keeper-north")
	a, err := w.Register.TakeOnCharge(ctx, register.NewAsset{Name: "Radio", Category: "radio", Make: "Icom", Serial: "SN 77/b", Aliases: []string{"ANF-2019-0042"}, Unit: "NORTH-STORE"})
	if err != nil {
		t.Fatal(err)
	}
	for code, matched := range map[string]string{
		a.Tag: "tag", " qm 000001 3 ": "tag", "HTTPS://QM.EXAMPLE.ORG/T/QM-000001-3": "tag",
		"anf-2019-0042": "alias", "sn77/B": "serial",
	} {
		found, err := w.Register.Scan(ctx, code)
		if err != nil || found.Asset.ID != a.ID || found.Matched != matched || fmt.Sprint(found.Actions) != "[issue transfer]" {
			t.Errorf("%q: %+v, %v", code, found, err)
		}
	}
	for code, c := range map[string]struct {
		kind  models.Kind
		field string
	}{"": {models.Invalid, "code"}, "QM-000001-4": {models.Invalid, "tag"}, "QM-000009-1": {models.Invalid, "tag"}, "nothing": {models.NotFound, "code"}, strings.Repeat("x", 300): {models.Invalid, "code"}} {
		_, err := w.Register.Scan(ctx, code)
		var e *models.Error
		if !errors.As(err, &e) || e.Kind != c.kind || e.Field != c.field {
			t.Errorf("%q: %v", code, err)
		}
	}
	for _, who := range []string{"keeper-south", "auditor-a"} { // neither's unit, nor paid for by their donor
		_, err := w.Register.Scan(w.As(who), a.Tag)
		refused(t, err, models.NotFound, "tag", "there is no asset")
	}
	if found, err := w.Register.Scan(w.As("commander-north"), a.Tag); err != nil || len(found.Actions) != 0 {
		t.Errorf("a commander can do %v, %v", found, err)
	}
	if _, err := w.Register.TakeOnCharge(ctx, register.NewAsset{Name: "Scale", Category: "radio", Make: "Kern", Serial: "SN77/B", Unit: "NORTH-STORE"}); err != nil {
		t.Fatal(err)
	}
	if found, err := w.Register.Scan(ctx, "SN77/B"); err != nil || len(found.Several) != 2 {
		t.Errorf("a serial number of two makes: %+v, %v", found, err)
	}
}

func TestFiles(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	ctx := w.As("keeper-north")
	pdf := []byte("%PDF-1.4\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF")
	b, err := w.Register.Attach(ctx, a.Tag, a.Version, `C:\papers\..\hand"over.pdf`, pdf)
	if err != nil {
		t.Fatal(err)
	}
	file := b.Files[0]
	if file.Name != "hand_over.pdf" || file.Type != "application/pdf" || file.AddedBy != "keeper-north" || file.Size != len(pdf) {
		t.Errorf("%+v", file)
	}
	if _, content, err := w.Register.File(ctx, a.Tag, file.ID); err != nil || string(content) != string(pdf) {
		t.Errorf("%q, %v", content, err)
	}
	_, _, err = w.Register.File(w.As("keeper-south"), a.Tag, file.ID)
	refused(t, err, models.NotFound, "tag", "there is no asset")

	_, err = w.Register.Attach(ctx, a.Tag, 0, "again.pdf", pdf)
	refused(t, err, models.Conflict, "file", "already attached, as hand_over.pdf")
	for name, c := range map[string]struct {
		content string
		kind    models.Kind
	}{
		"page.pdf": {"<html><script>alert(1)</script>", models.Unsupported}, "logo.svg": {`<svg xmlns="http://www.w3.org/2000/svg"/>`, models.Unsupported},
		"run.exe": {"MZ\x90\x00\x03", models.Unsupported}, "empty": {"", models.Invalid},
		"broken.png": {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", models.Invalid},
		"huge.txt":   {strings.Repeat("x", register.LargestFile+1), models.TooLarge},
	} {
		_, err := w.Register.Attach(ctx, a.Tag, 0, name, []byte(c.content))
		if models.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone, err := w.Register.Detach(ctx, a.Tag, b.Version, file.ID, "wrong item")
	if err != nil || len(gone.Files) != 0 {
		t.Fatalf("%+v, %v", gone, err)
	}
	_, _, err = w.Register.File(ctx, a.Tag, file.ID)
	refused(t, err, models.NotFound, "file", "no such file")
}
