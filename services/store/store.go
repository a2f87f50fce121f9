// Package store is the port through which the book is kept: JSON documents in
// named collections, found through declared indexes, changed only by Commit.
// Package sqlite keeps them in one file on one machine, package mongo in a
// MongoDB replica set; storetest is the contract that both pass.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Store is one engine, holding all collections of Schema.
type Store interface {
	// Get returns the document with this key, or ErrNotFound.
	Get(ctx context.Context, c *Collection, id string) (Record, error)
	// Find returns up to q.Limit documents in the order of q's index.
	Find(ctx context.Context, q Query) ([]Record, error)
	// Count returns how many documents match, at most q.Limit if that is not 0.
	Count(ctx context.Context, q Query) (int64, error)
	// Commit makes all changes or none. When it returns nil they are on disk (on a
	// majority of members). A version guard that does not hold is a *VersionConflict,
	// a key or unique index value that is taken a *Duplicate.
	Commit(ctx context.Context, changes ...Change) error
	// Next gives n numbers of a named sequence, never given before, and returns the
	// first. Numbers that are not used after all are not given again.
	Next(ctx context.Context, sequence string, n int64) (int64, error)
	// Ping says whether the store can answer.
	Ping(ctx context.Context) error
	Close() error
}

// Record is a stored document: its key, its version and its JSON text. Find sets
// Place, the document's place in the order of the query.
type Record struct {
	ID      string
	Version int64
	Body    []byte
	Place   Key
}

// Change inserts (Version 0), replaces (Version is the one that was read) or,
// with a nil Doc, deletes one document.
type Change struct {
	In      *Collection
	ID      string
	Version int64
	Doc     any
}

// Insert adds a document that must not exist yet.
func Insert(c *Collection, id string, doc any) Change { return Change{In: c, ID: id, Doc: doc} }

// Replace puts doc in the place of the version that was read.
func Replace(c *Collection, id string, version int64, doc any) Change {
	return Change{In: c, ID: id, Version: version, Doc: doc}
}

// Delete removes the version that was read. Only sessions and the like are ever
// deleted; what the book records is not.
func Delete(c *Collection, id string, version int64) Change {
	return Change{In: c, ID: id, Version: version}
}

// ErrNotFound is what Get returns for a key that does not exist.
var ErrNotFound = errors.New("store: not found")

// VersionConflict says which document was not at the version that was read.
type VersionConflict struct{ Collection, ID string }

func (e *VersionConflict) Error() string {
	return fmt.Sprintf("store: %s/%s was changed by somebody else", e.Collection, e.ID)
}

// Duplicate says which unique index (or "id") already holds the value.
type Duplicate struct{ Collection, Index string }

func (e *Duplicate) Error() string {
	return fmt.Sprintf("store: duplicate %s in %s", e.Index, e.Collection)
}

// Outrun says whether a commit was lost to somebody who was faster: a document is no
// longer at the version that was read, or one that was to be added is there. A request
// that was answered already is no such race.
func Outrun(err error) bool {
	var conflict *VersionConflict
	var taken *Duplicate
	return errors.As(err, &conflict) || errors.As(err, &taken) && taken.Collection != Answers.Name
}

// JSON is the text of a document. One that knows how to write its own does.
func JSON(doc any) ([]byte, error) {
	if own, ok := doc.(interface{ JSON() []byte }); ok {
		return own.JSON(), nil
	}
	return json.Marshal(doc)
}

// Decode reads a record's document.
func Decode[T any](r Record) (*T, error) {
	doc := new(T)
	if err := json.Unmarshal(r.Body, doc); err != nil {
		return nil, fmt.Errorf("store: document %s is damaged: %w", r.ID, err)
	}
	return doc, nil
}

// Get reads and decodes one document.
func Get[T any](ctx context.Context, s Store, c *Collection, id string) (*T, error) {
	r, err := s.Get(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return Decode[T](r)
}

// Find reads and decodes a page of documents.
func Find[T any](ctx context.Context, s Store, q Query) ([]*T, error) {
	records, err := s.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	docs := make([]*T, len(records))
	for i, r := range records {
		if docs[i], err = Decode[T](r); err != nil {
			return nil, err
		}
	}
	return docs, nil
}
