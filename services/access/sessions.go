package access

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// newSession is a session to be opened.
type newSession struct {
	lasts        time.Duration
	name, device string
	factor       models.Factor
	first        bool // its owner is to set a password of their own before anything else
}

// begin opens a session in one Commit with what was used up for it.
func (s *Service) begin(ctx context.Context, person *models.Person, n newSession, used ...ledger.Entry) (*SignedIn, error) {
	in, entry := s.opened(person, n)
	ctx = As(ctx, person, n.device)
	err := s.Book.Commit(ctx, append(used, entry)...)
	var outrun *store.VersionConflict
	if errors.As(err, &outrun) {
		return nil, models.Refuse(models.Unauthenticated, "", "this code or step was used at the same moment by another sign-in; sign in again").Because(err)
	}
	if err != nil {
		return nil, err
	}
	return in, nil
}

// opened is a new session and its entry.
func (s *Service) opened(person *models.Person, n newSession) (*SignedIn, ledger.Entry) {
	token := Secret(32)
	session := &models.Session{
		TokenHash: tokenHash(token), Person: person.Code, Name: n.name, Factor: n.factor, First: n.first,
		Device: n.device[:min(len(n.device), longestDevice)], ExpiresAt: models.At(s.Book.Now().Add(n.lasts)),
	}
	return &SignedIn{Token: token, ExpiresAt: session.ExpiresAt, Person: person}, ledger.Add(store.Sessions, session, "session.opened", n.factor.Words())
}

// current is the session by which somebody acts.
type current struct {
	hash    string
	factor  models.Factor
	first   bool
	program bool      // it is a token that was made for one
	sureAt  time.Time // when its owner last showed that it is they
}

func currentOf(s *models.Session) current {
	in := current{hash: s.TokenHash, factor: s.Factor, first: s.First, program: s.Name != "", sureAt: s.CreatedAt.Time}
	if s.ConfirmedAt != nil {
		in.sureAt = s.ConfirmedAt.Time
	}
	return in
}

type currentKey struct{}

func sessionOf(ctx context.Context) current {
	now, _ := ctx.Value(currentKey{}).(current)
	return now
}

// Lapsed is the field of the refusal of a session that has only lasted its time.
const Lapsed = "session"

// Enter returns a context in which the owner of a session acts from device. It refuses
// Unauthenticated when the session has ended, PasswordNeeded when they are to set a
// password of their own first, and FactorNeeded when a second factor.
func (s *Service) Enter(ctx context.Context, token, device string) (context.Context, error) {
	return s.enter(ctx, token, device)
}

// EnterToSetUp is Enter for the little that somebody may do before they have set up the
// second factor that they must have: set it up, and leave.
func (s *Service) EnterToSetUp(ctx context.Context, token, device string) (context.Context, error) {
	return s.enter(ctx, token, device, models.FactorNeeded)
}

// EnterToBegin is Enter for the still less that somebody may do who was given their
// password: set one of their own, and leave.
func (s *Service) EnterToBegin(ctx context.Context, token, device string) (context.Context, error) {
	return s.enter(ctx, token, device, models.FactorNeeded, models.PasswordNeeded)
}

func (s *Service) enter(ctx context.Context, token, device string, open ...models.Kind) (context.Context, error) {
	in, err := s.session(ctx, token)
	if err != nil {
		return nil, err
	}
	if err := s.satisfied(in.person, in.session); err != nil && !slices.Contains(open, models.KindOf(err)) {
		return nil, err
	}
	return in.as(ctx, device), nil
}

func (in signedIn) as(ctx context.Context, device string) context.Context {
	return As(context.WithValue(ctx, currentKey{}, in.session), in.person, device)
}

// Session returns the person whose token this is, or refuses as Enter does.
func (s *Service) Session(ctx context.Context, token string) (*models.Person, error) {
	in, err := s.session(ctx, token)
	if err != nil {
		return nil, err
	}
	return in.person, s.satisfied(in.person, in.session)
}

