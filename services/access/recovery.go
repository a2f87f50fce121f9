package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"quartermaster/models"
	"quartermaster/services/ledger"
)

// recoveryCodes is how many somebody is given.
const recoveryCodes = 10

// newRecoveryCodes makes codes of 80 random bits, as they are shown, and the hashes that
// are kept of them. With so many bits a fast hash guards them as well as a slow one.
func newRecoveryCodes() (shown, hashes []string) {
	for range recoveryCodes {
		text := strings.ToLower(rand.Text()[:16])
		shown = append(shown, text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:])
		hashes = append(hashes, recoveryHash(text))
	}
	return shown, hashes
}

// recoveryHash is what is kept of a code, however it was typed.
func recoveryHash(code string) string {
	code = strings.ToLower(strings.Join(strings.FieldsFunc(code, func(r rune) bool { return r == '-' || r == ' ' || r == '\t' }), ""))
	sum := sha256.Sum256([]byte("recovery " + code))
	return hex.EncodeToString(sum[:])
}

// NewRecoveryCodes replaces the caller's recovery codes, which they confirm with a code;
// who has only passkeys has confirmed it by signing in with one.
func (s *Service) NewRecoveryCodes(ctx context.Context, code string) ([]string, error) {
	_, person, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	if len(person.SecondFactor) == 0 {
		return nil, models.Refuse(models.Conflict, "", "set up a second factor first")
	}
	if err := s.mayTurn(ctx, person); err != nil {
		return nil, err
	}
	record, kept, err := s.factor(ctx, person.Code)
	if err == nil && (kept.SealedSecret != "" || sessionOf(ctx).factor != models.Passkeys) {
		record, kept, err = s.codeOf(ctx, person, code, "")
	}
	if err != nil {
		return nil, err
	}
	var shown []string
	shown, kept.Recovery = newRecoveryCodes()
	ledger.Answer(ctx, nothing{})
	return shown, Outrun(s.Book.Commit(ctx, keep(record, kept, "second_factor.recovery_codes_made", "")))
}
