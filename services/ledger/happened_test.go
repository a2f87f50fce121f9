package ledger_test

import (
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/stocktake"
	"quartermaster/services/store"
)

// TestWhatWasDoneOutOfReachKeepsBothTimes sends what was done three hours ago, by
// clocks that are right, wrong, or were set in between.
func TestWhatWasDoneOutOfReachKeepsBothTimes(t *testing.T) {
	now := booktest.Start
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for name, c := range map[string]struct {
		said, clock, at time.Time
		told            bool // what the device said is told beside it
	}{
		"a clock that is right":      {ago(3 * time.Hour), now, ago(3 * time.Hour), false},
		"a day ahead":                {now.Add(21 * time.Hour), now.Add(24 * time.Hour), ago(3 * time.Hour), true},
		"a day behind":               {ago(27 * time.Hour), ago(24 * time.Hour), ago(3 * time.Hour), true},
		"set right in between":       {now.Add(21 * time.Hour), now, now, true},
		"begun anew with no battery": {time.Unix(0, 0), now, now, true},
		"longer ago than believed":   {ago(31 * 24 * time.Hour), now, now, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := booktest.New(t)
			a := w.Radio("1")
			st := w.Stocktake()
			ctx := w.Book.Happened(w.As("chief"), models.At(c.said), models.At(c.clock))
			if got := w.Book.When(ctx); !got.Equal(c.at) {
				t.Errorf("it was done at %s", got)
			}
			line, err := w.Stocktakes.Sight(ctx, st.Number, stocktake.Count{Code: a.Tag})
			if err != nil {
				t.Fatal(err)
			}
			wanted := c.at
			if wanted.Before(now) {
				wanted = now // the stocktake was opened just now
			}
			if !line.Sighting.At.Equal(wanted) || !line.Sighting.ReceivedAt.Equal(now) {
				t.Errorf("seen at %s, received at %s", line.Sighting.At, line.Sighting.ReceivedAt)
			}
			e, err := w.Book.Latest(t.Context(), ledger.Subject(store.Assets, a.ID))
			if err != nil {
				t.Fatal(err)
			}
			if e.HappenedAt == nil || !e.HappenedAt.Equal(c.at) || !e.At.Equal(now) || (e.SaidAt != nil) != c.told || c.told && !e.SaidAt.Equal(c.said) {
				t.Errorf("%+v", e)
			}
		})
	}
}
