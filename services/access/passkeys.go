package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// mostPasskeys is how many somebody may have.
const mostPasskeys = 10

// relying is what passkeys are bound to: the server's name and address. Browsers give
// them only where both are sure: over TLS, under a name (WebAuthn, section 5.1.2), or on
// the machine itself.
func (s *Service) relying() (*webauthn.WebAuthn, error) {
	base, err := url.Parse(s.Base)
	if err != nil || base.Host == "" {
		return nil, models.Refuse(models.Conflict, "passkey", "passkeys need the address of this server; whoever runs it sets QM_BASE_URL")
	}
	_, number := netip.ParseAddr(base.Hostname())
	if number == nil || base.Scheme != "https" && base.Hostname() != "localhost" {
		return nil, models.Refuse(models.Conflict, "passkey", "passkeys need an address that begins with https and has a name; that of this server is %s (QM_BASE_URL)", s.Base)
	}
	return webauthn.New(&webauthn.Config{
		RPID: base.Hostname(), RPDisplayName: "Quartermaster", RPOrigins: []string{base.Scheme + "://" + base.Host},
		AttestationPreference:  protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired},
	})
}

// TakesPasskeys says whether this server's address is one to which passkeys can be bound.
func (s *Service) TakesPasskeys() bool {
	_, err := s.relying()
	return err == nil
}

// holder is a person as package webauthn asks for them.
type holder struct {
	*models.Person
	records  []store.Record
	passkeys []*models.Passkey
}

// WebAuthnID is the handle by which an authenticator names its owner. It tells nothing.
func (h *holder) WebAuthnID() []byte {
	sum := sha256.Sum256([]byte("passkeys of " + h.Code))
	return sum[:]
}

func (h *holder) WebAuthnName() string        { return h.Username }
func (h *holder) WebAuthnDisplayName() string { return h.Name }

func (h *holder) WebAuthnCredentials() []webauthn.Credential {
	var all []webauthn.Credential
	for _, p := range h.passkeys {
		var c webauthn.Credential
		if json.Unmarshal(p.Credential, &c) == nil && !p.Suspect {
			all = append(all, c)
		}
	}
	return all
}

func (s *Service) holder(ctx context.Context, p *models.Person) (*holder, error) {
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Passkeys, By: "person", Where: []store.Cond{store.Is("person", p.Code)}, Limit: 2 * mostPasskeys})
	if err != nil {
		return nil, err
	}
	h := &holder{Person: p, records: records}
	for _, record := range records {
		passkey, err := store.Decode[models.Passkey](record)
		if err != nil {
			return nil, err
		}
		h.passkeys = append(h.passkeys, passkey)
	}
	return h, nil
}

// Passkey is one of somebody's passkeys as they see it.
type Passkey struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	AddedAt models.Time  `json:"added_at"`
	UsedAt  *models.Time `json:"used_at,omitempty"`
	Suspect bool         `json:"suspect,omitempty"` // may have been copied; it opens nothing any more
}

// Passkeys lists the caller's own.
func (s *Service) Passkeys(ctx context.Context) ([]Passkey, error) {
	_, person, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, person)
	list := []Passkey{}
	if err == nil {
		for _, p := range h.passkeys {
			list = append(list, Passkey{p.ID, p.Name, p.CreatedAt, p.UsedAt, p.Suspect})
		}
	}
	return list, err
}

// PasskeyOffer is what a browser is asked to make or to use a passkey with, and the token
// of the step that awaits its answer.
type PasskeyOffer struct {
	Options any
	Step    string
}

// OfferPasskey begins adding a passkey.
func (s *Service) OfferPasskey(ctx context.Context) (*PasskeyOffer, error) {
	_, person, rely, err := s.mayAddPasskey(ctx)
	if err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, person)
	if err != nil {
		return nil, err
	}
	if len(h.passkeys) >= mostPasskeys {
		return nil, models.Refuse(models.Conflict, "passkey", "you have %d passkeys; remove one first", mostPasskeys)
	}
	options, challenge, err := rely.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return nil, err
	}
	return s.challenged(ctx, options, challenge, &models.SignInStep{Person: person.Code, Adds: true})
}

func (s *Service) mayAddPasskey(ctx context.Context) (store.Record, *models.Person, *webauthn.WebAuthn, error) {
	record, person, err := s.self(ctx)
	if err != nil {
		return record, nil, nil, err
	}
	rely, err := s.relying()
	if err != nil {
		return record, nil, nil, err
	}
	return record, person, rely, s.mayTurn(ctx, person)
}

