package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"sync"
)

// readers are the connections that answer Get, Find and Count. They are used by the
// driver's own interface: through database/sql, with two goroutines a statement that
// wait for the request's end, reading a document by its key took twice as long.
type readers struct {
	driver  driver.Driver
	address string
	closing <-chan struct{}
	places  chan struct{} // one for each that is in use

	mu   sync.Mutex
	idle []*reader // the last used, whose pages are most likely in memory, at the end
}

// reader is a connection and the statements that it has prepared.
type reader struct {
	driver.Conn
	plans map[string]driver.StmtQueryContext
}

// mostPlans is how many statements a connection keeps. Their texts differ by the number
// of values that are asked for, so that there is no end to them.
const mostPlans = 500

// each calls do with the values of every row that a statement finds, until do says that it
// has enough. Values hold until do returns; texts in them, for ever. One that is bounded
// reads so little that it need not be broken off when ctx ends.
func (r *readers) each(ctx context.Context, bounded bool, text string, args []any, columns int, do func([]driver.Value) (more bool)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case r.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-r.closing:
		return errClosed
	}
	defer func() { <-r.places }()
	one, err := r.take()
	if err != nil {
		return err
	}
	if bounded {
		ctx = context.WithoutCancel(ctx)
	}
	if err := one.each(ctx, text, args, make([]driver.Value, columns), do); err != nil {
		return errors.Join(err, one.Close()) // in whatever state it is
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle = append(r.idle, one)
	return nil
}

func (r *readers) take() (*reader, error) {
	r.mu.Lock()
	if last := len(r.idle) - 1; last >= 0 {
		one := r.idle[last]
		r.idle = r.idle[:last]
		r.mu.Unlock()
		return one, nil
	}
	r.mu.Unlock()
	conn, err := r.driver.Open(r.address)
	return &reader{conn, map[string]driver.StmtQueryContext{}}, err
}

// close waits for those in use.
func (r *readers) close() error {
	for range cap(r.places) {
		r.places <- struct{}{}
	}
	var err error
	for _, one := range r.idle {
		err = errors.Join(err, one.Close())
	}
	r.idle = nil
	return err
}

func (r *reader) each(ctx context.Context, text string, args []any, values []driver.Value, do func([]driver.Value) bool) (err error) {
	stmt, err := r.plan(text)
	if err != nil {
		return err
	}
	named := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		named[i].Ordinal = i + 1
		if named[i].Value, err = driver.DefaultParameterConverter.ConvertValue(arg); err != nil {
			return err
		}
	}
	rows, err := stmt.QueryContext(ctx, named)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for {
		if err := rows.Next(values); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if !do(values) {
			return nil
		}
	}
}

func (r *reader) plan(text string) (driver.StmtQueryContext, error) {
	if stmt, known := r.plans[text]; known {
		return stmt, nil
	}
	if len(r.plans) >= mostPlans {
		if err := r.forget(); err != nil {
			return nil, err
		}
	}
	stmt, err := r.Prepare(text)
	if err != nil {
		return nil, err
	}
	r.plans[text] = stmt.(driver.StmtQueryContext)
	return r.plans[text], nil
}

func (r *reader) forget() (err error) {
	for text, stmt := range r.plans {
		err = errors.Join(err, stmt.(driver.Stmt).Close())
		delete(r.plans, text)
	}
	return err
}

// Close closes the statements too: any that stayed open would keep the log from being
// folded into the file.
func (r *reader) Close() error { return errors.Join(r.forget(), r.Conn.Close()) }
