package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"quartermaster/services/store"
)

// prepare brings a file up to the form and to the indexes of this program. Each step
// is a transaction of its own with the number of the form, so that one that is cut
// off leaves the file as it was and is taken again.
func (s *Store) prepare(ctx context.Context, schema []*store.Collection) error {
	form, err := formOf(ctx, s.write)
	if err == nil {
		err = store.CheckForm(form)
	}
	if err != nil {
		return err
	}
	steps := store.StepsFrom(form)
	if form == 0 {
		steps = nil // a new file is made as it is to be
	}
	for _, step := range steps {
		err := s.transact(ctx, func() error {
			have, err := s.made(ctx)
			if err != nil {
				return err
			}
			for _, c := range schema {
				if _, there := have[c.Name]; there && step.Refiles(c) {
					if err := s.refile(ctx, c, have); err != nil {
						return err
					}
				}
			}
			return s.execOnce(ctx, fmt.Sprintf("PRAGMA user_version = %d", step.To))
		})
		if err != nil {
			return fmt.Errorf("it cannot be brought to form %d: %w", step.To, err)
		}
	}
	return s.transact(ctx, func() error { // one wait for the disk instead of one a table and index
		have, err := s.made(ctx)
		if err != nil {
			return err
		}
		if err := s.execOnce(ctx, `CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID`); err != nil {
			return err
		}
		for _, c := range schema {
			if err := s.fit(ctx, c, have); err != nil {
				return err
			}
		}
		return s.execOnce(ctx, fmt.Sprintf("PRAGMA user_version = %d", store.Form))
	})
}

// formOf reads the number of a file's form: 0 of what is no book (yet). Books of the
// first release carry none.
func formOf(ctx context.Context, db interface {
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}) (form int, err error) {
	var books int
	if err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = ?`, store.Events.Name).Scan(&books); err != nil || books == 0 {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&form)
	return max(form, 1), err
}

// made returns the statements by which what the file holds was made, by name.
func (s *Store) made(ctx context.Context) (map[string]string, error) {
	rows, err := s.write.QueryContext(ctx, `SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	made := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		made[name] = text
	}
	return made, rows.Err()
}

// fit makes what a collection lacks, builds anew what is declared otherwise, and
// drops indexes that are no longer declared.
func (s *Store) fit(ctx context.Context, c *store.Collection, have map[string]string) error {
	want := ddl(c)
	if have[c.Name] == "" {
		return s.create(ctx, c)
	}
	for name, text := range want {
		// a table cannot be filled without the documents, an ordinary index can
		if have[name] != text && strings.HasPrefix(text, "CREATE TABLE") {
			return s.refile(ctx, c, have)
		}
	}
	for name, text := range want {
		if have[name] == text {
			continue
		}
		if err := s.drop(ctx, name, have[name]); err != nil {
			return err
		}
		if err := s.execOnce(ctx, text); err != nil {
			return err
		}
	}
	for name, text := range have {
		if strings.HasPrefix(name, c.Name+"_by_") && want[name] == "" {
			if err := s.drop(ctx, name, text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) create(ctx context.Context, c *store.Collection) error {
	want := ddl(c)
	if err := s.execOnce(ctx, want[c.Name]); err != nil {
		return err
	}
	for _, index := range c.Indexes {
		if err := s.execOnce(ctx, want[indexName(c, index)]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) drop(ctx context.Context, name, text string) error {
	switch {
	case text == "":
		return nil
	case strings.HasPrefix(text, "CREATE TABLE"):
		return s.execOnce(ctx, "DROP TABLE "+quote(name))
	}
	return s.execOnce(ctx, "DROP INDEX "+quote(name))
}

// refile makes a collection's tables anew from its documents, in the order in which
// they were entered. Their keys, versions and texts stay.
func (s *Store) refile(ctx context.Context, c *store.Collection, have map[string]string) error {
	for name, text := range have {
		if strings.HasPrefix(name, c.Name+"_by_") {
			if err := s.drop(ctx, name, text); err != nil {
				return err
			}
		}
	}
	before := quote(c.Name + " before")
	if err := s.execOnce(ctx, "ALTER TABLE "+quote(c.Name)+" RENAME TO "+before); err != nil {
		return err
	}
	if err := s.create(ctx, c); err != nil {
		return err
	}
	for last, more := int64(0), true; more; {
		records, n, err := s.after(ctx, before, last)
		if err != nil {
			return err
		}
		last, more = n, len(records) > 0
		if err := s.put(ctx, c, records); err != nil {
			return err
		}
	}
	return s.execOnce(ctx, "DROP TABLE "+before)
}

const refiled = 1000 // documents at a time

func (s *Store) after(ctx context.Context, table string, last int64) (records []store.Record, n int64, err error) {
	rows, err := s.write.QueryContext(ctx, `SELECT n, "_id", version, body FROM `+table+` WHERE n > ? ORDER BY n LIMIT ?`, last, refiled)
	if err != nil {
		return nil, last, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r store.Record
		if err := rows.Scan(&n, &r.ID, &r.Version, &r.Body); err != nil {
			return nil, last, err
		}
		records = append(records, r)
	}
	return records, n, rows.Err()
}

// put inserts documents as they are, within a transaction.
func (s *Store) put(ctx context.Context, c *store.Collection, records []store.Record) error {
	ready, err := readyToPut(c, records)
	if err != nil || len(ready) == 0 {
		return err
	}
	return s.applyMany(ctx, ready)
}

func readyToPut(c *store.Collection, records []store.Record) ([]change, error) {
	return allReady(len(records), func(i int) (change, error) {
		r := records[i]
		doc, err := c.Read(r)
		if err != nil {
			return change{}, err
		}
		return filed(store.Insert(c, r.ID, doc), r.Version, string(r.Body))
	})
}

// execOnce runs a statement that is run once and not worth keeping.
func (s *Store) execOnce(ctx context.Context, text string) error {
	if _, err := s.write.ExecContext(ctx, text); err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	return nil
}
