package replica

import (
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// collection is what is known here of a collection: its documents, each with what it
// was before, and its indexes.
type collection struct {
	documents map[string]*document
	indexes   []*index
}

// document is one key. owner is the open transaction that changed it.
type document struct {
	key      string
	versions []version
	owner    *transaction
}

// version is what a document was from a commit on; nil is that it was not there.
type version struct {
	at  int64
	raw bson.Raw
}

func (d *document) last() version {
	if len(d.versions) == 0 {
		return version{}
	}
	return d.versions[len(d.versions)-1]
}

// asOf is what the document was after a commit.
func (d *document) asOf(at int64) bson.Raw {
	for _, v := range slices.Backward(d.versions) {
		if v.at <= at {
			return v.raw
		}
	}
	return nil
}

// index is declared; of a unique one the values that are taken are kept.
type index struct {
	declared bson.Raw
	name     string
	fields   []string
	unique   bool
	exists   string            // the field without which a document does not stand in it; "" is none
	taken    map[string]string // key of the document by value
	claimed  map[string]claim  // by value, of transactions that are open
}

// claim is a value that an open transaction gives to a document.
type claim struct {
	by *transaction
	d  *document
}

func (s *Set) collection(in string) *collection {
	c := s.collections[in]
	if c == nil {
		c = &collection{documents: map[string]*document{}}
		s.collections[in] = c
	}
	return c
}

func (c *collection) document(id bson.RawValue) *document {
	key := keyOf(id)
	d := c.documents[key]
	if d == nil {
		d = &document{key: key}
		c.documents[key] = d
	}
	return d
}

func keyOf(v bson.RawValue) string { return string(v.Type) + string(v.Value) }

func (c *collection) declare(in string, raw bson.Raw) error {
	x := &index{declared: slices.Clone(raw), taken: map[string]string{}, claimed: map[string]claim{}}
	x.name, _ = raw.Lookup("name").StringValueOK()
	x.unique, _ = raw.Lookup("unique").BooleanOK()
	keys, _ := raw.Lookup("key").Document().Elements()
	for _, k := range keys {
		x.fields = append(x.fields, k.Key())
	}
	if partial, ok := raw.Lookup("partialFilterExpression").DocumentOK(); ok {
		first, err := partial.IndexErr(0)
		if exists, _ := first.Value().Document().Lookup("$exists").BooleanOK(); err != nil || !exists {
			return unknown("a partial index by %s", partial)
		}
		x.exists = first.Key()
	}
	if x.unique {
		for _, d := range c.documents {
			for _, value := range x.values(d.last().raw) {
				if x.taken[value] != "" {
					return taken(in, x, value)
				}
				x.taken[value] = d.key
			}
		}
	}
	c.forget(x.name)
	c.indexes = append(c.indexes, x)
	return nil
}

func (c *collection) forget(name string) {
	c.indexes = slices.DeleteFunc(c.indexes, func(x *index) bool { return x.name == name })
}

// values are those by which a document stands in an index: of a field that is a list,
// each of the list once.
func (x *index) values(raw bson.Raw) []string {
	if raw == nil || x.exists != "" && lookup(raw, x.exists).IsZero() {
		return nil
	}
	values := []string{""}
	for _, field := range x.fields {
		one := lookup(raw, field)
		ways := []string{keyOf(one)}
		if array, ok := one.ArrayOK(); ok {
			ways = nil
			list, _ := array.Values()
			for _, v := range list {
				if k := keyOf(v); !slices.Contains(ways, k) {
					ways = append(ways, k)
				}
			}
		}
		var longer []string
		for _, v := range values {
			for _, w := range ways {
				longer = append(longer, fmt.Sprintf("%s%d:%s", v, len(w), w))
			}
		}
		values = longer
	}
	return values
}

func lookup(raw bson.Raw, field string) bson.RawValue {
	return raw.Lookup(strings.Split(field, ".")...)
}

func taken(in string, x *index, value string) *failure {
	return &failure{codeDuplicate, "DuplicateKey", fmt.Sprintf("E11000 duplicate key error collection: %s index: %s dup key: { %s: %q }", in, x.name, x.fields[0], value), nil}
}
