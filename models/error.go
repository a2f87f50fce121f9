package models

import (
	"errors"
	"time"
)

// Kind says what sort of refusal an Error is. Each maps to one HTTP status
// (services/api) and one exit text on the command line.
type Kind string

// The kinds of refusal.
const (
	Invalid         Kind = "invalid"          // a value is not acceptable
	Malformed       Kind = "malformed"        // the request cannot be read at all
	Unauthenticated Kind = "unauthenticated"  // nobody is signed in
	Forbidden       Kind = "forbidden"        // signed in, but the role does not allow it
	FactorNeeded    Kind = "factor_needed"    // a second factor is to be given, or set up first
	PasswordNeeded  Kind = "password_needed"  // a password of one's own is to be set first
	ConfirmNeeded   Kind = "confirm_needed"   // signed in too long ago for this: the password is asked for again
	NotFound        Kind = "not_found"        // does not exist, or not in the person's scope
	Gone            Kind = "gone"             // was there for whoever asks, and has ended
	Conflict        Kind = "conflict"         // somebody or something was there first
	Stale           Kind = "stale"            // the document changed since it was read
	TooLarge        Kind = "too_large"        // over a size limit
	Unsupported     Kind = "unsupported_type" // a content type that is not taken
	TooMany         Kind = "too_many"         // slow down
	Unavailable     Kind = "unavailable"      // the store cannot answer now
)

// Error is a refusal that a person can act on: Message is a sentence for them,
// Field names the value that it is about, Details lists one line a matter where
// there are several. The wrapped cause goes to the log, never to the person.
type Error struct {
	Kind    Kind
	Field   string
	Message string
	Details []Detail
	Wait    time.Duration // before it is worth asking again; 0 when that is not known
	text    Text          // of which Message is the English
	cause   error
}

// Detail is one of several matters in one refusal, such as a row of an import.
type Detail struct {
	Line    int    `json:"line,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	text    *Text  // of which Message is the English
}

// Matter makes one of several matters; line and field are left out when they are zero.
func Matter(line int, field, format string, args ...any) Detail {
	return Say(format, args...).matter(line, field)
}

func (t Text) matter(line int, field string) Detail {
	return Detail{Line: line, Field: field, Message: t.String(), text: &t}
}

// Text is the sentence, before it is known in which language.
func (d Detail) Text() Text {
	if d.text != nil && d.text.String() == d.Message {
		return *d.text
	}
	return Say(d.Message)
}

// Text is the sentence, before it is known in which language.
func (e *Error) Text() Text {
	if e.text.String() == e.Message {
		return e.text
	}
	return Say(e.Message)
}

// Say tells another sentence instead.
func (e *Error) Say(text Text) { e.Message, e.text = text.String(), text }

// About makes the refusal one matter of several.
func (e *Error) About(line int, field string) Detail {
	return e.Text().matter(line, field)
}

func (e *Error) Error() string {
	text := e.Message
	if e.Field != "" {
		text = e.Field + ": " + text
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.cause }

// Because keeps the technical cause beside the sentence.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// After says how long to wait before asking again.
func (e *Error) After(wait time.Duration) *Error {
	e.Wait = wait
	return e
}

// Refuse makes an Error about one field ("" when it is about the whole).
func Refuse(kind Kind, field, format string, args ...any) *Error {
	text := Say(format, args...)
	return &Error{Kind: kind, Field: field, Message: text.String(), text: text}
}

// KindOf returns the kind of the first Error in err's chain, or "".
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// InField puts a refusal beside the field of the request that it is about.
func InField(err error, field string) error {
	var refused *Error
	if errors.As(err, &refused) {
		told := *refused
		told.Field = field
		return &told
	}
	return err
}
