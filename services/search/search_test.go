package search_test

import (
	"slices"
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
)

func TestASearchFindsWhatOneMaySee(t *testing.T) {
	w := booktest.New(t)
	radio := w.Radio("SER-4711")
	w.Post(models.Person{Code: "auditor-b", Name: "Bano Auditor", Username: "auditor.b", Role: models.Auditor, Donors: []string{"DONOR-B"}})
	v, err := w.Custody.Draft(w.As("keeper-north"), custody.NewVoucher{Kind: models.TransferVoucher, From: "NORTH-STORE", To: "SOUTH-STORE", Lines: []custody.NewLine{{Tag: radio.Tag}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, who, text string
		want            []string // the first of them, in order
	}{
		{"a serial number", "keeper-north", "ser 4711", []string{"assets " + radio.Tag}},
		{"words cut short, in any order", "keeper-north", "4711 se", []string{"assets " + radio.Tag}},
		{"a tag", "keeper-north", radio.Tag, []string{"assets " + radio.Tag}},
		{"not what lies elsewhere", "keeper-coast", "4711", nil},
		{"what one's donor paid for", "auditor-a", "4711", []string{"assets " + radio.Tag}},
		{"not what another donor did", "auditor-b", "4711", nil},
		{"a unit", "keeper-south", "north-st", []string{"units NORTH-STORE"}},
		{"a donor", "admin", "donor-b", []string{"donors DONOR-B"}},
		{"not another's donor", "auditor-a", "donor-b", nil},
		{"a person", "admin", "keeper-no", []string{"people keeper-north"}},
		{"nobody for auditors", "auditor-a", "keeper-no", nil},
		{"a paper", "keeper-north", v.Number, []string{"vouchers " + v.Number}},
		{"the beginning of its number", "keeper-north", strings.ToLower(v.Number[:9]), []string{"vouchers " + v.Number}},
		{"not another's paper", "auditor-b", v.Number, nil},
		{"nothing", "admin", " ", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			hits, err := w.Search.Search(w.As(c.who), c.text)
			if err != nil && len(c.want) > 0 {
				t.Fatal(err)
			}
			var got []string
			for _, h := range hits {
				got = append(got, h.Is+" "+h.Code)
			}
			if len(got) < len(c.want) || !slices.Equal(got[:len(c.want)], c.want) || c.want == nil && len(got) > 0 {
				t.Errorf("found %v, not %v", got, c.want)
			}
		})
	}
	if _, err := w.Search.Search(w.As("admin"), "a b c d e f g h i"); models.KindOf(err) != models.Invalid {
		t.Errorf("nine words: %v", err)
	}
}
