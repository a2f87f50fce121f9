package sqlite

import (
	"fmt"
	"path/filepath"
	"testing"

	"quartermaster/models"
	"quartermaster/services/store"
)

// TestIndexesThatAreDeclaredOtherwiseAreMadeAnew opens a book again and again with
// other declarations of one collection, and finds its documents by each.
func TestIndexesThatAreDeclaredOtherwiseAreMadeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	scopes := map[string]func(any) []string{"within": func(d any) []string { return d.(*models.Unit).Path }}
	for round, indexes := range [][]store.Index{
		{{Name: "code", Fields: []string{"code"}}},
		{{Name: "code", Fields: []string{"code"}, Unique: true}},
		{{Name: "code", Fields: []string{"kind", "code"}}},
		{{Name: "code", Fields: []string{"code"}}, {Name: "within", Fields: []string{"within", "code"}}},
		{{Name: "within", Fields: []string{"within", "kind", "code"}}, {Name: "parent", Fields: []string{"parent"}}},
		{{Name: "parent", Fields: []string{"parent"}, Unique: true}},
	} {
		c := &store.Collection{Name: store.Units.Name, New: store.Units.New, Many: scopes, Indexes: indexes}
		s, err := Open(t.Context(), path, []*store.Collection{store.Events, c}, Unsynced)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		code := fmt.Sprintf("U%d", round)
		unit := &models.Unit{Code: code, Kind: "post", Parent: "P" + code, Path: []string{"ALL", code}}
		if err := s.Commit(t.Context(), store.Insert(c, code, unit)); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		if err := s.Commit(t.Context(), store.Replace(c, code, 1, unit)); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		for _, index := range indexes {
			records, err := s.Find(t.Context(), store.Query{In: c, By: index.Name})
			if err != nil || len(records) != (round+1)*standsAt(c, index) {
				t.Errorf("round %d: by %s %d are found: %v", round, index.Name, len(records), err)
			}
		}
		if misfiled, err := s.Misfiled(t.Context(), c); err != nil || len(misfiled) > 0 {
			t.Errorf("round %d: %v, %v", round, misfiled, err)
		}
		if r, err := s.Get(t.Context(), c, "U0"); err != nil || r.Version != 2 {
			t.Errorf("round %d: the first is at version %d: %v", round, r.Version, err)
		}
		made, err := s.made(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for name := range made {
			if want := ddl(c)[name]; want == "" && len(name) > 9 && name[:9] == "units_by_" {
				t.Errorf("round %d: %s is still there", round, name)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// standsAt is how often each of those units stands in an index.
func standsAt(c *store.Collection, index store.Index) int {
	if c.IsMany(index.Fields[0]) {
		return 2
	}
	return 1
}
