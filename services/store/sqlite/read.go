package sqlite

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"
	"unsafe"

	"quartermaster/services/store"
)

// Get reads one document by its key.
func (s *Store) Get(ctx context.Context, c *store.Collection, id string) (store.Record, error) {
	if s.lacks(c.Name) {
		return store.Record{}, store.ErrNotFound
	}
	r, found := store.Record{ID: id}, false
	text := `SELECT version, body FROM ` + quote(c.Name) + ` WHERE "_id" = ?`
	err := s.readers.each(ctx, true, text, []any{id}, 2, func(values []driver.Value) bool {
		r.Version, r.Body, found = values[0].(int64), bytesOf(values[1]), true
		return false
	})
	if err == nil && !found {
		err = store.ErrNotFound
	}
	return r, err
}

// bytesOf is the text of a document, or nil of one that was not asked for. The driver
// made the text for this row and nobody else has it, so its bytes are taken as they are: of a
// list, copying them once more was a tenth of the time.
func bytesOf(value driver.Value) []byte {
	text, asked := value.(string)
	if !asked {
		return nil
	}
	return unsafe.Slice(unsafe.StringData(text), len(text))
}

// Find reads a page of documents. A membership condition on the first field of
// the index is read value by value and merged, so that each part comes in order.
func (s *Store) Find(ctx context.Context, q store.Query) ([]store.Record, error) {
	lead := q.Index().Fields[0]
	at := slices.IndexFunc(q.Where, func(c store.Cond) bool { return c.Field == lead && c.Op == store.Any })
	if at < 0 {
		return s.find(ctx, q)
	}
	var merged []store.Record
	seen := map[string]bool{}
	for _, value := range q.Where[at].Value.([]string) {
		part := q
		part.Where = slices.Clone(q.Where)
		part.Where[at] = store.Is(lead, value)
		records, err := s.find(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			if !seen[r.ID] {
				seen[r.ID] = true
				merged = append(merged, r)
			}
		}
	}
	slices.SortFunc(merged, func(a, b store.Record) int {
		if q.Desc {
			a, b = b, a
		}
		return a.Place.Compare(b.Place)
	})
	if q.Limit > 0 && len(merged) > q.Limit {
		merged = merged[:q.Limit]
	}
	return merged, nil
}

func (s *Store) find(ctx context.Context, q store.Query) ([]store.Record, error) {
	if s.lacks(q.In.Name) {
		return nil, nil
	}
	text, args := selectSQL(q)
	places := len(q.Order())
	repeats := repeating(q)
	columns := 3 + places
	if repeats != nil {
		columns++ // many
	}
	var records []store.Record
	err := s.readers.each(ctx, q.Limit > 0, text, args, columns, func(values []driver.Value) bool {
		place := make(store.Key, places)
		for i := range place {
			place[i] = values[3+i]
		}
		if repeats != nil && !firstMatch(values[columns-1].(string), *repeats, q.Desc, place[0]) {
			return true
		}
		records = append(records, store.Record{ID: values[0].(string), Version: values[1].(int64), Body: bytesOf(values[2]), Place: place})
		return q.Limit == 0 || len(records) < q.Limit
	})
	if err != nil {
		return nil, err
	}
	return records, nil
}

// repeating returns the prefix condition on a many-valued key by which one
// document may come several times, or nil.
func repeating(q store.Query) *store.Cond {
	lead := q.Index().Fields[0]
	if !q.In.IsMany(lead) {
		return nil
	}
	for _, c := range q.Where {
		if c.Field == lead && c.Op == store.Prefix {
			return &c
		}
	}
	return nil
}

// firstMatch says whether value is where a document comes first among all its
// values that match c; at the others it is passed over.
func firstMatch(many string, c store.Cond, desc bool, value any) bool {
	first := ""
	for _, v := range manyValues(many, c.Field) {
		if strings.HasPrefix(v, c.Value.(string)) && (first == "" || (v < first) != desc) {
			first = v
		}
	}
	return first == value
}

// Count counts what matches, up to q.Limit.
func (s *Store) Count(ctx context.Context, q store.Query) (int64, error) {
	lead := q.Index().Fields[0]
	each := "1"
	if q.In.IsMany(lead) && slices.ContainsFunc(q.Where, func(c store.Cond) bool { return c.Field == lead && several(c) }) {
		each = "DISTINCT x.n" // a document that has several of the values counts once
	}
	most := q.Limit
	q.Limit = 0
	text, args := selectSQL(q)
	from := text[strings.Index(text, " FROM "):]
	if at := strings.Index(from, " ORDER BY "); at >= 0 {
		from = from[:at]
	}
	if tables, where, _ := strings.Cut(from, " WHERE "); q.In.IsMany(lead) && !strings.Contains(where, "d.") {
		from = strings.Replace(tables, " CROSS JOIN "+quote(q.In.Name)+" d ON d.n = x.n", "", 1) + " WHERE " + where // the index alone tells
	}
	if most > 0 {
		from += " LIMIT ?"
		args = append(args, most)
	}
	if s.lacks(q.In.Name) {
		return 0, nil
	}
	var n int64
	err := s.readers.each(ctx, most > 0, "SELECT count(*) FROM (SELECT "+each+from+")", args, 1, func(values []driver.Value) bool {
		n = values[0].(int64)
		return false
	})
	return n, err
}

// several says whether more than one value can fulfil a condition.
func several(c store.Cond) bool {
	values, listed := c.Value.([]string)
	return c.Op != store.Eq && (!listed || len(values) > 1)
}