// session looks a token up. The answer is remembered for recheckAfter.
func (s *Service) session(ctx context.Context, token string) (signedIn, error) {
	none := signedIn{}
	if token == "" {
		return none, models.Refuse(models.Unauthenticated, "", "sign in first")
	}
	hash, now := tokenHash(token), s.Book.Now()
	s.mu.RLock()
	known, ok := s.signed[hash]
	seen := s.changes
	s.mu.RUnlock()
	if ok && now.Sub(known.checked) < recheckAfter && now.Before(known.expires) {
		return known, nil
	}
	session, err := store.Get[models.Session](ctx, s.Book.Store, store.Sessions, hash)
	if errors.Is(err, store.ErrNotFound) {
		return none, models.Refuse(models.Unauthenticated, "", "this sign-in has ended; sign in again")
	}
	if err != nil {
		return none, err
	}
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, session.Person)
	if err != nil {
		return none, err
	}
	if !person.CanSignIn() {
		return none, models.Refuse(models.Unauthenticated, "", "this sign-in has ended; sign in again")
	}
	if !now.Before(session.ExpiresAt.Time) {
		return none, models.Refuse(models.Unauthenticated, Lapsed, "this sign-in has ended; sign in again")
	}
	use := s.lastUse(ctx, session)
	if s.Idle > 0 && session.Name == "" && now.Sub(use.at) > s.Idle+s.usedEvery() {
		return none, models.Refuse(models.Unauthenticated, Lapsed, "this sign-in has ended, since it was not used for long; sign in again")
	}
	in := signedIn{person, currentOf(session), session.ExpiresAt.Time, now}
	s.remember(hash, in, seen)
	if !watching(ctx) {
		s.noteUse(ctx, hash, use, now)
	}
	return in, nil
}

// usedEvery is how far apart uses of a session are noted.
func (s *Service) usedEvery() time.Duration {
	const atMost = 10 * time.Minute
	if s.Idle > 0 {
		return min(atMost, s.Idle/10)
	}
	return atMost
}

// use is when a session was last used, as noted.
type use struct {
	at      time.Time
	version int64 // of the note; 0 when there is none yet
}

// lastUse reads the note of a session's last use; one that cannot be read is of now, so
// that it shuts nobody out.
func (s *Service) lastUse(ctx context.Context, session *models.Session) use {
	record, err := s.Book.Store.Get(ctx, store.SessionUses, session.TokenHash)
	if errors.Is(err, store.ErrNotFound) {
		return use{at: session.CreatedAt.Time}
	}
	if err == nil {
		if noted, err := store.Decode[models.SessionUse](record); err == nil {
			return use{noted.At.Time, record.Version}
		}
	}
	return use{s.Book.Now(), record.Version}
}

// noteUse notes that a session was used just now, unless it was noted a moment ago. What
// goes wrong with it hinders nobody.
func (s *Service) noteUse(ctx context.Context, hash string, last use, now time.Time) {
	if last.version > 0 && now.Sub(last.at) < s.usedEvery() {
		return
	}
	_ = s.Book.Store.Commit(ctx, store.Replace(store.SessionUses, hash, last.version, &models.SessionUse{At: models.At(now)}))
}

type watchingKey struct{}

// Watching returns a context in which a page asks by itself, which is no use of a session
// by anybody: one that is left open does not keep it from ending.
func Watching(ctx context.Context) context.Context {
	return context.WithValue(ctx, watchingKey{}, true)
}

func watching(ctx context.Context) bool { return ctx.Value(watchingKey{}) != nil }

// renewSession ends the session by which the caller acts and opens it anew with another
// token, as one that was opened with factor; it lasts as long as it would have.
func (s *Service) renewSession(ctx context.Context, factor models.Factor) (*SignedIn, []ledger.Entry, error) {
	record, err := s.Book.Store.Get(ctx, store.Sessions, sessionOf(ctx).hash)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, models.Refuse(models.Unauthenticated, "", "this sign-in has ended; sign in again")
	}
	if err != nil {
		return nil, nil, err
	}
	session, err := store.Decode[models.Session](record)
	if err != nil {
		return nil, nil, err
	}
	person, err := Caller(ctx)
	if err != nil {
		return nil, nil, err
	}
	in, entry := s.opened(person, newSession{lasts: session.ExpiresAt.Sub(s.Book.Now()), name: session.Name, device: session.Device, factor: factor})
	return in, []ledger.Entry{ledger.Remove(store.Sessions, record.Body, session, "session.renewed"), entry}, nil
}

// SignOut ends the session of token; ending one that has ended is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return s.end(ctx, tokenHash(token))
}

