// Package verify checks a book against its ledger, for whoever does not want to take
// anybody's word for it: that the register is what its history makes of it, that the
// history is the one that entered the ledger, and that the ledger is the one whose
// checkpoints were signed. It only reads, and needs nothing of the server.
package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/proofs"
	"quartermaster/services/store"
)

// Disagreement is the first thing that does not agree: where, and how.
type Disagreement struct{ Where, How string }

func (d *Disagreement) Error() string { return d.Where + ": " + d.How }

func disagree(where, format string, args ...any) error {
	return &Disagreement{where, fmt.Sprintf(format, args...)}
}

// Options say what a book is checked with.
type Options struct {
	Keys  []string           // verifier keys; empty for those that the book itself names
	Older *proofs.Checkpoint // one that somebody kept, or nil
	Kept  string             // the same as it was signed, instead
	// Progress, if set, is told how far a part of the work is.
	Progress func(part string, done, of int64)
}

// Checked is what was found to agree.
type Checked struct {
	Checkpoint *proofs.Checkpoint
	Keys       []string // with which the checkpoint was checked
	SignedAt   models.Time
	Events     int64 // in the book
	Waiting    int64 // of them too new to be in the ledger
	Subjects   int64 // documents with a history
	Documents  int64 // that are there
	Files      int64 // whose content was compared
	Untold     int64 // secrets (passwords) entered by the first release, of whose content the history tells nothing
	// Late is how many events entered the ledger much later than the time they give:
	// entered after a breakdown, by a clock that was wrong, or put in afterwards.
	Late      int64
	FirstLate string
}

// Book checks a whole book. The error is a *Disagreement, or one of reading. Memory
// does not grow with the book. A book may be written to meanwhile.
func Book(ctx context.Context, s store.Store, o Options) (*Checked, error) {
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	b := &book{store: s, Options: o, found: map[*store.Collection]int64{}}
	for _, part := range []func(context.Context) error{b.head, b.log, b.histories, b.strays, b.lists} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	return &b.Checked, nil
}

// book is a check under way.
type book struct {
	Options
	Checked
	store store.Store

	state  *models.LogHead
	leaves tally                       // of the events that are in the log
	events tally                       // of the events in the book that must be
	found  map[*store.Collection]int64 // documents with a history
	recent map[string]int64            // leaves of the events that entered together, see entered
}

const page = 500

// head checks the signature of the checkpoint, and that the book is not behind one
// that was kept.
func (b *book) head(ctx context.Context) error {
	state, err := store.Get[models.LogHead](ctx, b.store, store.Log, "head")
	if errors.Is(err, store.ErrNotFound) {
		return disagree("the ledger", "this book has none: its head was taken out, or it was never served")
	}
	if err != nil {
		return err
	}
	b.state, b.SignedAt = state, state.SignedAt
	keys := b.Options.Keys
	if len(keys) == 0 {
		keys = append([]string{state.Key}, state.Retired...)
	}
	b.Checked.Keys = keys
	b.Checkpoint, err = proofs.ReadCheckpoint(state.Checkpoint, keys...)
	if err != nil {
		return disagree("the ledger's checkpoint", "%s", strings.TrimPrefix(err.Error(), "checkpoint: "))
	}
	if b.Checkpoint.Size != state.Size {
		return disagree("the ledger's head", "says %d events, its signed checkpoint %d", state.Size, b.Checkpoint.Size)
	}
	if b.Kept != "" {
		if b.Older, err = Kept(b.Kept, keys); err != nil {
			return err
		}
	}
	if older := b.Older; older != nil {
		if older.Origin != b.Checkpoint.Origin {
			return disagree("the checkpoint you kept", "is of another book: %s, not %s", older.Origin, b.Checkpoint.Origin)
		}
		if older.Size > b.Checkpoint.Size {
			return disagree("the checkpoint you kept", "is of a ledger of %d events, and this one holds only %d: the book was set back to an earlier state", older.Size, b.Checkpoint.Size)
		}
	}
	return nil
}

// tally adds up names so that two lists can be compared without keeping either: the
// sum of their SHA-256, as numbers.
type tally struct {
	n   int64
	sum [4]uint64
}

func (t *tally) add(name string) {
	raw := sha256.Sum256([]byte(name))
	var carry uint64
	for i := range t.sum {
		t.sum[i], carry = bits.Add64(t.sum[i], binary.LittleEndian.Uint64(raw[8*i:]), carry)
	}
	t.n++
}

// strays looks for documents without any history.
func (b *book) strays(ctx context.Context) error {
	for _, in := range store.Schema {
		if in == store.Events || in == store.Log || in == store.LogRuns || in == store.LogTiles || in == store.Answers || in == store.Failures || in == store.Intakes {
			continue
		}
		n, err := b.store.Count(ctx, store.Query{In: in, By: store.ID})
		if err != nil {
			return err
		}
		if n == b.found[in] {
			continue
		}
		if err := b.strayIn(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) strayIn(ctx context.Context, in *store.Collection) error {
	q := store.Query{In: in, By: store.ID, Limit: page}
	for {
		records, err := b.store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range records {
			if b.found[in] == 0 && !bytes.Contains(r.Body, []byte(`"head":`)) {
				continue // what the program keeps for itself: it has no events
			}
			first := ledger.Subject(in, r.ID) + "@1"
			_, err := b.store.Get(ctx, store.Events, first)
			if errors.Is(err, store.ErrNotFound) {
				return disagree(ledger.Subject(in, r.ID), "is in the register, and nothing in its history says how it came there")
			}
			if err != nil {
				return err
			}
		}
		if len(records) < q.Limit {
			return nil
		}
		q.After = records[len(records)-1].Place
	}
}

// lists looks for documents that lists would find by other values than theirs, or
// not at all, where the engine keeps those values apart.
func (b *book) lists(ctx context.Context) error {
	engine, ok := b.store.(interface {
		Misfiled(context.Context, *store.Collection) ([]string, error)
	})
	if !ok {
		return nil
	}
	for _, in := range store.Schema {
		keys, err := engine.Misfiled(ctx, in)
		if err != nil {
			return err
		}
		if len(keys) > 0 {
			return disagree(ledger.Subject(in, keys[0]), "lists find it by other values than it has: its index was altered")
		}
	}
	return nil
}

// collection returns a subject's collection and key.
func collection(subject string) (*store.Collection, string) {
	name, key, _ := strings.Cut(subject, "/")
	i := slices.IndexFunc(store.Schema, func(c *store.Collection) bool { return c.Name == name })
	if i < 0 {
		return nil, key
	}
	return store.Schema[i], key
}
