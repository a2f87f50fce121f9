package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite/faultydisk"
)

// TestADiskThatFailsLosesNothing breaks the disk between commits, and opens the book
// again when it is whole.
func TestADiskThatFailsLosesNothing(t *testing.T) {
	defer faultydisk.Be(faultydisk.None)
	for _, c := range []struct {
		fault faultydisk.Fault
		says  string
		stops bool // and does not write on when the disk is whole again
	}{
		{faultydisk.Full, "is full: nothing was recorded", false},
		{faultydisk.Write, "whether this was recorded is not known", true},
		{faultydisk.Sync, "whether this was recorded is not known", true},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			faultydisk.Be(faultydisk.None)
			path := filepath.Join(t.TempDir(), "book.db")
			s, err := Open(t.Context(), path, store.Schema)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			add := func() (string, error) {
				n++
				code := fmt.Sprintf("D%03d", n)
				return code, s.Commit(t.Context(), store.Insert(store.Donors, code, &models.Donor{Code: code, Name: strings.Repeat("n", 3000)}))
			}
			var there, refused []string
			for range 20 {
				code, err := add()
				if err != nil {
					t.Fatal(err)
				}
				there = append(there, code)
			}
			faultydisk.Be(c.fault)
			for i := range 5 {
				code, err := add()
				if models.KindOf(err) != models.Unavailable || i == 0 && !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v; wanted %q", err, c.says)
				}
				if c.fault != faultydisk.Sync || i > 0 {
					refused = append(refused, code)
				}
			}
			if _, err := s.Get(t.Context(), store.Donors, there[0]); err != nil {
				t.Errorf("reading: %v", err)
			}
			select {
			case <-s.Failed():
				if !c.stops {
					t.Error("it stops")
				}
			default:
				if c.stops {
					t.Error("it goes on")
				}
			}
			if err := s.Ping(t.Context()); (err != nil) != c.stops {
				t.Errorf("it says of itself: %v", err)
			}
			faultydisk.Be(faultydisk.None)
			code, err := add()
			switch {
			case c.stops && err == nil:
				t.Error("it writes after a failure")
			case c.stops:
				refused = append(refused, code)
			case err != nil:
				t.Errorf("it does not write when there is room again: %v", err)
			default:
				there = append(there, code)
			}
			_ = s.Close() // what it could not fold into the file is found when it is opened
			again, err := Open(t.Context(), path, store.Schema)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = again.Close() }()
			for _, code := range there {
				if _, err := again.Get(t.Context(), store.Donors, code); err != nil {
					t.Errorf("%s is lost: %v", code, err)
				}
			}
			for _, code := range refused {
				if _, err := again.Get(t.Context(), store.Donors, code); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%s was refused and is there: %v", code, err)
				}
			}
		})
	}
}
