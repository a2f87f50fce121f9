// Package mongo keeps the book in a MongoDB replica set or sharded cluster, so
// that it outlives any one machine and several may serve it. What Commit has
// accepted is in the journal of a majority of the members.
package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"quartermaster/services/store"
)

// Store is a book in one database of a MongoDB deployment.
type Store struct {
	client *driver.Client
	db     *driver.Database
	// filling is a book that is not whole yet.
	filling bool
}

// How long one call may take where its context sets no earlier end. Without an
// end, a write would wait forever for a majority that is not there.
const (
	findServerWithin = 10 * time.Second
	readWithin       = 30 * time.Second
	writeWithin      = 30 * time.Second
	commitWithin     = 2 * time.Minute // imports; mongod itself ends a transaction after 60 s unless told otherwise
	prepareWithin    = 2 * time.Hour   // where a large book is brought to a new form
)

// majority is the write concern of every write: on disk on most members, so that
// no election takes it back.
func majority() *writeconcern.WriteConcern {
	journal := true
	return &writeconcern.WriteConcern{W: "majority", Journal: &journal}
}

// Open connects to the deployment and database that uri names, makes the
// collections and indexes that are missing, and brings an older book to the form of
// this program.
func Open(ctx context.Context, uri string) (*Store, error) {
	s, err := connect(ctx, uri)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func connect(ctx context.Context, uri string) (*Store, error) {
	name, err := databaseOf(uri)
	if err != nil {
		return nil, err
	}
	// What follows ApplyURI holds whatever the address says. Reads see what a
	// majority has: a version that an election takes back could be counted again
	// for another change, and a guard on it would then hold by mistake.
	// Linearizable reads are not needed, since every decision is guarded when it is
	// written.
	client, err := driver.Connect(options.Client().
		SetAppName("quartermaster").
		SetServerSelectionTimeout(findServerWithin).
		ApplyURI(uri).
		SetWriteConcern(majority()).
		SetReadConcern(readconcern.Majority()).
		SetReadPreference(readpref.Primary()).
		SetRetryWrites(true).
		SetRetryReads(true))
	if err != nil {
		return nil, fmt.Errorf("the address of the MongoDB deployment is not usable: %w", err)
	}
	s := &Store{client: client, db: client.Database(name)}
	ctx, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	if err := s.inspect(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	return s.prepareCollections(ctx, store.Schema)
}

// errStandalone tells how to make a replica set of one.
var errStandalone = errors.New("this mongod stands alone, and only a replica set has the transactions that the book needs: " +
	"start it as `mongod --replSet rs0` and run `rs.initiate()` once in mongosh; a set of one member is enough to begin with")

// inspect refuses whatever is not known to have transactions.
func (s *Store) inspect(ctx context.Context) error {
	var hello struct {
		SetName string `bson:"setName"`
		Msg     string `bson:"msg"`
	}
	if err := s.client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return fmt.Errorf("no MongoDB primary answers (is the replica set running, and initiated with rs.initiate()?): %w", err)
	}
	if hello.SetName != "" || hello.Msg == "isdbgrid" {
		return nil
	}
	return errStandalone
}

// Ping says whether the primary answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, findServerWithin)
	defer cancel()
	return s.client.Ping(ctx, readpref.Primary())
}

// Close ends the connections.
func (s *Store) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), findServerWithin)
	defer cancel()
	err := s.client.Disconnect(ctx)
	if errors.Is(err, driver.ErrClientDisconnected) {
		return nil // closed before
	}
	return err
}

func (s *Store) in(c *store.Collection) *driver.Collection { return s.db.Collection(c.Name) }