// challenged keeps a challenge until it is answered, instead of what is given up for it.
func (s *Service) challenged(ctx context.Context, options any, challenge *webauthn.SessionData, step *models.SignInStep, instead ...store.Change) (*PasskeyOffer, error) {
	var err error
	if step.Challenge, err = json.Marshal(challenge); err != nil {
		return nil, err
	}
	token, change := s.newStep(step)
	return &PasskeyOffer{options, token}, Outrun(s.Book.Store.Commit(ctx, append(instead, change)...))
}

// answered takes the step with a challenge out, so that it is answered once.
func (s *Service) answered(ctx context.Context, token string, adds bool) (*models.SignInStep, *webauthn.SessionData, error) {
	record, step, err := s.step(ctx, token)
	if err != nil {
		return nil, nil, err
	}
	over := models.Refuse(models.Unauthenticated, "", "this sign-in took too long or was finished already; begin again")
	challenge := &webauthn.SessionData{}
	if step.Adds != adds || len(step.Challenge) == 0 || json.Unmarshal(step.Challenge, challenge) != nil {
		return nil, nil, over
	}
	if err := s.Book.Store.Commit(ctx, store.Delete(store.SignInSteps, record.ID, record.Version)); store.Outrun(err) {
		return nil, nil, over
	} else if err != nil {
		return nil, nil, err
	}
	return step, challenge, nil
}

// AddPasskey keeps the passkey that a browser made. The caller's other sign-ins end.
func (s *Service) AddPasskey(ctx context.Context, token, name string, answer []byte) (*Enrolled, error) {
	of, person, rely, err := s.mayAddPasskey(ctx)
	if err != nil {
		return nil, err
	}
	passkey := &models.Passkey{Person: person.Code, Name: name}
	if err := models.Validate(passkey); err != nil {
		return nil, err
	}
	step, challenge, err := s.answered(ctx, token, true)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil || step.Person != person.Code {
		return nil, unacceptable(err)
	}
	h, err := s.holder(ctx, person)
	if err != nil {
		return nil, err
	}
	made, err := rely.CreateCredential(h, *challenge, parsed)
	if err != nil {
		return nil, unacceptable(err)
	}
	made.Attestation = webauthn.CredentialAttestation{} // none was asked for
	passkey.ID = base64.RawURLEncoding.EncodeToString(made.ID)
	if passkey.Credential, err = json.Marshal(made); err != nil {
		return nil, err
	}
	entries := []ledger.Entry{hasNow(of, person, "person.second_factor_set", "passkey "+name, models.Passkeys, true), ledger.Add(store.Passkeys, passkey, "passkey.added", name)}
	record, kept, err := s.factor(ctx, person.Code)
	if err != nil {
		return nil, err
	}
	var codes []string
	if len(kept.Recovery) == 0 {
		codes, kept.Recovery = newRecoveryCodes()
		entries = append(entries, keep(record, kept, "second_factor.recovery_codes_made", ""))
	}
	return s.enrolled(ctx, codes, models.Passkeys, entries...)
}

func unacceptable(cause error) error {
	return models.Refuse(models.Invalid, "passkey", "was not accepted; try again, or sign in another way").Because(cause)
}

// RemovePasskey takes one of the caller's own passkeys away.
func (s *Service) RemovePasskey(ctx context.Context, id string) error {
	of, person, err := s.self(ctx)
	if err != nil {
		return err
	}
	if err := s.mayTurn(ctx, person); err != nil {
		return err
	}
	h, err := s.holder(ctx, person)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(h.passkeys, func(p *models.Passkey) bool { return p.ID == id })
	if at < 0 {
		return models.Refuse(models.NotFound, "id", "you have no such passkey")
	}
	reason := "passkey " + h.passkeys[at].Name
	change := hasNow(of, person, "person.second_factor_removed", reason, models.Passkeys, len(h.passkeys) > 1)
	if s.Demand.Of(person) && len(person.SecondFactor) == 0 {
		return models.Refuse(models.Conflict, "", "you must have a second factor; set up another one before you remove this")
	}
	entries := []ledger.Entry{change, ledger.Remove(store.Passkeys, h.records[at].Body, h.passkeys[at], "passkey.removed")}
	if len(person.SecondFactor) == 0 {
		record, kept, err := s.factor(ctx, person.Code)
		if err != nil {
			return err
		}
		kept.WithoutApp(false)
		entries = append(entries, keep(record, kept, "second_factor.removed", reason))
	}
	ledger.Answer(ctx, nothing{})
	err = s.Book.Commit(ctx, entries...)
	s.forget()
	return Outrun(err)
}

