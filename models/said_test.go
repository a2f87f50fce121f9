package models

import (
	"encoding/json"
	"testing"
)

// TestATextIsKeptWhole writes sentences as documents keep them and reads them again.
func TestATextIsKeptWhole(t *testing.T) {
	for _, c := range []struct {
		text    Text
		english string
	}{
		{Say("it is back"), "it is back"},
		{Say("due back on %v", Day("2026-03-31")), "due back on 31 March 2026"},
		{Say("%v %v on hand, order at %v", 1_250*One, "litres", 2_000_500), "1,250 litres on hand, order at 2000500"},
		{Say("%v is to be recovered from %v", Money{Amount: "1200.00", Currency: "USD"}, "100% \"ours\""), "1200.00 USD is to be recovered from 100% \"ours\""},
		{Say("%v was %v", "V-1", Underway), "V-1 was dispatched"},
		{Count("last seen the day before", "last seen %d days before", 3), "last seen 3 days before"},
		{Passage(Say("Last done on %v.", Day("2026-01-02")), Text{}, Count("%v day later is %v.", "%v days later is %v.", 1, Day("2026-01-03"))), "Last done on 2 January 2026. 1 day later is 3 January 2026."},
		{Say("repaired").And(Say("struck off charge by %v", "WO-1")), "repaired, struck off charge by WO-1"},
	} {
		english, said := c.text.Kept()
		raw, err := json.Marshal(said)
		if err != nil {
			t.Fatal(err)
		}
		var read *Text
		if err := json.Unmarshal(raw, &read); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if got := Told(english, read).String(); english != c.english || got != c.english {
			t.Errorf("%q is kept as %q and read as %q", c.english, english, got)
		}
	}
	if english, said := Plain("50 % off").Kept(); english != "50 % off" || said != nil {
		t.Errorf("somebody's own words are kept as %q, %v", english, said)
	}
	if got := Told("written by an older program", nil).String(); got != "written by an older program" {
		t.Errorf("%q", got)
	}
}
