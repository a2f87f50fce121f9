package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quartermaster/services/ledger"
	"quartermaster/services/proofs"
)

type newKey struct {
	where
	sealing
}

// Run changes the ledger's signing key.
func (n *newKey) Run() (err error) {
	ctx := context.Background()
	s, err := n.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	log := &proofs.Log{Book: &ledger.Book{Store: s, Now: time.Now}}
	path := n.file(n.Store)
	made, err := log.Open(ctx, path)
	if err != nil {
		return err
	}
	if made {
		fmt.Println("This book had no key yet; one was made: " + path)
		return nil
	}
	signed, err := log.Change(ctx, path)
	if err != nil {
		return err
	}
	keys, err := log.Keys(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("The ledger is signed with the new key in %s from now on. Give donors its public part:\n\n%s\n\nand this checkpoint, which both keys signed, so that they can check it with the key they have:\n\n%s\n", path, keys[0], signed)
	return nil
}
