package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	sqlite3 "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"quartermaster/services/store"
)

// job is one commit, or one taking of numbers, on its way through the writer.
type job struct {
	ctx      context.Context
	changes  []change
	sequence string
	count    int64
	first    int64
	// sequences are set as they are, where a book is filled from another.
	sequences map[string]int64

	err  error
	done chan struct{}
}

// change is a store.Change made ready outside the writer, which then only writes.
type change struct {
	store.Change
	row
	at   int64 // the version under which a new document is inserted
	body string
	keys string // the column many
}

// errClosed is what a commit gets that comes after Close.
var errClosed = errors.New("the store is closed")

// Commit hands the changes to the writer and waits until they are on disk.
func (s *Store) Commit(ctx context.Context, changes ...store.Change) error {
	ready, err := allReady(len(changes), func(i int) (change, error) { return made(changes[i]) })
	if err != nil {
		return err
	}
	return s.submit(&job{ctx: ctx, changes: ready, done: make(chan struct{})})
}

// allReady makes n changes ready, many of them on all processors.
func allReady(n int, one func(int) (change, error)) ([]change, error) {
	ready := make([]change, n)
	workers := 1
	if n >= bulk {
		workers = runtime.GOMAXPROCS(0)
	}
	wrong := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < n && wrong[w] == nil; i += workers {
				ready[i], wrong[w] = one(i)
			}
		})
	}
	all.Wait()
	return ready, errors.Join(wrong...)
}

func made(c store.Change) (change, error) {
	if c.Doc == nil {
		return change{Change: c}, nil
	}
	body, err := store.JSON(c.Doc)
	if err != nil {
		return change{}, fmt.Errorf("store: %s/%s cannot be written: %w", c.In.Name, c.ID, err)
	}
	return filed(c, 1, string(body))
}

// filed works out what indexes hold of a document with that text.
func filed(c store.Change, at int64, body string) (change, error) {
	l := layoutOf(c.In)
	ready := change{Change: c, at: at, body: body}
	ready.many = keysOf(c.In, l, c.Doc)
	ready.keys = manyText(l, ready.many)
	var err error
	if ready.values, err = valuesOf(l, c.Doc); err != nil {
		return ready, fmt.Errorf("store: %s/%s cannot be written: %w", c.In.Name, c.ID, err)
	}
	return ready, nil
}

