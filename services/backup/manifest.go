// Package backup keeps books safe elsewhere: it writes a book that is in use into one
// file, as it is at one moment, and makes a book of such a file again, in either
// engine, after checking it against its sums and its ledger.
//
// A backup is a tar archive, compressed with zstd and, where somebody's public key is
// given, encrypted with age: three formats that common programs read. In it, each
// collection's documents are JSON lines, in parts; the last member is manifest.json,
// so that an archive that was cut off is known by its missing. The key that signs the
// ledger is never in it: whoever has both can write a second history.
package backup

import (
	"quartermaster/models"
)

// format is the number of the archive's format.
const format = 1

// Manifest is the last member of a backup: what it holds.
type Manifest struct {
	Format  int         `json:"format"`
	Program string      `json:"program"` // version of the program that wrote it
	Form    int         `json:"form"`    // of the book, see store.Form
	At      models.Time `json:"at"`      // the moment
	// Key is the public part of the key that signs the book's ledger, Checkpoint what
	// it signed last: both "" in a book that was never served.
	Key        string           `json:"key,omitempty"`
	Checkpoint string           `json:"checkpoint,omitempty"`
	Sequences  map[string]int64 `json:"sequences"` // the next number of each
	Documents  map[string]int64 `json:"documents"` // in each collection
	Parts      []Part           `json:"parts"`
}

// Part is a member of the archive.
type Part struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// All is how many documents there are.
func (m *Manifest) All() (n int64) {
	for _, some := range m.Documents {
		n += some
	}
	return n
}

const (
	manifestName = "manifest.json"
	readMeName   = "READ-ME.txt"
	documents    = "documents/"
	linesEnd     = ".jsonl"
)

const readMe = `This is a backup of a Quartermaster property book.

  quartermaster verify FILE                       checks it against its sums and its ledger
  quartermaster restore FILE --store sqlite:PATH  makes a book of it again

Without that program: it is a tar archive compressed with zstd. Under documents/ are the
collections, a document a line: its key, its version and the document itself.
The manifest, the last member, gives the SHA-256 of each part. The key that signs the
ledger is kept apart and is not here.
`

// line is a document in a part. Text is in the place of Body where that is no JSON any
// more: what is damaged is kept as it is, and verify names it.
type line struct {
	ID      string  `json:"id"`
	Version int64   `json:"version"`
	Body    rawBody `json:"body,omitempty"`
	Text    string  `json:"text,omitempty"`
}

// rawBody takes a document as it is written.
type rawBody []byte

func (b *rawBody) UnmarshalJSON(text []byte) error {
	*b = append((*b)[:0], text...)
	return nil
}
