package models

// Identity is an account at a sign-in provider (OpenID Connect) by which a person signs
// in: of one issuer, a subject that it gives to nobody else.
type Identity struct {
	ID      string `json:"id"` // hash of issuer and subject
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
	Person  string `json:"person"`
	Base
}

// Key returns the identity's id.
func (i *Identity) Key() string { return i.ID }
