package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"quartermaster/services/access"
)

// signingIn says how people sign in.
type signingIn struct {
	SecondFactor string        `help:"Who must have a second factor besides the password: off, administrators or everyone." env:"QM_SECOND_FACTOR" enum:"off,administrators,everyone" default:"off"`
	SessionIdle  time.Duration `help:"After how long without a use a sign-in ends, before its 14 hours are over; programs' tokens last their days. 0 lets all last." env:"QM_SESSION_IDLE" default:"8h"`
	secrets
	OIDC providing `embed:"" prefix:"oidc-"`
}

// secrets says where the key is that encrypts the secrets in the book.
type secrets struct {
	SecretsKey string `help:"File of the key that encrypts the secrets of authenticator apps; without one, it lies beside a SQLite store as NAME.secrets.key, and with another store nobody can set up an app. It is made when it is not there; all instances need the same." env:"QM_SECRETS_KEY" placeholder:"FILE"`
}

// secretsFile is the key's, for a book that is kept in store; "" when it lies nowhere. A
// store that several instances share has no place beside it that they share, too.
func (s secrets) secretsFile(store string) string {
	if s.SecretsKey != "" || !strings.HasPrefix(store, "sqlite:") {
		return s.SecretsKey
	}
	return beside(store) + ".secrets.key"
}

// beside is the name of the store's file without what it ends in.
func beside(store string) string {
	file, ok := strings.CutPrefix(store, "sqlite:")
	if !ok {
		file = "data/quartermaster.db" // the store is elsewhere
	}
	return strings.TrimSuffix(file, filepath.Ext(file))
}

// tell tells the service how people sign in.
func (s signingIn) tell(ctx context.Context, a *access.Service, store string) (err error) {
	if a.Provider, err = s.OIDC.provider(a.Base); err != nil {
		return err
	}
	if s.SessionIdle != 0 && s.SessionIdle < 5*time.Minute {
		return fmt.Errorf("QM_SESSION_IDLE is %s; it must be 5 minutes or more, or 0", s.SessionIdle)
	}
	a.Idle = s.SessionIdle
	if s.SecondFactor != "off" {
		a.Demand = access.Demand(s.SecondFactor)
	}
	made, err := a.OpenSeal(ctx, s.secretsFile(store))
	if err != nil {
		return err
	}
	if made {
		fmt.Printf("The key for secrets was made: %s. Keep a copy of it where the server's backups are not.\n", s.secretsFile(store))
	}
	return nil
}

type forgettingApps struct {
	where
}

// Run takes the apps from everybody; they sign in with a recovery code or a passkey, or
// with their password, and set up another.
func (f *forgettingApps) Run() (err error) {
	ctx := access.AsOperator(context.Background())
	book, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	taken, err := over(book, marking{}).Access.ForgetApps(ctx)
	fmt.Printf("The authenticator apps of %d people were taken away; they set up another at their next sign-in.\n", taken)
	return err
}
