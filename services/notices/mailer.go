package notices

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// SMTP says which mail server takes the e-mail, and how it is reached.
type SMTP struct {
	Host     string
	Port     int    // 0: the usual one of the mode
	TLS      string // starttls, tls or none
	User     string
	Password string
	From     string // such as "Quartermaster <qm@example.org>"

	Trust *tls.Config // of the server's certificate; nil is as the machine does
}

// smtpPorts are the usual ports: submission (RFC 6409), submissions (RFC 8314), relay.
var smtpPorts = map[string]int{"starttls": 587, "tls": 465, "none": 25}

// Check refuses settings that are wrong or of which a half is missing, in the names
// by which they are set.
func (s SMTP) Check() error {
	from, err := mail.ParseAddress(s.From)
	ip := net.ParseIP(s.Host)
	switch {
	case s.Host == "":
		return errors.New("QM_SMTP_HOST is missing; the other QM_SMTP settings are of no use without it")
	case strings.ContainsAny(s.Host, ":/ ") && ip == nil:
		return fmt.Errorf("QM_SMTP_HOST is %q; it must be the name or address of a mail server, and its port goes into QM_SMTP_PORT", s.Host)
	case smtpPorts[s.TLS] == 0:
		return fmt.Errorf("QM_SMTP_TLS is %q; it must be starttls, tls or none", s.TLS)
	case s.Port < 0 || s.Port > 65535:
		return fmt.Errorf("QM_SMTP_PORT is %d; it must be 1 to 65535", s.Port)
	case s.From == "":
		return errors.New("QM_SMTP_FROM is missing; it is the address that e-mail comes from, such as qm@example.org")
	case err != nil:
		return fmt.Errorf("QM_SMTP_FROM is %q; it must be an address such as qm@example.org or \"Quartermaster <qm@example.org>\"", s.From)
	case (s.User == "") != (s.Password == ""):
		return errors.New("QM_SMTP_USER and QM_SMTP_PASSWORD are given together or not at all")
	case s.User != "" && s.TLS == "none" && s.Host != "localhost" && !ip.IsLoopback():
		return errors.New("QM_SMTP_TLS is none, which would send the password of QM_SMTP_USER over the network for everybody to read; take starttls or tls")
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	if domain == "" {
		return fmt.Errorf("QM_SMTP_FROM is %q; its address has no domain", s.From)
	}
	return nil
}

// mailer gives e-mail to a mail server.
type mailer struct {
	SMTP
	book *ledger.Book
}

func (m *mailer) client() (*gomail.Client, error) {
	port := m.Port
	if port == 0 {
		port = smtpPorts[m.TLS]
	}
	options := []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(longestAttempt / 2), gomail.WithoutNoop()}
	switch m.TLS {
	case "tls":
		options = append(options, gomail.WithSSL())
	case "starttls":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if m.Trust != nil {
		options = append(options, gomail.WithTLSConfig(m.Trust))
	}
	if m.User != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if m.TLS == "none" { // on this very machine
			auth = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(m.User), gomail.WithPassword(m.Password))
	}
	return gomail.NewClient(m.Host, options...)
}

// send gives a letter to the mail server. Once the server has taken it, it is the
// server's to deliver.
func (m *mailer) send(ctx context.Context, message *models.Message) error {
	letter, err := m.letter(ctx, message)
	if err != nil {
		return err
	}
	client, err := m.client()
	if err != nil {
		return err
	}
	connection, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return &refusal{why: "the mail server cannot be reached: " + err.Error(), away: true}
	}
	stop := context.AfterFunc(ctx, func() { _ = connection.Close() }) // the timeouts of the client are per command
	defer stop()
	err = client.SendWithSMTPClient(connection, letter)
	_ = client.CloseWithSMTPClient(connection) // what it says then changes nothing
	if letter.IsDelivered() {
		return nil
	}
	var failed *gomail.SendError
	if errors.As(err, &failed) && failed.ErrorCode() >= 500 && failed.Reason != gomail.ErrSMTPMailFrom { // the sender is a matter of the settings
		return &refusal{why: "the mail server refuses it: " + err.Error(), final: true}
	}
	return err
}

// letter makes the e-mail of a message: the same one each time, whenever it is sent.
func (m *mailer) letter(ctx context.Context, message *models.Message) (*gomail.Msg, error) {
	letter := gomail.NewMsg()
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return nil, err
	}
	letter.FromMailAddress(from)
	if err := letter.To(message.To); err != nil {
		return nil, &refusal{why: "the address cannot be used: " + err.Error(), final: true}
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	letter.SetMessageIDWithValue(message.ID + "@" + domain)
	letter.SetDateWithValue(message.QueuedAt.Time)
	letter.Subject(message.Subject)
	letter.SetUserAgent("Quartermaster")
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers from those who are away
	letter.SetBodyString(gomail.TypeTextPlain, message.Mail.Text)
	if message.Mail.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, message.Mail.HTML)
	}
	files := make([]*gomail.File, len(message.Mail.Attachments))
	for i, enclosed := range message.Mail.Attachments {
		file, err := store.Get[models.File](ctx, m.book.Store, store.Files, enclosed.File)
		if errors.Is(err, store.ErrNotFound) {
			return nil, &refusal{why: "the file " + strconv.Quote(enclosed.Name) + " that goes with it is no more", final: true}
		}
		if err != nil {
			return nil, err
		}
		files[i] = &gomail.File{Name: oneLine(enclosed.Name), ContentType: gomail.ContentType(file.Type), Enc: gomail.EncodingB64, Header: map[string][]string{},
			Writer: func(w io.Writer) (int64, error) { return io.Copy(w, bytes.NewReader(file.Content)) }}
	}
	letter.SetAttachments(files)
	return letter, nil
}
