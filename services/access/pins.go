package access

import (
	"context"
	"errors"
	"strings"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// A PIN signs for what is handed over. It opens no sign-in, so people who never
// sign in may have one.
const shortestPIN, longestPIN = 4, 8

func hashPIN(ctx context.Context, pin string) (string, error) {
	switch {
	case len(pin) < shortestPIN || len(pin) > longestPIN || strings.Trim(pin, "0123456789") != "":
		return "", models.Refuse(models.Invalid, "pin", "must be %d to %d digits", shortestPIN, longestPIN)
	case strings.Trim(pin, pin[:1]) == "" || strings.Contains("0123456789 9876543210", pin):
		return "", models.Refuse(models.Invalid, "pin", "is too easily guessed; take digits that do not follow one another")
	}
	return newHash(ctx, pin)
}

// SetPIN sets the caller's own PIN, which they confirm with their password.
func (s *Service) SetPIN(ctx context.Context, password, pin string) error {
	caller, err := Caller(ctx)
	if err != nil {
		return err
	}
	if err := s.ownPassword(ctx, caller, password); err != nil && !errors.Is(err, errNoPassword) {
		return err
	}
	entry, err := s.newPIN(ctx, caller.Code, pin)
	if err != nil {
		return err
	}
	return Outrun(s.Book.Commit(ctx, entry))
}

func (s *Service) newPIN(ctx context.Context, person, pin string) (ledger.Entry, error) {
	hash, err := hashPIN(ctx, pin)
	if err != nil {
		return ledger.Entry{}, err
	}
	record, err := s.Book.Store.Get(ctx, store.Passwords, person)
	if errors.Is(err, store.ErrNotFound) {
		return ledger.Add(store.Passwords, &models.Password{Person: person, PIN: hash}, "pin.set", ""), nil
	}
	if err != nil {
		return ledger.Entry{}, err
	}
	kept, err := store.Decode[models.Password](record)
	if err != nil {
		return ledger.Entry{}, err
	}
	kept.PIN = hash
	return ledger.Change(store.Passwords, record.Body, kept, "pin.set", ""), nil
}

// CheckPIN refuses unless pin is the person's. Guessing is slowed down as it is
// for passwords.
func (s *Service) CheckPIN(ctx context.Context, person *models.Person, pin string) error {
	kept, err := store.Get[models.Password](ctx, s.Book.Store, store.Passwords, person.Code)
	if errors.Is(err, store.ErrNotFound) || err == nil && kept.PIN == "" {
		return models.Refuse(models.Invalid, "signature.pin", "%s has no PIN; set one, or sign on the screen", person.Name)
	}
	if err != nil {
		return err
	}
	right, err := s.guess(ctx, pin, kept.PIN, tally{"pin " + person.Code, freeFailures})
	if err != nil {
		return err
	}
	if !right {
		return models.Refuse(models.Invalid, "signature.pin", "is not the PIN of %s", person.Name)
	}
	return nil
}
