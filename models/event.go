package models

import "encoding/json"

// Event is one entry of the ledger: what was done to one subject, by whom.
type Event struct {
	Subject string            `json:"subject"` // "assets/01J…": collection and key
	Seq     int64             `json:"seq"`     // from 1, without gaps, per subject
	At      Time              `json:"at"`
	Kind    string            `json:"kind"` // "asset.issued"
	Actor   string            `json:"actor"`
	Device  string            `json:"device,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Changes map[string]Change `json:"changes,omitempty"`
	Content string            `json:"content,omitempty"` // SHA-256 of what the event keeps to itself: a password's hash, a file
	Gone    bool              `json:"gone,omitempty"`    // the document was removed with this event
	Prev    string            `json:"prev,omitempty"`    // hash of the subject's event before it
}

// Change is one field before and after, as JSON.
type Change struct {
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Entry is an event as the ledger keeps it: the exact text that was hashed, and
// what is needed to find it.
type Entry struct {
	Subject string          `json:"subject"`
	Seq     int64           `json:"seq"`
	At      Time            `json:"at"`
	Hash    string          `json:"hash"` // RFC 6962 leaf hash of Text, in hex
	Text    json.RawMessage `json:"text"` // the Event; its bytes are kept as they are, since its JSON is already compact
}

// Event reads the entry's text.
func (e *Entry) Event() (Event, error) {
	var event Event
	err := json.Unmarshal(e.Text, &event)
	return event, err
}

// Answer is what a request with an Idempotency-Key was answered, kept for a
// while so that the same request sent again changes nothing.
type Answer struct {
	Request   string          `json:"request"` // hash of method, address and body
	Body      json.RawMessage `json:"body"`
	ExpiresAt Time            `json:"expires_at"`
}
