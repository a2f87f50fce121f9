package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"quartermaster/services/store"
)

// Get reads one document by its key.
func (s *Store) Get(ctx context.Context, c *store.Collection, id string) (store.Record, error) {
	if s.lacks(c.Name) {
		return store.Record{}, store.ErrNotFound
	}
	stmt, err := s.plan(ctx, `SELECT version, body FROM `+quote(c.Name)+` WHERE "_id" = ?`)
	if err != nil {
		return store.Record{}, err
	}
	r := store.Record{ID: id}
	err = stmt.QueryRowContext(ctx, id).Scan(&r.Version, &r.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return r, store.ErrNotFound
	}
	return r, err
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
	stmt, err := s.plan(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	order := q.Order()
	repeats := repeating(q)
	var records []store.Record
	for rows.Next() {
		var r store.Record
		var many string
		r.Place = make(store.Key, len(order))
		into := []any{&r.ID, &r.Version, &r.Body}
		for i := range r.Place {
			into = append(into, &r.Place[i])
		}
		if repeats != nil {
			into = append(into, &many)
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		if repeats != nil && !firstMatch(many, *repeats, q.Desc, r.Place[0]) {
			continue
		}
		records = append(records, r)
		if q.Limit > 0 && len(records) == q.Limit {
			break
		}
	}
	return records, rows.Err()
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
	stmt, err := s.plan(ctx, "SELECT count(*) FROM (SELECT "+each+from+")")
	if err != nil {
		return 0, err
	}
	var n int64
	err = stmt.QueryRowContext(ctx, args...).Scan(&n)
	return n, err
}

// several says whether more than one value can fulfil a condition.
func several(c store.Cond) bool {
	values, listed := c.Value.([]string)
	return c.Op != store.Eq && (!listed || len(values) > 1)
}

// plan prepares a read once; database/sql keeps it on each connection.
func (s *Store) plan(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := s.plans.Load(text); ok {
		return stmt.(*sql.Stmt), nil
	}
	stmt, err := s.read.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	kept, loaded := s.plans.LoadOrStore(text, stmt)
	if loaded {
		_ = stmt.Close()
	}
	return kept.(*sql.Stmt), nil
}
