// Package moving takes a book from one engine to the other: from SQLite to MongoDB
// when it outgrows a machine, and back.
package moving

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"quartermaster/models"
	"quartermaster/services/store"
	"quartermaster/services/verify"
)

// Moved is what was moved, and found to agree where it is now.
type Moved struct {
	Documents int64 // copied by this run; those of a run that was broken off are not among them
	*verify.Checked
}

// Book copies a book into the store that open opens, checks it there against its
// ledger, and lets it be served. open is told of what book, so that a copy that was
// broken off is gone on with, and one of another book, or of this at another time, is
// not. How far it is stands in the store itself: documents come in the order of their
// keys. The book must not be served meanwhile; when it was, nothing can be served of
// the copy.
func Book(ctx context.Context, from store.Whole, open func(what string) (store.Filling, error), progress func(part string, done, of int64)) (*Moved, error) {
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	snapshot, err := from.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	what, all, err := name(ctx, snapshot)
	if err != nil {
		return nil, errors.Join(err, snapshot.Close())
	}
	into, err := open(what)
	if err != nil {
		return nil, errors.Join(err, snapshot.Close())
	}
	m := &move{from: snapshot, into: into, all: all, progress: progress}
	moved, err := m.run(ctx)
	if err = errors.Join(err, snapshot.Close()); err == nil {
		err = unchanged(ctx, from, what)
	}
	if err != nil {
		return nil, errors.Join(err, into.Close())
	}
	return moved, into.Done(ctx)
}

// name says which book it is and when, so that no two states of it have one name: how
// many documents each collection has, and the versions of the jobs, which every server
// that runs changes.
func name(ctx context.Context, s store.Snapshot) (what string, all int64, err error) {
	sum := sha256.New()
	var events int64
	for _, c := range store.Schema {
		n, err := s.Count(ctx, c)
		if err != nil {
			return "", 0, err
		}
		if all += n; c == store.Events {
			events = n
		}
		fmt.Fprintln(sum, c.Name, n)
	}
	book := ""
	err = s.Each(ctx, store.Log, "", func(r store.Record) error {
		fmt.Fprintln(sum, r.ID, r.Version)
		head, err := store.Decode[models.LogHead](r)
		if err == nil {
			book = "the book with the key " + head.Key
		}
		return err
	})
	if err == nil {
		err = s.Each(ctx, store.Jobs, "", func(r store.Record) error {
			fmt.Fprintln(sum, r.ID, r.Version)
			return nil
		})
	}
	if err == nil && book == "" {
		err = models.Refuse(models.Unavailable, "", "this book has no ledger yet, by which it could be checked where it comes to: let this program serve it once")
	}
	return fmt.Sprintf("%s, %d events, state %x", book, events, sum.Sum(nil)[:4]), all, err
}

func unchanged(ctx context.Context, from store.Whole, what string) error {
	s, err := from.Snapshot(ctx)
	if err != nil {
		return err
	}
	now, _, err := name(ctx, s)
	if err = errors.Join(err, s.Close()); err == nil && now != what {
		err = models.Refuse(models.Conflict, "", "the book was changed while it was copied: stop what serves it, and begin again with an empty place")
	}
	return err
}

type move struct {
	from     store.Snapshot
	into     store.Filling
	progress func(string, int64, int64)
	done     int64 // documents that are there
	all      int64
	copied   int64
}

func (m *move) run(ctx context.Context) (*Moved, error) {
	for _, c := range store.Schema {
		if err := m.collection(ctx, c); err != nil {
			return nil, fmt.Errorf("%s cannot be copied: %w", c.Name, err)
		}
	}
	next, err := m.from.Sequences(ctx)
	if err != nil {
		return nil, err
	}
	if err := m.into.LoadSequences(ctx, next); err != nil {
		return nil, err
	}
	moved := &Moved{Documents: m.copied}
	moved.Checked, err = verify.Book(ctx, m.into, verify.Options{Progress: m.progress})
	return moved, err
}

// together is how many documents, or bytes of them, are copied at once.
const (
	together      = 1000
	togetherBytes = 8 << 20
)

// collection copies what comes after the last document that is there.
func (m *move) collection(ctx context.Context, c *store.Collection) error {
	last, err := m.into.Find(ctx, store.Query{In: c, By: store.ID, Desc: true, Limit: 1, Bare: true})
	if err != nil {
		return err
	}
	after := ""
	if len(last) > 0 {
		after = last[0].ID
		there, err := m.into.Count(ctx, store.Query{In: c, By: store.ID})
		if err != nil {
			return err
		}
		m.done += there
	}
	var part []store.Record
	size := 0
	flush := func() error {
		if len(part) == 0 {
			return nil
		}
		if err := m.into.Load(ctx, c, part); err != nil {
			return err
		}
		m.done, m.copied = m.done+int64(len(part)), m.copied+int64(len(part))
		m.progress("copying documents", m.done, m.all)
		part, size = part[:0], 0
		return nil
	}
	err = m.from.Each(ctx, c, after, func(r store.Record) error {
		r.Body = slices.Clone(r.Body)
		part, size = append(part, r), size+len(r.Body)
		if len(part) < together && size < togetherBytes {
			return ctx.Err()
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	want, err := m.from.Count(ctx, c)
	if err != nil {
		return err
	}
	got, err := m.into.Count(ctx, store.Query{In: c, By: store.ID})
	if err == nil && got != want {
		err = fmt.Errorf("%d documents were copied, and there are %d", got, want)
	}
	return err
}
