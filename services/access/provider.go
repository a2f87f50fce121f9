package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"quartermaster/models"
	"quartermaster/services/store"
)

// CallbackPath is where a provider sends people back to, below the server's address. It
// is registered there exactly so.
const CallbackPath = "/sign-in/provider/callback"

// Provider is where people sign in with an account of their agency, by OpenID Connect
// with an authorization code and PKCE.
type Provider struct {
	Name                   string // as the sign-in page calls it
	Issuer                 string
	ClientID, ClientSecret string
	Scopes                 []string
	Roles                  Roles
	// LinkByEmail takes an account for the person with its e-mail address, when the
	// provider says that it has checked the address.
	LinkByEmail bool
	// Only turns passwords off.
	Only bool

	mu    sync.Mutex
	found *oidc.Provider
}

// patience is how long a provider may take to answer.
const patience = 10 * time.Second

// discover asks the provider once where its addresses and keys are. A provider that is
// down hinders nobody's start: it is asked again when somebody wants to sign in.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), &http.Client{Timeout: patience}), p.Issuer)
	if err != nil {
		return nil, p.down(err)
	}
	p.found = found
	return found, nil
}

func (p *Provider) down(cause error) error {
	return models.Refuse(models.Unavailable, "provider", "%s does not answer now; try again later, or sign in in another way", p.Name).Because(cause)
}

func (p *Provider) client(found *oidc.Provider, base string) *oauth2.Config {
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: base + CallbackPath, Scopes: p.Scopes}
}

// BeginAtProvider returns where to send a browser, and the token of the step that awaits
// its return.
func (s *Service) BeginAtProvider(ctx context.Context, next string) (address, token string, err error) {
	if s.Provider == nil {
		return "", "", models.Refuse(models.NotFound, "", "there is no provider to sign in at")
	}
	found, err := s.Provider.discover(ctx)
	if err != nil {
		return "", "", err
	}
	sent := &models.ProviderStep{State: Secret(24), Nonce: Secret(24), Verifier: oauth2.GenerateVerifier()}
	token, change := s.newStep(&models.SignInStep{Next: next, Provider: sent})
	if err := s.Book.Store.Commit(ctx, change); err != nil {
		return "", "", err
	}
	return s.Provider.client(found, s.Base).AuthCodeURL(sent.State, oidc.Nonce(sent.Nonce), oauth2.S256ChallengeOption(sent.Verifier)), token, nil
}

// Returned is what a provider sends a browser back with.
type Returned struct{ State, Code, Error, Issuer string }

// FinishAtProvider signs in whom the provider names. It returns the page that was asked
// for, too.
func (s *Service) FinishAtProvider(ctx context.Context, token string, r Returned, device string) (*Begun, string, error) {
	if s.Provider == nil {
		return nil, "", models.Refuse(models.NotFound, "", "there is no provider to sign in at")
	}
	record, step, err := s.step(ctx, token)
	if err != nil {
		return nil, "", err
	}
	foreign := models.Refuse(models.Unauthenticated, "provider", "this is no answer to a sign-in that was begun in this browser; begin again")
	if step.Provider == nil || subtle.ConstantTimeCompare([]byte(r.State), []byte(step.Provider.State)) != 1 {
		return nil, "", foreign
	}
	if err := s.Book.Store.Commit(ctx, store.Delete(store.SignInSteps, record.ID, record.Version)); store.Outrun(err) {
		return nil, "", foreign // it was answered before
	} else if err != nil {
		return nil, "", err
	}
	claims, err := s.Provider.claims(ctx, s.Base, r, step.Provider, s.Book.Now)
	if err != nil {
		return nil, "", err
	}
	person, err := Anew(func() (*models.Person, error) { return s.known(ctx, claims) })
	if err != nil {
		return nil, "", err
	}
	n := newSession{lasts: SessionLasts, device: device}
	if slices.Contains(claims.AMR, "mfa") {
		n.factor = models.ByProvider
	}
	begun, err := s.orAwait(ctx, person, n, step.Next)
	return begun, step.Next, err
}

// claims exchanges the code for a token that says who has signed in, and believes it only
// when it was signed by this issuer, for this client, in answer to this very question.
func (p *Provider) claims(ctx context.Context, base string, r Returned, sent *models.ProviderStep, now func() time.Time) (*claims, error) {
	if r.Error != "" || r.Code == "" {
		return nil, models.Refuse(models.Unauthenticated, "provider", "%s did not sign you in; try again, or ask whoever runs it", p.Name).Because(errors.New("access: the provider says " + r.Error))
	}
	untrue := func(cause error) error {
		return models.Refuse(models.Unauthenticated, "provider", "what %s answered cannot be trusted, so nobody was signed in; tell whoever runs this server", p.Name).Because(cause)
	}
	if r.Issuer != "" && r.Issuer != p.Issuer { // RFC 9207
		return nil, untrue(errors.New("access: the answer is of another issuer"))
	}
	found, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Timeout: patience}), patience)
	defer cancel()
	token, err := p.client(found, base).Exchange(ctx, r.Code, oauth2.VerifierOption(sent.Verifier))
	var answered *oauth2.RetrieveError
	switch {
	case errors.As(err, &answered) && answered.Response.StatusCode < http.StatusInternalServerError:
		return nil, untrue(errors.New("access: the provider refused the code: " + answered.ErrorCode)) // its answer may hold secrets
	case err != nil:
		return nil, p.down(errors.New("access: the provider's token endpoint failed"))
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID, Now: now}).Verify(ctx, raw)
	if err != nil {
		return nil, untrue(err)
	}
	if sent.Nonce == "" || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(sent.Nonce)) != 1 {
		return nil, untrue(errors.New("access: the nonce is another"))
	}
	c := &claims{Issuer: id.Issuer, Subject: id.Subject}
	if err := errors.Join(id.Claims(c), id.Claims(&c.all)); err != nil || c.Subject == "" {
		return nil, untrue(errors.Join(errors.New("access: the token's claims cannot be read"), err))
	}
	return c, nil
}

// SignOutAddress is where somebody ends their sign-in at the provider, too; "" when it
// names no such place or was not asked yet.
func (s *Service) SignOutAddress() string {
	if s.Provider == nil {
		return ""
	}
	s.Provider.mu.Lock()
	defer s.Provider.mu.Unlock()
	var said struct {
		End string `json:"end_session_endpoint"`
	}
	if s.Provider.found == nil || s.Provider.found.Claims(&said) != nil {
		return ""
	}
	address, err := url.Parse(said.End)
	if err != nil || !strings.HasPrefix(address.Scheme, "http") {
		return ""
	}
	q := address.Query()
	q.Set("client_id", s.Provider.ClientID)
	q.Set("post_logout_redirect_uri", s.Base+"/sign-in")
	address.RawQuery = q.Encode()
	return address.String()
}
