package sqlite

import (
	"context"
	"maps"
	"slices"
	"strings"

	"quartermaster/services/store"
)

const (
	// bulk is the number of changes from which a commit is written index by index.
	bulk = 200
	// together is how many rows one statement inserts.
	together = 50
)

// entriesOf are the rows for the table of a many-valued key: for each value the
// other fields of the index and the document's number.
type entriesOf map[string][][]any

// applyMany writes a commit of many changes. New documents are written first,
// then for each index all their rows in the index's own order, so that each of
// its pages is touched once rather than whenever a value happens to fall on it.
func (s *Store) applyMany(ctx context.Context, changes []change) error {
	entries := map[*store.Collection]map[string]entriesOf{}
	plain := map[*store.Collection][]any{}
	for i := range changes {
		c := &changes[i]
		leads := manyIndexes(c.In)
		switch {
		case c.Version != 0:
			if err := s.apply(ctx, c); err != nil {
				return refused(c, err)
			}
		case len(leads) == 0:
			plain[c.In] = append(plain[c.In], c.ID, c.body, c.many)
			if len(plain[c.In]) == 3*together {
				if err := s.insertPlain(ctx, c.In, plain[c.In]); err != nil {
					return refused(c, err)
				}
				plain[c.In] = plain[c.In][:0]
			}
		default:
			row := newRow(leads)
			if err := s.insert(ctx, c, row); err != nil {
				return refused(c, err)
			}
			if entries[c.In] == nil {
				entries[c.In] = map[string]entriesOf{}
				for _, index := range leads {
					entries[c.In][index.Name] = entriesOf{}
				}
			}
			for _, index := range leads {
				rest := append(row.rest(index), row.n)
				for _, value := range manyValues(c.many, index.Fields[0]) {
					entries[c.In][index.Name][value] = append(entries[c.In][index.Name][value], rest)
				}
			}
		}
	}
	for in, rows := range plain {
		if len(rows) > 0 {
			if err := s.insertPlain(ctx, in, rows); err != nil {
				return refused(&change{Change: store.Change{In: in}}, err)
			}
		}
	}
	for in, byIndex := range entries {
		for _, index := range manyIndexes(in) {
			if err := s.insertEntries(ctx, in, index, byIndex[index.Name]); err != nil {
				return refused(&change{Change: store.Change{In: in}}, err)
			}
		}
	}
	return nil
}

// insertPlain inserts documents without many-valued keys: key, body and an empty
// text for each.
func (s *Store) insertPlain(ctx context.Context, in *store.Collection, rows []any) error {
	const one = "(?, 1, ?, ?)"
	return s.exec(ctx, `INSERT INTO `+quote(in.Name)+` ("_id", version, body, many) VALUES `+one+strings.Repeat(", "+one, len(rows)/3-1), rows...)
}

// insertEntries inserts an index's rows by value; those of one value come in the
// order of their documents, which is near enough to that of the index.
func (s *Store) insertEntries(ctx context.Context, in *store.Collection, index store.Index, entries entriesOf) error {
	width := len(index.Fields) + 1
	one := "(?" + strings.Repeat(", ?", width-1) + ")"
	insert := `INSERT INTO ` + table(in, index) + ` VALUES ` + one
	full := insert + strings.Repeat(", "+one, together-1)
	args := make([]any, 0, together*width)
	for _, value := range slices.Sorted(maps.Keys(entries)) {
		for _, rest := range entries[value] {
			args = append(append(args, value), rest...)
			if len(args) == together*width {
				if err := s.exec(ctx, full, args...); err != nil {
					return err
				}
				args = args[:0]
			}
		}
	}
	if len(args) == 0 {
		return nil
	}
	return s.exec(ctx, insert+strings.Repeat(", "+one, len(args)/width-1), args...)
}
