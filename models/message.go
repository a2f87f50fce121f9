package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// Channel is the way by which a message leaves the house.
type Channel string

// The channels.
const (
	MailChannel Channel = "mail"
	HookChannel Channel = "webhook"
)

// MessageState is how far a message has come.
type MessageState string

// The states of a message.
const (
	MessageWaiting MessageState = "waiting" // to be sent, or sent again
	MessageSent    MessageState = "sent"    // whom it was given to has accepted it
	MessageDead    MessageState = "dead"    // given up; an administrator may have it sent again
)

// MessageStates lists the states in the order that pages show them.
var MessageStates = []MessageState{MessageDead, MessageWaiting, MessageSent}

// Message is something to be told to somebody outside the book: an e-mail, or an
// event for a webhook. It is written in the Commit of what it tells of, and is no
// part of the book itself: how its delivery goes makes no events, and once it was
// sent it is kept for a while only.
type Message struct {
	// ID tells it from all others for good: the Message-ID of an e-mail and the
	// delivery's id at a webhook are made of it, so that a receiver who is given a
	// message twice can see that it is the same.
	ID      string       `json:"id"`
	Channel Channel      `json:"channel"`
	To      string       `json:"to"` // an e-mail address, or the id of a webhook
	Subject string       `json:"subject"`
	Kind    string       `json:"kind"` // of the event, or of the letter: "digest"
	State   MessageState `json:"state"`

	Mail *Letter         `json:"mail,omitempty"` // the content of an e-mail
	Body json.RawMessage `json:"body,omitempty"` // what a webhook is sent

	// Next is when it is tried next, or when whoever is trying it now is thought to
	// have died; a message that is sent or dead has none.
	Next     *Time  `json:"next,omitempty"`
	Holder   string `json:"holder,omitempty"` // the instance that tries it now
	Attempts int    `json:"attempts"`
	Trouble  string `json:"trouble,omitempty"` // why the last attempt failed
	// TroubleSaid is what the English was made of, where the program says it.
	TroubleSaid *Text `json:"trouble_said,omitempty"`
	QueuedAt    Time  `json:"queued_at"`
	TriedAt     *Time `json:"tried_at,omitempty"`
	SentAt      *Time `json:"sent_at,omitempty"`
	// AgainBy is who had it sent again, last.
	AgainBy string `json:"again_by,omitempty"`
	AgainAt *Time  `json:"again_at,omitempty"`
}

// Troubled tells why the last attempt failed: in whatever language, or in the words of the
// server that did not take it.
func (m *Message) Troubled() Text { return Told(m.Trouble, m.TroubleSaid) }

// Letter is the content of an e-mail.
type Letter struct {
	Text        string      `json:"text"`
	HTML        string      `json:"html,omitempty"`
	Attachments []Enclosure `json:"attachments,omitempty"`
}

// Enclosure names a stored file (File) that goes with an e-mail.
type Enclosure struct {
	File string `json:"file"` // its id
	Name string `json:"name"`
}

// MessageID makes the identity of a message of what it is about: the same parts
// give the same identity, so that no message can be queued twice.
func MessageID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Waits says whether the message is still to be sent.
func (m *Message) Waits() bool { return m.State == MessageWaiting }

// Words returns the state as people say it.
func (s MessageState) Words() string {
	switch s {
	case MessageSent:
		return "accepted"
	case MessageDead:
		return "given up"
	}
	return string(s)
}

// DigestSent notes which digest somebody was sent last. It is no part of the book.
type DigestSent struct {
	Person string `json:"person"`
	Period Day    `json:"period"` // the day on which it began
	At     *Time  `json:"at,omitempty"`
}
