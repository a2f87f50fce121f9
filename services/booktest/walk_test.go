package booktest_test

import (
	"path/filepath"
	"testing"

	"quartermaster/services/booktest"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

func TestWalk(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "book.db"), store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	booktest.Walk(t, s)
}
