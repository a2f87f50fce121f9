package models

import (
	"encoding/json"
	"testing"
)

// FuzzQuantity holds what is read to what is written.
func FuzzQuantity(f *testing.F) {
	for _, text := range []string{"12", "0.25", "-1", "1e3", "99999999999999999999", "0.0001", "+5", " 7 ", "1,000", ".5", "5."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := ParseQuantity(text)
		if err != nil {
			return
		}
		if again, err := ParseQuantity(q.String()); err != nil || again != q {
			t.Errorf("%q is %v, and that %v: %v", text, q, again, err)
		}
		raw, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		var back Quantity
		if err := json.Unmarshal(raw, &back); err != nil || back != q {
			t.Errorf("%s is %v, wanted %v: %v", raw, back, q, err)
		}
	})
}

// FuzzDay holds what is read to what is written, and instants as well.
func FuzzDay(f *testing.F) {
	for _, text := range []string{"2026-03-31", "2024-02-29", "2026-02-30", "", "0000-01-01", "9999-12-31", "2026-3-1", "2026-03-31T09:30:00+05:00", "2026-03-31T23:59:60Z"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if day, err := ParseDay(text); err == nil {
			if again, err := ParseDay(string(day)); err != nil || again != day {
				t.Errorf("%q is %q, and that %q: %v", text, day, again, err)
			}
			day.Valid()
		}
		raw, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var at, back Time
		if json.Unmarshal(raw, &at) != nil {
			return
		}
		if raw, err = json.Marshal(at); err == nil {
			err = json.Unmarshal(raw, &back)
		}
		if err != nil || !back.Equal(at.Time) {
			t.Errorf("%q is %v, and that %v: %v", text, at, back, err)
		}
	})
}
