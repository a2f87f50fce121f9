package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"quartermaster/services/store"
)

// row is what the writer needs to know of a document for the tables of its
// many-valued keys: its number, and the other fields of those indexes.
type row struct {
	n      int64
	fields []string
	values []any
	extra  *string
}

func newRow(leads []store.Index) *row {
	r := &row{}
	for _, index := range leads {
		for _, field := range index.Fields[1:] {
			if !slices.Contains(r.fields, field) {
				r.fields = append(r.fields, field)
			}
		}
	}
	r.values = make([]any, len(r.fields))
	return r
}

func (r *row) columns() string {
	names := []string{"n"}
	for _, field := range r.fields {
		names = append(names, quote(field))
	}
	return strings.Join(names, ", ")
}

func (r *row) targets() []any {
	into := []any{&r.n}
	for i := range r.values {
		into = append(into, &r.values[i])
	}
	if r.extra != nil {
		into = append(into, r.extra)
	}
	return into
}

// rest returns the values of an index's fields after its first.
func (r *row) rest(index store.Index) []any {
	values := make([]any, 0, len(index.Fields))
	for _, field := range index.Fields[1:] {
		value := r.values[slices.Index(r.fields, field)]
		if value == nil {
			value = "" // the tables' keys hold no NULL
		}
		values = append(values, value)
	}
	return values
}

// valuesOf returns the values of fields in a JSON object as SQLite's ->> does:
// text and whole numbers, nil where there is none.
func valuesOf(body []byte, fields []string) ([]any, error) {
	values := make([]any, len(fields))
	if len(fields) == 0 {
		return values, nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil {
		return nil, err
	}
	for i, field := range fields {
		raw, err := at(object, field)
		if err != nil {
			return nil, err
		}
		if len(raw) == 0 {
			continue
		}
		if raw[0] == '"' {
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				return nil, err
			}
			values[i] = text
			continue
		}
		var n int64
		if err := json.Unmarshal(raw, &n); err != nil {
			return nil, fmt.Errorf("the indexed field %s is neither text nor a whole number: %w", field, err)
		}
		values[i] = n
	}
	return values, nil
}

// at returns what stands at a dotted path, nil where there is nothing.
func at(object map[string]json.RawMessage, path string) (json.RawMessage, error) {
	field, rest, deeper := strings.Cut(path, ".")
	raw := object[field]
	if !deeper || len(raw) == 0 {
		return raw, nil
	}
	var inner map[string]json.RawMessage
	if err := json.Unmarshal(raw, &inner); err != nil {
		return nil, err
	}
	return at(inner, rest)
}

func manyIndexes(c *store.Collection) []store.Index {
	var leads []store.Index
	for _, index := range c.Indexes {
		if c.IsMany(index.Fields[0]) {
			leads = append(leads, index)
		}
	}
	return leads
}

// refill changes the rows of a replaced document from what they were to what
// they are: only those that differ.
func (s *Store) refill(ctx context.Context, c *change, leads []store.Index, old *row, oldMany string, now *row) error {
	for _, index := range leads {
		lead := index.Fields[0]
		before, after := manyValues(oldMany, lead), manyValues(c.many, lead)
		if slices.Equal(old.rest(index), now.rest(index)) {
			kept := before
			before = without(before, after)
			after = without(after, kept)
		}
		if err := s.takeOut(ctx, c, index, old, before); err != nil {
			return err
		}
		if err := s.putIn(ctx, c, index, now, after); err != nil {
			return err
		}
	}
	return nil
}

func without(values, others []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return slices.Contains(others, v) })
}

func (s *Store) fill(ctx context.Context, c *change, leads []store.Index, now *row, many string) error {
	for _, index := range leads {
		if err := s.putIn(ctx, c, index, now, manyValues(many, index.Fields[0])); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) empty(ctx context.Context, c *change, leads []store.Index, old *row, many string) error {
	for _, index := range leads {
		if err := s.takeOut(ctx, c, index, old, manyValues(many, index.Fields[0])); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) putIn(ctx context.Context, c *change, index store.Index, r *row, values []string) error {
	if len(values) == 0 {
		return nil
	}
	one := "(?" + strings.Repeat(", ?", len(index.Fields)) + ")"
	rest := r.rest(index)
	args := make([]any, 0, len(values)*(len(index.Fields)+1))
	for _, value := range values {
		args = append(append(append(args, value), rest...), r.n)
	}
	return s.exec(ctx, `INSERT INTO `+table(c.In, index)+` VALUES `+one+strings.Repeat(", "+one, len(values)-1), args...)
}

func (s *Store) takeOut(ctx context.Context, c *change, index store.Index, r *row, values []string) error {
	where := make([]string, len(index.Fields))
	for i, field := range index.Fields {
		where[i] = quote(field) + " = ?"
	}
	text := `DELETE FROM ` + table(c.In, index) + ` WHERE ` + strings.Join(where, " AND ") + ` AND n = ?`
	for _, value := range values {
		args := append(append([]any{value}, r.rest(index)...), r.n)
		if err := s.exec(ctx, text, args...); err != nil {
			return err
		}
	}
	return nil
}
