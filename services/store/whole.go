package store

import (
	"context"
	"encoding/json"
	"fmt"
)

// Whole is a store that can be read as a whole at one moment, and filled from such
// a reading: what backups, restores and the way from one engine to the other are
// made of. Every engine is one.
type Whole interface {
	Store
	// Snapshot begins a reading of the book as it is now, which does not keep anybody
	// from changing it meanwhile.
	Snapshot(ctx context.Context) (Snapshot, error)
	// Load puts documents of one collection just as they were read: key, version and
	// text. A key that is there already is a *Duplicate. It is for a store that nobody
	// serves yet.
	Load(ctx context.Context, c *Collection, records []Record) error
	// LoadSequences sets the next number of each sequence.
	LoadSequences(ctx context.Context, next map[string]int64) error
}

// Filling is a store that is being filled from a reading of another. Nobody can serve
// it before Done; closed without, it can be opened again to be filled on.
type Filling interface {
	Whole
	// Done makes a book of it that can be served, on disk, and closes it.
	Done(ctx context.Context) error
}

// Snapshot is a store as it was at one moment.
type Snapshot interface {
	// Each calls do with every document of a collection in the order of the keys, from
	// behind the key after on ("" is from the first). A record's Body is good until do
	// returns. What do returns ends the reading.
	Each(ctx context.Context, c *Collection, after string, do func(Record) error) error
	// Count returns how many documents a collection has.
	Count(ctx context.Context, c *Collection) (int64, error)
	// Sequences returns the next number of each sequence.
	Sequences(ctx context.Context) (map[string]int64, error)
	Close() error
}

// Read reads a record's text into a new document of the collection.
func (c *Collection) Read(r Record) (any, error) {
	doc := c.New()
	if err := json.Unmarshal(r.Body, doc); err != nil {
		return nil, fmt.Errorf("store: document %s/%s is damaged: %w", c.Name, r.ID, err)
	}
	return doc, nil
}
