package sqlite

import (
	"context"
	"maps"
	"slices"

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
	fresh := map[*store.Collection][]*change{}
	for i := range changes {
		c := &changes[i]
		if c.Version == 0 {
			fresh[c.In] = append(fresh[c.In], c)
			continue
		}
		if err := s.apply(ctx, c); err != nil {
			return refused(c, err)
		}
	}
	for in, documents := range fresh {
		if err := s.insertMany(ctx, in, documents); err != nil {
			return refused(documents[0], err)
		}
	}
	return nil
}

// insertMany inserts new documents of one collection, then their rows in the
// tables of many-valued keys.
func (s *Store) insertMany(ctx context.Context, in *store.Collection, documents []*change) error {
	leads := layoutOf(in).leads
	entries := make([]entriesOf, len(leads))
	for i := range entries {
		entries[i] = entriesOf{}
	}
	var args []any
	for part := range slices.Chunk(documents, together) {
		args = args[:0]
		for _, c := range part {
			args = c.args(args)
		}
		written, err := s.prepared(ctx, insertInto(in, len(part)), args...)
		if err != nil {
			return err
		}
		last, err := written.LastInsertId()
		if err != nil {
			return err
		}
		for i, c := range part {
			c.n = last - int64(len(part)-1-i) // one statement's numbers follow one another
			for k, index := range leads {
				rest := append(c.rest(index), c.n)
				for _, value := range c.many[index.key] {
					entries[k][value] = append(entries[k][value], rest)
				}
			}
		}
	}
	for k, index := range leads {
		if err := s.insertEntries(ctx, in, index.Index, entries[k]); err != nil {
			return err
		}
	}
	return nil
}

// insertEntries inserts an index's rows by value; those of one value come in the
// order of their documents, which is near enough to that of the index.
func (s *Store) insertEntries(ctx context.Context, in *store.Collection, index store.Index, entries entriesOf) error {
	width := len(index.Fields) + 1
	insert := `INSERT INTO ` + table(in, index) + ` VALUES `
	full := insert + places(together, width)
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
	return s.exec(ctx, insert+places(len(args)/width, width), args...)
}