// ChallengePasskey asks for a passkey: of the person whose password was given in the
// step with this token, or, without one, of whoever has one for this server.
func (s *Service) ChallengePasskey(ctx context.Context, token, next string) (*PasskeyOffer, error) {
	rely, err := s.relying()
	if err != nil {
		return nil, err
	}
	record, step, err := s.step(ctx, token)
	if models.KindOf(err) == models.Unauthenticated || err == nil && (step.Person == "" || step.Adds) {
		options, challenge, err := rely.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
		if err != nil {
			return nil, err
		}
		return s.challenged(ctx, options, challenge, &models.SignInStep{Next: next})
	}
	if err != nil {
		return nil, err
	}
	person, err := s.awaited(ctx, step)
	if err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, person)
	if err != nil {
		return nil, err
	}
	options, challenge, err := rely.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, models.Refuse(models.Conflict, "passkey", "you have no passkey that can be used here; give a code").Because(err)
	}
	return s.challenged(ctx, options, challenge, &models.SignInStep{Person: person.Code, Next: step.Next, Attempts: step.Attempts, First: step.First}, store.Delete(store.SignInSteps, record.ID, record.Version))
}

// SignInByPasskey opens the session of whose passkey answers. A passkey counts as both
// factors: the authenticator asked for a finger, a face or its PIN.
func (s *Service) SignInByPasskey(ctx context.Context, token string, answer []byte, device string) (*SignedIn, string, error) {
	rely, err := s.relying()
	if err != nil {
		return nil, "", err
	}
	step, challenge, err := s.answered(ctx, token, false)
	if err != nil {
		return nil, "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil, "", unacceptable(err)
	}
	h, err := s.holds(ctx, parsed.RawID)
	if err != nil {
		return nil, "", err
	}
	if step.Person != "" && step.Person != h.Code {
		return nil, "", unacceptable(nil)
	}
	var used *webauthn.Credential
	if step.Person != "" {
		used, err = rely.ValidateLogin(h, *challenge, parsed)
	} else {
		_, used, err = rely.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, *challenge, parsed)
	}
	if err != nil {
		return nil, "", unacceptable(err)
	}
	entry, err := s.usedPasskey(ctx, h, used)
	if err != nil {
		return nil, "", err
	}
	in, err := s.begin(ctx, h.Person, newSession{lasts: SessionLasts, device: device, factor: models.Passkeys, first: step.First}, *entry)
	return in, step.Next, err
}

// holds returns whose passkey this is, if they may sign in.
func (s *Service) holds(ctx context.Context, id []byte) (*holder, error) {
	passkey, err := store.Get[models.Passkey](ctx, s.Book.Store, store.Passkeys, base64.RawURLEncoding.EncodeToString(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.Unauthenticated, "passkey", "this passkey is not known here; it may have been removed")
	}
	if err != nil {
		return nil, err
	}
	if passkey.Suspect {
		return nil, copied()
	}
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, passkey.Person)
	if err != nil {
		return nil, err
	}
	if !person.CanSignIn() {
		return nil, models.Refuse(models.Unauthenticated, "passkey", "this passkey is not known here; it may have been removed")
	}
	return s.holder(ctx, person)
}

func copied() error {
	return models.Refuse(models.Unauthenticated, "passkey", "this passkey answered as a copy of it would, and opens nothing any more; sign in another way, remove it, and tell an administrator")
}

// usedPasskey is the entry by which a passkey's counter goes on. One that does not is
// noted and refused.
func (s *Service) usedPasskey(ctx context.Context, h *holder, used *webauthn.Credential) (*ledger.Entry, error) {
	at := slices.IndexFunc(h.passkeys, func(p *models.Passkey) bool {
		id, _ := base64.RawURLEncoding.DecodeString(p.ID)
		return bytes.Equal(id, used.ID)
	})
	passkey, before := h.passkeys[at], h.records[at].Body
	if used.Authenticator.CloneWarning {
		passkey.Suspect = true
		if err := s.Book.Commit(As(ctx, h.Person, ""), ledger.Change(store.Passkeys, before, passkey, "passkey.copy_suspected", passkey.Name)); err != nil {
			return nil, err
		}
		return nil, copied()
	}
	now := models.At(s.Book.Now())
	used.Attestation, passkey.UsedAt = webauthn.CredentialAttestation{}, &now
	var err error
	if passkey.Credential, err = json.Marshal(used); err != nil {
		return nil, err
	}
	entry := ledger.Change(store.Passkeys, before, passkey, "passkey.used", passkey.Name)
	return &entry, nil
}
