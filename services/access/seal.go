package access

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Seal encrypts what must lie in the book and be read by nobody who has only the book or
// a backup of it: the secrets of authenticator apps. Its key is in a file of its own.
type Seal struct {
	name string // of the key, at the head of what it sealed
	aead cipher.AEAD
}

const sealPrefix = "QUARTERMASTER-SECRETS-KEY+"

// NewSeal makes a key and returns how it stands in its file.
func NewSeal() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails since Go 1.24
	return sealPrefix + base64.StdEncoding.EncodeToString(key)
}

// ParseSeal reads a key as NewSeal writes it.
func ParseSeal(text string) (*Seal, error) {
	encoded, ok := strings.CutPrefix(strings.TrimSpace(text), sealPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !ok || len(key) != 32 {
		return nil, errors.New("this is no key for secrets")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	sum := sha256.Sum256(append([]byte("quartermaster seal "), key...))
	return &Seal{name: hex.EncodeToString(sum[:4]), aead: aead}, err
}

// seal encrypts text (AES-256-GCM) for one use and one person: it opens as nothing else.
func (s *Seal) seal(use, person, text string) string {
	return s.name + "." + base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, []byte(text), []byte(use+" "+person)))
}

var errOtherKey = errors.New("access: sealed with another key for secrets, or altered")

func (s *Seal) open(use, person, sealed string) (string, error) {
	name, encoded, _ := strings.Cut(sealed, ".")
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || name != s.name {
		return "", errOtherKey
	}
	text, err := s.aead.Open(nil, nil, raw, []byte(use+" "+person))
	if err != nil {
		return "", errOtherKey
	}
	return string(text), nil
}

// OpenSeal takes the key for secrets from the file at path, or makes it there in a book
// that holds nothing sealed; where path is "" there is none, and nobody can set up an
// app. A key that is missing later, or another one, is refused:
// nobody's app would be believed any more.
func (s *Service) OpenSeal(ctx context.Context, path string) (made bool, err error) {
	sealed, err := s.anySealed(ctx)
	if err != nil {
		return false, err
	}
	if path == "" && sealed == nil {
		return false, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && sealed == nil {
		if made, err = s.makeSeal(path); made || err != nil {
			return made, err
		}
		text, err = os.ReadFile(path) // another instance was faster
	}
	switch {
	case errors.Is(err, os.ErrNotExist):
		return false, fmt.Errorf("the key for secrets is missing: there is no file %q, and the secrets of authenticator apps in this book are encrypted with it. "+
			"Put the file back from its backup, or say with QM_SECRETS_KEY where it is. If it is lost, take the apps away with quartermaster forget-apps", path)
	case err != nil:
		return false, fmt.Errorf("the key for secrets cannot be read: %w", err)
	}
	if s.Seal, err = ParseSeal(string(text)); err != nil {
		return false, fmt.Errorf("%s is no key for secrets; put the right file back from its backup", path)
	}
	if sealed != nil {
		if _, err := s.Seal.open(appSecret, sealed.Person, sealed.SealedSecret); err != nil {
			return false, fmt.Errorf("%s is not the key with which the secrets in this book are encrypted; put the right file back from its backup, or say with QM_SECRETS_KEY where it is", path)
		}
	}
	return false, nil
}

// makeSeal makes a key in a new file that only its owner may read, unless one is there.
func (s *Service) makeSeal(path string) (made bool, err error) {
	text := NewSeal()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, fmt.Errorf("the folder of the key for secrets cannot be made: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("the key for secrets cannot be written: %w", err)
	}
	_, err = file.WriteString(text + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return false, err
	}
	s.Seal, err = ParseSeal(text)
	return true, err
}

// anySealed returns one person's factors with a secret that is sealed; nil for none.
func (s *Service) anySealed(ctx context.Context) (found *models.SecondFactor, err error) {
	err = s.eachFactor(ctx, func(_ store.Record, f *models.SecondFactor) error {
		if found == nil && f.SealedSecret != "" {
			found = f
		}
		return nil
	})
	return found, err
}

// eachFactor reads the factors of everybody who has any.
func (s *Service) eachFactor(ctx context.Context, do func(store.Record, *models.SecondFactor) error) error {
	q := store.Query{In: store.SecondFactors, By: store.ID, Limit: 500}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range records {
			f, err := store.Decode[models.SecondFactor](record)
			if err != nil {
				return err
			}
			if err := do(record, f); err != nil {
				return err
			}
		}
		if len(records) < q.Limit {
			return nil
		}
		q.After = records[len(records)-1].Place
	}
}
