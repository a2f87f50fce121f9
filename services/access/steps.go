package access

import (
	"context"
	"errors"
	"time"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

const (
	// StepLasts is how long a sign-in that has begun may take.
	StepLasts = 5 * time.Minute
	// mostAttempts is how many codes may be tried before the password is asked for again.
	mostAttempts = 5
)

// Begun is what a sign-in led to: a session, or, with a token that the browser keeps, the
// wait for the second factor.
type Begun struct {
	*SignedIn
	Step string
}

// BeginSignIn takes a user name and password, and opens a session unless the person has
// a second factor, which is then awaited. next is the page that was asked for.
func (s *Service) BeginSignIn(ctx context.Context, c Credentials, next, address, device string) (*Begun, error) {
	person, n, err := s.byPassword(ctx, c, address, device)
	if err != nil {
		return nil, err
	}
	return s.orAwait(ctx, person, n, next)
}

// orAwait opens a session, or awaits the second factor of who has one and has not given it.
func (s *Service) orAwait(ctx context.Context, person *models.Person, n newSession, next string, used ...ledger.Entry) (*Begun, error) {
	if n.factor != "" || len(person.SecondFactor) == 0 {
		in, err := s.begin(ctx, person, n, used...)
		return &Begun{SignedIn: in}, err
	}
	token, change := s.newStep(&models.SignInStep{Person: person.Code, Next: next, First: n.first})
	err := s.Book.Commit(As(ctx, person, n.device), append(used, ledger.Beside(change))...)
	return &Begun{Step: token}, err
}

func (s *Service) newStep(step *models.SignInStep) (string, store.Change) {
	token := Secret(32)
	step.TokenHash, step.ExpiresAt = tokenHash(token), models.At(s.Book.Now().Add(StepLasts))
	return token, store.Insert(store.SignInSteps, step.TokenHash, step)
}

// step reads a sign-in that has begun and awaits something still.
func (s *Service) step(ctx context.Context, token string) (store.Record, *models.SignInStep, error) {
	over := models.Refuse(models.Unauthenticated, "", "this sign-in took too long or was finished already; begin again")
	record, err := s.Book.Store.Get(ctx, store.SignInSteps, tokenHash(token))
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, over
	}
	if err != nil {
		return record, nil, err
	}
	step, err := store.Decode[models.SignInStep](record)
	if err == nil && !s.Book.Now().Before(step.ExpiresAt.Time) {
		return record, nil, over
	}
	return record, step, err
}

// Awaited is whose second factor a sign-in awaits.
func (s *Service) Awaited(ctx context.Context, token string) (*models.Person, error) {
	_, step, err := s.step(ctx, token)
	if err != nil {
		return nil, err
	}
	return s.awaited(ctx, step)
}

func (s *Service) awaited(ctx context.Context, step *models.SignInStep) (*models.Person, error) {
	over := models.Refuse(models.Unauthenticated, "", "this sign-in took too long or was finished already; begin again")
	if step.Person == "" || step.Adds {
		return nil, over
	}
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, step.Person)
	if err != nil {
		return nil, err
	}
	if !person.CanSignIn() || len(person.SecondFactor) == 0 {
		return nil, over // what was true when the password was given is no longer
	}
	return person, nil
}

// FinishSignIn opens the session of a sign-in that awaits a code. It returns the page
// that was asked for, too.
func (s *Service) FinishSignIn(ctx context.Context, token, code, address, device string) (*SignedIn, string, error) {
	record, step, err := s.step(ctx, token)
	if err != nil {
		return nil, "", err
	}
	person, err := s.awaited(ctx, step)
	if err != nil {
		return nil, "", err
	}
	if record.Version, err = s.countAttempt(ctx, record, step); err != nil {
		return nil, "", err
	}
	of, kept, factor, err := s.usedUp(ctx, person, code, address)
	if err != nil {
		return nil, "", err
	}
	in, err := s.begin(ctx, person, newSession{lasts: SessionLasts, device: device, factor: factor, first: step.First},
		keep(of, kept, "second_factor.used", factor.Words()), ledger.Beside(store.Delete(store.SignInSteps, record.ID, record.Version)))
	return in, step.Next, err
}

// countAttempt counts a code before it is looked at, so that of many sent at once no more
// are looked at than one password opens the way to. It returns the step's new version.
func (s *Service) countAttempt(ctx context.Context, record store.Record, step *models.SignInStep) (int64, error) {
	if step.Attempts >= mostAttempts {
		return 0, models.Refuse(models.Unauthenticated, "", "too many wrong codes; sign in again from the beginning")
	}
	step.Attempts++
	err := s.Book.Store.Commit(ctx, store.Replace(store.SignInSteps, record.ID, record.Version, step))
	if store.Outrun(err) {
		return 0, models.Refuse(models.TooMany, "code", "another code was sent at the same moment; try again")
	}
	return record.Version + 1, err
}
