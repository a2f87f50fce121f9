package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"quartermaster/services/store"
)

// mostMisfiled is how many keys Misfiled names.
const mostMisfiled = 10

// Misfiled returns the keys of some documents that lists would find by other values
// than theirs, or not at all. The program never makes such; whoever writes in the
// file can.
func (s *Store) Misfiled(ctx context.Context, c *store.Collection) ([]string, error) {
	if s.lacks(c.Name) {
		return nil, nil
	}
	l := layoutOf(c)
	if len(l.columns) > 0 {
		differ := make([]string, len(l.columns))
		for i, field := range l.columns {
			differ[i] = quote(field) + ` IS NOT (body ->> '$.` + field + `')`
		}
		keys, err := s.named(ctx, `SELECT "_id" FROM `+quote(c.Name)+` WHERE CASE WHEN json_valid(body) THEN `+strings.Join(differ, " OR ")+` END`)
		if err != nil || len(keys) > 0 {
			return keys, err
		}
	}
	if keys, err := s.misnamed(ctx, c, l); err != nil || len(keys) > 0 {
		return keys, err
	}
	for _, index := range l.leads {
		if s.lacks(c.Name + "_by_" + index.Name) {
			continue
		}
		keys, err := s.misplaced(ctx, c, l, index)
		if err != nil || len(keys) > 0 {
			return keys, err
		}
	}
	return nil, nil
}

// misnamed looks for documents beside which other values of many-valued keys stand
// than they have.
func (s *Store) misnamed(ctx context.Context, c *store.Collection, l *layout) ([]string, error) {
	if len(l.keys) == 0 {
		return nil, nil
	}
	rows, err := s.read.QueryContext(ctx, `SELECT "_id", body, many FROM `+quote(c.Name))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []string
	for rows.Next() && len(keys) < mostMisfiled {
		var key, many string
		var body []byte
		if err := rows.Scan(&key, &body, &many); err != nil {
			return nil, err
		}
		doc := c.New()
		if json.Unmarshal(body, doc) != nil {
			continue // it is damaged, which is told where its history is followed
		}
		if !sameValues(l, keysOf(c, l, doc), many) {
			keys = append(keys, key)
		}
	}
	return keys, rows.Err()
}

// sameValues compares what a document has with the text of a column many, in any
// order: search words of a document's own fields come in none.
func sameValues(l *layout, has [][]string, many string) bool {
	written := 0
	for i, name := range l.keys {
		noted := manyValues(many, name)
		slices.Sort(noted)
		slices.Sort(has[i])
		if !slices.Equal(noted, has[i]) {
			return false
		}
		written += len(noted)
	}
	return strings.Count(many, valueStart) == written
}

// misplaced looks for differences between the table of a many-valued key and the
// documents: a row that is of none of them or has values that are not its own, then
// a document with fewer rows than values. As no two rows are equal, there are none else.
func (s *Store) misplaced(ctx context.Context, c *store.Collection, l *layout, index lead) ([]string, error) {
	name := l.keys[index.key]
	differ := []string{`d.n IS NULL`, fmt.Sprintf(`instr(d.many, char(31) || '%s=' || i.%s || char(30)) = 0`, name, quote(name))}
	for _, column := range index.rest {
		field := quote(l.columns[column])
		differ = append(differ, `i.`+field+` IS NOT coalesce(d.`+field+`, '')`)
	}
	rows, documents := table(c, index.Index), quote(c.Name)
	keys, err := s.named(ctx, `SELECT coalesce(d."_id", 'without a document') FROM `+rows+` i LEFT JOIN `+documents+` d ON d.n = i.n WHERE `+strings.Join(differ, " OR "))
	if err != nil || len(keys) > 0 {
		return keys, err
	}
	mark := fmt.Sprintf(`char(31) || '%s='`, name)
	return s.named(ctx, `SELECT d."_id" FROM `+documents+` d LEFT JOIN (SELECT n, count(*) AS has FROM `+rows+` GROUP BY n) i ON i.n = d.n
		WHERE (length(d.many) - length(replace(d.many, `+mark+`, ''))) / length(`+mark+`) <> coalesce(i.has, 0)`)
}

func (s *Store) named(ctx context.Context, query string) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, fmt.Sprintf("%s LIMIT %d", query, mostMisfiled))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, rows.Err()
}
