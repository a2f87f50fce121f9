package verify

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// lateAfter is how much later than its own time an event may enter the ledger
// before that is remarked upon.
const lateAfter = 24 * time.Hour

// log makes the Merkle tree anew from the events, in the order in which they
// entered, and compares it with what is stored and with what was signed.
func (b *book) log(ctx context.Context) error {
	t := newTree(b.store)
	if err := b.kept(t); err != nil {
		return err
	}
	q := store.Query{In: store.LogRuns, By: store.ID, Limit: 20}
	for t.size() < b.state.Size {
		records, err := b.store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range records {
			run, err := store.Decode[models.LogRun](record)
			if err != nil {
				return err
			}
			if run.First != t.size() {
				return disagree("the ledger", "the events from leaf %d on are missing: the next that are named begin at %d", t.size(), run.First)
			}
			if err := b.run(ctx, t, run); err != nil {
				return err
			}
			b.Progress("ledger", t.size(), b.state.Size)
		}
		if len(records) < q.Limit {
			break
		}
		q.After = records[len(records)-1].Place
	}
	if t.size() < b.state.Size {
		return disagree("the ledger", "holds %d events by its checkpoint, and only %d are named", b.state.Size, t.size())
	}
	if err := t.lastTiles(ctx, b.state); err != nil {
		return err
	}
	root, err := t.root()
	if err != nil {
		return err
	}
	if !bytes.Equal(root, b.Checkpoint.Root) {
		return disagree("the ledger", "its %d events do not make up the root that the checkpoint signs: events and ledger were rewritten together", b.state.Size)
	}
	return nil
}

// run checks the events that entered together.
func (b *book) run(ctx context.Context, t *tree, run *models.LogRun) error {
	records, err := b.store.Find(ctx, store.Query{In: store.Events, By: store.ID, Where: []store.Cond{store.In(store.ID, run.Events)}})
	if err != nil {
		return err
	}
	entries := make(map[string]store.Record, len(records))
	for _, r := range records {
		entries[r.ID] = r
	}
	for _, id := range run.Events {
		if t.size() == b.state.Size {
			return nil // what entered since the head was read
		}
		record, there := entries[id]
		if !there {
			return disagree("event "+id, "is leaf %d of the ledger, and was taken out of the book", t.size())
		}
		entry, err := store.Decode[models.Entry](record)
		if err != nil {
			return disagree("event "+id, "cannot be read any more: %v", err)
		}
		leaf := ledger.Hash(entry.Text)
		was, err := t.leaf(ctx)
		if err != nil {
			return err
		}
		if leaf != was {
			return disagree("event "+id, "was altered since it entered the ledger as leaf %d on %s", t.size(), run.At)
		}
		if err := t.add(ctx, leaf); err != nil {
			return err
		}
		if err := b.kept(t); err != nil {
			return err
		}
		b.leaves.add(id)
		if run.At.Sub(entry.At.Time) > lateAfter {
			if b.Late++; b.Late == 1 {
				b.FirstLate = id
			}
		}
	}
	return nil
}

// kept compares with the checkpoint that somebody kept, when the tree is as large.
func (b *book) kept(t *tree) error {
	if b.Older == nil || b.Older.Size != t.size() {
		return nil
	}
	root, err := t.root()
	if err == nil && !bytes.Equal(root, b.Older.Root) {
		return disagree("the checkpoint you kept", "was signed over other events: of the first %d some were rewritten, left out or put in since", b.Older.Size)
	}
	return err
}

// tree is the log made anew; the tiles as they are stored are read beside it.
type tree struct {
	store store.Store
	edge  *compact.Range
	tile  *models.LogTile // stored tile of the next leaf
	upper map[string][][]byte
}

const tileWidth = 256

var ranges = &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

func newTree(s store.Store) *tree {
	return &tree{store: s, edge: ranges.NewEmptyRange(0), upper: map[string][][]byte{}}
}

func (t *tree) size() int64 { return int64(t.edge.End()) }

func (t *tree) root() ([]byte, error) {
	if t.size() == 0 {
		return rfc6962.DefaultHasher.EmptyRoot(), nil
	}
	return t.edge.GetRootHash(nil)
}

func tileKey(level int, index int64) string { return fmt.Sprintf("%d/%016d", level, index) }

func (t *tree) read(ctx context.Context, level int, index int64) (*models.LogTile, error) {
	tile, err := store.Get[models.LogTile](ctx, t.store, store.LogTiles, tileKey(level, index))
	if errors.Is(err, store.ErrNotFound) {
		return nil, disagree("the ledger", "tile %s of its tree was taken out", tileKey(level, index))
	}
	return tile, err
}

// leaf returns what is stored as the hash of the next leaf.
func (t *tree) leaf(ctx context.Context) (string, error) {
	index := t.size() / tileWidth
	if t.tile == nil || t.tile.Index != index {
		var err error
		if t.tile, err = t.read(ctx, 0, index); err != nil {
			return "", err
		}
	}
	at := t.size() % tileWidth
	if at >= int64(len(t.tile.Hashes)) {
		return "", disagree("the ledger", "tile %s of its tree ends before leaf %d", tileKey(0, index), t.size())
	}
	return hex.EncodeToString(t.tile.Hashes[at]), nil
}

// add appends a leaf, and compares upper tiles when they are full.
func (t *tree) add(ctx context.Context, leaf string) error {
	hash, err := hex.DecodeString(leaf)
	if err != nil {
		return err
	}
	var full []compact.NodeID
	err = t.edge.Append(hash, func(node compact.NodeID, hash []byte) {
		if node.Level == 0 || node.Level%8 != 0 {
			return
		}
		key := tileKey(int(node.Level/8), int64(node.Index/tileWidth))
		t.upper[key] = append(t.upper[key], hash)
		if len(t.upper[key]) == tileWidth {
			full = append(full, node)
		}
	})
	for _, node := range full {
		if err := t.compare(ctx, int(node.Level/8), int64(node.Index/tileWidth)); err != nil {
			return err
		}
	}
	return err
}

func (t *tree) compare(ctx context.Context, level int, index int64) error {
	key := tileKey(level, index)
	stored, err := t.read(ctx, level, index)
	if err != nil {
		return err
	}
	for i, hash := range t.upper[key] {
		if i >= len(stored.Hashes) || !bytes.Equal(stored.Hashes[i], hash) {
			return disagree("the ledger", "tile %s of its tree was altered at node %d", key, i)
		}
	}
	delete(t.upper, key)
	return nil
}

// lastTiles compares the tiles at the right edge.
func (t *tree) lastTiles(ctx context.Context, head *models.LogHead) error {
	for level := 1; level < 8; level++ {
		index := head.Size >> (8 * level) / tileWidth
		if t.upper[tileKey(level, index)] == nil {
			continue
		}
		if err := t.compare(ctx, level, index); err != nil {
			return err
		}
	}
	return nil
}
