package proofs

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"quartermaster/models"
)

// Checkpoint is the state of a log that a note says and signs: whose log, how many
// events, and the root over them (C2SP tlog-checkpoint).
type Checkpoint struct {
	Origin string
	Size   int64
	Root   []byte
}

func (c Checkpoint) text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root) + "\n"
}

const longestNote = 64 << 10

// ReadCheckpoint checks the signature of a checkpoint by one of the verifier keys
// and returns what it says. Refusals: Malformed for what is no checkpoint, Invalid
// for a signature that is missing or wrong.
func ReadCheckpoint(signed string, keys ...string) (*Checkpoint, error) {
	opened, err := readNote("checkpoint", signed, keys)
	if err != nil {
		return nil, err
	}
	text, name := opened.Text, opened.Sigs[0].Name
	lines := strings.Split(text, "\n")
	malformed := models.Refuse(models.Malformed, "checkpoint", "is signed, but is no checkpoint of a ledger")
	if len(lines) < 4 || lines[0] != name {
		return nil, malformed
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return nil, malformed
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != sha256.Size {
		return nil, malformed
	}
	return &Checkpoint{Origin: name, Size: size, Root: root}, nil
}

// readNote opens a signed note that one of the keys signed.
func readNote(what, signed string, keys []string) (*note.Note, error) {
	verifiers, err := verifiersOf(keys)
	if err != nil {
		return nil, err
	}
	if len(signed) > longestNote || !strings.Contains(signed, "\n\n— ") {
		return nil, models.Refuse(models.Malformed, what, "is not a signed note: it ends with a line that begins with a dash, a name and a signature")
	}
	opened, err := note.Open([]byte(signed), verifiers)
	var wrong *note.InvalidSignatureError
	var unknown *note.UnverifiedNoteError
	switch {
	case errors.As(err, &wrong):
		return nil, models.Refuse(models.Invalid, what, "was altered: its signature by %s does not fit", wrong.Name).Because(err)
	case errors.As(err, &unknown):
		return nil, models.Refuse(models.Invalid, what, "is not signed by this key, but by %s: it is of another book, or of another key", signersOf(unknown.Note)).Because(err)
	case err != nil:
		return nil, models.Refuse(models.Malformed, what, "is not a signed note").Because(err)
	}
	for _, s := range opened.Sigs {
		// Package note passes over the bits that base64 leaves unused at the end.
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return nil, models.Refuse(models.Invalid, what, "was altered: its signature by %s is written in another way", s.Name).Because(err)
		}
	}
	return opened, nil
}

func signersOf(n *note.Note) string {
	var names []string
	for _, s := range n.UnverifiedSigs {
		names = append(names, fmt.Sprintf("%s+%08x", s.Name, s.Hash))
	}
	return strings.Join(names, " and ")
}

func verifiersOf(keys []string) (note.Verifiers, error) {
	list := make([]note.Verifier, 0, len(keys))
	for _, key := range keys {
		v, err := note.NewVerifier(strings.TrimSpace(key))
		if err != nil {
			return nil, models.Refuse(models.Malformed, "key", "is no verifier key; it is one line such as quartermaster-4f2k+0a1b2c3d+Af…").Because(err)
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return nil, models.Refuse(models.Invalid, "key", "give the ledger's public key, from /ledger.key of the server that the report came from")
	}
	return note.VerifierList(list...), nil
}

// Fingerprint is the short name of a verifier key that people compare: the SHA-256
// of it, in hex.
func Fingerprint(key string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(key)))
	return hex.EncodeToString(sum[:])
}

// ReadKeys reads verifier keys, one a line, as /ledger.key gives them.
func ReadKeys(text []byte) ([]string, error) {
	var keys []string
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			keys = append(keys, string(line))
		}
	}
	_, err := verifiersOf(keys)
	return keys, err
}
