package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"quartermaster/services/store"
)

// Snapshot reads in one transaction: the write-ahead log keeps for it what the book
// was when it began. The log cannot be folded into the file until it ends.
func (s *Store) Snapshot(ctx context.Context) (store.Snapshot, error) {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err == nil { // a transaction sees what there is at its first reading
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM sequences`).Scan(new(int64))
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &snapshot{conn, tx}, nil
}

type snapshot struct {
	conn *sql.Conn
	tx   *sql.Tx
}

func (s *snapshot) Each(ctx context.Context, c *store.Collection, after string, do func(store.Record) error) error {
	there, err := s.has(ctx, c)
	if err != nil || !there {
		return err
	}
	rows, err := s.tx.QueryContext(ctx, `SELECT "_id", version, body FROM `+quote(c.Name)+` WHERE "_id" > ? ORDER BY "_id"`, after)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var body sql.RawBytes
	for rows.Next() {
		var r store.Record
		if err := rows.Scan(&r.ID, &r.Version, &body); err != nil {
			return err
		}
		r.Body = body
		if err := do(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// has says whether the file has a collection: a book of an earlier release, opened to
// be read, lacks those that came later.
func (s *snapshot) has(ctx context.Context, c *store.Collection) (there bool, err error) {
	err = s.tx.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?`, c.Name).Scan(&there)
	return there, err
}

func (s *snapshot) Count(ctx context.Context, c *store.Collection) (n int64, err error) {
	there, err := s.has(ctx, c)
	if err != nil || !there {
		return 0, err
	}
	err = s.tx.QueryRowContext(ctx, `SELECT count(*) FROM `+quote(c.Name)).Scan(&n)
	return n, err
}

func (s *snapshot) Sequences(ctx context.Context) (map[string]int64, error) {
	rows, err := s.tx.QueryContext(ctx, `SELECT name, next FROM sequences`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	next := map[string]int64{}
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		next[name] = n
	}
	return next, rows.Err()
}

func (s *snapshot) Close() error { return errors.Join(s.tx.Rollback(), s.conn.Close()) }

// Load inserts documents just as they are, all or none.
func (s *Store) Load(ctx context.Context, c *store.Collection, records []store.Record) error {
	ready, err := readyToPut(c, records)
	if err != nil {
		return err
	}
	return s.submit(&job{ctx: ctx, changes: ready, done: make(chan struct{})})
}

// LoadSequences sets the next number of each sequence.
func (s *Store) LoadSequences(ctx context.Context, next map[string]int64) error {
	return s.submit(&job{ctx: ctx, sequences: next, done: make(chan struct{})})
}
