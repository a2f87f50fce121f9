package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"quartermaster/models"
	"quartermaster/services/store"
)

// How a backup begins, plain and encrypted.
const (
	zstdMagic = "\x28\xb5\x2f\xfd"
	ageMagic  = "age-encryption.org/"
)

// Is says whether a file that begins so is a backup.
func Is(beginning []byte) bool {
	return bytes.HasPrefix(beginning, []byte(zstdMagic)) || bytes.HasPrefix(beginning, []byte(ageMagic))
}

// damaged is what is said of a file that is not as it was written.
func damaged(format string, args ...any) *models.Error {
	return models.Refuse(models.Invalid, "", "the backup is damaged: "+format, args...)
}

// Read goes through a backup from its beginning to its end, hands on the documents of
// each part, and compares sums and counts. What was handed on counts only when it
// returns no error.
func Read(from io.Reader, identities []age.Identity, load func(*store.Collection, []store.Record) error) (*Manifest, error) {
	plain, err := opened(bufio.NewReaderSize(from, 1<<20), identities)
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	r := &reader{tar: tar.NewReader(plain), load: load, documents: map[string]int64{}}
	manifest, err := r.read()
	if err != nil {
		return nil, err
	}
	// The sum of the whole, in which age and zstd end, is checked at its end alone.
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return nil, damaged("its end cannot be read").Because(err)
	}
	return manifest, nil
}

func opened(from *bufio.Reader, identities []age.Identity) (*zstd.Decoder, error) {
	beginning, err := from.Peek(len(ageMagic))
	if err != nil || !Is(beginning) {
		return nil, models.Refuse(models.Invalid, "", "this is no backup of a book").Because(err)
	}
	plain := io.Reader(from)
	if bytes.HasPrefix(beginning, []byte(ageMagic)) {
		if len(identities) == 0 {
			return nil, models.Refuse(models.Invalid, "identity", "the backup is encrypted: give the file of the age identity that opens it")
		}
		if plain, err = age.Decrypt(from, identities...); err != nil {
			var wrong *age.NoIdentityMatchError
			if errors.As(err, &wrong) {
				return nil, models.Refuse(models.Invalid, "identity", "does not open this backup: it was encrypted to another key")
			}
			return nil, damaged("its encryption cannot be read").Because(err)
		}
	}
	return zstd.NewReader(plain, zstd.WithDecoderConcurrency(1))
}

type reader struct {
	tar       *tar.Reader
	load      func(*store.Collection, []store.Record) error
	parts     []Part
	documents map[string]int64
}

func (r *reader) read() (*Manifest, error) {
	for {
		header, err := r.tar.Next()
		if err == io.EOF {
			return nil, damaged("it ends without its manifest: it was cut off")
		}
		if err != nil {
			return nil, damaged("it breaks off after %d parts", len(r.parts)).Because(err)
		}
		content, err := io.ReadAll(r.tar)
		if err != nil {
			return nil, damaged("%s breaks off", header.Name).Because(err)
		}
		switch {
		case header.Name == manifestName:
			return r.compare(content)
		case strings.HasPrefix(header.Name, documents):
			if err := r.part(header.Name, content); err != nil {
				return nil, err
			}
		}
	}
}

func (r *reader) part(name string, content []byte) error {
	collection, _, _ := strings.Cut(strings.TrimPrefix(name, documents), "/")
	i := slices.IndexFunc(store.Schema, func(c *store.Collection) bool { return c.Name == collection })
	if i < 0 {
		return models.Refuse(models.Invalid, "", "the backup holds %s, of which this program knows nothing: use the one that wrote it, or a newer", collection)
	}
	sum := sha256.Sum256(content)
	r.parts = append(r.parts, Part{Name: name, Bytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:])})
	var records []store.Record
	for n := 1; len(content) > 0; n++ {
		text, rest, _ := bytes.Cut(content, []byte("\n"))
		content = rest
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return damaged("line %d of %s cannot be read", n, name).Because(err)
		}
		if l.Body == nil {
			l.Body = rawBody(l.Text)
		}
		records = append(records, store.Record{ID: l.ID, Version: l.Version, Body: l.Body})
	}
	r.documents[collection] += int64(len(records))
	if r.load == nil {
		return nil
	}
	return r.load(store.Schema[i], records)
}

// compare holds what was read to what the manifest says.
func (r *reader) compare(text []byte) (*Manifest, error) {
	m := &Manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, damaged("its manifest cannot be read").Because(err)
	}
	if m.Format != format {
		return nil, models.Refuse(models.Invalid, "", "the backup is of format %d, and this program reads format %d: use the one that wrote it, or a newer", m.Format, format)
	}
	if err := store.CheckForm(m.Form); err != nil {
		return nil, err
	}
	for i, part := range m.Parts {
		if i >= len(r.parts) {
			return nil, damaged("%s is missing", part.Name)
		}
		if r.parts[i] != part {
			return nil, damaged("%s does not have the SHA-256 that was recorded", r.parts[i].Name)
		}
	}
	if len(r.parts) > len(m.Parts) {
		return nil, damaged("%s was put in", r.parts[len(m.Parts)].Name)
	}
	for name, n := range m.Documents {
		if r.documents[name] != n {
			return nil, damaged("it holds %d documents of %s, and %d were written", r.documents[name], name, n)
		}
	}
	return m, nil
}

// String says what a backup holds, in a line.
func (m *Manifest) String() string {
	return fmt.Sprintf("a backup of %s: %d documents", m.At.UTC().Format("2 January 2006, 15:04 UTC"), m.All())
}
