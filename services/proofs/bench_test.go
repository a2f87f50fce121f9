package proofs_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// BenchmarkIntegrate takes 100,000 events of the length of an asset's first into the
// log, in one pass.
func BenchmarkIntegrate(b *testing.B) {
	const each, together = 100_000, 5_000
	w := booktest.New(b)
	entered := 0
	busy := time.Duration(0)
	for b.Loop() {
		b.StopTimer()
		w.Pass(time.Hour)
		for part := range each / together {
			put(b, w, longEvents(together, w.Now().Add(time.Duration(part)*time.Minute))...)
		}
		b.StartTimer()
		before := processor(b)
		n, err := w.Proofs.Integrate(b.Context())
		busy += processor(b) - before
		if err != nil {
			b.Fatal(err)
		}
		entered += n
	}
	b.ReportMetric(float64(entered)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(busy.Microseconds())/float64(entered), "cpu-µs/event")
}

// processor is the processor time of this program, which says what work costs also
// on a machine that is busy with other things.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func longEvents(n int, at time.Time) []store.Change {
	changes := events(n, at)
	for i := range changes {
		e := changes[i].Doc.(*models.Entry)
		e.Text = fmt.Appendf(nil, `{"subject":%q,"seq":1,"reason":%q}`, e.Subject, strings.Repeat("taken on charge ", 50))
		e.Hash = ledger.Hash(e.Text)
	}
	return changes
}

// BenchmarkWritersBesideTheLog measures what writers lose by integration: four of
// them take radios on charge as fast as they can, in turns of five seconds with
// nothing else and with a pass of the log in each. The real job has twelve times as
// long from pass to pass.
func BenchmarkWritersBesideTheLog(b *testing.B) {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "book.db"), store.Schema) // which waits for the disk, as books do
	if err != nil {
		b.Fatal(err)
	}
	w := booktest.Over(b, s)
	var serial atomic.Int64
	turn := func(beside func()) float64 {
		var written atomic.Int64
		var all sync.WaitGroup
		began := time.Now()
		for range 4 {
			all.Go(func() {
				for time.Since(began) < 5*time.Second {
					w.Pass(time.Millisecond)
					w.Radio(fmt.Sprint(serial.Add(1)))
					written.Add(1)
				}
			})
		}
		beside()
		all.Wait()
		return float64(written.Load()) / time.Since(began).Seconds()
	}
	alone, accompanied := 0.0, 0.0
	rounds := 0
	for b.Loop() {
		for _, first := range []bool{true, false} { // neither is always the later
			for _, beside := range []bool{first, !first} {
				if !beside {
					alone += turn(func() {})
					continue
				}
				accompanied += turn(func() {
					if _, err := w.Proofs.Integrate(b.Context()); err != nil {
						b.Error(err)
					}
				})
			}
		}
		rounds += 2
	}
	b.ReportMetric(alone/float64(rounds), "alone/s")
	b.ReportMetric(accompanied/float64(rounds), "beside/s")
	b.ReportMetric(100*(1-accompanied/alone), "%slower")
}
