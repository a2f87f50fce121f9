package reports_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// BenchmarkLongReport makes the register of 100,000 items as a file, and says what
// the most memory was that the program held meanwhile (of Linux, in MB), and for how
// long the processors worked, which other programs do not draw out.
func BenchmarkLongReport(b *testing.B) {
	path := filepath.Join(b.TempDir(), "book.db")
	filled := opened(b, path)
	w := booktest.Over(b, filled)
	const all = 100_000
	for first := int64(1); first <= all; first += 1000 {
		entries := make([]ledger.Entry, 1000)
		for i := range entries {
			n := first + int64(i)
			day := models.DayOf(booktest.Start.AddDate(0, 0, -int(n%1500)))
			a := &models.Asset{ID: fmt.Sprintf("01KN%022d", n), Number: n, Tag: w.TagOf(n), Name: "VHF hand-held radio, water-proof, with charger", Category: "radio", Make: "Icom", Model: "IC-F3400DT",
				Serial: fmt.Sprintf("SN-%07d", n), Unit: "NORTH-STORE", Path: []string{"AGENCY", "NORTH", "NORTH-STORE"}, Custodian: "guard", Donor: "DONOR-A", Grant: "A-2025", Supplier: "Supplier Limited", Order: "PO-2025-17",
				AcquiredOn: day, Cost: &models.Money{Amount: "410.00", Currency: "USD"}, Status: models.InStore, Condition: "good"}
			entries[i] = ledger.Add(store.Assets, a, "asset.taken_on_charge", "")
		}
		if err := w.Book.Commit(w.Operator(), entries...); err != nil {
			b.Fatal(err)
		}
	}
	if err := filled.Close(); err != nil { // with it goes the memory that filling it took
		b.Fatal(err)
	}
	w = booktest.Again(b, opened(b, path))
	w.Pass(time.Hour)
	for _, c := range []struct {
		name, format string
		q            models.ReportQuery
	}{{"csv", "csv", models.ReportQuery{}}, {"xlsx", "xlsx", models.ReportQuery{}}, {"json", "json", models.ReportQuery{}}, {"csv of a donor", "csv", models.ReportQuery{Donor: "DONOR-A"}}} {
		b.Run(c.name, func(b *testing.B) {
			resetPeak()
			before := processor()
			for b.Loop() {
				file, err := w.Reports.Pull(w.As("admin"), "register", c.format, c.q)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, file)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(n)/(1<<20), "MB-file")
				if err := file.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(peak(), "MB-peak")
			b.ReportMetric((processor()-before).Seconds()/float64(b.N), "s-processor")
		})
	}
}

func opened(b *testing.B, path string) *sqlite.Store {
	b.Helper()
	s, err := sqlite.Open(b.Context(), path, store.Schema, sqlite.Unsynced)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

func resetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// processor is how long the processors worked for the program.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// peak is the most memory that the program held since it was last reset.
func peak() float64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(text)[0])
			return float64(kb) / 1024
		}
	}
	return 0
}
