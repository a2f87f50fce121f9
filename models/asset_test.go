package models

import (
	"slices"
	"testing"
)

func TestAnAssetSaysWhatCanBeDoneWithItNow(t *testing.T) {
	for _, c := range []struct {
		status    Status
		condition Condition
		want      []string
	}{
		{InStore, "good", []string{"issue", "transfer"}},
		{InStore, "unserviceable", []string{"transfer"}},
		{Issued, "good", []string{"return"}},
		{InTransit, "good", nil},
		{InWorkshop, "poor", nil},
		{Missing, "", nil},
		{StruckOff, "", nil},
	} {
		asset := Asset{Tag: "QM-000001-3", Status: c.status, Condition: c.condition}
		if got := asset.Actions(); !slices.Equal(got, c.want) {
			t.Errorf("%s, %s: can %v, want %v", c.status, c.condition, got, c.want)
		}
	}
}

func TestSerialKeysAreOneForTwoSpellings(t *testing.T) {
	a := Asset{Make: "Smiths Detection", Model: "HI-SCAN 6040", Serial: "sn 88 21"}
	b := Asset{Make: "SMITHS detection", Model: "Hi-Scan 6040", Serial: "SN8821"}
	if !slices.Equal(a.SerialKeys(), b.SerialKeys()) {
		t.Errorf("%v and %v differ", a.SerialKeys(), b.SerialKeys())
	}
	if keys := (&Asset{Make: "x"}).SerialKeys(); keys != nil {
		t.Errorf("no serial number, yet keys %v", keys)
	}
}

func TestValidateNamesEachFieldThatIsWrong(t *testing.T) {
	err := Validate(&Asset{Name: " ", Category: "radio", Unit: "a b", AcquiredOn: "2025-02-30",
		Cost: &Money{Amount: "12,50", Currency: "RUPEES"}})
	e, ok := err.(*Error)
	if !ok || e.Kind != Invalid {
		t.Fatalf("got %v", err)
	}
	var fields []string
	for _, d := range e.Details {
		fields = append(fields, d.Field)
	}
	for _, want := range []string{"name", "unit", "acquired_on", "cost.amount", "cost.currency"} {
		if !slices.Contains(fields, want) {
			t.Errorf("%s is not named in %v", want, fields)
		}
	}
}
