package sqlite

import (
	"context"
	"strings"

	"quartermaster/services/store"
)

// Misfiled returns the keys of up to ten documents that lists would find by other
// values than theirs. The program never makes such; whoever writes in the file can.
func (s *Store) Misfiled(ctx context.Context, c *store.Collection) ([]string, error) {
	fields := layoutOf(c).columns
	if len(fields) == 0 {
		return nil, nil
	}
	differ := make([]string, len(fields))
	for i, field := range fields {
		differ[i] = quote(field) + ` IS NOT (body ->> '$.` + field + `')`
	}
	rows, err := s.read.QueryContext(ctx, `SELECT "_id" FROM `+quote(c.Name)+
		` WHERE CASE WHEN json_valid(body) THEN `+strings.Join(differ, " OR ")+` END LIMIT 10`)
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
