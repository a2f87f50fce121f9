package proofs

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Inclusion proves that an event is in the log of a checkpoint (RFC 6962, 2.1.1).
type Inclusion struct {
	Event      string   `json:"event"`
	Leaf       string   `json:"leaf"` // hash of the event's text, in hex
	Index      int64    `json:"index"`
	Proof      [][]byte `json:"proof"` // hashes from the leaf up, base64
	Checkpoint string   `json:"checkpoint"`
}

// Check says whether the proof holds under the verifier keys.
func (i *Inclusion) Check(keys ...string) error {
	c, err := ReadCheckpoint(i.Checkpoint, keys...)
	if err != nil {
		return err
	}
	return checkInclusion(c, i.Event, i.Leaf, i.Index, i.Proof)
}

func checkInclusion(c *Checkpoint, event, leaf string, index int64, path [][]byte) error {
	hash, err := hex.DecodeString(leaf)
	if err == nil && index >= 0 {
		err = proof.VerifyInclusion(hasher, uint64(index), uint64(c.Size), hash, path, c.Root)
	}
	if err != nil || index < 0 {
		return models.Refuse(models.Invalid, "proof", "does not show that %s is in the ledger of the checkpoint", event).Because(err)
	}
	return nil
}

// Consistency proves that the log of To events begins with that of From events:
// nothing in between was changed, only added to (RFC 6962, 2.1.2).
type Consistency struct {
	From       int64    `json:"from"`
	To         int64    `json:"to"`
	Proof      [][]byte `json:"proof"`
	Checkpoint string   `json:"checkpoint"` // the latest
}

// CheckConsistency says whether path shows that the log of the newer checkpoint
// begins with that of the older.
func CheckConsistency(older, newer *Checkpoint, path [][]byte) error {
	if older.Origin != newer.Origin {
		return models.Refuse(models.Invalid, "checkpoint", "is of another book: %s, not %s", older.Origin, newer.Origin)
	}
	if older.Size > newer.Size {
		return models.Refuse(models.Invalid, "checkpoint", "holds %d events and the book now only %d: the book was set back to an earlier state", older.Size, newer.Size)
	}
	if err := proof.VerifyConsistency(hasher, uint64(older.Size), uint64(newer.Size), path, older.Root, newer.Root); err != nil {
		return models.Refuse(models.Invalid, "checkpoint", "does not agree with the book: of the first %d events some were rewritten, left out or put in since", older.Size).Because(err)
	}
	return nil
}

// Inclusion proves that an event of a subject in the caller's scope is in the log.
// Event is the subject and the number: assets/01J…@3. Refusals: NotFound for an
// event that does not exist or is out of scope, Conflict for one that has not
// entered the log yet.
func (l *Log) Inclusion(ctx context.Context, event string) (*Inclusion, error) {
	if err := l.visible(ctx, event); err != nil {
		return nil, err
	}
	head, err := l.Head(ctx)
	if err != nil {
		return nil, err
	}
	r := &tileReader{store: l.Book.Store}
	in, err := l.inclusion(ctx, r, head.Size, event)
	if err != nil {
		return nil, err
	}
	in.Checkpoint = head.Checkpoint
	return in, nil
}

// inclusion proves an event in the log of the first size events.
func (l *Log) inclusion(ctx context.Context, r *tileReader, size int64, event string) (*Inclusion, error) {
	index, err := l.place(ctx, event)
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= size {
		return nil, models.Refuse(models.Conflict, "event", "has not entered the ledger yet; that takes about a minute")
	}
	leaf, err := r.node(ctx, compact.NewNodeID(0, uint64(index)))
	if err != nil {
		return nil, err
	}
	nodes, err := proof.Inclusion(uint64(index), uint64(size))
	if err != nil {
		return nil, err
	}
	path, err := r.path(ctx, nodes)
	return &Inclusion{Event: event, Leaf: hex.EncodeToString(leaf), Index: index, Proof: path}, err
}

func (r *tileReader) path(ctx context.Context, nodes proof.Nodes) ([][]byte, error) {
	hashes, err := r.nodes(ctx, nodes.IDs)
	if err != nil {
		return nil, err
	}
	return nodes.Rehash(hashes, hasher.HashChildren)
}

// Consistency proves that the log only grew between two sizes; to 0 is now.
func (l *Log) Consistency(ctx context.Context, from, to int64) (*Consistency, error) {
	head, err := l.Head(ctx)
	if err != nil {
		return nil, err
	}
	if to == 0 {
		to = head.Size
	}
	switch {
	case from < 0:
		return nil, models.Refuse(models.Invalid, "from", "is a number of events, 0 or more")
	case to < 0:
		return nil, models.Refuse(models.Invalid, "to", "is a number of events, 0 or more")
	case from > to:
		return nil, models.Refuse(models.Invalid, "from", "is %d, more than to, which is %d", from, to)
	case to > head.Size:
		return nil, models.Refuse(models.Invalid, "to", "is %d, and the ledger holds %d events", to, head.Size)
	}
	nodes, err := proof.Consistency(uint64(from), uint64(to))
	if err != nil {
		return nil, err
	}
	path, err := (&tileReader{store: l.Book.Store}).path(ctx, nodes)
	return &Consistency{From: from, To: to, Proof: path, Checkpoint: head.Checkpoint}, err
}

// place returns which leaf an event is, -1 when it is not in the log.
func (l *Log) place(ctx context.Context, event string) (int64, error) {
	runs, err := store.Find[models.LogRun](ctx, l.Book.Store, store.Query{In: store.LogRuns, By: "events",
		Where: []store.Cond{store.Is("events", event)}, Limit: 1})
	if err != nil || len(runs) == 0 {
		return -1, err
	}
	return runs[0].First + int64(slices.Index(runs[0].Events, event)), nil
}

// visible refuses an event whose subject the caller does not see. It is asked of
// the store in the same words as a list would be.
func (l *Log) visible(ctx context.Context, event string) error {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return err
	}
	hidden := models.Refuse(models.NotFound, "event", "there is no such event in your part of the book; an event is named like assets/01J…@3")
	subject, _, ok := strings.Cut(event, "@")
	name, key, ok2 := strings.Cut(subject, "/")
	at := slices.IndexFunc(store.Schema, func(c *store.Collection) bool { return c.Name == name })
	if !ok || !ok2 || at < 0 {
		return hidden
	}
	in := store.Schema[at]
	q := store.Query{In: in, By: store.ID, Where: []store.Cond{store.Is(store.ID, key)}}
	for _, c := range access.Assets(caller) {
		if !in.IsMany(c.Field) {
			return hidden // a kind of document that only the whole book's administrators see all of
		}
		q.Where = append(q.Where, c)
	}
	asked := []store.Query{{In: store.Events, By: store.ID, Where: []store.Cond{store.Is(store.ID, event)}}}
	if !access.Everywhere(caller) { // who sees everything sees also what was removed since
		asked = append(asked, q)
	}
	for _, q := range asked {
		if n, err := l.Book.Store.Count(ctx, q); err != nil || n == 0 {
			if err != nil {
				return err
			}
			return hidden
		}
	}
	return nil
}
