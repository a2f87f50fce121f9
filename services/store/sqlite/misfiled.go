package sqlite

import (
	"context"
	"fmt"
	"strings"

	"quartermaster/services/store"
)

// mostMisfiled is how many keys Misfiled names.
const mostMisfiled = 10

// Misfiled returns the keys of some documents that lists would find by other values
// than theirs, or not at all. The program never makes such; whoever writes in the
// file can.
func (s *Store) Misfiled(ctx context.Context, c *store.Collection) ([]string, error) {
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
	for _, index := range l.leads {
		keys, err := s.misplaced(ctx, c, l, index)
		if err != nil || len(keys) > 0 {
			return keys, err
		}
	}
	return nil, nil
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
