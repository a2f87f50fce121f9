package proofs_test

import (
	"testing"
	"time"

	"quartermaster/services/booktest"
)

// BenchmarkIntegrate takes a book of events into the log, in one pass.
func BenchmarkIntegrate(b *testing.B) {
	const each = 50_000
	w := booktest.New(b)
	entered := 0
	for b.Loop() {
		b.StopTimer()
		w.Pass(time.Hour)
		for part := range 10 {
			put(b, w, events(each/10, w.Now().Add(time.Duration(part)*time.Minute))...)
		}
		b.StartTimer()
		n, err := w.Proofs.Integrate(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		entered += n
	}
	b.ReportMetric(float64(entered)/b.Elapsed().Seconds(), "events/s")
}
