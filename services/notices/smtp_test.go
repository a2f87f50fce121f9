package notices_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"mime"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"quartermaster/models"
	"quartermaster/services/notices"
)

// postOffice is a real SMTP server, which does what a test wants.
type postOffice struct {
	notices.SMTP

	mu       sync.Mutex
	conns    int
	received [][]byte
	to       []string
	rcpt     func(to string) error
	data     func() error // after the letter was read; nil keeps it
	hangUp   bool         // the connection breaks in the midst of the letter
	password string
}

func office(t *testing.T, mode string) *postOffice {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &postOffice{}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.conns++
		return &session{office: o, conn: c}, nil
	}))
	server.AllowInsecureAuth = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	server.Domain = "localhost"
	certificate, pool := selfSigned(t)
	if mode != "none" {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	}
	if mode == "tls" {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	o.SMTP = notices.SMTP{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, TLS: mode, From: "The Property Book <qm@example.org>",
		Trust: &tls.Config{RootCAs: pool, ServerName: "localhost"}}
	return o
}

type session struct {
	office *postOffice
	conn   *smtp.Conn
	to     string
}

func (*session) Reset()                               {}
func (*session) Logout() error                        { return nil }
func (*session) Mail(string, *smtp.MailOptions) error { return nil }
func (*session) AuthMechanisms() []string             { return []string{sasl.Plain} }
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "qm" || password != s.office.password {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	if rcpt, _, _ := s.office.manner(); rcpt != nil {
		return rcpt(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	_, data, hangUp := s.office.manner()
	if hangUp {
		_ = s.conn.Conn().Close()
		return errors.New("gone")
	}
	letter, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if data != nil {
		if err := data(); err != nil {
			return err
		}
	}
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	s.office.received = append(s.office.received, letter)
	s.office.to = append(s.office.to, s.to)
	return nil
}

// does has the office do something else from now on.
func (o *postOffice) does(change func(*postOffice)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change(o)
}

func (o *postOffice) manner() (rcpt func(string) error, data func() error, hangUp bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rcpt, o.data, o.hangUp
}

// letters are what has come in, read as mail programs read it.
func (o *postOffice) letters(t *testing.T) []*mail.Message {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	var letters []*mail.Message
	for _, raw := range o.received {
		letter, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		letters = append(letters, letter)
	}
	return letters
}

func subjectOf(t *testing.T, letter *mail.Message) string {
	t.Helper()
	subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return subject
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, pool
}

func TestSettingsOfMailAreRefusedWithASentence(t *testing.T) {
	good := notices.SMTP{Host: "mail.example.org", TLS: "starttls", From: "qm@example.org", User: "qm", Password: "x"}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*notices.SMTP){
		"QM_SMTP_HOST is missing":              func(s *notices.SMTP) { s.Host = "" },
		"its port goes into QM_SMTP_PORT":      func(s *notices.SMTP) { s.Host = "mail.example.org:25" },
		"starttls, tls or none":                func(s *notices.SMTP) { s.TLS = "ssl" },
		"must be 1 to 65535":                   func(s *notices.SMTP) { s.Port = 70000 },
		"QM_SMTP_FROM is missing":              func(s *notices.SMTP) { s.From = "" },
		"must be an address such as":           func(s *notices.SMTP) { s.From = "quartermaster" },
		"together or not at all":               func(s *notices.SMTP) { s.Password = "" },
		"over the network for everybody to re": func(s *notices.SMTP) { s.TLS = "none" },
	} {
		bad := good
		change(&bad)
		if err := bad.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, wanted %q", bad, err, want)
		}
	}
}

// TestModesOfMail gives a letter to a server in each way that one can be reached.
func TestModesOfMail(t *testing.T) {
	for _, mode := range []string{"starttls", "tls", "none"} {
		t.Run(mode, func(t *testing.T) {
			o := office(t, mode)
			o.User, o.Password, o.password = "qm", "secret", "another"
			w := open(t, o)
			id := w.write(t, notices.Mail{To: []string{"a@example.org"}, Subject: "x", Text: "y"})
			if m := w.deliver(t, id, 0); !m.Waits() || !strings.Contains(m.Trouble, "cannot be reached") {
				t.Errorf("a wrong password, which may be set right: %+v", m)
			}
			o.password = "secret"
			w.Pass(time.Hour)
			if m := w.deliver(t, id, 1); m.State != models.MessageSent || len(o.letters(t)) != 1 {
				t.Errorf("%+v, %d letters", m, len(o.letters(t)))
			}
		})
	}
	o := office(t, "none")
	o.TLS = "starttls"
	w := open(t, o)
	id := w.write(t, notices.Mail{To: []string{"a@example.org"}, Subject: "x", Text: "y"})
	if m := w.deliver(t, id, 0); !strings.Contains(m.Trouble, "STARTTLS") {
		t.Errorf("a server without TLS was given a letter that asks for it: %+v", m)
	}
}
