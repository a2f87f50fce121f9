package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

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
	err      error
	done     chan struct{}
}

// change is a store.Change made ready outside the writer, which then only writes.
type change struct {
	store.Change
	body   string
	many   string
	names  []string // of the many-valued keys, sorted
	fields []any    // the values of row.fields
}

// errClosed is what a commit gets that comes after Close.
var errClosed = errors.New("the store is closed")

// Commit hands the changes to the writer and waits until they are on disk.
func (s *Store) Commit(ctx context.Context, changes ...store.Change) error {
	j := &job{ctx: ctx, changes: make([]change, len(changes)), done: make(chan struct{})}
	workers := 1
	if len(changes) >= bulk {
		workers = runtime.GOMAXPROCS(0)
	}
	wrong := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(changes) && wrong[w] == nil; i += workers {
				j.changes[i], wrong[w] = made(changes[i])
			}
		})
	}
	all.Wait()
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	return s.submit(j)
}

func made(c store.Change) (change, error) {
	ready := change{Change: c, names: slices.Sorted(maps.Keys(c.In.Many))}
	if c.Doc == nil {
		return ready, nil
	}
	body, err := json.Marshal(c.Doc)
	if err != nil {
		return ready, fmt.Errorf("store: %s/%s cannot be written as JSON: %w", c.In.Name, c.ID, err)
	}
	ready.body, ready.many = string(body), manyText(c.In, ready.names, c.Doc)
	ready.fields, err = valuesOf(body, newRow(manyIndexes(c.In)).fields)
	return ready, err
}

func (s *Store) submit(j *job) error {
	if s.readOnly {
		return errReadOnly
	}
	if err := j.ctx.Err(); err != nil {
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

// most jobs that share one fsync; the rest wait for the next round.
const mostTogether = 128

// run is the one writer: it takes what has come in meanwhile, writes it as one
// transaction with a savepoint for each job, and answers after the fsync.
func (s *Store) run() {
	defer close(s.stopped)
	for {
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
	more:
		for len(round) < mostTogether {
			select {
			case j := <-s.jobs:
				round = append(round, j)
			default:
				break more
			}
		}
		s.commitRound(round)
	}
}

// commitRound writes a round as one transaction and answers after the fsync. That
// all of its jobs hold is the rule; only when one does not is the round written
// again with a savepoint for each, which keeps a copy of every page that it
// changes.
func (s *Store) commitRound(round []*job) {
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
		if err != nil && j.err == nil {
			j.err = fmt.Errorf("store: nothing was written: %w", err)
		}
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
	name := quote(c.In.Name)
	leads := manyIndexes(c.In)
	if c.Version == 0 {
		row := newRow(leads)
		if err := s.insert(ctx, c, row); err != nil {
			return err
		}
		return s.fill(ctx, c, leads, row, c.many)
	}
	old := newRow(leads)
	var many string
	old.extra = &many
	err := s.scan(ctx, old, `SELECT `+old.columns()+`, many FROM `+name+` WHERE "_id" = ? AND version = ?`, c.ID, c.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return &store.VersionConflict{Collection: c.In.Name, ID: c.ID}
	}
	if err != nil {
		return err
	}
	if c.Doc == nil {
		if err := s.empty(ctx, c, leads, old, many); err != nil {
			return err
		}
		return s.exec(ctx, `DELETE FROM `+name+` WHERE n = ?`, old.n)
	}
	if err := s.exec(ctx, `UPDATE `+name+` SET version = version + 1, body = ?, many = ? WHERE n = ?`, c.body, c.many, old.n); err != nil {
		return err
	}
	row := newRow(leads)
	row.n, row.values = old.n, c.fields
	return s.refill(ctx, c, leads, old, many, row)
}

// insert writes a new document and notes its number and indexed fields in row.
func (s *Store) insert(ctx context.Context, c *change, row *row) error {
	written, err := s.prepared(ctx, insertInto(c.In, 1), c.ID, c.body, c.many)
	if err != nil {
		return err
	}
	row.values = c.fields
	row.n, err = written.LastInsertId()
	return err
}

// insertInto is the statement that inserts so many documents: key, body and
// many-valued keys of each.
func insertInto(in *store.Collection, documents int) string {
	const one = "(?, 1, ?, ?)"
	return `INSERT INTO ` + quote(in.Name) + ` ("_id", version, body, many) VALUES ` + one + strings.Repeat(", "+one, documents-1)
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

func (s *Store) scan(ctx context.Context, r *row, text string, args ...any) error {
	stmt, err := s.statement(ctx, text)
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(ctx, args...).Scan(r.targets()...)
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