func (s *Store) submit(j *job) error {
	if s.readOnly {
		return errReadOnly
	}
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if err := s.broken.since(); err != nil {
		return err
	}
	select {
	case <-s.closing:
		return errClosed
	case s.jobs <- j:
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
	select {
	case <-j.done:
		return j.err
	case <-s.stopped:
		select {
		case <-j.done:
			return j.err
		default:
			return errClosed
		}
	}
}

// mostTogether is how many jobs share one fsync at most; the rest wait for the next round.
const mostTogether = 128

// gathering is how long a round is held up for as many jobs as the one before it had. Each
// round costs an fsync and what readers have in memory of the file, so that under many
// clients a few milliseconds save more than they take; one client alone never waits.
const gathering = 4 * time.Millisecond

// run is the one writer: it takes what has come in meanwhile, writes it as one
// transaction, and answers after the fsync.
func (s *Store) run() {
	defer close(s.stopped)
	late := time.NewTimer(gathering)
	defer late.Stop()
	for last := 1; ; {
		var round []*job
		select {
		case j := <-s.jobs:
			round = append(round, j)
		case <-s.closing:
			select {
			case j := <-s.jobs:
				round = append(round, j)
			default:
				return
			}
		}
		late.Reset(gathering)
	more:
		for len(round) < mostTogether {
			select {
			case j := <-s.jobs:
				round = append(round, j)
				continue
			default:
			}
			if len(round) >= last {
				break
			}
			select {
			case j := <-s.jobs:
				round = append(round, j)
			case <-late.C:
				break more
			case <-s.closing:
				break more
			}
		}
		s.commitRound(round)
		last = len(round)
	}
}

// commitRound writes a round as one transaction and answers after the fsync. That
// all of its jobs hold is the rule; only when one does not is the round written
// again with a savepoint for each, which keeps a copy of every page that it
// changes.
func (s *Store) commitRound(round []*job) {
	if err := s.broken.since(); err != nil {
		for _, j := range round {
			j.err = err
			close(j.done)
		}
		return
	}
	ctx := context.Background() // a job that others share a transaction with is not cut off half-way
	err := s.transact(ctx, func() error {
		for _, j := range round {
			if j.err = j.ctx.Err(); j.err == nil {
				j.err = s.do(ctx, j)
			}
			if j.err != nil {
				return errApart
			}
		}
		return nil
	})
	if errors.Is(err, errApart) {
		err = s.transact(ctx, func() error {
			for _, j := range round {
				if err := s.apart(ctx, j); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, j := range round {
		if j.err == nil && err != nil {
			j.err = fmt.Errorf("store: nothing was written: %w", err)
		}
		j.err = s.judged(j.err)
		close(j.done)
	}
}

// errApart says that a job of the round does not hold.
var errApart = errors.New("a job of the round was refused")

func (s *Store) transact(ctx context.Context, do func() error) error {
	if err := s.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := do()
	if err == nil {
		err = s.exec(ctx, "COMMIT")
	}
	if err != nil {
		_ = s.exec(ctx, "ROLLBACK")
	}
	return err
}

// apart does a job so that its refusal undoes nothing else. The error is one of
// the whole round.
func (s *Store) apart(ctx context.Context, j *job) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if err := s.exec(ctx, "SAVEPOINT job"); err != nil {
		return err
	}
	if j.err = s.do(ctx, j); j.err != nil {
		if err := s.exec(ctx, "ROLLBACK TO job"); err != nil {
			return err
		}
	}
	return s.exec(ctx, "RELEASE job")
}

func (s *Store) exec(ctx context.Context, text string, args ...any) error {
	_, err := s.prepared(ctx, text, args...)
	return err
}

func (s *Store) do(ctx context.Context, j *job) error {
	if j.sequence != "" {
		return s.write.QueryRowContext(ctx,
			`INSERT INTO sequences (name, next) VALUES (?1, ?2 + 1) ON CONFLICT (name) DO UPDATE SET next = next + ?2 RETURNING next - ?2`,
			j.sequence, j.count).Scan(&j.first)
	}
	for name, next := range j.sequences {
		if err := s.exec(ctx, `INSERT INTO sequences (name, next) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET next = ?2`, name, next); err != nil {
			return err
		}
	}
	if len(j.changes) >= bulk {
		return s.applyMany(ctx, j.changes)
	}
	for i := range j.changes {
		c := &j.changes[i]
		if err := s.apply(ctx, c); err != nil {
			return refused(c, err)
		}
	}
	return nil
}

// apply writes one change: the document, then the rows of its many-valued keys.
func (s *Store) apply(ctx context.Context, c *change) error {
	if c.Version == 0 {
		written, err := s.prepared(ctx, insertInto(c.In, 1), c.args(nil)...)
		if err != nil {
			return err
		}
		if c.n, err = written.LastInsertId(); err != nil {
			return err
		}
		return s.fill(ctx, c.In, &c.row)
	}
	old, err := s.old(ctx, c)
	if err != nil {
		return err
	}
	if c.Doc == nil {
		if err := s.empty(ctx, c.In, old); err != nil {
			return err
		}
		return s.exec(ctx, `DELETE FROM `+quote(c.In.Name)+` WHERE n = ?`, old.n)
	}
	if err := s.update(ctx, c, old); err != nil {
		return err
	}
	c.n = old.n
	return s.refill(ctx, c.In, old, &c.row)
}

// old reads what is known of the version that c replaces.
func (s *Store) old(ctx context.Context, c *change) (*row, error) {
	l := layoutOf(c.In)
	old := &row{values: make([]any, len(l.columns))}
	var many string
	into := []any{&old.n, &many}
	for i := range old.values {
		into = append(into, &old.values[i])
	}
	stmt, err := s.statement(ctx, `SELECT n, many`+columns(c.In)+` FROM `+quote(c.In.Name)+` WHERE "_id" = ? AND version = ?`)
	if err != nil {
		return nil, err
	}
	err = stmt.QueryRowContext(ctx, c.ID, c.Version).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &store.VersionConflict{Collection: c.In.Name, ID: c.ID}
	}
	for _, name := range l.keys {
		old.many = append(old.many, manyValues(many, name))
	}
	return old, err
}

// update replaces a document. It names only the columns that change: SQLite writes
// anew every index of which one is named.
func (s *Store) update(ctx context.Context, c *change, old *row) error {
	set, args := "", []any{c.body, c.keys}
	for i, field := range layoutOf(c.In).columns {
		if c.values[i] != old.values[i] {
			set += ", " + quote(field) + " = ?"
			args = append(args, c.values[i])
		}
	}
	return s.exec(ctx, `UPDATE `+quote(c.In.Name)+` SET version = version + 1, body = ?, many = ?`+set+` WHERE n = ?`, append(args, old.n)...)
}

// insertInto is the statement that inserts so many documents, with the args of each.
func insertInto(in *store.Collection, documents int) string {
	return `INSERT INTO ` + quote(in.Name) + ` ("_id", version, body, many` + columns(in) + `) VALUES ` +
		places(documents, 4+len(layoutOf(in).columns))
}

func (c *change) args(before []any) []any {
	return append(append(before, c.ID, c.at, c.body, c.keys), c.values...)
}

func refused(c *change, err error) error {
	var e *sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case codes.SQLITE_CONSTRAINT_UNIQUE, codes.SQLITE_CONSTRAINT_PRIMARYKEY:
		index := "id"
		for _, i := range c.In.Indexes {
			// SQLite names the columns of a table and the name of an index.
			if strings.Contains(e.Error(), c.In.Name+"_by_"+i.Name+".") || strings.Contains(e.Error(), c.In.Name+"_by_"+i.Name+"'") ||
				i.Unique && !c.In.IsMany(i.Fields[0]) && strings.Contains(e.Error(), c.In.Name+"."+i.Fields[0]) {
				index = i.Name
			}
		}
		return &store.Duplicate{Collection: c.In.Name, Index: index}
	}
	return err
}

// prepared runs a statement of the writer, prepared once.
func (s *Store) prepared(ctx context.Context, text string, args ...any) (sql.Result, error) {
	stmt, err := s.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// statement is used by the writer alone, so its map needs no lock.
func (s *Store) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt := s.writes[text]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.write.PrepareContext(ctx, text)
	if err == nil {
		s.writes[text] = stmt
	}
	return stmt, err
}
