package stocktake_test

import (
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/stocktake"
)

// BenchmarkOpenAndTally opens stocktakes of 100,000 items and reads how they stand.
func BenchmarkOpenAndTally(b *testing.B) {
	w := booktest.New(b)
	w.Radios(100_000)
	keeper := w.As("keeper-north")
	var opening, looking time.Duration
	for b.Loop() {
		start := time.Now()
		st, err := w.Stocktakes.Open(keeper, stocktake.NewStocktake{Name: "Count", Deadline: booktest.Deadline})
		if err != nil || st.Expected != 100_000 {
			b.Fatal(st, err)
		}
		opening += time.Since(start)
		start = time.Now()
		if shown, err := w.Stocktakes.Stocktake(keeper, st.Number); err != nil || shown.Tally.Outstanding != 100_000 {
			b.Fatal(shown, err)
		}
		looking += time.Since(start)
	}
	b.ReportMetric(opening.Seconds()/float64(b.N), "s/open")
	b.ReportMetric(float64(looking.Milliseconds())/float64(b.N), "ms/tally")
}

// BenchmarkClose closes stocktakes of 10,000 items of which nobody saw any.
func BenchmarkClose(b *testing.B) {
	w := booktest.New(b)
	w.Radios(10_000)
	keeper := w.As("keeper-north")
	for b.Loop() {
		b.StopTimer()
		st, err := w.Stocktakes.Open(keeper, stocktake.NewStocktake{Name: "Count", Deadline: booktest.Deadline})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		closed, err := w.Stocktakes.Close(keeper, st.Number, 0, stocktake.Closing{Signatures: bothSign})
		if err != nil || closed.Result.Unaccounted != 10_000 {
			b.Fatal(closed, err)
		}
	}
}

// BenchmarkLookAtClosed looks at a closed stocktake of 10,000 items: for the first time
// within ten minutes, and again.
func BenchmarkLookAtClosed(b *testing.B) {
	w := booktest.New(b)
	w.Radios(10_000)
	keeper := w.As("keeper-north")
	st, err := w.Stocktakes.Open(keeper, stocktake.NewStocktake{Name: "Count", Deadline: booktest.Deadline})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.Stocktakes.Close(keeper, st.Number, 0, stocktake.Closing{Signatures: bothSign}); err != nil {
		b.Fatal(err)
	}
	for name, pass := range map[string]time.Duration{"first": 10 * time.Minute, "again": 0} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w.Pass(pass)
				if _, err := w.Stocktakes.Stocktake(keeper, st.Number); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSight counts items one after the other.
func BenchmarkSight(b *testing.B) {
	w := booktest.New(b)
	tags := w.Radios(20_000)
	st := w.Stocktake()
	chief := w.As("chief")
	i := 0
	for b.Loop() {
		if _, err := w.Stocktakes.Sight(chief, st.Number, stocktake.Count{Code: tags[i%len(tags)]}); err != nil && models.KindOf(err) != models.Conflict {
			b.Fatal(err)
		}
		i++
	}
}

// BenchmarkScan scans what was scanned within the hour, which only reads.
func BenchmarkScan(b *testing.B) {
	w := booktest.New(b)
	tags := w.Radios(100)
	keeper := w.As("keeper-north")
	i := 0
	for b.Loop() {
		if _, err := w.Stocktakes.Scan(keeper, tags[i%len(tags)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
