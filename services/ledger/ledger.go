// Package ledger is the only way to change the book. Each change is committed
// together with an event that says who changed what, when and why; the events of
// one subject form a hash chain, so that none can be rewritten or left out later
// without it showing.
package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Book writes changes with their events.
type Book struct {
	Store store.Store
	Now   func() time.Time
	Zone  *time.Location // of the house, in which a day begins and ends; nil is UTC
	// Tell, if set, is asked for what is written beside a change so that others are
	// told of it. It sees the documents with their new versions. Being in the same
	// Commit, word of a change can neither be lost nor precede it, in whatever order
	// commits end and clocks go.
	Tell func(context.Context, []Entry) ([]store.Change, error)
}

// Today is the house's day.
func (b *Book) Today() models.Day { return b.DayOf(models.At(b.Now())) }

// DayOf is the house's day of an instant.
func (b *Book) DayOf(t models.Time) models.Day { return models.DayOf(b.Here(t)) }

// Here is an instant as the house's clocks show it.
func (b *Book) Here(t models.Time) time.Time {
	if b.Zone == nil {
		return t.UTC()
	}
	return t.In(b.Zone)
}

// Begins is the instant at which a day of the house begins.
func (b *Book) Begins(day models.Day) models.Time {
	zone := b.Zone
	if zone == nil {
		zone = time.UTC
	}
	t, err := time.ParseInLocation(time.DateOnly, string(day), zone)
	if err != nil {
		return models.Time{}
	}
	return models.At(t)
}

// Entry is one document's change and the reason for it.
type Entry struct {
	In     *store.Collection
	Doc    models.Document
	Before []byte // the JSON that was read; nil for a new document
	Kind   string // of the event, such as "asset.issued"
	Reason string
	said   *models.Text // of which Reason is the English
	gone   bool
	beside *store.Change
}

// Add enters a new document.
func Add(in *store.Collection, doc models.Document, kind, reason string) Entry {
	return Entry{In: in, Doc: doc, Kind: kind, Reason: reason}
}

// Change replaces the document that was read as before by doc, which still
// carries the version that was read.
func Change(in *store.Collection, before []byte, doc models.Document, kind, reason string) Entry {
	return Entry{In: in, Doc: doc, Before: before, Kind: kind, Reason: reason}
}

// Saying gives the change a reason that the program tells.
func (e Entry) Saying(reason models.Text) Entry {
	e.Reason, e.said = reason.Kept()
	return e
}

// Remove deletes a document (only sessions and the like) and keeps the event.
func Remove(in *store.Collection, before []byte, doc models.Document, kind string) Entry {
	return Entry{In: in, Doc: doc, Before: before, Kind: kind, gone: true}
}

// Beside writes something in the same Commit that is no part of the book, such as a
// message to be sent: it has no event.
func Beside(c store.Change) Entry { return Entry{beside: &c} }

// Subject names a document in the ledger.
func Subject(in *store.Collection, id string) string { return in.Name + "/" + id }

// EventID names an event: assets/01J…@3.
func EventID(subject string, seq int64) string { return subject + "@" + strconv.FormatInt(seq, 10) }

// Commit makes all changes and writes their events, or does nothing. Each Doc
// then carries its new version; after an error, the one that it had. Errors: those of store.Commit, and *Replayed when
// the request in ctx was already carried out.
func (b *Book) Commit(ctx context.Context, all ...Entry) (err error) {
	entries, beside := apart(all)
	bases := make([]models.Base, len(entries))
	for i := range entries {
		bases[i] = *entries[i].Doc.Meta()
	}
	defer func() {
		if err != nil {
			for i := range entries {
				*entries[i].Doc.Meta() = bases[i]
			}
		}
	}()
	now := models.At(b.Now())
	author := AuthorOf(ctx)
	changes, err := written(ctx, entries, now, author)
	if err != nil {
		return err
	}
	changes = append(changes, beside...)
	if b.Tell != nil && len(entries) > 0 {
		told, err := b.Tell(ctx, entries)
		if err != nil {
			return err
		}
		changes = append(changes, told...)
	}
	once := onceOf(ctx)
	if once != nil && len(all) > 0 {
		answer, err := once.answer(all[0].document(), now)
		if err != nil {
			return err
		}
		changes = append(changes, store.Insert(store.Answers, once.id, answer))
	}
	err = underLease(ctx, changes, func(all []store.Change) error { return b.Store.Commit(ctx, all...) })
	var taken *store.Duplicate
	if once != nil && errors.As(err, &taken) && taken.Collection == store.Answers.Name {
		return b.replay(ctx, once)
	}
	if once != nil && err == nil {
		once.claimed = true
	}
	return err
}

