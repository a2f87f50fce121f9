package proofs

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Key signs checkpoints. Public is its verifier key, which anybody may have.
type Key struct {
	Public string
	secret string
	signer note.Signer
}

// NewKey makes a signing key (Ed25519) under a name that no other book has.
func NewKey() (*Key, error) { return keyOf("quartermaster-" + strings.ToLower(rand.Text()[:10])) }

// Secret is the key as it stands in its file.
func (k *Key) Secret() string { return k.secret }

func keyOf(name string) (*Key, error) {
	secret, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, err
	}
	return ParseKey(secret)
}

// ParseKey reads a signing key as package note writes it:
// PRIVATE+KEY+name+hash+keydata.
func ParseKey(text string) (*Key, error) {
	text = strings.TrimSpace(text)
	signer, err := note.NewSigner(text)
	if err != nil {
		return nil, err
	}
	parts := strings.SplitN(text, "+", 5)
	data, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(data) != 1+ed25519.SeedSize {
		return nil, errors.New("the key holds no Ed25519 seed")
	}
	public, err := note.NewEd25519VerifierKey(signer.Name(), ed25519.NewKeyFromSeed(data[1:]).Public().(ed25519.PublicKey))
	return &Key{Public: public, secret: text, signer: signer}, err
}

// readKey reads the key's file; nil when there is none.
func readKey(path string) (*Key, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the ledger's signing key cannot be read: %w", err)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s is no signing key of a ledger; put the right file back from its backup", path)
	}
	return key, nil
}

// write keeps the key in a new file that only its owner may read. A file that is
// there already is never written over.
func (k *Key) write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the folder of the ledger's signing key cannot be made: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the ledger's signing key cannot be written: %w", err)
	}
	_, err = file.WriteString(k.secret + "\n")
	return errors.Join(err, file.Sync(), file.Close())
}

// Open takes the book's signing key from the file at path. In a book whose ledger
// has not begun it begins it, and makes the key where there is none yet. Later a
// key that is missing or another one is refused: a new one would let somebody
// write a second history that looks as good as the first.
func (l *Log) Open(ctx context.Context, path string) (made bool, err error) {
	key, err := readKey(path)
	if err != nil {
		return false, err
	}
	head, _, err := l.head(ctx)
	switch {
	case models.KindOf(err) == models.Unavailable:
		return l.first(ctx, path, key)
	case err != nil:
		return false, err
	case key == nil:
		return false, fmt.Errorf("the signing key of this book's ledger is missing: there is no file %s. "+
			"The key's public part is %s. Put the file back from its backup, or say with QM_LEDGER_KEY where it is. No new key is made, "+
			"since with one the ledger could be written anew without a donor's seeing it", path, head.Key)
	}
	return false, l.Begin(ctx, key)
}

// first begins the ledger with the key at path, or with one that is made there.
func (l *Log) first(ctx context.Context, path string, key *Key) (made bool, err error) {
	if key != nil {
		return false, l.Begin(ctx, key)
	}
	if key, err = NewKey(); err != nil {
		return false, err
	}
	if err := key.write(path); err != nil {
		return false, err
	}
	if err := l.Begin(ctx, key); err != nil {
		return false, errors.Join(err, os.Remove(path)) // another program began it with its own
	}
	return true, nil
}

// Begin has the log sign with key. It writes the head of a new log and refuses a
// key that is not the book's.
func (l *Log) Begin(ctx context.Context, key *Key) error {
	head, _, err := l.head(ctx)
	if models.KindOf(err) == models.Unavailable {
		if head, err = l.insertHead(ctx, key); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if head.Key != key.Public {
		return fmt.Errorf("this is not the signing key of this book's ledger: the book was begun with %s, the key is %s. "+
			"Put the right file back from its backup, or say with QM_LEDGER_KEY where it is", head.Key, key.Public)
	}
	l.key = key
	return nil
}

func (l *Log) insertHead(ctx context.Context, key *Key) (*models.LogHead, error) {
	runs, err := l.Book.Store.Count(ctx, store.Query{In: store.LogRuns, By: store.ID, Limit: 1})
	if err != nil {
		return nil, err
	}
	if runs > 0 {
		return nil, errors.New("the head of this book's ledger was taken out of the store; restore the book from a backup")
	}
	head := &models.LogHead{Key: key.Public}
	if err := key.sign(head, hasher.EmptyRoot()); err != nil {
		return nil, err
	}
	head.SignedAt = models.At(l.Book.Now())
	err = l.Book.Store.Commit(ctx, store.Insert(store.Log, headID, head))
	var taken *store.Duplicate
	if errors.As(err, &taken) {
		return l.Head(ctx)
	}
	return head, err
}

// sign puts the checkpoint of its size and root in head.
func (k *Key) sign(head *models.LogHead, root []byte) error {
	signed, err := k.note(Checkpoint{Origin: k.signer.Name(), Size: head.Size, Root: root}.text())
	head.Checkpoint = signed
	return err
}

func (k *Key) note(text string) (string, error) {
	signed, err := note.Sign(&note.Note{Text: text}, k.signer)
	return string(signed), err
}

// Change has the book sign with a new key from now on, and returns a checkpoint that
// both keys signed: by it, whoever has the old key can trust the new one. The new key
// is written beside the old one's file first, and takes its place at the end; the old
// one stays beside it, for nothing but the record. No server may be running.
func (l *Log) Change(ctx context.Context, path string) (signed string, err error) {
	if l.key == nil {
		return "", errors.New("proofs: the log was opened without its signing key")
	}
	l.growing.Lock()
	defer l.growing.Unlock()
	old := l.key
	key, err := keyOf(old.signer.Name())
	if err != nil {
		return "", err
	}
	if err := key.write(path + ".new"); err != nil {
		return "", err
	}
	head, version, err := l.head(ctx)
	if err != nil {
		return "", err
	}
	checkpoint, err := ReadCheckpoint(head.Checkpoint, old.Public)
	if err != nil {
		return "", err
	}
	both, err := note.Sign(&note.Note{Text: checkpoint.text()}, old.signer, key.signer)
	if err != nil {
		return "", err
	}
	head.Key, head.Retired, head.Checkpoint = key.Public, append(head.Retired, old.Public), string(both)
	head.SignedAt = models.At(l.Book.Now())
	if err := l.Book.Store.Commit(ctx, store.Replace(store.Log, headID, version, head)); err != nil {
		return "", errors.Join(err, os.Remove(path+".new"))
	}
	l.key = key
	return string(both), errors.Join(os.Rename(path, path+".old-"+head.SignedAt.Format("20060102-150405")), os.Rename(path+".new", path))
}
