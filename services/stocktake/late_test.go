package stocktake_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/stocktake"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// slow is a store in which something happens between the reading and the writing of
// whoever writes a line next.
type slow struct {
	store.Store
	mu        sync.Mutex
	meanwhile func()
}

func (s *slow) Commit(ctx context.Context, changes ...store.Change) error {
	s.mu.Lock()
	do := s.meanwhile
	if do != nil && slices.ContainsFunc(changes, func(c store.Change) bool { return c.In == store.StocktakeLines }) {
		s.meanwhile = nil
		s.mu.Unlock()
		do()
		s.mu.Lock()
	}
	s.mu.Unlock()
	return s.Store.Commit(ctx, changes...)
}

var bothSigned = stocktake.Closing{Signatures: []*custody.Signed{booktest.Sign("One"), booktest.Sign("Two")}}

// TestNothingIsAddedToWhatWasSigned closes a stocktake while somebody is about to add
// to it: they are refused, and both signatures hold.
func TestNothingIsAddedToWhatWasSigned(t *testing.T) {
	for name, add := range map[string]func(w *booktest.World, number string, tags []string) error{
		"an item of elsewhere": func(w *booktest.World, number string, tags []string) error {
			_, err := w.Stocktakes.Sight(w.As("chief"), number, stocktake.Count{Code: tags[3]})
			return err
		},
		"a label that nobody knows": func(w *booktest.World, number string, _ []string) error {
			_, err := w.Stocktakes.Sight(w.As("chief"), number, stocktake.Count{Code: w.TagOf(9999)})
			return err
		},
		"an outstanding item": func(w *booktest.World, number string, tags []string) error {
			_, err := w.Stocktakes.Sight(w.As("chief"), number, stocktake.Count{Code: tags[2]})
			return err
		},
		"a second count": func(w *booktest.World, number string, tags []string) error {
			_, err := w.Stocktakes.Sight(w.As("chief"), number, stocktake.Count{Code: tags[0]})
			return err
		},
		"a second count that finds nothing": func(w *booktest.World, number string, tags []string) error {
			_, err := w.Stocktakes.Sight(w.As("chief"), number, stocktake.Count{Code: tags[0], Absent: true})
			return err
		},
		"a wish to count again": func(w *booktest.World, number string, tags []string) error {
			_, err := w.Stocktakes.Recount(w.As("keeper-north"), number, stocktake.Recounting{Codes: []string{tags[1]}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "book.db"), store.Schema, sqlite.Unsynced)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = file.Close() })
			between := &slow{Store: file}
			w := booktest.Over(t, between)
			tags := w.Radios(4)
			keeper := w.As("keeper-north")
			if _, err := w.Custody.Transfer(keeper, tags[3], 0, custody.Transfer{Unit: "SOUTH-STORE", Receipt: booktest.Sign("Sana South")}); err != nil {
				t.Fatal(err)
			}
			st := w.Stocktake()
			w.Pass(time.Minute)
			for _, tag := range tags[:2] {
				if _, err := w.Stocktakes.Sight(w.As("commander-north"), st.Number, stocktake.Count{Code: tag}); err != nil {
					t.Fatal(err)
				}
			}
			if did, err := w.Stocktakes.Recount(keeper, st.Number, stocktake.Recounting{Codes: []string{tags[0], tags[0]}}); err != nil || did.Asked != 1 {
				t.Fatal(did, err)
			}
			between.meanwhile = func() {
				if _, err := w.Stocktakes.Close(keeper, st.Number, 0, bothSigned); err != nil {
					t.Error(err)
				}
			}
			refused(t, add(w, st.Number, tags), models.Conflict, "state", "nothing more is counted")
			shown, err := w.Stocktakes.Stocktake(keeper, st.Number)
			if want := (models.Tally{Expected: 3, Sighted: 2, Unaccounted: 1, Recounts: 1}); err != nil || len(shown.Broken) != 0 || *shown.Result != want {
				t.Errorf("%+v, signatures %v are broken, %v", shown.Result, shown.Broken, err)
			}
			if lines, _, err := w.Stocktakes.Lines(keeper, st.Number, stocktake.LineFilter{}, "", 50); err != nil || len(lines) != 3 {
				t.Errorf("%d lines, %v", len(lines), err)
			}
		})
	}
}

// TestManyCountWhileItCloses has officers scan labels that nobody expects while the
// stocktake closes.
func TestManyCountWhileItCloses(t *testing.T) {
	w := booktest.New(t)
	w.Radios(3)
	keeper, officers := w.As("keeper-north"), []context.Context{w.As("commander-north"), w.As("chief")}
	st := w.Stocktake()
	w.Pass(time.Minute)
	var all sync.WaitGroup
	taken := make([]int, len(officers))
	for i, officer := range officers {
		all.Go(func() {
			for n := range int64(40) {
				if _, err := w.Stocktakes.Sight(officer, st.Number, stocktake.Count{Code: w.TagOf(5000 + 100*int64(i) + n)}); err != nil {
					if models.KindOf(err) != models.Conflict {
						t.Error(err)
					}
					return
				}
				taken[i]++
			}
		})
	}
	closed, err := w.Stocktakes.Close(keeper, st.Number, 0, bothSigned)
	for err != nil && models.KindOf(err) == models.Stale { // something was found while the closing began
		closed, err = w.Stocktakes.Close(keeper, st.Number, 0, bothSigned)
	}
	if err != nil {
		t.Fatal(err)
	}
	all.Wait()
	shown, err := w.Stocktakes.Stocktake(keeper, st.Number)
	if err != nil || len(shown.Broken) != 0 || closed.Result.Unknown != taken[0]+taken[1] || shown.Extra != taken[0]+taken[1] {
		t.Errorf("%d labels were noted of %v, signatures %v are broken, %v", closed.Result.Unknown, taken, shown.Broken, err)
	}
}
