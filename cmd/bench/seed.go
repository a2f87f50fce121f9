package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/house"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// seeded is a register that is kept for the next run.
type seeded struct {
	Assets int     `json:"assets"`
	Took   float64 `json:"took"`  // seconds to seed it
	Bytes  int64   `json:"bytes"` // of its file
	path   string
}

// seed makes a register of n assets, or finds the one of an earlier run, which may
// have grown by what was done in it since.
func seed(folder string, n int) (*seeded, error) {
	s := &seeded{Assets: n, path: filepath.Join(folder, fmt.Sprintf("%d.db", n))}
	about := strings.TrimSuffix(s.path, ".db") + ".json"
	if raw, err := os.ReadFile(about); err == nil {
		return s, json.Unmarshal(raw, s)
	}
	for _, old := range []string{s.path, s.path + "-wal", s.path + "-shm", s.path + ".part", s.path + ".part-wal", s.path + ".part-shm", keyOf(s.path)} {
		if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	began := time.Now()
	if err := fill(s.path, n); err != nil {
		return nil, err
	}
	s.Took = time.Since(began).Seconds()
	info, err := os.Stat(s.path)
	if err != nil {
		return nil, err
	}
	s.Bytes = info.Size()
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return s, os.WriteFile(about, raw, 0o644)
}

// keyOf is where the server looks for the key of a book's ledger.
func keyOf(path string) string { return strings.TrimSuffix(path, ".db") + ".ledger.key" }

func fill(path string, n int) (err error) {
	ctx := access.AsOperator(context.Background())
	f, err := sqlite.Fill(ctx, path, "bench")
	if err != nil {
		return err
	}
	h := house.Over(&ledger.Book{Store: f, Now: time.Now}, house.Settings{TagPrefix: "QM"})
	if _, err = h.Proofs.Open(ctx, keyOf(path)); err == nil {
		err = places(ctx, h)
	}
	for from := 1; from <= n && err == nil; from += together {
		err = lives(ctx, f, from, min(from+together, n+1))
		if done := min(from+together-1, n); done%50_000 < together {
			fmt.Printf("  %d of %d\n", done, n)
		}
	}
	if err == nil {
		_, err = f.Next(ctx, "tag:QM", int64(n))
	}
	if err == nil {
		fmt.Println("  findings, and the ledger's log")
		_, err = h.Flags.Reconcile(ctx, models.OverdueService, h.Maintenance.Overdue(ctx), models.Say("serviced"))
	}
	if err == nil {
		_, err = h.Proofs.Integrate(ctx)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Done(ctx)
}

// together is how many assets are lived through at once.
const together = 2000

// lives enters some assets and what became of each: ten events. The ledger writes
// them as it always does; of the documents, only what they are in the end is stored.
func lives(ctx context.Context, f *sqlite.Filling, from, to int) error {
	last := &lastly{Store: f}
	now := enteredAt(from)
	book := &ledger.Book{Store: last, Now: func() time.Time { return now }}
	assets := make([]*models.Asset, 0, to-from)
	before := make([][]byte, to-from)
	for n := from; n < to; n++ {
		assets = append(assets, asset(n))
	}
	for _, step := range life {
		now = now.Add(step.after)
		ctx := ledger.By(ctx, ledger.Author{Person: keeperCode(commandOf(from)), Device: "phone"})
		entries := make([]ledger.Entry, len(assets))
		for i, a := range assets {
			step.happens(a, models.At(now))
			entries[i] = ledger.Change(store.Assets, before[i], a, step.kind, "")
		}
		if err := book.Commit(ctx, entries...); err != nil {
			return err
		}
		for i, a := range assets {
			var err error
			if before[i], err = json.Marshal(a); err != nil {
				return err
			}
		}
	}
	records := make([]store.Record, len(assets))
	for i, a := range assets {
		records[i] = store.Record{ID: a.ID, Version: a.Version, Body: before[i]}
	}
	if err := f.Load(ctx, store.Assets, records); err != nil {
		return err
	}
	return f.Load(ctx, store.Events, last.events)
}

// lastly is a store that keeps events, and forgets the documents that they change.
type lastly struct {
	store.Store
	events []store.Record
}

func (l *lastly) Commit(_ context.Context, changes ...store.Change) error {
	for _, c := range changes {
		if c.In != store.Events {
			continue
		}
		body, err := store.JSON(c.Doc)
		if err != nil {
			return err
		}
		l.events = append(l.events, store.Record{ID: c.ID, Version: 1, Body: body})
	}
	return nil
}
