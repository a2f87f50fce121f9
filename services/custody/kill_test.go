package custody_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// victim names the variable that makes this test's own program the one that is
// killed; its value is the file of the book.
const victim = "QM_TEST_VICTIM"

const killedAssets, killedLines = 60, 20

// TestKilledWhileDispatching kills a program again and again while it dispatches
// and accepts vouchers, without warning, and finds the book straight each time.
func TestKilledWhileDispatching(t *testing.T) {
	if file := os.Getenv(victim); file != "" {
		dispatchUntilKilled(t, file)
		return
	}
	file := filepath.Join(t.TempDir(), "book.db")
	w, done := openBook(t, file)
	tags := w.Radios(killedAssets)
	var numbers []string
	done()
	for round := range 5 {
		numbers = append(numbers, killAfter(t, file, 4+3*round)...)
		w, done := reopenBook(t, file)
		for serial := range 400 {
			numbers = append(numbers, fmt.Sprintf("V-NORTH-STORE-2026-%04d", serial+1))
		}
		w.Straight(t, tags, numbers)
		// what is still on its way is called back, so that the next round has it
		for _, number := range numbers {
			if v, err := w.Custody.Voucher(w.As("admin"), number); err == nil && !v.Settled() {
				if _, err := w.Custody.Cancel(w.As("admin"), number, 0, "after the crash"); err != nil {
					t.Fatal(err)
				}
			}
		}
		done()
	}
	w, done = reopenBook(t, file)
	defer done()
	w.Straight(t, tags, numbers)
}

// killAfter runs the victim and kills it when it has said that many lines.
func killAfter(t *testing.T, file string, lines int) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKilledWhileDispatching$", "-test.v")
	cmd.Env = append(os.Environ(), victim+"="+file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for scanner := bufio.NewScanner(out); lines > 0 && scanner.Scan(); {
		if number, ok := strings.CutPrefix(scanner.Text(), "voucher "); ok {
			said = append(said, number)
			lines--
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if lines > 0 {
		t.Fatal("the victim ended by itself")
	}
	return said
}

func dispatchUntilKilled(t *testing.T, file string) {
	w, done := reopenBook(t, file)
	defer done()
	ctx := w.As("admin")
	var tags []string
	for n := range killedAssets {
		tags = append(tags, w.TagOf(int64(n+1)))
	}
	for i := 0; ; i++ {
		first := i * killedLines % killedAssets
		n := custody.NewVoucher{Kind: models.TransferVoucher, From: "NORTH-STORE", To: "NORTH-POST", Lines: lines(tags[first : first+killedLines]...)}
		v, err := w.Custody.Draft(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("voucher " + v.Number)
		if _, err := w.Custody.Dispatch(ctx, v.Number, 0, booktest.Sign("Dispatcher")); err != nil {
			continue // on its way or accepted in a round before
		}
		fmt.Println("voucher " + v.Number)
		if i%2 == 1 {
			if _, err := w.Custody.Cancel(ctx, v.Number, 0, "called back"); err != nil {
				t.Fatal(err)
			}
			fmt.Println("voucher " + v.Number)
		}
	}
}

func openBook(t *testing.T, file string) (*booktest.World, func()) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), file, store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	return booktest.Over(t, s), func() { _ = s.Close() }
}

func reopenBook(t *testing.T, file string) (*booktest.World, func()) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), file, store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	return booktest.Again(t, s), func() { _ = s.Close() }
}
