package mongo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
)

// Labels by which the server says what may be tried again.
const (
	transient     = "TransientTransactionError"
	unknownCommit = "UnknownTransactionCommitResult"
)

// transact does work in a transaction, again from its beginning when another was
// in the way, until ctx ends. It is the driver's Session.WithTransaction but for
// one thing: that one does not let ctx end a commit, and so would wait for ever
// for a majority that has gone.
func (s *Store) transact(ctx context.Context, work func(context.Context) error) error {
	session, err := s.client.StartSession()
	if err != nil {
		return err
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	for round := 0; ; round++ {
		err := attempt(ctx, session, work)
		if !labelled(err, transient) || !pause(ctx, round) {
			return err
		}
	}
}

func attempt(ctx context.Context, session *driver.Session, work func(context.Context) error) error {
	// Of a snapshot: a guard that holds in it and not any more when it is written
	// is a write conflict, which the server finds by itself.
	err := session.StartTransaction(options.Transaction().
		SetReadConcern(readconcern.Snapshot()).SetWriteConcern(majority()))
	if err != nil {
		return err
	}
	if err := work(driver.NewSessionContext(ctx, session)); err != nil {
		abort, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortWithin)
		defer cancel()
		_ = session.AbortTransaction(abort) // a failed abort leaves it to the server's own time limit
		return err
	}
	for round := 0; ; round++ {
		err := session.CommitTransaction(ctx)
		switch {
		case err == nil:
			return nil
		case !labelled(err, unknownCommit):
			return err
		case !pause(ctx, round):
			return fmt.Errorf("store: whether the change was made is not known: %w", errors.Join(ctx.Err(), err))
		}
	}
}

const (
	abortWithin  = 5 * time.Second
	shortestWait = 2 * time.Millisecond
	longestWait  = 500 * time.Millisecond
)

// pause waits a little longer each round, by chance so that two that were in
// each other's way are not again. It says whether ctx is still open.
func pause(ctx context.Context, round int) bool {
	most := min(longestWait, shortestWait<<min(round, 10))
	timer := time.NewTimer(rand.N(most))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}

func labelled(err error, label string) bool {
	var e driver.LabeledError
	return errors.As(err, &e) && e.HasErrorLabel(label)
}
