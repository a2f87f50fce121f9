package models_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quartermaster/models"
)

// TestEventsAreWrittenAsJSON compares the events and entries that are written by hand
// with what encoding/json makes of them.
func TestEventsAreWrittenAsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string {
			return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "plain", `"\\<&>`, "یونٹ", "\xff", "\u2028"})).Draw(t, name)
		}
		value := func(name string) json.RawMessage {
			raw, err := json.Marshal(text(name))
			if err != nil {
				t.Fatal(err)
			}
			return raw
		}
		e := &models.Event{Subject: text("subject"), Seq: rapid.Int64().Draw(t, "seq"), At: models.At(time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "at"))),
			Kind: text("kind"), Actor: text("actor"), Device: text("device"), Reason: text("reason"), Content: text("content"), Gone: rapid.Bool().Draw(t, "gone"), Prev: text("prev")}
		for _, at := range []**models.Time{&e.HappenedAt, &e.SaidAt} {
			if rapid.Bool().Draw(t, "out of reach") {
				told := models.At(time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "then")))
				*at = &told
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			if e.Changes == nil {
				e.Changes = map[string]models.Change{}
			}
			name, c := text("name"), models.Change{}
			if rapid.Bool().Draw(t, "was") {
				c.Before = value("before")
			}
			if rapid.Bool().Draw(t, "is") {
				c.After = value("after")
			}
			e.Changes[name] = c
		}
		want, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.JSON(); string(got) != string(want) {
			t.Fatalf("%s\nwanted\n%s", got, want)
		}
		entry := &models.Entry{Subject: e.Subject, Seq: e.Seq, At: e.At, Hash: text("hash"), Text: e.JSON()}
		if want, err = json.Marshal(entry); err != nil {
			t.Fatal(err)
		}
		if got := entry.JSON(); string(got) != string(want) {
			t.Fatalf("%s\nwanted\n%s", got, want)
		}
	})
}
