package proofs

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"quartermaster/models"
)

// Bundle is what a report carries to prove itself: with it and the ledger's public
// key anybody can check, offline, that the report is just as the book gave it out,
// and that the events it names are in the ledger of the checkpoint.
type Bundle struct {
	Seal       string     `json:"seal"`       // signed note: the report's digest, the checkpoint's size and root, the events
	Checkpoint string     `json:"checkpoint"` // signed note
	Proofs     [][][]byte `json:"proofs"`     // of each event of the seal, in its order: hashes from the leaf up
}

// Digest is the SHA-256 of a report's content, and how many bytes that is.
type Digest struct {
	SHA256 [32]byte
	Bytes  int64
}

// Sealed is what a bundle says once it is checked.
type Sealed struct {
	At     models.Time // when it was sealed
	Digest Digest
	Ledger Checkpoint // at that time
	Events []SealedEvent
}

// SealedEvent is an event that a report stands on.
type SealedEvent struct {
	ID    string
	Leaf  string // hash of its text, in hex
	Index int64
}

// MostEvents is how many events one bundle may prove: with them it stays below the
// 64 kB that a spreadsheet file has room for behind its content. A report of more
// lines names the events that tell of it as a whole, first of all its own.
const MostEvents = 30

// Seal signs that the book gave out a report of this digest, standing on these
// events (as assets/01J…@3), at the latest checkpoint. Events that have not entered
// the ledger yet are taken in first. That the caller may see the events is for the
// report to have made sure.
func (l *Log) Seal(ctx context.Context, digest Digest, events ...string) (*Bundle, error) {
	if len(events) > MostEvents {
		return nil, fmt.Errorf("proofs: a bundle of %d events; at most %d fit", len(events), MostEvents)
	}
	if err := l.Include(ctx, events...); err != nil {
		return nil, err
	}
	head, err := l.Head(ctx)
	if err != nil {
		return nil, err
	}
	edge, err := rangeOf(head)
	if err != nil {
		return nil, err
	}
	root, err := rootOf(edge)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Proofs: [][][]byte{}}
	sealed := Sealed{At: models.At(l.Book.Now()), Digest: digest, Ledger: Checkpoint{l.key.signer.Name(), head.Size, root}}
	if b.Checkpoint, err = l.key.note(sealed.Ledger.text()); err != nil {
		return nil, err
	}
	r := &tileReader{store: l.Book.Store}
	for _, event := range events {
		in, err := l.inclusion(ctx, r, head.Size, event)
		if err != nil {
			return nil, err
		}
		sealed.Events = append(sealed.Events, SealedEvent{in.Event, in.Leaf, in.Index})
		b.Proofs = append(b.Proofs, in.Proof)
	}
	b.Seal, err = l.key.note(sealed.text())
	return b, err
}

// sealName follows the book's name on the first line of a seal, so that no seal can
// be taken for a checkpoint.
const sealName = "/report"

func (s *Sealed) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s\nat %s\nsha256 %x\nbytes %d\nledger %d %x\n", s.Ledger.Origin, sealName, s.At, s.Digest.SHA256, s.Digest.Bytes, s.Ledger.Size, s.Ledger.Root)
	for _, e := range s.Events {
		fmt.Fprintf(&b, "event %d %s %s\n", e.Index, e.Leaf, e.ID)
	}
	return b.String()
}

// Check says whether a bundle proves a report of this digest under the verifier
// keys, and what it says. The refusal names the first thing that does not agree.
func Check(b *Bundle, digest Digest, keys ...string) (*Sealed, error) {
	checkpoint, err := ReadCheckpoint(b.Checkpoint, keys...)
	if err != nil {
		return nil, err
	}
	sealed, text, err := readSeal(b.Seal, keys)
	if err != nil {
		return nil, err
	}
	wrong := func(format string, args ...any) error {
		return models.Refuse(models.Invalid, "report", format, args...)
	}
	switch {
	case sealed.Digest.Bytes != digest.Bytes:
		return nil, wrong("was altered: it is %d bytes long, and was %d when the book gave it out", digest.Bytes, sealed.Digest.Bytes)
	case sealed.Digest.SHA256 != digest.SHA256:
		return nil, wrong("was altered: its content is not what the book gave out (SHA-256 %x, sealed was %x)", digest.SHA256, sealed.Digest.SHA256)
	case sealed.text() != text || sealed.Ledger.text() != checkpoint.text():
		return nil, wrong("carries a checkpoint that is not the one it was sealed at")
	case strings.Count(b.Seal, "\n— ") != 1 || strings.Count(b.Checkpoint, "\n— ") != 1:
		return nil, wrong("carries signatures that the book did not put there")
	case len(b.Proofs) != len(sealed.Events):
		return nil, wrong("carries %d proofs for %d events", len(b.Proofs), len(sealed.Events))
	}
	for i, e := range sealed.Events {
		if err := checkInclusion(checkpoint, e.ID, e.Leaf, e.Index, b.Proofs[i]); err != nil {
			return nil, err
		}
	}
	return sealed, nil
}

// readSeal opens a seal and reads what Sealed.text wrote; Check compares the two, so
// that no other way of writing passes.
func readSeal(signed string, keys []string) (sealed *Sealed, text string, err error) {
	opened, err := readNote("seal", signed, keys)
	if err != nil {
		return nil, "", err
	}
	sealed, err = parseSeal(opened.Text, opened.Sigs[0].Name)
	return sealed, opened.Text, err
}

func parseSeal(text, origin string) (*Sealed, error) {
	malformed := models.Refuse(models.Malformed, "seal", "is signed, but is no seal of a report")
	s := &Sealed{Ledger: Checkpoint{Origin: origin}}
	name, rest, _ := strings.Cut(text, "\n")
	if name != origin+sealName {
		return nil, malformed
	}
	for line := range strings.Lines(rest) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		words := strings.SplitN(value, " ", 3)
		var err error
		switch {
		case key == "at":
			err = json.Unmarshal([]byte(strconv.Quote(value)), &s.At)
		case key == "sha256" && len(value) == 2*len(s.Digest.SHA256):
			_, err = hex.Decode(s.Digest.SHA256[:], []byte(value))
		case key == "bytes":
			s.Digest.Bytes, err = strconv.ParseInt(value, 10, 64)
		case key == "ledger" && len(words) == 2:
			s.Ledger.Size, err = strconv.ParseInt(words[0], 10, 64)
			if err == nil {
				s.Ledger.Root, err = hex.DecodeString(words[1])
			}
		case key == "event" && len(words) == 3:
			e := SealedEvent{ID: words[2], Leaf: words[1]}
			e.Index, err = strconv.ParseInt(words[0], 10, 64)
			s.Events = append(s.Events, e)
		default:
			return nil, malformed
		}
		if err != nil {
			return nil, malformed.Because(err)
		}
	}
	return s, nil
}