func (s *Service) end(ctx context.Context, hash string) error {
	record, err := s.Book.Store.Get(ctx, store.Sessions, hash)
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

// closeSessions are the entries that end all sessions of a person but one.
func (s *Service) closeSessions(ctx context.Context, code, but string) ([]ledger.Entry, error) {
	records, err := s.sessionsOf(ctx, code)
	if err != nil {
		return nil, err
	}
	var entries []ledger.Entry
	for _, record := range records {
		session, err := store.Decode[models.Session](record)
		if err != nil {
			return nil, err
		}
		if record.ID != but {
			entries = append(entries, ledger.Remove(store.Sessions, record.Body, session, "session.closed"))
		}
	}
	return entries, nil
}

func (s *Service) sessionsOf(ctx context.Context, code string) ([]store.Record, error) {
	return s.Book.Store.Find(ctx, store.Query{In: store.Sessions, By: "person", Where: []store.Cond{store.Is("person", code)}, Limit: 1000})
}

// OpenSession is one of somebody's sign-ins as they see it.
type OpenSession struct {
	ID        string        `json:"id"`             // names it, and opens nothing
	Name      string        `json:"name,omitempty"` // of a token made for a program
	Device    string        `json:"device,omitempty"`
	Factor    models.Factor `json:"factor,omitempty"`
	OpenedAt  models.Time   `json:"opened_at"`
	UsedAt    models.Time   `json:"used_at"` // to ten minutes
	ExpiresAt models.Time   `json:"expires_at"`
	Current   bool          `json:"current"` // the one by which it is asked
}

// nameOf shortens the hash of a token to what names a session among its owner's.
func nameOf(hash string) string { return hash[:16] }

// Sessions lists the caller's own sign-ins that have not ended, the last used first.
func (s *Service) Sessions(ctx context.Context) ([]OpenSession, error) {
	caller, err := Caller(ctx)
	if err != nil {
		return nil, err
	}
	records, err := s.sessionsOf(ctx, caller.Code)
	if err != nil {
		return nil, err
	}
	hashes := make([]string, len(records))
	for i, record := range records {
		hashes[i] = record.ID
	}
	used, err := s.Book.Store.Find(ctx, store.Query{In: store.SessionUses, By: store.ID, Where: []store.Cond{store.In(store.ID, hashes)}})
	if err != nil {
		return nil, err
	}
	last := map[string]models.Time{}
	for _, record := range used {
		use, err := store.Decode[models.SessionUse](record)
		if err != nil {
			return nil, err
		}
		last[record.ID] = use.At
	}
	list := []OpenSession{}
	for _, record := range records {
		session, err := store.Decode[models.Session](record)
		if err != nil {
			return nil, err
		}
		if !s.Book.Now().Before(session.ExpiresAt.Time) {
			continue
		}
		open := OpenSession{ID: nameOf(record.ID), Name: session.Name, Device: session.Device, Factor: session.Factor, OpenedAt: session.CreatedAt,
			UsedAt: session.CreatedAt, ExpiresAt: session.ExpiresAt, Current: record.ID == sessionOf(ctx).hash}
		if at, ok := last[record.ID]; ok {
			open.UsedAt = at
		}
		list = append(list, open)
	}
	slices.SortFunc(list, func(a, b OpenSession) int {
		return cmp.Or(b.UsedAt.Compare(a.UsedAt.Time), b.OpenedAt.Compare(a.OpenedAt.Time), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// EndSession ends one of the caller's own sign-ins, by its ID.
func (s *Service) EndSession(ctx context.Context, id string) error {
	caller, err := Caller(ctx)
	if err != nil {
		return err
	}
	records, err := s.sessionsOf(ctx, caller.Code)
	if err != nil {
		return err
	}
	for _, record := range records {
		if nameOf(record.ID) == id {
			return s.end(ctx, record.ID)
		}
	}
	return models.Refuse(models.NotFound, "id", "there is no sign-in %q of yours", id)
}

// MakeToken makes a token for a program that acts as the caller, for days. It counts as
// signed in with the second factor that the caller's own session was opened with.
func (s *Service) MakeToken(ctx context.Context, name string, days int) (*SignedIn, error) {
	_, person, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case name == "" || len(name) > 120:
		return nil, models.Refuse(models.Invalid, "name", "is required, in at most 120 characters: say what the token is for")
	case days < 1 || days > mostTokenDays:
		return nil, models.Refuse(models.Invalid, "days", "must be 1 to %d", mostTokenDays)
	}
	if err := s.mayTurn(ctx, person); err != nil {
		return nil, err
	}
	in, entry := s.opened(person, newSession{lasts: time.Duration(days) * 24 * time.Hour, name: name, device: ledger.AuthorOf(ctx).Device, factor: sessionOf(ctx).factor})
	return in, s.Book.Commit(ctx, entry)
}
