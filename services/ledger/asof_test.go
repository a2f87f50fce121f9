package ledger_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// TestADocumentIsAsItWasAtEveryInstant writes random histories of assets and asks
// for every instant of them, those before the first event among them.
func TestADocumentIsAsItWasAtEveryInstant(t *testing.T) {
	w := booktest.New(t)
	number := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		number++
		a := &models.Asset{ID: "history-" + w.TagOf(number), Number: number, Tag: w.TagOf(number)}
		type stood struct {
			at     models.Time
			record store.Record
		}
		var history []stood
		begin := models.At(w.Now())
		w.Pass(time.Second)
		var before []byte
		for range rapid.IntRange(1, 12).Draw(rt, "changes") {
			drawAsset(rt, a)
			entry := ledger.Change(store.Assets, before, a, "asset.changed", "")
			if before == nil {
				entry = ledger.Add(store.Assets, a, "asset.taken_on_charge", "")
			}
			if err := w.Book.Commit(w.Operator(), entry); err != nil {
				rt.Fatal(err)
			}
			record, err := w.Book.Store.Get(t.Context(), store.Assets, a.ID)
			if err != nil {
				rt.Fatal(err)
			}
			before = record.Body
			now := stood{models.At(w.Now()), record}
			if n := len(history); n > 0 && history[n-1].at == now.at {
				history = history[:n-1] // two changes in one instant: the later stands
			}
			history = append(history, now)
			w.Pass(rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Hour}).Draw(rt, "pause"))
		}
		newest := history[len(history)-1].record
		if _, existed, err := w.Book.AsOf(t.Context(), store.Assets, newest, begin); err != nil || existed {
			rt.Fatalf("before it was in the book: %v, %v", existed, err)
		}
		for i, then := range history {
			instants := []models.Time{then.at}
			if i+1 < len(history) {
				instants = append(instants, models.At(history[i+1].at.Add(-time.Millisecond)))
			} else {
				instants = append(instants, models.At(then.at.Add(1000*time.Hour)))
			}
			for _, at := range instants {
				got, existed, err := w.Book.AsOf(t.Context(), store.Assets, newest, at)
				if err != nil || !existed {
					rt.Fatalf("at %s: %v, %v", at, existed, err)
				}
				if got.Version != then.record.Version || !sameJSON(got.Body, then.record.Body) {
					rt.Fatalf("at %s it was\n%s\nbut is said to have been\n%s", at, then.record.Body, got.Body)
				}
			}
		}
		steps := newest.Version
		err := w.Book.Steps(t.Context(), store.Assets, newest, begin, models.At(w.Now()), func(s ledger.Step) error {
			if s.Event.Seq != steps || s.After.Version != steps || (s.Before == nil) != (steps == 1) || s.Altered {
				rt.Fatalf("step %d is %+v", steps, s.Event)
			}
			steps--
			return nil
		})
		if err != nil || steps != 0 {
			rt.Fatalf("%d steps are missing: %v", steps, err)
		}
	})
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// drawAsset changes an asset at random, to and from what is left out of JSON.
func drawAsset(rt *rapid.T, a *models.Asset) {
	text := rapid.SampledFrom([]string{"", "a", "<b> & \"c\"", "نام", strings.Repeat("x", 50)})
	a.Name = text.Draw(rt, "name")
	a.Serial = ""
	a.Location = text.Draw(rt, "location")
	a.Path = rapid.SampledFrom([][]string{nil, {}, {"NORTH"}, {"NORTH", "NORTH-POST"}}).Draw(rt, "path")
	a.Aliases = nil
	a.Cost = rapid.SampledFrom([]*models.Money{nil, {Amount: "1.50", Currency: "USD"}, {Amount: "2", Currency: "PKR"}}).Draw(rt, "cost")
	a.StoredAt = rapid.SampledFrom([]*models.Time{nil, {Time: booktest.Start}}).Draw(rt, "stored")
	a.AcquiredOn = rapid.SampledFrom([]models.Day{"", "2026-01-01"}).Draw(rt, "acquired")
	a.Fields = rapid.MapOfN(rapid.SampledFrom([]string{"a", "b.c", "fields.d", "version"}),
		rapid.OneOf(rapid.Just(any(nil)), rapid.Just(any(true)), rapid.Just(any("t")), rapid.Just(any(1.5)), rapid.Just(any(map[string]any{"x": "y"}))), 0, 4).Draw(rt, "fields")
}
