package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"quartermaster/services/moving"
	"quartermaster/services/store"
	"quartermaster/services/store/mongo"
	"quartermaster/services/store/sqlite"
)

type migrating struct {
	where
	To string `arg:"" help:"Where the book is to be kept: mongodb://HOSTS/DATABASE, or sqlite:PATH. Nothing may be there yet but what an earlier run of this command left." placeholder:"URL"`
}

// Run copies a book that nobody serves into another store, and goes on where an
// earlier run was broken off.
func (m *migrating) Run() (err error) {
	if m.To == m.Store {
		return errors.New("that is where the book is already")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	from, err := m.openBeside(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	moved, err := moving.Book(ctx, from, func(what string) (store.Filling, error) {
		if path, ok := strings.CutPrefix(m.To, "sqlite:"); ok {
			return sqlite.Fill(ctx, path, what)
		}
		return mongo.Fill(ctx, m.To, what)
	}, progress())
	if err != nil {
		return err
	}
	fmt.Printf("%d documents were copied.\n", moved.Documents)
	tellChecked(moved.Checked, "")
	fmt.Println("Set QM_STORE to the new place and QM_LEDGER_KEY to the file of the signing key, which stays as it is. Keep the old store until the new one has a backup.")
	return nil
}
