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
	// Base is the address of the server, to which passkeys are bound: https://host.
	Base string
	// Provider is where people sign in with an account of their agency; nil is nowhere.
	Provider *Provider
	// Demand is who must have a second factor.
	Demand Demand
	// Idle is after how long without a use a sign-in ends, but a program's; 0 is never.
	Idle time.Duration
	// Seal encrypts the secrets of authenticator apps; without one nobody can set up an app.
	Seal *Seal

	compare func(secret, hash string) bool // instead of matches, in tests
	mu      sync.RWMutex
	signed  map[string]signedIn // by hash of token
	changes int64               // of people and sessions, seen by this process
}

// signedIn is a session looked up a moment ago.
type signedIn struct {
	person  *models.Person
	session current
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
	// Code is that of the authenticator app, or a recovery code, for who has set one up.
	Code string `json:"code,omitempty"`
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

// SignIn opens a session by password and, for who has a second factor, a code. Whether
// the user name or the password was wrong is not told.
func (s *Service) SignIn(ctx context.Context, c Credentials, address, device string) (*SignedIn, error) {
	person, n, err := s.byPassword(ctx, c, address, device)
	if err != nil {
		return nil, err
	}
	if len(person.SecondFactor) == 0 {
		return s.begin(ctx, person, n)
	}
	if c.Code == "" {
		return nil, models.Refuse(models.FactorNeeded, "code", "is required besides the password: that of your authenticator app, or a recovery code")
	}
	record, kept, factor, err := s.usedUp(ctx, person, c.Code, address)
	if err != nil {
		return nil, err
	}
	n.factor = factor
	return s.begin(ctx, person, n, keep(record, kept, "second_factor.used", factor.Words()))
}

// byPassword returns who has this user name and password, and the session that they want
// to be opened.
func (s *Service) byPassword(ctx context.Context, c Credentials, address, device string) (*models.Person, newSession, error) {
	username := strings.ToLower(strings.TrimSpace(c.Username))
	none, n := newSession{}, newSession{lasts: SessionLasts, name: c.Name, device: device}
	switch {
	case s.Provider != nil && s.Provider.Only:
		return nil, none, models.Refuse(models.Forbidden, "password", "passwords are turned off here; sign in at %s", s.Provider.Name)
	case username == "" || len(username) > 200:
		return nil, none, models.Refuse(models.Invalid, "username", "is required")
	case c.Password == "":
		return nil, none, models.Refuse(models.Invalid, "password", "is required")
	case c.Days < 0 || c.Days > mostTokenDays:
		return nil, none, models.Refuse(models.Invalid, "days", "must be 1 to %d", mostTokenDays)
	case len(c.Name) > 120:
		return nil, none, models.Refuse(models.Invalid, "name", "is longer than 120 characters")
	case c.Days > 0:
		n.lasts = time.Duration(c.Days) * 24 * time.Hour
	}
	person, kept, err := s.secret(ctx, username)
	if err != nil {
		return nil, none, err
	}
	from := limit.Network(address)
	here, everywhere := tally{"name " + username + " from " + from, freeFailures}, tally{"name " + username, freeNameFailures}
	right, err := s.guess(ctx, c.Password, kept.Hash, here, everywhere, tally{"from " + from, freeFromFailures})
	if err != nil {
		return nil, none, err
	}
	if !right || person == nil {
		return nil, none, models.Refuse(models.Unauthenticated, "", "the user name or the password is wrong")
	}
	n.first = kept.First
	return person, n, errors.Join(s.forgive(ctx, here), s.forgive(ctx, everywhere))
}

// secret returns the person of a user name and the password to compare with; a nil
// person and one that matches nothing when there is none who may sign in.
func (s *Service) secret(ctx context.Context, username string) (*models.Person, *models.Password, error) {
	none := &models.Password{Hash: nobody}
	people, err := store.Find[models.Person](ctx, s.Book.Store, store.Query{
		In: store.People, By: "username", Where: []store.Cond{store.Is("username", username)}, Limit: 1})
	if err != nil {
		return nil, nil, err
	}
	if len(people) == 0 || !people[0].CanSignIn() {
		return nil, none, nil
	}
	password, err := store.Get[models.Password](ctx, s.Book.Store, store.Passwords, people[0].Code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, none, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return people[0], password, nil
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

// Sweep removes sessions that have ended, answers that are no longer kept and failures
// that slow nobody down any more. It returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.Book.Now()
	swept := 0
	for _, over := range []struct {
		in        *store.Collection
		by, field string
		since     time.Duration
	}{
		{store.Sessions, "expires", "expires_at", LapsedFor}, {store.Answers, "expires", "expires_at", 0}, {store.Failures, "expires", "expires_at", 0}, {store.Intakes, "expires", "expires_at", 0}, {store.SignInSteps, "expires", "expires_at", 0},
		{store.SessionUses, "at", "at", mostTokenDays * 24 * time.Hour},
	} {
		in, before := over.in, models.At(now.Add(-over.since))
		for {
			records, err := s.Book.Store.Find(ctx, store.Query{In: in, By: over.by,
				Where: []store.Cond{store.Under(over.field, before.String())}, Limit: 500})
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
