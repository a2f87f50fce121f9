package custody

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"quartermaster/models"
	"quartermaster/services/signing"
	"quartermaster/services/store"
)

// How somebody signed.
const (
	drawn     = "drawn"
	byPIN     = "pin"
	byAccount = "account" // by the one tap of who is signed in
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

// signature checks what was given as a signature.
func (s *Service) signature(ctx context.Context, caller *models.Person, given *Signed) (*models.Signature, error) {
	if given == nil || given.PIN == "" && given.Drawing == "" {
		return nil, models.Refuse(models.Invalid, "signature", "is required: draw it, or give a PIN")
	}
	if given.PIN != "" {
		return s.signedByPIN(ctx, caller, given)
	}
	drawing, err := signing.Drawing(given.Drawing)
	if err != nil {
		return nil, err
	}
	sig := &models.Signature{Name: strings.TrimSpace(given.Name), Rank: strings.TrimSpace(given.Rank), ServiceNumber: strings.TrimSpace(given.ServiceNumber),
		Method: drawn, Drawing: drawing, TakenBy: caller.Code}
	switch {
	case given.Person != "":
		person, err := s.person(ctx, "signature.person", given.Person)
		if err != nil {
			return nil, err
		}
		identify(sig, person)
	case sig.Name == "":
		identify(sig, caller)
	}
	return sig, models.Validate(sig)
}

func (s *Service) signedByPIN(ctx context.Context, caller *models.Person, given *Signed) (*models.Signature, error) {
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
	sig := &models.Signature{Method: byPIN, TakenBy: caller.Code}
	identify(sig, signer)
	return sig, nil
}

// tapped is the signature of whoever is signed in and taps once.
func tapped(caller *models.Person) *models.Signature {
	sig := &models.Signature{Method: byAccount, TakenBy: caller.Code}
	identify(sig, caller)
	return sig
}

func identify(sig *models.Signature, p *models.Person) {
	sig.Person, sig.Name, sig.Rank, sig.ServiceNumber = p.Code, p.Name, p.Rank, p.ServiceNumber
}

// others refuses a receipt signed by whoever signed for the dispatch.
func others(v *models.Voucher, sig *models.Signature) error {
	out := v.Outgoing
	if out == nil {
		return nil
	}
	if sig.Person != "" && sig.Person == out.Person || sig.Person == "" && strings.EqualFold(sig.Name, out.Name) {
		return models.Refuse(models.Invalid, "signature", "%s signed for handing over; somebody else signs for receiving", out.Name)
	}
	return nil
}

// signed is exactly what a signature is for. The receiver signs for what was said
// of each line, too.
type signed struct {
	Number    string
	Kind      models.VoucherKind
	From, To  string
	Sender    string
	Receiver  string
	DueBack   models.Day
	Operation string
	Agreement string
	Note      string
	Lines     []models.Line
	Signature models.Signature
}

// sign completes a signature with the hash of what it is for.
func sign(v *models.Voucher, sig *models.Signature, at models.Time) *models.Signature {
	done := *sig
	done.At = at
	done.Hash = hash(v, &done, v.State != models.Underway)
	return &done
}

// hash is the SHA-256 of what was signed, as JSON.
func hash(v *models.Voucher, sig *models.Signature, receipts bool) string {
	what := signed{Number: v.Number, Kind: v.Kind, From: v.From, To: v.To, Sender: v.Sender, Receiver: v.Receiver, DueBack: v.DueBack,
		Operation: v.Operation, Agreement: v.Agreement, Note: v.Note, Lines: make([]models.Line, len(v.Lines)), Signature: *sig}
	what.Signature.Hash = ""
	for i, line := range v.Lines {
		line.Was, line.Before = "", ""
		if !receipts {
			line.Receipt = nil
		}
		what.Lines[i] = line
	}
	text, err := json.Marshal(what)
	if err != nil {
		panic(err) // it holds text and numbers only
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// The ends of a voucher, as signatures name them.
const (
	OutgoingEnd = "outgoing"
	IncomingEnd = "incoming"
)

// Broken names the ends whose signature is not for what the voucher says now.
func Broken(v *models.Voucher) []string {
	var ends []string
	if v.Outgoing != nil && hash(v, v.Outgoing, false) != v.Outgoing.Hash {
		ends = append(ends, OutgoingEnd)
	}
	if v.Incoming != nil && hash(v, v.Incoming, true) != v.Incoming.Hash {
		ends = append(ends, IncomingEnd)
	}
	return ends
}
