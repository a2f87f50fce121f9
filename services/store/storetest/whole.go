package storetest

import (
	"errors"
	"slices"
	"testing"

	"quartermaster/models"
	"quartermaster/services/store"
)

// whole copies one store into another, and finds in it what the first held at that
// moment.
func whole(t *testing.T, from, to store.Whole) {
	ctx := t.Context()
	for n := range int64(250) {
		insert(t, from, asset(n+1))
	}
	changed := asset(7)
	changed.Name = "Changed <b> \u2028 نام"
	if err := from.Commit(ctx, store.Replace(store.Assets, changed.ID, 1, changed)); err != nil {
		t.Fatal(err)
	}
	given, err := from.Next(ctx, "tag", 5)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := from.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = snapshot.Close() }()
	if err := from.Commit(ctx, store.Replace(store.Assets, changed.ID, 2, asset(7)), store.Insert(store.Donors, "LATE", &models.Donor{Code: "LATE"})); err != nil {
		t.Fatal(err)
	}
	for _, c := range store.Schema {
		load(t, snapshot, c, to)
	}
	next, err := snapshot.Sequences(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := to.LoadSequences(ctx, next); err != nil {
		t.Fatal(err)
	}

	if n, err := to.Next(ctx, "tag", 1); err != nil || n < given+5 {
		t.Errorf("number %d was given again: %v", n, err)
	}
	if n, err := to.Count(ctx, store.Query{In: store.Donors, By: store.ID}); err != nil || n != 0 {
		t.Errorf("what came after the reading began was read: %d, %v", n, err)
	}
	found, err := to.Find(ctx, store.Query{In: store.Assets, By: "number"})
	if err != nil || len(found) != 250 {
		t.Fatalf("%d were copied: %v", len(found), err)
	}
	want, err := from.Find(ctx, store.Query{In: store.Assets, By: "number"})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range found {
		if i == 6 {
			if name := decoded(t, r).Name; name != changed.Name || r.Version != 2 {
				t.Errorf("the document that was changed is %q at version %d", name, r.Version)
			}
			continue
		}
		if r.ID != want[i].ID || r.Version != want[i].Version || string(r.Body) != string(want[i].Body) {
			t.Fatalf("%s became\n%s, was\n%s", r.ID, r.Body, want[i].Body)
		}
	}
	some, err := to.Find(ctx, store.Query{In: store.Assets, By: "unit", Where: []store.Cond{store.Is("units", "AGENCY")}})
	if err != nil || len(some) != 250 {
		t.Errorf("by a many-valued key %d are found: %v", len(some), err)
	}
	var taken *store.Duplicate
	if err := to.Load(ctx, store.Assets, found[:1]); !errors.As(err, &taken) {
		t.Errorf("a document that is there: %v", err)
	}
	if err := to.Commit(ctx, store.Replace(store.Assets, changed.ID, 2, asset(7))); err != nil {
		t.Errorf("a copy cannot be changed at its version: %v", err)
	}
}

// load copies a collection in parts, each from behind where the one before ended.
func load(t *testing.T, snapshot store.Snapshot, c *store.Collection, to store.Whole) {
	t.Helper()
	const together = 100
	after, enough := "", errors.New("enough")
	var keys []string
	for {
		var part []store.Record
		err := snapshot.Each(t.Context(), c, after, func(r store.Record) error {
			r.Body = slices.Clone(r.Body)
			part = append(part, r)
			if len(part) == together {
				return enough
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			t.Fatal(err)
		}
		for _, r := range part {
			keys = append(keys, r.ID)
		}
		if err := to.Load(t.Context(), c, part); err != nil {
			t.Fatal(err)
		}
		if err == nil {
			break
		}
		after = part[len(part)-1].ID
	}
	if n, err := snapshot.Count(t.Context(), c); err != nil || n != int64(len(keys)) {
		t.Errorf("%s has %d documents, read were %d: %v", c.Name, n, len(keys), err)
	}
	if !slices.IsSorted(keys) {
		t.Errorf("%s comes in another order than that of its keys", c.Name)
	}
}

func decoded(t *testing.T, r store.Record) *models.Asset {
	t.Helper()
	a, err := store.Decode[models.Asset](r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
