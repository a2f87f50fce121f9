// Package proofs lets somebody who does not trust the server see that nothing in
// the book was rewritten. It keeps a Merkle log over all events (RFC 6962), signs
// checkpoints of it, proves that an event is in it and that it only ever grew, and
// seals reports so that they prove themselves.
//
// It stands below the reports, which seal themselves with it, and above the ledger,
// whose chains it ties together; the ledger's writers know nothing of it and never
// wait for it.
package proofs

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Log is the Merkle log over a book's events. Without a Key it can be read and
// asked for proofs, but does not grow.
type Log struct {
	Book *ledger.Book

	key     *Key
	growing sync.Mutex // one integration at a time in this program; others lose by the head's version
}

// headID is the key of the one document in store.Log.
const headID = "head"

// Head returns where the log stands, or an Unavailable refusal before it was begun.
func (l *Log) Head(ctx context.Context) (*models.LogHead, error) {
	head, _, err := l.head(ctx)
	return head, err
}

func (l *Log) head(ctx context.Context) (*models.LogHead, int64, error) {
	record, err := l.Book.Store.Get(ctx, store.Log, headID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, 0, models.Refuse(models.Unavailable, "", "this book's ledger has no signing key yet; start the server once with the program")
	}
	if err != nil {
		return nil, 0, err
	}
	head, err := store.Decode[models.LogHead](record)
	return head, record.Version, err
}

// Checkpoint returns the signed state of the log, in C2SP tlog-checkpoint form.
func (l *Log) Checkpoint(ctx context.Context) (string, error) {
	head, err := l.Head(ctx)
	if err != nil {
		return "", err
	}
	return head.Checkpoint, nil
}

// Keys returns the verifier keys of the book, the one in use first.
func (l *Log) Keys(ctx context.Context) ([]string, error) {
	head, err := l.Head(ctx)
	if err != nil {
		return nil, err
	}
	keys := []string{head.Key}
	for i := len(head.Retired) - 1; i >= 0; i-- {
		keys = append(keys, head.Retired[i])
	}
	return keys, nil
}

var (
	hasher = rfc6962.DefaultHasher
	ranges = &compact.RangeFactory{Hash: hasher.HashChildren}
)

// rootOf returns the root of a log from the roots of its perfect subtrees.
func rootOf(r *compact.Range) ([]byte, error) {
	if r.End() == 0 {
		return hasher.EmptyRoot(), nil
	}
	return r.GetRootHash(nil)
}

// rangeOf opens the compact range that a head carries.
func rangeOf(head *models.LogHead) (*compact.Range, error) {
	r, err := ranges.NewRange(0, uint64(head.Size), head.Range)
	if err != nil {
		return nil, fmt.Errorf("proofs: the head of the log is damaged: %w", err)
	}
	return r, nil
}
