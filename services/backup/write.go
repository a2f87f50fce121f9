package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/klauspost/compress/zstd"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Writing says how a backup is written.
type Writing struct {
	Program string
	Now     func() time.Time
	// Progress, if set, is told how many of the documents are written.
	Progress func(part string, done, of int64)
}

// Source is what a backup is written of: any store.Whole.
type Source interface {
	Snapshot(ctx context.Context) (store.Snapshot, error)
}

// partSize is from how many bytes on a part is written: what is held in memory.
const partSize = 4 << 20

// Write writes the book as it is now, while it is changed.
func Write(ctx context.Context, s Source, to io.Writer, how Writing) (*Manifest, error) {
	at := models.At(how.Now())
	snapshot, err := s.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = snapshot.Close() }()
	packed, err := zstd.NewWriter(to, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	w := &writer{tar: tar.NewWriter(packed), at: at.Time, Manifest: Manifest{Format: format, Program: how.Program, Form: store.Form, At: at, Documents: map[string]int64{}}}
	if err := w.write(ctx, snapshot, how.Progress); err != nil {
		return nil, errors.Join(err, packed.Close())
	}
	return &w.Manifest, errors.Join(w.tar.Close(), packed.Close())
}

type writer struct {
	Manifest
	tar  *tar.Writer
	at   time.Time
	part bytes.Buffer
}

func (w *writer) write(ctx context.Context, snapshot store.Snapshot, progress func(string, int64, int64)) error {
	if err := w.member(readMeName, []byte(readMe)); err != nil {
		return err
	}
	var all int64
	for _, c := range store.Schema {
		n, err := snapshot.Count(ctx, c)
		if err != nil {
			return err
		}
		all += n
	}
	var done int64
	for _, c := range store.Schema {
		err := w.collection(ctx, snapshot, c, func() {
			if done++; progress != nil && done%512 == 0 {
				progress("writing documents", done, max(all, done))
			}
		})
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	var err error
	if w.Sequences, err = snapshot.Sequences(ctx); err != nil {
		return err
	}
	text, err := json.MarshalIndent(w.Manifest, "", "  ")
	if err != nil {
		return err
	}
	return w.member(manifestName, text)
}

func (w *writer) collection(ctx context.Context, snapshot store.Snapshot, c *store.Collection, written func()) error {
	parts := 0
	flush := func() error {
		if w.part.Len() == 0 {
			return nil
		}
		parts++
		name := fmt.Sprintf("%s%s/%06d%s", documents, c.Name, parts, linesEnd)
		sum := sha256.Sum256(w.part.Bytes())
		w.Parts = append(w.Parts, Part{Name: name, Bytes: int64(w.part.Len()), SHA256: hex.EncodeToString(sum[:])})
		defer w.part.Reset()
		return w.member(name, w.part.Bytes())
	}
	err := snapshot.Each(ctx, c, "", func(r store.Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c == store.Log {
			w.head(r)
		}
		if err := w.line(r); err != nil {
			return err
		}
		w.Documents[c.Name]++
		written()
		if w.part.Len() < partSize {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// head notes where the ledger stands. A head that cannot be read is for verify to name.
func (w *writer) head(r store.Record) {
	if head, err := store.Decode[models.LogHead](r); err == nil {
		w.Key, w.Checkpoint = head.Key, head.Checkpoint
	}
}

// line writes a document by hand: encoding a body again would take as long as all the
// rest, and it must stay as it is to the byte.
func (w *writer) line(r store.Record) error {
	id, err := json.Marshal(r.ID)
	if err != nil {
		return err
	}
	w.part.WriteString(`{"id":`)
	w.part.Write(id)
	w.part.WriteString(`,"version":`)
	w.part.Write(strconv.AppendInt(w.part.AvailableBuffer(), r.Version, 10))
	if bytes.IndexByte(r.Body, '\n') < 0 && json.Valid(r.Body) {
		w.part.WriteString(`,"body":`)
		w.part.Write(r.Body)
	} else {
		text, err := json.Marshal(string(r.Body))
		if err != nil {
			return err
		}
		w.part.WriteString(`,"text":`)
		w.part.Write(text)
	}
	w.part.WriteString("}\n")
	return nil
}

func (w *writer) member(name string, content []byte) error {
	err := w.tar.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600, ModTime: w.at, Format: tar.FormatPAX})
	if err != nil {
		return err
	}
	_, err = w.tar.Write(content)
	return err
}
