// Package sqlite keeps the book in one file: nothing to install, one file to
// back up. Any number of readers work beside one writer (write-ahead log), and
// commits that arrive together share one fsync.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	_ "modernc.org/sqlite" // the engine itself, as the database/sql driver "sqlite"

	"quartermaster/services/store"
)

// Store is a book in one SQLite file.
type Store struct {
	read    *sql.DB  // reads the whole
	readers *readers // read what is asked for
	write   *sql.Conn
	writer  *sql.DB
	jobs    chan *job
	stopped chan struct{}
	close   sync.Once
	closing chan struct{}
	writes  map[string]*sql.Stmt // the writer's statements by their texts
	numbers numbers

	readOnly bool            // there is no writer
	has      map[string]bool // the tables of a file that is read alone: one that an earlier program served lacks new ones
	broken   broken
}

// Option is a setting of the writer's connection.
type Option func(url.Values)

// Unsynced is an Option for tests: nothing waits for the disk, so that a power cut
// can lose or damage the book. The end of the program alone still loses nothing.
func Unsynced(v url.Values) { v.Add("_pragma", "synchronous(off)") }

// Open opens the file at path, makes it and its folder where they are missing,
// and brings its tables and indexes up to the schema.
func Open(ctx context.Context, path string, schema []*store.Collection, options ...Option) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("the folder of the store cannot be made: %w", err)
	}
	writer, err := sql.Open("sqlite", address(path, "immediate", writerCache, options...))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	s := &Store{
		writer:  writer,
		jobs:    make(chan *job, 256),
		writes:  map[string]*sql.Stmt{},
		numbers: numbers{parts: map[string]*part{}},
		stopped: make(chan struct{}),
		closing: make(chan struct{}),
		broken:  broken{happened: make(chan struct{})},
	}
	if s.write, err = writer.Conn(ctx); err == nil {
		err = s.prepare(ctx, schema)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the store %s cannot be opened: %w", path, err), writer.Close())
	}
	if err := s.reading(address(path, "deferred", readerCache) + "&_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	go s.run()
	return s, nil
}

// reading prepares to read the file at address.
func (s *Store) reading(address string) (err error) {
	if s.read, err = sql.Open("sqlite", address); err != nil {
		return err
	}
	s.read.SetMaxIdleConns(1)
	s.readers = &readers{driver: s.read.Driver(), address: address, closing: s.closing, places: make(chan struct{}, max(4, runtime.GOMAXPROCS(0)*2))}
	return nil
}

// The page caches, in kB. The writer's holds what one import touches of each index;
// without room it would write pages out and read them back in.
const (
	writerCache = 48_000
	readerCache = 8_000
)

func address(path, txlock string, cache int, options ...Option) string {
	v := url.Values{
		"_txlock": {txlock},
		"_pragma": {"journal_mode(wal)", "synchronous(full)", "busy_timeout(10000)", "foreign_keys(0)",
			fmt.Sprintf("cache_size(-%d)", cache), "temp_store(memory)", "wal_autocheckpoint(16000)"},
	}
	for _, option := range options {
		option(v)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// Ping says whether the file can be read, and written as far as is known.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.broken.since(); err != nil {
		return err
	}
	return s.read.PingContext(ctx)
}

// Close finishes the commits in hand and closes the file.
func (s *Store) Close() error {
	var err error
	s.close.Do(func() {
		close(s.closing)
		<-s.stopped
		if !s.readOnly {
			err = s.giveBack(context.Background())
		}
		for _, stmt := range s.writes { // open, they would keep the log from being folded into the file
			err = errors.Join(err, stmt.Close())
		}
		err = errors.Join(err, s.readers.close(), s.read.Close())
		if !s.readOnly {
			err = errors.Join(err, s.write.Close(), s.writer.Close())
		}
	})
	return err
}
