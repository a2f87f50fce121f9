// Package storetest is the contract of the storage port: what services count on,
// as tests that every engine passes.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Run holds the store that open makes to the contract. Rounds is how often the race for
// one document is run.
func Run(t *testing.T, open func(t *testing.T) store.Store, rounds int) {
	for name, test := range map[string]func(*testing.T, store.Store){
		"a document comes back as it was put":          comesBack,
		"a guard that does not hold changes nothing":   guards,
		"paging neither skips nor repeats":             paging,
		"a whole collection comes by its keys":         keys,
		"every filter and sort of assets":              filters,
		"a document found by several words comes once": words,
		"a search comes in the order of its words":     wordOrder,
		"a bare record is all but its text":            bare,
		"a cancelled context stops":                    cancellation,
		"a deleted document leaves no trace":           deletes,
		"a taken value is a duplicate that is named":   duplicates,
		"numbers are never given twice":                numbers,
		"a commit happens entirely or not at all":      allOrNothing,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
	t.Run("a copy is as the book was at one moment", func(t *testing.T) { whole(t, open(t).(store.Whole), open(t).(store.Whole)) })
	t.Run("of two writers exactly one wins", func(t *testing.T) { twoWriters(t, open(t), rounds) })
}

func keys(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, id := range []string{"b", "d", "a", "c"} {
		if err := s.Commit(ctx, store.Insert(store.Passwords, id, &models.Password{Person: id})); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	q := store.Query{In: store.Passwords, By: store.ID, Limit: 3}
	for {
		records, err := s.Find(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			got = append(got, r.ID)
		}
		if len(records) < q.Limit {
			break
		}
		q.After = records[len(records)-1].Place
	}
	if !slices.Equal(got, []string{"a", "b", "c", "d"}) {
		t.Errorf("found %v", got)
	}
	n, err := s.Count(ctx, store.Query{In: store.Passwords, By: store.ID, Where: []store.Cond{store.Is(store.ID, "b")}, Limit: 5})
	if err != nil || n != 1 {
		t.Errorf("counted %d, %v", n, err)
	}
}

func asset(n int64) *models.Asset {
	return &models.Asset{
		ID: fmt.Sprintf("asset-%07d", n), Tag: fmt.Sprintf("QM-%06d", n), Number: n,
		Name: fmt.Sprintf("Item %03d", (n*37)%1000), Category: []string{"radio", "vehicle", "scanner"}[n%3],
		Unit: "POST-1", Path: []string{"AGENCY", "POST-1"}, Status: models.InStore,
	}
}

func insert(t *testing.T, s store.Store, assets ...*models.Asset) {
	t.Helper()
	changes := make([]store.Change, len(assets))
	for i, a := range assets {
		changes[i] = store.Insert(store.Assets, a.ID, a)
	}
	if err := s.Commit(t.Context(), changes...); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, s store.Store, by string, where ...store.Cond) []string {
	t.Helper()
	return tags(t, s, store.Query{In: store.Assets, By: by, Where: where})
}

func tags(t *testing.T, s store.Store, q store.Query) []string {
	t.Helper()
	found, err := store.Find[models.Asset](t.Context(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, a := range found {
		tags = append(tags, a.Tag)
	}
	return tags
}

func comesBack(t *testing.T, s store.Store) {
	a := asset(1)
	a.Name = "ایکس رے سکینر 🛰 \"quoted\" \\ <b>"
	a.Note = strings.Repeat("é", 1<<19) // 1 MB
	a.Fields = map[string]any{"odometer": 120345.5, "$set": "x", "a.b": true, "chassis": "JT711"}
	a.Cost = &models.Money{Amount: "1234567.8900", Currency: "PKR"}
	insert(t, s, a)
	r, err := s.Get(t.Context(), store.Assets, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	b, err := store.Decode[models.Asset](r)
	if err != nil {
		t.Fatal(err)
	}
	if r.Version != 1 || b.Name != a.Name || b.Note != a.Note || *b.Cost != *a.Cost ||
		b.Fields["odometer"] != 120345.5 || b.Fields["$set"] != "x" || b.Fields["a.b"] != true {
		t.Errorf("version %d, got %.300v", r.Version, b)
	}
	if _, err := s.Get(t.Context(), store.Assets, "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a key that does not exist: %v", err)
	}
}

func guards(t *testing.T, s store.Store) {
	a := asset(1)
	insert(t, s, a)
	a.Name = "second"
	if err := s.Commit(t.Context(), store.Replace(store.Assets, a.ID, 1, a)); err != nil {
		t.Fatal(err)
	}
	a.Name = "third"
	var conflict *store.VersionConflict
	for _, version := range []int64{1, 3} {
		err := s.Commit(t.Context(), store.Replace(store.Assets, a.ID, version, a))
		if !errors.As(err, &conflict) || conflict.ID != a.ID {
			t.Errorf("version %d: %v", version, err)
		}
	}
	if err := s.Commit(t.Context(), store.Replace(store.Assets, "nobody", 1, a)); !errors.As(err, &conflict) {
		t.Errorf("a document that is not there: %v", err)
	}
	r, _ := s.Get(t.Context(), store.Assets, a.ID)
	if r.Version != 2 || !strings.Contains(string(r.Body), "second") {
		t.Errorf("version %d: %s", r.Version, r.Body)
	}
}

func duplicates(t *testing.T, s store.Store) {
	a := asset(1)
	a.Make, a.Model, a.Serial, a.Aliases = "Smiths", "6040", "SN 1", []string{"old-7"}
	insert(t, s, a)
	for index, change := range map[string]func(b *models.Asset){
		"id":      func(b *models.Asset) { b.ID = a.ID },
		"number":  func(b *models.Asset) { b.Number = 1 },
		"serials": func(b *models.Asset) { b.Make, b.Model, b.Serial = "SMITHS", "6040", "sn1" },
		"codes":   func(b *models.Asset) { b.Aliases = []string{"OLD-7"} },
	} {
		b := asset(2)
		change(b)
		var taken *store.Duplicate
		if err := s.Commit(t.Context(), store.Insert(store.Assets, b.ID, b)); !errors.As(err, &taken) || taken.Index != index {
			t.Errorf("%s: %v", index, err)
		}
	}
	if got := find(t, s, "number"); len(got) != 1 {
		t.Errorf("the register holds %v", got)
	}
}

func allOrNothing(t *testing.T, s store.Store) {
	a, b, c := asset(1), asset(2), asset(3)
	insert(t, s, a)
	err := s.Commit(t.Context(), store.Insert(store.Assets, b.ID, b), store.Replace(store.Assets, a.ID, 9, a),
		store.Insert(store.Assets, c.ID, c))
	if err == nil {
		t.Fatal("a wrong guard was accepted")
	}
	for _, by := range []string{"number", "category"} {
		if got := find(t, s, by); !slices.Equal(got, []string{a.Tag}) {
			t.Errorf("by %s: %v", by, got)
		}
	}
	if got := find(t, s, "unit", store.Is("units", "AGENCY")); !slices.Equal(got, []string{a.Tag}) {
		t.Errorf("by unit: %v", got)
	}
}

func paging(t *testing.T, s store.Store) {
	for n := int64(1); n <= 60; n++ {
		insert(t, s, asset(n*10))
	}
	for _, q := range []store.Query{
		{In: store.Assets, By: "number"},
		{In: store.Assets, By: "number", Desc: true},
		{In: store.Assets, By: "name"},
		{In: store.Assets, By: "name", Desc: true},
		{In: store.Assets, By: "unit", Where: []store.Cond{store.Is("units", "AGENCY")}},
		{In: store.Assets, By: "unit_category", Where: []store.Cond{store.Is("units", "AGENCY")}},
		{In: store.Assets, By: "words", Where: []store.Cond{store.Starts("words", "item")}},
		{In: store.Assets, By: "paid_by"},
	} {
		before := tags(t, s, q)
		seen := map[string]int{}
		next := int64(1000)
		q.Limit = 7
		for {
			page, err := s.Find(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				a, _ := store.Decode[models.Asset](r)
				seen[a.Tag]++
			}
			if len(page) < q.Limit {
				break
			}
			q.After = page[len(page)-1].Place
			extra := asset(next + int64(len(seen)) + int64(len(q.By))*100000)
			if _, err := s.Get(t.Context(), store.Assets, extra.ID); err != nil && len(seen) < 60 {
				insert(t, s, extra)
			}
			next += 1000
		}
		for _, tag := range before {
			if seen[tag] != 1 {
				t.Errorf("%s (desc %v): %s came %d times", q.By, q.Desc, tag, seen[tag])
			}
		}
	}
}

func filters(t *testing.T, s store.Store) {
	a, b, c, d := asset(1), asset(2), asset(3), asset(1000000)
	a.Status, a.Donor, a.Grant, a.AcquiredOn, a.Custodian = models.Issued, "INL", "G-1", "2024-01-31", "P-9"
	b.Path, b.Unit, b.Donor, b.AcquiredOn = []string{"AGENCY", "POST-2"}, "POST-2", "EU", "2025-06-01"
	c.Donor, c.AcquiredOn = "UNODC", "2025-06-01"
	d.Path, d.Unit = []string{"OTHER"}, "OTHER"
	insert(t, s, a, b, c, d)
	is := store.Is
	for name, c := range map[string]struct {
		q    store.Query
		want []*models.Asset
	}{
		"by number as a number": {store.Query{By: "number"}, []*models.Asset{a, b, c, d}},
		"downwards":             {store.Query{By: "number", Desc: true}, []*models.Asset{d, c, b, a}},
		"one":                   {store.Query{By: "number", Where: []store.Cond{is("number", int64(2))}}, []*models.Asset{b}},
		"below a unit":          {store.Query{By: "unit", Where: []store.Cond{is("units", "AGENCY")}}, []*models.Asset{a, b, c}},
		"and of a status":       {store.Query{By: "unit_status", Where: []store.Cond{is("units", "AGENCY"), is("status", "issued")}}, []*models.Asset{a}},
		"and of a category":     {store.Query{By: "unit_category", Where: []store.Cond{is("units", "AGENCY"), is("category", "scanner")}}, []*models.Asset{b}},
		"a rest condition":      {store.Query{By: "status", Where: []store.Cond{is("status", "in_store"), is("category", "scanner")}}, []*models.Asset{b}},
		"a rest on a key":       {store.Query{By: "status", Where: []store.Cond{is("status", "in_store"), is("units", "POST-2")}}, []*models.Asset{b}},
		"of several payers":     {store.Query{By: "paid_by", Where: []store.Cond{store.In("paid_by", []string{"donor UNODC", "grant G-1", "donor INL"})}}, []*models.Asset{a, c}},
		"of no payer":           {store.Query{By: "paid_by", Where: []store.Cond{store.In("paid_by", nil)}}, nil},
		"rest of several":       {store.Query{By: "number", Where: []store.Cond{store.In("category", []string{"radio", "vehicle"})}}, []*models.Asset{a, c, d}},
		"a rest key of several": {store.Query{By: "number", Where: []store.Cond{store.In("paid_by", []string{"donor EU", "donor INL"})}}, []*models.Asset{a, b}},
		"a range of days":       {store.Query{By: "acquired", Where: []store.Cond{store.From("acquired_on", "2024-02-01"), store.Under("acquired_on", "2026-01-01")}}, []*models.Asset{b, c}},
		"without the field":     {store.Query{By: "custodian"}, []*models.Asset{a}},
		"with a limit":          {store.Query{By: "number", Limit: 2}, []*models.Asset{a, b}},
		"a quote in a value":    {store.Query{By: "status", Where: []store.Cond{is("status", "x' OR '1'='1")}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.q.In = store.Assets
			var want []string
			for _, a := range c.want {
				want = append(want, a.Tag)
			}
			if got := tags(t, s, c.q); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			if n, err := s.Count(t.Context(), c.q); err != nil || int(n) != len(want) {
				t.Errorf("counted %d (%v), want %d", n, err, len(want))
			}
		})
	}
}

// bare asks for records without their texts, by a field and by a many-valued key.
func bare(t *testing.T, s store.Store) {
	a, b := asset(1), asset(2)
	insert(t, s, a, b)
	for _, q := range []store.Query{
		{In: store.Assets, By: "number", Limit: 1, After: store.Key{int64(1)}},
		{In: store.Assets, By: "unit", Where: []store.Cond{store.Is("units", "AGENCY")}, Limit: 1, After: store.Key{int64(1)}},
	} {
		full, err := s.Find(t.Context(), q)
		if err != nil || len(full) != 1 {
			t.Fatalf("by %s: %d, %v", q.By, len(full), err)
		}
		q.Bare = true
		got, err := s.Find(t.Context(), q)
		if err != nil || len(got) != 1 || got[0].ID != b.ID || got[0].Version != full[0].Version || len(got[0].Body) != 0 || got[0].Place.Compare(full[0].Place) != 0 {
			t.Errorf("by %s: %+v, %v", q.By, got, err)
		}
	}
}

func words(t *testing.T, s store.Store) {
	a, b := asset(1), asset(2)
	a.Name, b.Name = "Toyota Toyo tow truck", "Hilux"
	b.Make = "TOYOTA"
	insert(t, s, a, b)
	for _, c := range []struct {
		words []string
		want  []string
	}{
		{[]string{"toyo"}, []string{a.Tag, b.Tag}},
		{[]string{"to"}, []string{a.Tag, b.Tag}},
		{[]string{"toyota", "hil"}, []string{b.Tag}},
		{[]string{"lux"}, nil},
	} {
		var where []store.Cond
		for _, w := range c.words {
			where = append(where, store.Starts("words", w))
		}
		got := find(t, s, "words", where...)
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.words, got, c.want)
		}
	}
	a.Name = "Forklift"
	if err := s.Commit(t.Context(), store.Replace(store.Assets, a.ID, 1, a)); err != nil {
		t.Fatal(err)
	}
	if got := find(t, s, "words", store.Starts("words", "toyo")); !slices.Equal(got, []string{b.Tag}) {
		t.Errorf("after a change of name: %v", got)
	}
}

func wordOrder(t *testing.T, s store.Store) {
	names := map[int64]string{1: "tow zebra", 2: "tower", 3: "tow", 4: "zebra tower tow", 5: "town"}
	for n, name := range names {
		a := asset(n)
		a.Name = name
		insert(t, s, a)
	}
	for name, c := range map[string]struct {
		desc  bool
		after int
		want  []int64
	}{
		"upwards":         {false, 0, []int64{1, 3, 4, 2, 5}},
		"downwards":       {true, 0, []int64{5, 4, 2, 3, 1}},
		"behind the next": {false, 2, []int64{4, 2, 5}},
	} {
		q := store.Query{In: store.Assets, By: "words", Desc: c.desc, Where: []store.Cond{store.Starts("words", "tow")}}
		if c.after > 0 {
			q.Limit = c.after
			first, err := s.Find(t.Context(), q)
			if err != nil || len(first) != c.after {
				t.Fatalf("%s: %d documents, %v", name, len(first), err)
			}
			q.After, q.Limit = first[c.after-1].Place, 0
		}
		var want []string
		for _, n := range c.want {
			want = append(want, asset(n).Tag)
		}
		if got := tags(t, s, q); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func numbers(t *testing.T, s store.Store) {
	var mu sync.Mutex
	given := map[int64]bool{}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i := range 50 {
				n := int64(i%3 + 1)
				first, err := s.Next(t.Context(), "tag", n)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for k := first; k < first+n; k++ {
					if given[k] || k < 1 {
						t.Errorf("%d was given twice", k)
					}
					given[k] = true
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
}

func cancellation(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := asset(1)
	if err := s.Commit(ctx, store.Insert(store.Assets, a.ID, a)); !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v", err)
	}
	if _, err := s.Find(ctx, store.Query{In: store.Assets, By: "number"}); !errors.Is(err, context.Canceled) {
		t.Errorf("find: %v", err)
	}
	if got := find(t, s, "number"); len(got) != 0 {
		t.Errorf("a cancelled commit wrote %v", got)
	}
}

func deletes(t *testing.T, s store.Store) {
	a := asset(1)
	insert(t, s, a)
	if err := s.Commit(t.Context(), store.Delete(store.Assets, a.ID, 1)); err != nil {
		t.Fatal(err)
	}
	for _, by := range []string{"number", "words", "unit", "codes"} {
		if got := find(t, s, by); len(got) != 0 {
			t.Errorf("by %s: %v", by, got)
		}
	}
	insert(t, s, a)
}

func twoWriters(t *testing.T, s store.Store, rounds int) {
	a := asset(1)
	insert(t, s, a)
	for round := range rounds {
		var won atomic.Int32
		var wait sync.WaitGroup
		for i := range 2 {
			wait.Go(func() {
				mine := *a
				mine.Custodian = fmt.Sprintf("P-%d", i)
				err := s.Commit(t.Context(), store.Replace(store.Assets, a.ID, int64(round+1), &mine))
				var conflict *store.VersionConflict
				switch {
				case err == nil:
					won.Add(1)
				case !errors.As(err, &conflict):
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if won.Load() != 1 {
			t.Fatalf("round %d: %d won", round, won.Load())
		}
	}
}
