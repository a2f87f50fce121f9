package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	"quartermaster/services/store"
)

// OpenRead opens a file to be read alone: a backup that is to be checked and stays
// as it is, or a book that another program serves. Nothing is made or brought up to
// the schema; Commit and Next are refused. A book of an earlier form is refused, since
// it does not have the indexes by which this program reads.
func OpenRead(ctx context.Context, path string) (*Store, error) {
	v := url.Values{"mode": {"ro"}}
	if _, err := os.Stat(path + "-wal"); errors.Is(err, os.ErrNotExist) {
		v.Set("immutable", "1") // nobody has it open; SQLite then makes no files beside it, and reads it from a disk that takes none
	}
	s, form, err := openRead(ctx, path, v)
	if err == nil && form < store.Form {
		err = errors.Join(fmt.Errorf("the store %s is of an earlier form, %d: let this program serve it once, or use the one that wrote it", path, form), s.Close())
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// OpenBeside opens a file for a Snapshot while another program serves it, or begins
// to meanwhile. It may be of any form up to this program's.
func OpenBeside(ctx context.Context, path string) (*Store, error) {
	s, _, err := openRead(ctx, path, url.Values{"mode": {"rw"}})
	if err != nil { // the folder takes no files, so nobody can begin to write there
		return OpenRead(ctx, path)
	}
	return s, nil
}

func openRead(ctx context.Context, path string, v url.Values) (s *Store, form int, err error) {
	cannot := func(err error) error { return fmt.Errorf("the store %s cannot be opened: %w", path, err) }
	if _, err := os.Stat(path); err != nil {
		return nil, 0, cannot(err)
	}
	v["_pragma"] = []string{"query_only(1)", "busy_timeout(10000)", fmt.Sprintf("cache_size(-%d)", writerCache)}
	s = &Store{readOnly: true, stopped: make(chan struct{}), closing: make(chan struct{}), numbers: numbers{parts: map[string]*part{}}}
	if err := s.reading("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()); err != nil {
		return nil, 0, err
	}
	close(s.stopped)
	if form, err = formOf(ctx, s.read); err == nil && form == 0 {
		err = errors.New("it is no book of Quartermaster")
	}
	if err == nil {
		err = store.CheckForm(form)
	}
	if err == nil {
		s.has, err = tablesOf(ctx, s.read)
	}
	if err != nil {
		return nil, 0, errors.Join(cannot(err), s.read.Close())
	}
	return s, form, nil
}

func tablesOf(ctx context.Context, db *sql.DB) (map[string]bool, error) {
	rows, err := db.QueryContext(ctx, `SELECT name FROM sqlite_schema WHERE type = 'table'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	has := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		has[name] = true
	}
	return has, rows.Err()
}

// lacks says whether a file that is read alone was last served by a program that did
// not know a table yet: nothing is in it.
func (s *Store) lacks(table string) bool { return s.has != nil && !s.has[table] }

// errReadOnly is what whoever would change a store gets that was opened to be read.
var errReadOnly = errors.New("store: this book was opened to be read alone")
