package mongo

import (
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"quartermaster/services/store"
)

// TestEveryQueryNamesItsIndexAndNeedsNoSort checks, for each declared index, that a
// page by it carries the index as its hint and that the fields of its sort follow,
// in the index, those that a condition fixes: then the server reads it in order.
func TestEveryQueryNamesItsIndexAndNeedsNoSort(t *testing.T) {
	s := serve(t, "rs0", nil)
	opened := s.open()
	for _, c := range store.Schema {
		for _, index := range c.Indexes {
			lead := index.Fields[0]
			for name, q := range map[string]store.Query{
				"in order":        {In: c, By: index.Name, Limit: 50},
				"downwards":       {In: c, By: index.Name, Limit: 50, Desc: true},
				"of a value":      {In: c, By: index.Name, Limit: 50, Where: []store.Cond{store.Is(lead, "x")}},
				"of some values":  {In: c, By: index.Name, Limit: 50, Where: []store.Cond{store.In(lead, []string{"x", "y"})}},
				"of a beginning":  {In: c, By: index.Name, Limit: 50, Where: []store.Cond{store.Starts(lead, "x")}},
				"behind a place":  {In: c, By: index.Name, Limit: 50, After: placeIn(c, index)},
				"counted":         {In: c, By: index.Name},
				"counted of some": {In: c, By: index.Name, Where: []store.Cond{store.Is(lead, "x")}},
			} {
				if _, err := opened.Find(t.Context(), q); err != nil {
					t.Fatal(err)
				}
				if _, err := opened.Count(t.Context(), q); err != nil {
					t.Fatal(err)
				}
				for _, got := range s.heard() {
					if hint, _ := got.Lookup("hint").StringValueOK(); hint != index.Name {
						t.Errorf("%s by %s, %s: %s has the hint %q", c.Name, index.Name, name, got.name, hint)
					}
					if level, _ := got.Lookup("readConcern", "level").StringValueOK(); level != "majority" {
						t.Errorf("%s by %s, %s: %s reads %q", c.Name, index.Name, name, got.name, level)
					}
					if got.name == "find" && !follows(got, c, index, q) {
						t.Errorf("%s by %s, %s: sorted by %s", c.Name, index.Name, name, got.Lookup("sort"))
					}
				}
			}
		}
	}
}

func placeIn(c *store.Collection, index store.Index) store.Key {
	place := make(store.Key, len((store.Query{In: c, By: index.Name}).Order()))
	for i := range place {
		place[i] = "x"
	}
	return place
}

// follows says whether the sort of a find is the end of the index, less what q
// fixes. One that walks sends no sort.
func follows(got command, c *store.Collection, index store.Index, q store.Query) bool {
	sort, sorted := got.Lookup("sort").DocumentOK()
	if walks(q) {
		return !sorted
	}
	keys := indexKeys(c, index)
	if led(q) != nil {
		keys = keys[1:]
	}
	elements, _ := sort.Elements()
	want := 1
	if q.Desc {
		want = -1
	}
	return slices.EqualFunc(elements, keys, func(e bson.RawElement, key bson.E) bool {
		way, _ := e.Value().AsInt64OK()
		return e.Key() == key.Key && int(way) == want
	})
}

func TestAPageGoesOnBehindItsPlace(t *testing.T) {
	q := store.Query{In: store.StocktakeLines, By: "recount", After: store.Key{"yes", int64(7), "id-7"}}
	got, err := bson.MarshalExtJSON(filter(q, orderOf(q)), false, false)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"$and":[{"k.recount_due":{"$exists":true}},{"k.recount_due":{"$gte":"yes"}},{"$or":[` +
		`{"k.recount_due":{"$gt":"yes"}},` +
		`{"k.recount_due":"yes","k.line":{"$gt":7}},` +
		`{"k.recount_due":"yes","k.line":7,"_id":{"$gt":"id-7"}}]}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
