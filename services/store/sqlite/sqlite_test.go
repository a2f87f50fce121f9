package sqlite

import (
	"errors"
	"path/filepath"
	"testing"

	"quartermaster/models"
	"quartermaster/services/store"
	"quartermaster/services/store/storetest"
)

func open(t *testing.T) store.Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "book.db"), store.Schema, Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestContract(t *testing.T) { storetest.Run(t, open, 1000) }

func TestABookOpenedToBeReadStaysAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	if s, err := OpenRead(t.Context(), path); err == nil {
		_ = s.Close()
		t.Error("a file that is not there was opened")
	}
	full, err := Open(t.Context(), path, store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	change := store.Insert(store.Passwords, "a", &models.Password{Person: "a"})
	if err := full.Commit(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	s, err := OpenRead(t.Context(), path) // while it is served
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), store.Passwords, "a"); err != nil {
		t.Error(err)
	}
	if err := s.Commit(t.Context(), store.Delete(store.Passwords, "a", 1)); !errors.Is(err, errReadOnly) {
		t.Error(err)
	}
	if _, err := s.Next(t.Context(), "tag", 1); !errors.Is(err, errReadOnly) {
		t.Error(err)
	}
	if err := errors.Join(s.Close(), full.Close()); err != nil {
		t.Error(err)
	}
}

// TestNumbersGoOnAfterClose shows that none is left out when the program ends in
// order, and that none comes twice when it does not.
func TestNumbersGoOnAfterClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	begin := func() *Store {
		s, err := Open(t.Context(), path, store.Schema)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	next := func(s *Store, n, want int64) {
		t.Helper()
		if got, err := s.Next(t.Context(), "tag", n); err != nil || got != want {
			t.Errorf("got %d, %v; wanted %d", got, err, want)
		}
	}
	first := begin()
	next(first, 1, 1)
	next(first, 2, 2)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := begin()
	next(second, 1, 4)
	third := begin() // the second has not been closed, as after a power cut
	next(third, 1, 4+reserved)
	next(third, 100, 5+reserved+reserved-1)
	for _, s := range []*Store{second, third} {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
