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
// the schema; Commit and Next are refused.
func OpenRead(ctx context.Context, path string) (*Store, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("the store %s cannot be opened: %w", path, err)
	}
	v := url.Values{"mode": {"ro"}, "_pragma": {"query_only(1)", "busy_timeout(10000)", fmt.Sprintf("cache_size(-%d)", writerCache)}}
	if _, err := os.Stat(path + "-wal"); errors.Is(err, os.ErrNotExist) {
		v.Set("immutable", "1") // nobody has it open; SQLite then makes no files beside it, and reads it from a disk that takes none
	}
	read, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+v.Encode())
	if err != nil {
		return nil, err
	}
	s := &Store{read: read, readOnly: true, stopped: make(chan struct{}), closing: make(chan struct{}), numbers: numbers{parts: map[string]*part{}}}
	close(s.stopped)
	var tables int
	err = read.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = ?`, store.Events.Name).Scan(&tables)
	if err == nil && tables == 0 {
		err = errors.New("it is no book of Quartermaster")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the store %s cannot be opened: %w", path, err), read.Close())
	}
	return s, nil
}

// errReadOnly is what whoever would change a store gets that was opened to be read.
var errReadOnly = errors.New("store: this book was opened to be read alone")
