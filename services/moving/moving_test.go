package moving_test

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"quartermaster/services/booktest"
	"quartermaster/services/moving"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// breaking ends the filling after some loads, as a connection that is lost does.
type breaking struct {
	store.Filling
	left int
}

var errBroken = errors.New("the connection is lost")

func (b *breaking) Load(ctx context.Context, c *store.Collection, records []store.Record) error {
	if b.left--; b.left < 0 {
		return errBroken
	}
	return b.Filling.Load(ctx, c, records)
}

// TestACopyThatWasBrokenOffIsGoneOnWith breaks the copying off after ever more parts.
func TestACopyThatWasBrokenOffIsGoneOnWith(t *testing.T) {
	w := booktest.New(t)
	for n := range 30 {
		w.Radio(strconv.Itoa(n))
	}
	if _, err := w.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	from := w.Book.Store.(store.Whole)
	path := filepath.Join(t.TempDir(), "there", "book.db")
	var moved *moving.Moved
	for runs := 1; ; runs++ {
		var err error
		moved, err = moving.Book(t.Context(), from, func(what string) (store.Filling, error) {
			into, err := sqlite.Fill(t.Context(), path, what)
			if err != nil {
				return nil, err
			}
			return &breaking{into, 3}, nil
		}, nil)
		if err == nil {
			if runs < 3 {
				t.Errorf("it was never broken off")
			}
			break
		}
		if !errors.Is(err, errBroken) || runs > 30 {
			t.Fatalf("run %d: %v", runs, err)
		}
		if _, err := sqlite.OpenRead(t.Context(), path); err == nil {
			t.Fatal("half a book can be opened")
		}
	}
	if moved.Waiting != 0 || moved.Documents == 0 {
		t.Errorf("%+v", moved)
	}
	s, err := sqlite.Open(t.Context(), path, store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	again := booktest.Again(t, s)
	if again.Radio("after").Number <= 30 {
		t.Error("a number was given again")
	}
	if _, err := moving.Book(t.Context(), from, func(what string) (store.Filling, error) { return sqlite.Fill(t.Context(), path, what) }, nil); err == nil || !strings.Contains(err.Error(), "there is a book already") {
		t.Errorf("it was copied over a book: %v", err)
	}
}

// TestABookThatIsServedMeanwhileIsNotMoved changes the book between two runs, and
// during one.
func TestABookThatIsServedMeanwhileIsNotMoved(t *testing.T) {
	w := booktest.New(t)
	w.Radio("1")
	if _, err := w.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	from := w.Book.Store.(store.Whole)
	path := filepath.Join(t.TempDir(), "book.db")
	run := func(parts int, meanwhile func()) error {
		_, err := moving.Book(t.Context(), from, func(what string) (store.Filling, error) {
			into, err := sqlite.Fill(t.Context(), path, what)
			if err != nil {
				return nil, err
			}
			meanwhile()
			return &breaking{into, parts}, nil
		}, nil)
		return err
	}
	if err := run(100, func() { w.Radio("2") }); err == nil || !strings.Contains(err.Error(), "was changed while it was copied") {
		t.Errorf("during: %v", err)
	}
	if err := run(100, func() {}); err == nil || !strings.Contains(err.Error(), "was begun to be filled from") {
		t.Errorf("between: %v", err)
	}
	if err := sqlite.GiveUp(path); err != nil {
		t.Fatal(err)
	}
	if err := run(100, func() {}); err != nil {
		t.Error(err)
	}
}
