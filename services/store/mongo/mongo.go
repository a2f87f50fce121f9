// Package mongo keeps the book in a MongoDB replica set or sharded cluster, for
// more than one machine. Every write is acknowledged by a majority of members
// that have it in their journal.
package mongo

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"quartermaster/services/store"
)

// Store is a book in one database of a cluster.
type Store struct {
	client       *driver.Client
	db           *driver.Database
	transactions bool
}

// Option changes how a store is opened.
type Option func(*Store)

// WithoutTransactions takes a server that has none, where a Commit of several
// documents is not all or nothing. It is for tests of the wire alone.
func WithoutTransactions() Option { return func(s *Store) { s.transactions = false } }

const startTimeout = 20 * time.Second

// Open connects to the database that the URI names, makes what indexes of the
// schema are missing, and refuses a server that has no transactions.
func Open(ctx context.Context, uri string, schema []*store.Collection, with ...Option) (*Store, error) {
	name, err := database(uri)
	if err != nil {
		return nil, err
	}
	journal := true
	client, err := driver.Connect(options.Client().ApplyURI(uri).SetAppName("quartermaster").
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()).SetRetryWrites(true).SetRetryReads(true))
	if err != nil {
		return nil, fmt.Errorf("the address of the store cannot be used: %w", err)
	}
	s := &Store{client: client, db: client.Database(name), transactions: true}
	for _, option := range with {
		option(s)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := errors.Join(s.prepare(ctx, schema)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// database returns the name of the database in a URI.
func database(uri string) (string, error) {
	_, rest, ok := strings.Cut(uri, "://")
	if !ok {
		return "", errors.New("the address of the store must begin with mongodb:// or mongodb+srv://")
	}
	rest, _, _ = strings.Cut(rest, "?")
	_, name, _ := strings.Cut(rest, "/")
	name, err := url.PathUnescape(name)
	if err != nil || name == "" || strings.ContainsAny(name, `/\. "$`) {
		return "", errors.New("the address of the store names no database; write it like mongodb://HOST1,HOST2,HOST3/quartermaster?replicaSet=rs0")
	}
	return name, nil
}

func (s *Store) prepare(ctx context.Context, schema []*store.Collection) error {
	if err := s.Ping(ctx); err != nil {
		return fmt.Errorf("the store does not answer: %w", err)
	}
	if s.transactions {
		if err := s.refuseStandalone(ctx); err != nil {
			return err
		}
	}
	return s.index(ctx, schema)
}

// refuseStandalone refuses a mongod that is no member of a replica set: it has no
// transactions, without which a change and its event could part.
func (s *Store) refuseStandalone(ctx context.Context) error {
	var hello struct {
		SetName string `bson:"setName"`
		Msg     string `bson:"msg"`
	}
	if err := s.client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return fmt.Errorf("the store does not say what it is: %w", err)
	}
	if hello.SetName == "" && hello.Msg != "isdbgrid" {
		return errors.New("this MongoDB server stands alone and has no transactions; make it a replica set of one: " +
			"start mongod with --replSet rs0, run rs.initiate() in mongosh once, and add ?replicaSet=rs0 to QM_STORE")
	}
	return nil
}

// Ping says whether the primary answers.
func (s *Store) Ping(ctx context.Context) error { return s.client.Ping(ctx, readpref.Primary()) }

// Close ends all connections.
func (s *Store) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	return s.client.Disconnect(ctx)
}

// sequences holds the numbers given so far.
const sequences = "sequences"

// Next takes n numbers of a sequence.
func (s *Store) Next(ctx context.Context, sequence string, n int64) (int64, error) {
	var taken struct {
		N int64 `bson:"n"`
	}
	take := func() error {
		return s.db.Collection(sequences).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: sequence}}, bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: n}}}},
			options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Decode(&taken)
	}
	err := take()
	if driver.IsDuplicateKeyError(err) { // two began the sequence at once
		err = take()
	}
	return taken.N - n + 1, err
}
