package models

import "encoding/json"

// Factor is what somebody shows besides their password that it is they who sign in.
type Factor string

// The factors. A person sets up the first two; a recovery code stands in for them when
// they are lost, and a provider says that it has asked for one of its own.
const (
	App          Factor = "app"           // codes of an authenticator app (RFC 6238)
	Passkeys     Factor = "passkey"       // WebAuthn
	RecoveryCode Factor = "recovery_code" // from the list that was printed or kept
	ByProvider   Factor = "provider"      // OpenID Connect, which said so (RFC 8176)
)

// Words is how people say it.
func (f Factor) Words() string {
	switch f {
	case App:
		return "authenticator app"
	case Passkeys:
		return "passkey"
	case RecoveryCode:
		return "recovery code"
	case ByProvider:
		return "sign-in provider"
	}
	return "password"
}

// SecondFactor is what the book keeps of a person's authenticator app and recovery
// codes, apart from the person so that no page or export can show it.
type SecondFactor struct {
	Person string `json:"person"`
	// SealedSecret is that of the app, encrypted with the server's key for secrets; "" for none.
	SealedSecret string `json:"sealed_secret,omitempty"`
	// Step is the time step of the last code that was taken: no code is taken twice.
	Step     int64    `json:"step,omitempty"`
	Recovery []string `json:"recovery"` // SHA-256 in hex of the codes that are left
	Base
}

// Key returns the code of the person whose second factor it is.
func (f *SecondFactor) Key() string { return f.Person }

// Secret keeps what the document holds out of its events.
func (*SecondFactor) Secret() {}

// SignInStep is a sign-in that has begun and is not finished: the password was right
// and the second factor is awaited, or a passkey or a provider is to answer. It belongs
// to one browser, for some minutes, and is no session. It is no part of the book.
type SignInStep struct {
	TokenHash string `json:"token_hash"`
	Person    string `json:"person,omitempty"`   // whose password was right, or who adds a passkey
	Next      string `json:"next,omitempty"`     // the page that was asked for
	Attempts  int    `json:"attempts,omitempty"` // at the code
	Adds      bool   `json:"adds,omitempty"`     // a passkey of who is signed in; it opens no session
	First     bool   `json:"first,omitempty"`    // the password was a first one
	// Challenge is what a passkey is to answer, as package webauthn keeps it.
	Challenge json.RawMessage `json:"challenge,omitempty"`
	Provider  *ProviderStep   `json:"provider,omitempty"`
	ExpiresAt Time            `json:"expires_at"`
}

// ProviderStep is what was sent to a provider and must come back.
type ProviderStep struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"` // of PKCE (RFC 7636)
}

// SessionUse is when a session was last used, to some minutes. It is no part of the book.
type SessionUse struct {
	At      Time   `json:"at"`
	Address string `json:"address,omitempty"`
}

// Use takes the recovery code with this hash out, and says whether it was there.
func (f *SecondFactor) Use(hash string) bool {
	for i, kept := range f.Recovery {
		if kept == hash {
			f.Recovery = append(f.Recovery[:i:i], f.Recovery[i+1:]...)
			return true
		}
	}
	return false
}

// WithoutApp takes the app out, and the recovery codes unless they stand in for another
// factor.
func (f *SecondFactor) WithoutApp(others bool) {
	f.SealedSecret = ""
	if !others {
		f.Recovery = []string{}
	}
}
