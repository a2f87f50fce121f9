package access

import (
	"context"
	"errors"
	"time"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// SureFor is how long after the sign-in, or after it was confirmed, what decides who gets
// in, and what takes the whole book out, is done without asking again.
const SureFor = 10 * time.Minute

// Sure refuses ConfirmNeeded when the session by which the caller acts was opened, and last
// confirmed, longer ago: whoever finds a screen that was left open, or has a stolen
// session, does not get further with it. Who acts by no session runs the server itself.
func Sure(ctx context.Context, now time.Time) error {
	if in := sessionOf(ctx); in.hash != "" && now.Sub(in.sureAt) > SureFor {
		return models.Refuse(models.ConfirmNeeded, "session", "give your password again, or a code of your authenticator app; you signed in more than %d minutes ago", int(SureFor.Minutes()))
	}
	return nil
}

// SureOrProgram is Sure for what programs do by themselves: a token was made for them by
// somebody who was asked then.
func SureOrProgram(ctx context.Context, now time.Time) error {
	if sessionOf(ctx).program {
		return nil
	}
	return Sure(ctx, now)
}

// Proof is what somebody confirms with that it is still they: their password, or a code of
// their app or a recovery code.
type Proof struct {
	Password string `json:"password,omitempty"`
	Code     string `json:"code,omitempty"`
}

// Confirm confirms the session by which the caller acts.
func (s *Service) Confirm(ctx context.Context, p Proof) error {
	_, person, err := s.self(ctx)
	if err != nil {
		return err
	}
	how, used, err := s.proven(ctx, person, p)
	if err != nil {
		return err
	}
	record, err := s.Book.Store.Get(ctx, store.Sessions, sessionOf(ctx).hash)
	if errors.Is(err, store.ErrNotFound) {
		return models.Refuse(models.Unauthenticated, "", "this sign-in has ended; sign in again")
	}
	if err != nil {
		return err
	}
	session, err := store.Decode[models.Session](record)
	if err != nil {
		return err
	}
	now := models.At(s.Book.Now())
	session.ConfirmedAt = &now
	err = s.Book.Commit(ctx, append(used, ledger.Change(store.Sessions, record.Body, session, "session.confirmed", how.Words()))...)
	s.forget()
	return Outrun(err)
}

// proven refuses unless the proof is a person's, and returns what is used up by it.
func (s *Service) proven(ctx context.Context, person *models.Person, p Proof) (models.Factor, []ledger.Entry, error) {
	if p.Code != "" {
		record, kept, factor, err := s.usedUp(ctx, person, p.Code, "")
		if err != nil {
			return "", nil, err
		}
		return factor, []ledger.Entry{keep(record, kept, "second_factor.used", factor.Words())}, nil
	}
	if p.Password == "" {
		return "", nil, models.Refuse(models.Invalid, "current", "is required, or a code")
	}
	err := s.ownPassword(ctx, person, p.Password)
	if errors.Is(err, errNoPassword) {
		err = models.Refuse(models.Conflict, "current", "you have no password here; sign out, and in again in your way")
	}
	return "", nil, err
}
