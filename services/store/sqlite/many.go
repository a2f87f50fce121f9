package sqlite

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"quartermaster/services/store"
)

// layout is how a collection lies in its tables.
type layout struct {
	columns []string // the fields of its indexes, without the many-valued keys
	keys    []string // the many-valued keys, sorted
	leads   []lead
}

// lead is an index that a many-valued key leads.
type lead struct {
	store.Index
	key  int   // the place of its first field in layout.keys
	rest []int // the places of the others in layout.columns
}

var layouts sync.Map // *store.Collection → *layout

func layoutOf(c *store.Collection) *layout {
	if known, ok := layouts.Load(c); ok {
		return known.(*layout)
	}
	l := &layout{keys: slices.Sorted(maps.Keys(c.Many))}
	for _, index := range c.Indexes {
		for _, field := range index.Fields {
			if !c.IsMany(field) && !slices.Contains(l.columns, field) {
				l.columns = append(l.columns, field)
			}
		}
	}
	for _, index := range c.Indexes {
		if !c.IsMany(index.Fields[0]) {
			continue
		}
		led := lead{Index: index, key: slices.Index(l.keys, index.Fields[0])}
		for _, field := range index.Fields[1:] {
			led.rest = append(led.rest, slices.Index(l.columns, field))
		}
		l.leads = append(l.leads, led)
	}
	layouts.Store(c, l)
	return l
}

// row is what the writer needs to know of a document for its indexes.
type row struct {
	n      int64
	values []any      // of layout.columns
	many   [][]string // of layout.keys
}

// rest returns the values of an index's fields after its first.
func (r *row) rest(index lead) []any {
	values := make([]any, len(index.rest), len(index.rest)+1)
	for i, column := range index.rest {
		if values[i] = r.values[column]; values[i] == nil {
			values[i] = "" // the tables' keys hold no NULL
		}
	}
	return values
}

// valuesOf returns the values of a document's columns.
func valuesOf(l *layout, doc any) ([]any, error) {
	values := make([]any, len(l.columns))
	for i, field := range l.columns {
		value, err := store.Value(doc, field)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

// refill changes the rows of a replaced document from what they were to what
// they are: only those that differ.
func (s *Store) refill(ctx context.Context, in *store.Collection, old, now *row) error {
	for _, index := range layoutOf(in).leads {
		before, after := old.many[index.key], now.many[index.key]
		if slices.Equal(old.rest(index), now.rest(index)) {
			before, after = without(before, after), without(after, before)
		}
		if err := s.takeOut(ctx, in, index, old, before); err != nil {
			return err
		}
		if err := s.putIn(ctx, in, index, now, after); err != nil {
			return err
		}
	}
	return nil
}

func without(values, others []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return slices.Contains(others, v) })
}

func (s *Store) fill(ctx context.Context, in *store.Collection, now *row) error {
	for _, index := range layoutOf(in).leads {
		if err := s.putIn(ctx, in, index, now, now.many[index.key]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) empty(ctx context.Context, in *store.Collection, old *row) error {
	for _, index := range layoutOf(in).leads {
		if err := s.takeOut(ctx, in, index, old, old.many[index.key]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) putIn(ctx context.Context, in *store.Collection, index lead, r *row, values []string) error {
	if len(values) == 0 {
		return nil
	}
	rest := r.rest(index)
	args := make([]any, 0, len(values)*(len(index.Fields)+1))
	for _, value := range values {
		args = append(append(append(args, value), rest...), r.n)
	}
	return s.exec(ctx, `INSERT INTO `+table(in, index.Index)+` VALUES `+places(len(values), len(index.Fields)+1), args...)
}

// places writes the question marks of so many rows: (?, ?), (?, ?)
func places(rows, columns int) string {
	one := "(?" + strings.Repeat(", ?", columns-1) + ")"
	return one + strings.Repeat(", "+one, rows-1)
}

func (s *Store) takeOut(ctx context.Context, in *store.Collection, index lead, r *row, values []string) error {
	if len(values) == 0 {
		return nil
	}
	where := make([]string, len(index.Fields))
	for i, field := range index.Fields {
		where[i] = quote(field) + " = ?"
	}
	text := `DELETE FROM ` + table(in, index.Index) + ` WHERE ` + strings.Join(where, " AND ") + ` AND n = ?`
	for _, value := range values {
		args := append(append([]any{value}, r.rest(index)...), r.n)
		if err := s.exec(ctx, text, args...); err != nil {
			return err
		}
	}
	return nil
}
