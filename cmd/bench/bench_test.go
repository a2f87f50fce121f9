package main

import (
	"path/filepath"
	"strings"
	"testing"

	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
	"quartermaster/services/verify"
)

// TestASeededRegisterVerifies has the ledger's checks look at what seeding wrote
// without the services.
func TestASeededRegisterVerifies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seeded.db")
	if err := fill(path, 120); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), path, store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if checked, err := verify.Book(t.Context(), s, verify.Options{}); err != nil || checked.Events < int64(120*len(life)) {
		t.Errorf("%+v, %v", checked, err)
	}
}

func TestTheMixMakesAHundred(t *testing.T) {
	all, writes := 0, 0
	for i, m := range mix {
		all += m.of
		if i >= len(mix)-3 {
			writes += m.of
		}
	}
	if all != 100 || writes != 10 {
		t.Errorf("%d, of which %d write", all, writes)
	}
}

func TestNoTwoClientsMoveTheSameItem(t *testing.T) {
	const clients = 200
	d, owner := &day{assets: 20_000}, map[int]int{}
	for i := range clients {
		some := d.those(i, clients, func(int) bool { return true })
		if len(some) != few {
			t.Fatalf("client %d has %d items", i, len(some))
		}
		for _, n := range some {
			if other, taken := owner[n]; taken || commandOf(n) != i%commands {
				t.Fatalf("%d is client %d's, and client %d's", n, i, other)
			}
			owner[n] = i
		}
	}
}

func TestSharesAreReadFromAProfile(t *testing.T) {
	got := percents("Duration: 7s, Total samples = 1.50s (21.42%)\n      flat  flat%   sum%        cum   cum%\n" +
		"     0.01s  0.67%  2.00%      0.77s 51.33%  modernc.org/sqlite/lib.Xsqlite3_step\n     0 0%  0.25%      0.04s  2.50%  encoding/json.Unmarshal (inline)\n")
	if len(got) != 2 || got["modernc.org/sqlite/lib.Xsqlite3_step"] != 51.33 || got["encoding/json.Unmarshal"] != 2.5 {
		t.Error(got)
	}
}

func TestOtherJobsThanTheLogsAreOff(t *testing.T) {
	if off := quiet(); !strings.Contains(off, "expired=off") || strings.Contains(off, "integration") {
		t.Error(off)
	}
}
