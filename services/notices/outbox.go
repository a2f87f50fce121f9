package notices

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Mail is an e-mail to be sent.
type Mail struct {
	Kind string // of letter, such as "digest"
	// About says what the letter is about: the same letter about the same, to the same
	// receiver, is queued once, a second Commit of it being refused as a
	// *store.Duplicate. Nothing makes each letter one of its own.
	About       []string
	To          []string // addresses, without names
	Subject     string
	Text        string
	HTML        string // optional
	Attachments []models.Enclosure
}

// mostReceivers is how many receivers one letter may have.
const mostReceivers = 100

// Mail returns the entries that put an e-mail into the outbox, one for each
// receiver, for the Commit of whatever decided that it is sent.
func (s *Service) Mail(m Mail) ([]ledger.Entry, error) {
	letters, err := s.letters(m)
	entries := make([]ledger.Entry, len(letters))
	for i, letter := range letters {
		entries[i] = ledger.Beside(store.Insert(store.Messages, letter.ID, letter))
	}
	return entries, err
}

func (s *Service) letters(m Mail) ([]*models.Message, error) {
	if !s.SendsMail() {
		return nil, models.Refuse(models.Unavailable, "", "this server sends no e-mail; whoever runs it sets QM_SMTP_HOST")
	}
	if len(m.To) == 0 || len(m.To) > mostReceivers {
		return nil, models.Refuse(models.Invalid, "to", "must be 1 to %d addresses", mostReceivers)
	}
	now := models.At(s.Book.Now())
	letters := make([]*models.Message, len(m.To))
	for i, to := range m.To {
		address, err := mail.ParseAddress(to)
		if err != nil || address.Name != "" {
			return nil, models.Refuse(models.Invalid, "to", "%q is not an e-mail address", to)
		}
		about := m.About
		if len(about) == 0 {
			about = []string{newID(s.Book.Now())}
		}
		letters[i] = &models.Message{
			ID:      models.MessageID(append([]string{string(models.MailChannel), m.Kind, address.Address}, about...)...),
			Channel: models.MailChannel, To: address.Address, Subject: oneLine(m.Subject), Kind: m.Kind, State: models.MessageWaiting,
			Mail: &models.Letter{Text: m.Text, HTML: m.HTML, Attachments: m.Attachments}, Next: &now, QueuedAt: now,
		}
	}
	return letters, nil
}

const longestSubject = 200

// oneLine makes a subject of text that people wrote: whatever would begin another
// line of a letter's head becomes a space.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }), " ")
	if runes := []rune(text); len(runes) > longestSubject {
		return string(runes[:longestSubject-1]) + "…"
	}
	return text
}

// refusal is why a message was not accepted.
type refusal struct {
	why string
	// final says that it is of no use to try again.
	final bool
	// away says that the receiver cannot be reached at all, so that whatever else is
	// for them can wait as well.
	away bool
	// gone says that the receiver wants no more.
	gone bool
}

func (r *refusal) Error() string { return r.why }

func refused(format string, args ...any) *refusal { return &refusal{why: fmt.Sprintf(format, args...)} }