// apart separates what the book records from what is written beside it.
func apart(all []Entry) (entries []Entry, beside []store.Change) {
	if !slices.ContainsFunc(all, func(e Entry) bool { return e.beside != nil }) {
		return all, nil
	}
	for _, e := range all {
		if e.beside == nil {
			entries = append(entries, e)
		} else {
			beside = append(beside, *e.beside)
		}
	}
	return entries, beside
}

// document is what a repetition of the request is answered when this entry is its first.
func (e *Entry) document() any {
	if e.beside != nil {
		return e.beside.Doc
	}
	return e.Doc
}

// manyEntries is from how many on they are written on all processors.
const manyEntries = 1000

// written returns the changes of all entries, in their order.
func written(ctx context.Context, entries []Entry, now models.Time, author Author) ([]store.Change, error) {
	changes := make([]store.Change, 2*len(entries), 2*len(entries)+1)
	workers := 1
	if len(entries) >= manyEntries {
		workers = runtime.GOMAXPROCS(0)
	}
	wrong := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		work := func() {
			for i := w; i < len(entries); i += workers {
				pair, err := entries[i].write(ctx, now, author)
				if err != nil {
					wrong[w] = err
					return
				}
				changes[2*i], changes[2*i+1] = pair[0], pair[1]
			}
		}
		if workers == 1 {
			work()
		} else {
			all.Go(work)
		}
	}
	all.Wait()
	return changes, errors.Join(wrong...)
}

// write gives the entry's document its new version and returns the changes of
// document and event.
func (e *Entry) write(ctx context.Context, now models.Time, author Author) ([2]store.Change, error) {
	var changes [2]store.Change
	base := e.Doc.Meta()
	read := base.Version
	event := models.Event{
		Subject: Subject(e.In, e.Doc.Key()), Seq: read + 1, At: now, Kind: e.Kind,
		Actor: author.Person, Device: author.Device, Reason: e.Reason, ReasonSaid: e.said, Prev: base.Head,
	}
	if h, ok := ctx.Value(happenedKey{}).(happening); ok {
		h.tell(&event)
	}
	if event.Gone = e.gone; !e.gone {
		if err := e.tell(&event); err != nil {
			return changes, fmt.Errorf("ledger: %s: %w", event.Subject, err)
		}
	}
	text := event.JSON()
	base.Head = Hash(text)
	base.Version = event.Seq
	base.UpdatedAt = now
	if read == 0 {
		base.CreatedAt = now
	}
	var doc any = e.Doc
	if e.gone {
		doc = nil
	}
	changes[0] = store.Change{In: e.In, ID: e.Doc.Key(), Version: read, Doc: doc}
	changes[1] = store.Insert(store.Events, EventID(event.Subject, event.Seq), &models.Entry{
		Subject: event.Subject, Seq: event.Seq, At: now, Hash: base.Head, Text: text,
	})
	return changes, nil
}

// tell puts in the event what changed; of what is secret, only its hash.
func (e *Entry) tell(event *models.Event) error {
	after, err := json.Marshal(e.Doc)
	if err != nil {
		return err
	}
	if _, secret := e.Doc.(interface{ Secret() }); secret {
		event.Content, err = contentHash(after)
		return err
	}
	event.Changes, err = difference(e.Before, after)
	return err
}

// Hash is the leaf hash of an event's text as RFC 6962 section 2.1 defines it, so
// that the chain and a Merkle log over the same events agree.
func Hash(text []byte) string {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}
