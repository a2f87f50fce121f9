package store

import (
	"cmp"
	"slices"
)

// Query asks for documents of one collection through the index By, in that
// index's order. Conditions on the leading fields of the index narrow what is
// read; the others are checked on each document read.
type Query struct {
	In    *Collection
	By    string // name of the index that serves it; ID for the order of the keys, which every collection has
	Where []Cond
	Desc  bool
	Limit int
	After Key // continue behind this place, see KeyOf
	// Bare leaves out the documents' texts: what is read are keys, versions and places.
	Bare bool
}

// Op is how a condition compares.
type Op int

// The comparisons. Prefix is of text; Any is membership in a list.
const (
	Eq Op = iota
	Any
	AtLeast
	Below
	Prefix
)

// Cond is one condition on a field, a dotted JSON path or a many-valued key.
type Cond struct {
	Field string
	Op    Op
	Value any // string, int64 or bool; a []string for Any
}

// ID is the name under which a document's key is ordered and asked for.
const ID = "_id"

// Is asks for equality.
func Is(field string, value any) Cond { return Cond{field, Eq, value} }

// In asks for one of several values.
func In(field string, values []string) Cond { return Cond{field, Any, values} }

// From asks for values at or above value.
func From(field string, value any) Cond { return Cond{field, AtLeast, value} }

// Under asks for values below value.
func Under(field string, value any) Cond { return Cond{field, Below, value} }

// Starts asks for text that begins with value.
func Starts(field, value string) Cond { return Cond{field, Prefix, value} }

// Words asks for documents that have words which begin with these, the longest, which
// most likely narrows most, first.
func Words(words []string) []Cond {
	longest := slices.Clone(words)
	slices.SortStableFunc(longest, func(a, b string) int { return len(b) - len(a) })
	conds := make([]Cond, len(longest))
	for i, word := range longest {
		conds[i] = Starts("words", word)
	}
	return conds
}

// Key is a document's place in the order of a query: the values of Order's
// fields. It is what a page's cursor carries.
type Key []any

// Fixed says whether q fixes field to one value: by an equality, or by membership
// in the first field of its index, which is read value by value and merged.
func (q Query) Fixed(field string) bool {
	lead := q.Index().Fields[0]
	for _, c := range q.Where {
		if c.Field == field && (c.Op == Eq || c.Op == Any && field == lead) {
			return true
		}
	}
	return false
}

// Order returns the fields by which q's documents are ordered: those of its
// index which no equality fixes, and the document's key (ID) where these do not
// tell any two documents apart.
func (q Query) Order() []string {
	index := q.Index()
	var order []string
	for _, field := range index.Fields {
		if !q.Fixed(field) {
			order = append(order, field)
		}
	}
	if !q.In.TellsApart(index) {
		order = append(order, ID)
	}
	return order
}

// Index returns the index that serves q.
func (q Query) Index() Index { return q.In.Index(q.By) }

// Index returns an index by its name. It panics on one that the collection does not
// declare: that is a mistake in the program.
func (c *Collection) Index(name string) Index {
	if name == ID {
		return Index{Name: ID, Fields: []string{ID}, Unique: true}
	}
	for _, index := range c.Indexes {
		if index.Name == name {
			return index
		}
	}
	panic("store: collection " + c.Name + " declares no index " + name)
}

// Narrowest names the first of these indexes whose leading fields the conditions fix.
// The last named orders the whole collection and is taken when no other fits; the
// others are the same order within one value of each leading field.
func (c *Collection) Narrowest(conds []Cond, names ...string) string {
	whole := c.Index(names[len(names)-1])
	for _, name := range names[:len(names)-1] {
		fields := c.Index(name).Fields
		leading := len(fields) - len(whole.Fields)
		if leading < 1 || !slices.Equal(fields[leading:], whole.Fields) {
			panic("store: index " + name + " of " + c.Name + " does not order like " + whole.Name)
		}
		if !slices.ContainsFunc(fields[:leading], func(field string) bool { return !Fixes(conds, field) }) {
			return name
		}
	}
	return whole.Name
}

// Fixes says whether one of the conditions fixes a field to a value, or to some.
func Fixes(conds []Cond, field string) bool {
	return slices.ContainsFunc(conds, func(c Cond) bool { return c.Field == field && (c.Op == Eq || c.Op == Any) })
}

// Compare orders two places of the same query: numbers as numbers, text by its bytes.
func (k Key) Compare(other Key) int {
	for i := range min(len(k), len(other)) {
		var c int
		switch a := k[i].(type) {
		case int64:
			b, _ := other[i].(int64)
			c = cmp.Compare(a, b)
		case string:
			b, _ := other[i].(string)
			c = cmp.Compare(a, b)
		}
		if c != 0 {
			return c
		}
	}
	return 0
}
