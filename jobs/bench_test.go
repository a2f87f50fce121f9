package jobs_test

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/flags"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

var assets = flag.Int("assets", 20_000, "how many assets the benchmarks of jobs have on charge")

// due is what part of the assets are due: one of twenty.
const due = 20

// reads is a store that counts what is read of it.
type reads struct {
	store.Store
	records, documents atomic.Int64
}

func (r *reads) Find(ctx context.Context, q store.Query) ([]store.Record, error) {
	records, err := r.Store.Find(ctx, q)
	r.records.Add(int64(len(records)))
	if !q.Bare {
		r.documents.Add(int64(len(records)))
	}
	return records, err
}

func (r *reads) Get(ctx context.Context, c *store.Collection, id string) (store.Record, error) {
	r.documents.Add(1)
	return r.Store.Get(ctx, c, id)
}

// BenchmarkOverdue runs the job of overdue servicing in a large register, of which 5 %
// is due: for the first time, and again when nothing is new. It tells how long each
// took, and of how many assets and flags the keys and the documents were read.
func BenchmarkOverdue(b *testing.B) {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "book.db"), store.Schema)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	counted := &reads{Store: s}
	w := booktest.Over(b, counted)
	onCharge(b, w, *assets)
	for b.Loop() {
		run := func(name string, want flags.Reconciled) {
			counted.records.Store(0)
			counted.documents.Store(0)
			began, busy := time.Now(), processor(b)
			did, err := w.Flags.Reconcile(w.Operator(), models.OverdueService, w.Maintenance.Overdue(w.Operator()), models.Say("serviced"))
			if err != nil || did != want {
				b.Fatalf("%s: %+v, %v; wanted %+v", name, did, err, want)
			}
			b.ReportMetric(time.Since(began).Seconds(), name+"-s")
			b.ReportMetric((processor(b) - busy).Seconds(), name+"-cpu-s")
			b.ReportMetric(float64(counted.records.Load()), name+"-keys")
			b.ReportMetric(float64(counted.documents.Load()), name+"-documents")
		}
		n := *assets / due
		run("first", flags.Reconciled{Standing: n, Opened: n})
		run("again", flags.Reconciled{Standing: n})
		did, err := w.Flags.Reconcile(w.Operator(), models.OverdueService, func(func(flags.Cause, error) bool) {}, models.Say("serviced"))
		if err != nil || did.Closed != n {
			b.Fatalf("%+v, %v", did, err)
		}
	}
}

// processor is the time that this process has had of all processors, which unlike
// that on the wall does not tell how busy the machine is otherwise.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// onCharge puts so many assets into the store, without the events of taking them on
// charge, which no job reads.
func onCharge(b *testing.B, w *booktest.World, n int) {
	b.Helper()
	paths := [][]string{{"AGENCY", "NORTH", "NORTH-POST"}, {"AGENCY", "NORTH", "NORTH-STORE"}, {"AGENCY", "SOUTH", "SOUTH-STORE"}}
	seen := models.At(booktest.Start.Add(-24 * time.Hour))
	some := make([]store.Change, 0, 5000)
	for i := 1; i <= n; i++ {
		path := paths[i%len(paths)]
		a := &models.Asset{ID: fmt.Sprintf("01JBENCH%018d", i), Tag: w.TagOf(int64(i)), Number: int64(i), Name: "VHF hand-held radio with charger", Category: "radio", Make: "Icom", Model: "IC-F3400",
			Serial: fmt.Sprintf("S%08d", i), Unit: path[2], Path: path, Status: models.InStore, Condition: "good", Donor: "DONOR-A", Grant: "A-2025", AcquiredOn: "2025-01-15", LastSeenAt: &seen,
			Care: &models.Care{Due: "2026-09-01", Late: "2026-09-08", What: "Yearly inspection"}}
		if i%due == 0 {
			a.Care.Due, a.Care.Late = models.Day("2026-01-01").Plus(i%80), models.Day("2026-01-08").Plus(i%80)
		}
		a.Version = 1
		if some = append(some, store.Insert(store.Assets, a.ID, a)); len(some) == cap(some) || i == n {
			if err := w.Book.Store.Commit(b.Context(), some...); err != nil {
				b.Fatal(err)
			}
			some = some[:0]
		}
	}
}
