package models

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// Event is one entry of the ledger: what was done to one subject, by whom.
type Event struct {
	Subject string `json:"subject"` // "assets/01J…": collection and key
	Seq     int64  `json:"seq"`     // from 1, without gaps, per subject
	At      Time   `json:"at"`      // when it was recorded
	Kind    string `json:"kind"`    // "asset.issued"
	Actor   string `json:"actor"`
	Device  string `json:"device,omitempty"`
	Reason  string `json:"reason,omitempty"`
	// ReasonSaid is what the English of a reason was made of that the program told.
	ReasonSaid *Text             `json:"reason_said,omitempty"`
	Changes    map[string]Change `json:"changes,omitempty"`
	Content    string            `json:"content,omitempty"` // SHA-256 of what the event keeps to itself: a password's hash, a file
	Gone       bool              `json:"gone,omitempty"`    // the document was removed with this event
	Prev       string            `json:"prev,omitempty"`    // hash of the subject's event before it
	// HappenedAt is when it was done, where that was out of reach of the server.
	HappenedAt *Time `json:"happened_at,omitempty"`
	// SaidAt is when that was by the clock of the device, where the clock was wrong.
	SaidAt *Time `json:"said_at,omitempty"`
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

// Because tells the reason, in whatever language.
func (e *Event) Because() Text { return Told(e.Reason, e.ReasonSaid) }

// JSON writes the event as json.Marshal does. Of what a large commit did, a tenth was
// looking through the values once more, which are compact JSON already.
func (e *Event) JSON() []byte {
	size := 300 + len(e.Reason)
	for name, c := range e.Changes {
		size += 25 + len(name) + len(c.Before) + len(c.After)
	}
	w := writer(make([]byte, 0, size))
	w.text(`{"subject":`, e.Subject)
	w.number(`,"seq":`, e.Seq)
	w.text(`,"at":`, e.At.String())
	w.text(`,"kind":`, e.Kind)
	w.text(`,"actor":`, e.Actor)
	w.given(`,"device":`, e.Device)
	w.given(`,"reason":`, e.Reason)
	if e.ReasonSaid != nil {
		said, _ := json.Marshal(e.ReasonSaid) // of strings and numbers, which cannot fail
		w = append(append(w, `,"reason_said":`...), said...)
	}
	for i, name := range slices.Sorted(maps.Keys(e.Changes)) {
		if i == 0 {
			w.text(`,"changes":{`, name)
		} else {
			w.text(`,`, name)
		}
		w.changed(e.Changes[name])
		if i == len(e.Changes)-1 {
			w = append(w, '}')
		}
	}
	w.given(`,"content":`, e.Content)
	if e.Gone {
		w = append(w, `,"gone":true`...)
	}
	w.given(`,"prev":`, e.Prev)
	w.instant(`,"happened_at":`, e.HappenedAt)
	w.instant(`,"said_at":`, e.SaidAt)
	return append(w, '}')
}

// JSON writes the entry as json.Marshal does.
func (e *Entry) JSON() []byte {
	w := writer(make([]byte, 0, 220+len(e.Text)))
	w.text(`{"subject":`, e.Subject)
	w.number(`,"seq":`, e.Seq)
	w.text(`,"at":`, e.At.String())
	w.text(`,"hash":`, e.Hash)
	w = append(append(w, `,"text":`...), e.Text...)
	return append(w, '}')
}

// writer is JSON while it is written.
type writer []byte

func (w *writer) text(before, value string) {
	*w = append(*w, before...)
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			escaped, _ := json.Marshal(value) // of a text that cannot fail
			*w = append(*w, escaped...)
			return
		}
	}
	*w = append(append(append(*w, '"'), value...), '"')
}

// given writes a text that is left out when it is empty.
func (w *writer) given(before, value string) {
	if value != "" {
		w.text(before, value)
	}
}

// instant writes a time that is left out when there is none.
func (w *writer) instant(before string, at *Time) {
	if at != nil {
		w.text(before, at.String())
	}
}

func (w *writer) number(before string, value int64) {
	*w = strconv.AppendInt(append(*w, before...), value, 10)
}

func (w *writer) changed(c Change) {
	*w = append(*w, `:{`...)
	if len(c.Before) > 0 {
		*w = append(append(*w, `"before":`...), c.Before...)
	}
	if len(c.Before) > 0 && len(c.After) > 0 {
		*w = append(*w, ',')
	}
	if len(c.After) > 0 {
		*w = append(append(*w, `"after":`...), c.After...)
	}
	*w = append(*w, '}')
}
