package models

import "slices"

// GrantShare is the kind of a share that shows a whole grant: its handover, its register
// and how far it is from being closed.
const GrantShare = "grant"

// Share is a link by which somebody of a donor sees one report, or one grant, without a
// sign-in. They see what an auditor of the donor or grant would, within the part of the
// unit tree of who made the link. Only a hash of the link's secret is kept, see ShareKey.
type Share struct {
	ID   string `json:"id"`
	For  string `json:"for" validate:"required,text,max=200"` // to whom it is given
	Kind string `json:"kind"`                                 // of report, or GrantShare
	// Asked is what the report is asked for. Without as_of it is made anew each time, as
	// of then.
	Asked     ReportQuery `json:"asked"`
	Title     string      `json:"title"` // of what it shows
	By        string      `json:"by"`    // who made it
	Scope     string      `json:"scope,omitempty"`
	MadeAt    Time        `json:"made_at"`
	ExpiresAt Time        `json:"expires_at"`
	Withdrawn *Withdrawal `json:"withdrawn,omitempty"`
	Openings  int64       `json:"openings"`
	Last      *Opening    `json:"last_opening,omitempty"`
	Base
}

// Withdrawal is how a share was ended before its time.
type Withdrawal struct {
	By     string `json:"by"`
	At     Time   `json:"at"`
	Reason string `json:"reason,omitempty" validate:"max=2000"`
}

// Opening is one time that a share was opened, as far as the server knows by whom.
type Opening struct {
	At      Time   `json:"at"`
	What    string `json:"what"`            // that was shown, and in which format
	Address string `json:"address"`         // from which
	Agent   string `json:"agent,omitempty"` // the program's own name, shortened
}

// Key returns the share's identity.
func (s *Share) Key() string { return s.ID }

// ShareState is whether a share can be opened.
type ShareState string

// The states of a share.
const (
	ShareOpen      ShareState = "open"
	ShareExpired   ShareState = "expired"
	ShareWithdrawn ShareState = "withdrawn"
)

// Words returns the state as people say it.
func (s ShareState) Words() string { return string(s) }

// State says whether the share can be opened at an instant.
func (s *Share) State(at Time) ShareState {
	switch {
	case s.Withdrawn != nil:
		return ShareWithdrawn
	case !at.Before(s.ExpiresAt.Time):
		return ShareExpired
	}
	return ShareOpen
}

// Kinds are the reports that the share shows.
func (s *Share) Kinds() []string {
	if s.Kind == GrantShare {
		return []string{"handover", "register"}
	}
	return []string{s.Kind}
}

// Shows says whether the share shows a report.
func (s *Share) Shows(kind string) bool { return slices.Contains(s.Kinds(), kind) }

// Visitor is whoever holds the link, as somebody who acts: an auditor of the donor or
// grant.
func (s *Share) Visitor() *Person {
	p := &Person{Code: "share/" + s.ID, Name: s.For + " (by a link)", Role: Auditor, Scope: s.Scope}
	if s.Asked.Grant != "" {
		p.Grants = []string{s.Asked.Grant}
	} else {
		p.Donors = []string{s.Asked.Donor}
	}
	return p
}

// ShareKey is how the secret of a share is known again: by the beginning of it, which
// names it, and the hash of all of it.
type ShareKey struct {
	Name  string `json:"name"`
	Share string `json:"share"`
	Hash  string `json:"secret_hash"` // SHA-256 in hex
	Base
}

// Key returns the beginning of the secret.
func (k *ShareKey) Key() string { return k.Name }

// Secret keeps what the document holds out of its events.
func (*ShareKey) Secret() {}
