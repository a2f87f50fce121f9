package sqlite

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"quartermaster/services/store"
)

// TestEveryIndexServesItsQuery asks SQLite how it would answer a page in the
// order of each index, with and without an equality on its first field, and
// refuses a scan of the table or a sort.
func TestEveryIndexServesItsQuery(t *testing.T) {
	s := open(t).(*Store)
	for _, c := range store.Schema {
		if c.New == nil {
			t.Errorf("%s does not say what its documents are (New): it could be neither restored nor filed anew", c.Name)
		}
		for _, index := range append(slices.Clone(c.Indexes), store.Query{In: c, By: store.ID}.Index()) {
			lead := index.Fields[0]
			for name, q := range map[string]store.Query{
				"in order":   {In: c, By: index.Name, Limit: 50},
				"downwards":  {In: c, By: index.Name, Limit: 50, Desc: true},
				"of a value": {In: c, By: index.Name, Limit: 50, Where: []store.Cond{store.Is(lead, "x")}},
			} {
				if order := q.Order(); len(order) > 0 && name == "of a value" {
					q.After = make(store.Key, len(order))
				}
				text, args := selectSQL(q)
				rows, err := s.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
				if err != nil {
					t.Fatalf("%s by %s: %v", c.Name, index.Name, err)
				}
				for rows.Next() {
					var id, parent, unused int
					var step string
					if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
						t.Fatal(err)
					}
					scansTable := strings.HasPrefix(step, "SCAN d") && !strings.Contains(step, "INDEX")
					if scansTable || strings.Contains(step, "TEMP B-TREE") || name == "of a value" && strings.HasPrefix(step, "SCAN") {
						t.Errorf("%s by %s, %s: %s\n%s", c.Name, index.Name, name, step, text)
					}
				}
				if err := errors.Join(rows.Err(), rows.Close()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
