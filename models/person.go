package models

import "strings"

// Role is what a person may do; scope says where.
type Role string

// The five roles.
const (
	Admin       Role = "admin"
	Storekeeper Role = "storekeeper"
	Commander   Role = "commander"
	Maintenance Role = "maintenance"
	Auditor     Role = "auditor"
)

// Words is how people say it.
func (r Role) Words() string { return string(r) }

// Roles lists the roles in the order that pages show them.
var Roles = []Role{Admin, Storekeeper, Commander, Maintenance, Auditor}

// Person is somebody who signs in, or who has equipment in their custody, or both.
type Person struct {
	Code          string   `json:"code" validate:"required,code"`
	Name          string   `json:"name" validate:"required,text,max=200"`
	Rank          string   `json:"rank,omitempty" validate:"omitempty,text,max=80"`
	ServiceNumber string   `json:"service_number,omitempty" validate:"omitempty,text,max=60"`
	Unit          string   `json:"unit,omitempty" validate:"omitempty,code"`
	Path          []string `json:"path,omitempty"` // of the unit
	Username      string   `json:"username,omitempty" validate:"omitempty,username"`
	Role          Role     `json:"role,omitempty" validate:"omitempty,oneof=admin storekeeper commander maintenance auditor"`
	// Scope is the unit whose part of the tree the person sees; "" is the whole tree,
	// which only an administrator may have. Auditors are scoped by donors or grants.
	// Whoever has another role and no scope of their own sees their unit and below.
	Scope    string   `json:"scope,omitempty" validate:"omitempty,code"`
	Donors   []string `json:"donors,omitempty" validate:"max=50,unique,dive,code"`
	Grants   []string `json:"grants,omitempty" validate:"max=200,unique,dive,code"`
	Inactive bool     `json:"inactive,omitempty"`

	Email  string `json:"email,omitempty" validate:"omitempty,max=254,text,email"`
	Digest Digest `json:"digest,omitempty" validate:"omitempty,oneof=daily weekly"`
	// Language is that in which the person reads the book (BCP 47); "" is what their browser
	// asks for. Digits are how it writes numbers.
	Language string `json:"language,omitempty" validate:"omitempty,max=35,text"`
	Digits   string `json:"digits,omitempty" validate:"omitempty,oneof=eastern"`
	// GuideAway says that the person put the guide through the first days away.
	GuideAway bool `json:"guide_away,omitempty"`
	// DigestSince is when the person chose to be sent a digest.
	DigestSince *Time `json:"digest_since,omitempty"`
	// SecondFactor says which factors the person has set up besides the password.
	SecondFactor []Factor `json:"second_factor,omitempty"`
	Base
}

// Digest is how often somebody is sent a summary of what concerns them.
type Digest string

// The choices of a digest; "" is none.
const (
	NoDigest     Digest = ""
	DailyDigest  Digest = "daily"
	WeeklyDigest Digest = "weekly"
)

// Digests lists the choices in the order that pages show them.
var Digests = []Digest{NoDigest, DailyDigest, WeeklyDigest}

// CanSignIn says whether the person has a sign-in that works.
func (p *Person) CanSignIn() bool { return p.Username != "" && p.Role != "" && !p.Inactive }

// Mail is the person's e-mail address in small letters, if they have one.
func (p *Person) Mail() []string {
	if p.Email == "" {
		return nil
	}
	return []string{strings.ToLower(p.Email)}
}

// Session is one sign-in. Only the hash of its token is kept.
type Session struct {
	TokenHash string `json:"token_hash"`
	Person    string `json:"person"`
	Name      string `json:"name,omitempty"` // of a token made for a program
	Device    string `json:"device,omitempty"`
	Factor    Factor `json:"factor,omitempty"` // the second one that it was opened with; "" for none
	First     bool   `json:"first,omitempty"`  // opened with a first password: its owner may only set one of their own
	ExpiresAt Time   `json:"expires_at"`
	// ConfirmedAt is when its owner last showed again that it is they.
	ConfirmedAt *Time `json:"confirmed_at,omitempty"`
	Base
}

// Key returns the hash of the session's token.
func (s *Session) Key() string { return s.TokenHash }

// Failures is how often a secret was guessed wrong lately, by a name or from a network
// whose hash is its key.
type Failures struct {
	Count     int  `json:"count"`
	Last      Time `json:"last"`
	Until     Time `json:"until,omitzero"` // no guess before
	ExpiresAt Time `json:"expires_at"`
}

// Password is a person's sign-in secret as argon2id keeps it, apart from the
// person so that no page or export can show it.
type Password struct {
	Person string `json:"person"`
	Hash   string `json:"hash"`          // PHC string format; "" for who only has a PIN
	PIN    string `json:"pin,omitempty"` // to sign with, in the same format
	// First says that somebody else gave it, who knows it: its owner is to replace it.
	First bool `json:"first,omitempty"`
	Base
}

// Key returns the code of the person whose password it is.
func (p *Password) Key() string { return p.Person }

// Secret keeps what the document holds out of its events.
func (*Session) Secret() {}

// Secret keeps what the document holds out of its events.
func (*Password) Secret() {}
