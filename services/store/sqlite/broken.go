package sqlite

import (
	"errors"
	"sync"

	sqlite3 "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"quartermaster/models"
)

// broken is what became of a store whose disk failed under a commit. After a failed
// fsync nobody knows what is on disk: the system may say of a later one that all is
// well and have thrown away what the first was to write. So nothing is written after
// it, and whoever serves the book stops; when it is opened again, what is on disk
// counts.
type broken struct {
	mu       sync.Mutex
	err      error
	happened chan struct{}
}

func (b *broken) since() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

func (b *broken) now(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err = err
		close(b.happened)
	}
}

// Failed is closed when the disk has failed under a commit. Ping then says how.
func (s *Store) Failed() <-chan struct{} { return s.broken.happened }

// judged says what an error of the engine means for those whose changes it ended.
func (s *Store) judged(err error) error {
	var e *sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case codes.SQLITE_FULL:
		return models.Refuse(models.Unavailable, "", "the disk of the server is full: nothing was recorded. Reading goes on; have room made, and do it again").Because(err)
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		return models.Refuse(models.Unavailable, "", "another program holds the book: nothing was recorded; do it again").Because(err)
	case codes.SQLITE_READONLY, codes.SQLITE_IOERR, codes.SQLITE_CORRUPT, codes.SQLITE_CANTOPEN, codes.SQLITE_NOTADB:
		s.broken.now(models.Refuse(models.Unavailable, "", "the disk of the server failed and the server stops; nothing is recorded any more").Because(err))
		return models.Refuse(models.Unavailable, "", "the disk of the server failed: whether this was recorded is not known. Look when it is up again, before you do it once more").Because(err)
	}
	return err
}
