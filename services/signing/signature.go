package signing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Service checks what is given as a signature.
type Service struct {
	Book   *ledger.Book
	Access *access.Service
}

// How somebody signed.
const (
	Drawn     = "drawn"
	ByPIN     = "pin"
	ByAccount = "account" // by the one tap of who is signed in
)

// Signed is a signature as it is given: a drawing, with the name of the signer when
// that is not whoever is signed in; or the PIN of a person. In JSON a text alone is
// a drawing.
type Signed struct {
	Person        string `json:"person,omitempty"` // whose PIN it is; the caller's when empty
	PIN           string `json:"pin,omitempty"`
	Name          string `json:"name,omitempty"`
	Rank          string `json:"rank,omitempty"`
	ServiceNumber string `json:"service_number,omitempty"`
	Drawing       string `json:"drawing,omitempty"` // SVG
}

// UnmarshalJSON reads an object, or a drawing alone.
func (s *Signed) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(raw, []byte{'"'}) {
		return json.Unmarshal(raw, &s.Drawing)
	}
	type fields Signed
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	return decoder.Decode((*fields)(s))
}

// Take checks what was given as a signature, and returns it without its time and
// hash.
func (s *Service) Take(ctx context.Context, caller *models.Person, given *Signed) (*models.Signature, error) {
	if given == nil || given.PIN == "" && given.Drawing == "" {
		return nil, models.Refuse(models.Invalid, "signature", "is required: draw it, or give a PIN")
	}
	if given.PIN != "" {
		return s.byPIN(ctx, caller, given)
	}
	drawing, err := Drawing(given.Drawing)
	if err != nil {
		return nil, err
	}
	sig := &models.Signature{Name: strings.TrimSpace(given.Name), Rank: strings.TrimSpace(given.Rank), ServiceNumber: strings.TrimSpace(given.ServiceNumber),
		Method: Drawn, Drawing: drawing, TakenBy: caller.Code}
	switch {
	case given.Person != "":
		person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, given.Person)
		if errors.Is(err, store.ErrNotFound) {
			return nil, models.Refuse(models.Invalid, "signature.person", "there is no person %q", given.Person)
		}
		if err != nil {
			return nil, err
		}
		identify(sig, person)
	case sig.Name == "":
		identify(sig, caller)
	}
	return sig, models.Validate(sig)
}

func (s *Service) byPIN(ctx context.Context, caller *models.Person, given *Signed) (*models.Signature, error) {
	signer := caller
	if given.Person != "" && given.Person != caller.Code {
		person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, given.Person)
		if errors.Is(err, store.ErrNotFound) || err == nil && person.Inactive {
			return nil, models.Refuse(models.Invalid, "signature.person", "there is no person %q who could sign", given.Person)
		}
		if err != nil {
			return nil, err
		}
		signer = person
	}
	if err := s.Access.CheckPIN(ctx, signer, given.PIN); err != nil {
		return nil, err
	}
	sig := &models.Signature{Method: ByPIN, TakenBy: caller.Code}
	identify(sig, signer)
	return sig, nil
}

// Tapped is the signature of whoever is signed in and taps once.
func Tapped(caller *models.Person) *models.Signature {
	sig := &models.Signature{Method: ByAccount, TakenBy: caller.Code}
	identify(sig, caller)
	return sig
}

func identify(sig *models.Signature, p *models.Person) {
	sig.Person, sig.Name, sig.Rank, sig.ServiceNumber = p.Code, p.Name, p.Rank, p.ServiceNumber
}

// SamePerson says whether two signatures are of one person, as far as they tell.
func SamePerson(a, b *models.Signature) bool {
	if a.Person != "" && b.Person != "" {
		return a.Person == b.Person
	}
	return strings.EqualFold(a.Name, b.Name)
}

// Hash is the SHA-256 of what is signed, as JSON, in hex.
func Hash(what any) string {
	text, err := json.Marshal(what)
	if err != nil {
		panic(err) // what is signed holds text and numbers only
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
