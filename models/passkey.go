package models

import "encoding/json"

// Passkey is a WebAuthn credential with which somebody signs in. What it holds is public,
// but of use to nobody; its events tell only its name.
type Passkey struct {
	ID         string          `json:"id"` // of the credential, in base64url
	Person     string          `json:"person"`
	Name       string          `json:"name" validate:"required,text,max=80"`
	Credential json.RawMessage `json:"credential"` // as package webauthn keeps it
	UsedAt     *Time           `json:"used_at,omitempty"`
	// Suspect says that it answered with a counter that had been seen before, as a copy
	// of it would (WebAuthn, section 6.1.1). It opens nothing any more.
	Suspect bool `json:"suspect,omitempty"`
	Base
}

// Key returns the identity of the credential.
func (p *Passkey) Key() string { return p.ID }

// Secret keeps what the document holds out of its events.
func (*Passkey) Secret() {}
