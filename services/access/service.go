package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"time"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/limit"
	"quartermaster/services/store"
)

// Service keeps people and their sign-ins.
type Service struct {
	Book *ledger.Book
	// MayHold refuses, about a field of a request, that somebody has equipment of some
	// categories in custody; nil lets everybody.
	MayHold func(ctx context.Context, field string, holder *models.Person, categories []string) error

	mu      sync.RWMutex
	signed  map[string]signedIn // by hash of token
	changes int64               // of people and sessions, seen by this process
}

// signedIn is a session looked up a moment ago.
type signedIn struct {
	person  *models.Person
	expires time.Time
	checked time.Time
}

const (
	// SessionLasts is a working day with its handover; a token for a program names its own days.
	SessionLasts  = 14 * time.Hour
	mostTokenDays = 366
	longestDevice = 200
	// LapsedFor is how long a session that has lasted its time is told from one that
	// was ended: a phone that was out of reach for some days is asked to sign in again,
	// one whose owner was signed out is wiped.
	LapsedFor      = 7 * 24 * time.Hour
	recheckAfter   = 2 * time.Second // how long another instance may not yet know of a sign-out
	mostRemembered = 50_000
)

// Credentials are what somebody signs in with.
type Credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
	// Name and Days make a token for a program: what it is for, and for how long.
	Name string `json:"name,omitempty"`
	Days int    `json:"days,omitempty"`
}

// SignedIn is a session's token and whose it is. The token is shown once.
type SignedIn struct {
	Token     string         `json:"token"`
	ExpiresAt models.Time    `json:"expires_at"`
	Person    *models.Person `json:"person"`
}

// SignIn opens a session. Whether the user name or the password was wrong is not told.
func (s *Service) SignIn(ctx context.Context, c Credentials, address, device string) (*SignedIn, error) {
	now := s.Book.Now()
	username := strings.ToLower(strings.TrimSpace(c.Username))
	lasts := SessionLasts
	switch {
	case username == "" || len(username) > 200:
		return nil, models.Refuse(models.Invalid, "username", "is required")
	case c.Password == "":
		return nil, models.Refuse(models.Invalid, "password", "is required")
	case c.Days < 0 || c.Days > mostTokenDays:
		return nil, models.Refuse(models.Invalid, "days", "must be 1 to %d", mostTokenDays)
	case len(c.Name) > 120:
		return nil, models.Refuse(models.Invalid, "name", "is longer than 120 characters")
	case c.Days > 0:
		lasts = time.Duration(c.Days) * 24 * time.Hour
	}
	person, hash, err := s.secret(ctx, username)
	if err != nil {
		return nil, err
	}
	from := limit.Network(address)
	here, everywhere := tally{"name " + username + " from " + from, freeFailures}, tally{"name " + username, freeNameFailures}
	right, err := s.guess(ctx, c.Password, hash, here, everywhere, tally{"from " + from, freeFromFailures})
	if err != nil {
		return nil, err
	}
	if !right || person == nil {
		return nil, models.Refuse(models.Unauthenticated, "", "the user name or the password is wrong")
	}
	if err := errors.Join(s.forgive(ctx, here), s.forgive(ctx, everywhere)); err != nil {
		return nil, err
	}

	token := Secret(32)
	session := &models.Session{
		TokenHash: tokenHash(token), Person: person.Code, Name: c.Name,
		Device: device[:min(len(device), longestDevice)], ExpiresAt: models.At(now.Add(lasts)),
	}
	ctx = As(ctx, person, session.Device)
	if err := s.Book.Commit(ctx, ledger.Add(store.Sessions, session, "session.opened", "")); err != nil {
		return nil, err
	}
	return &SignedIn{Token: token, ExpiresAt: session.ExpiresAt, Person: person}, nil
}

// secret returns the person of a user name and the hash to compare with; a nil
// person and a hash that matches nothing when there is none who may sign in.
func (s *Service) secret(ctx context.Context, username string) (*models.Person, string, error) {
	people, err := store.Find[models.Person](ctx, s.Book.Store, store.Query{
		In: store.People, By: "username", Where: []store.Cond{store.Is("username", username)}, Limit: 1})
	if err != nil {
		return nil, "", err
	}
	if len(people) == 0 || !people[0].CanSignIn() {
		return nil, nobody, nil
	}
	password, err := store.Get[models.Password](ctx, s.Book.Store, store.Passwords, people[0].Code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nobody, nil
	}
	if err != nil {
		return nil, "", err
	}
	return people[0], password.Hash, nil
}

// Lapsed is the field of the refusal of a session that has only lasted its time.
const Lapsed = "session"

// Session returns the person whose token this is, or an Unauthenticated refusal.
// The answer is remembered for recheckAfter.
func (s *Service) Session(ctx context.Context, token string) (*models.Person, error) {
	if token == "" {
		return nil, models.Refuse(models.Unauthenticated, "", "sign in first")
	}
	hash, now := tokenHash(token), s.Book.Now()
	s.mu.RLock()
	known, ok := s.signed[hash]
	seen := s.changes
	s.mu.RUnlock()
	if ok && now.Sub(known.checked) < recheckAfter && now.Before(known.expires) {
		return known.person, nil
	}
	session, err := store.Get[models.Session](ctx, s.Book.Store, store.Sessions, hash)
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.Unauthenticated, "", "this sign-in has ended; sign in again")
	}
	if err != nil {
		return nil, err
	}
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, session.Person)
	if err != nil {
		return nil, err
	}
	if !person.CanSignIn() {
		return nil, models.Refuse(models.Unauthenticated, "", "this sign-in has ended; sign in again")
	}
	if !now.Before(session.ExpiresAt.Time) {
		return nil, models.Refuse(models.Unauthenticated, Lapsed, "this sign-in has ended; sign in again")
	}
	s.remember(hash, signedIn{person, session.ExpiresAt.Time, now}, seen)
	return person, nil
}

// remember keeps a lookup unless people or sessions changed since it began.
func (s *Service) remember(hash string, who signedIn, seen int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes != seen {
		return
	}
	if s.signed == nil || len(s.signed) >= mostRemembered {
		s.signed = make(map[string]signedIn)
	}
	s.signed[hash] = who
}

// forget makes this process look up every session again.
func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	s.signed = nil
}

// SignOut ends the session of token; ending one that has ended is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	record, err := s.Book.Store.Get(ctx, store.Sessions, tokenHash(token))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	session, err := store.Decode[models.Session](record)
	if err != nil {
		return err
	}
	err = s.Book.Commit(ctx, ledger.Remove(store.Sessions, record.Body, session, "session.closed"))
	s.forget()
	var gone *store.VersionConflict
	if errors.As(err, &gone) {
		return nil
	}
	return err
}

// Sweep removes sessions that have ended, answers that are no longer kept and failures
// that slow nobody down any more. It returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.Book.Now()
	swept := 0
	for _, in := range []*store.Collection{store.Sessions, store.Answers, store.Failures} {
		before := models.At(now)
		if in == store.Sessions {
			before = models.At(now.Add(-LapsedFor))
		}
		for {
			records, err := s.Book.Store.Find(ctx, store.Query{In: in, By: "expires",
				Where: []store.Cond{store.Under("expires_at", before.String())}, Limit: 500})
			if err != nil || len(records) == 0 {
				if err != nil {
					return swept, err
				}
				break
			}
			changes := make([]store.Change, len(records))
			for i, record := range records {
				changes[i] = store.Delete(in, record.ID, record.Version)
			}
			if err := s.Book.Store.Commit(ctx, changes...); err != nil {
				return swept, err
			}
			swept += len(records)
		}
	}
	return swept, nil
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
