package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"quartermaster/services/store"
)

// Snapshot reads all collections as they were at one moment of the cluster (a
// snapshot session, MongoDB 5.0). The server keeps that moment for as long as its
// parameter minSnapshotHistoryWindowInSeconds says, five minutes unless told otherwise.
func (s *Store) Snapshot(ctx context.Context) (store.Snapshot, error) {
	session, err := s.client.StartSession(options.Session().SetSnapshot(true).SetCausalConsistency(false))
	if err != nil {
		return nil, err
	}
	taken := &snapshot{s, session}
	// The moment is that of the session's first reading.
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	err = s.db.Collection(stateCollection).FindOne(taken.in(ctx), bson.D{{Key: idField, Value: "state"}}).Err()
	if err != nil && !errors.Is(err, driver.ErrNoDocuments) {
		return nil, errors.Join(stopped(ctx, tooLate(err)), taken.Close())
	}
	return taken, nil
}

type snapshot struct {
	store   *Store
	session *driver.Session // nil where it need not be of one moment
}

func (s *snapshot) in(ctx context.Context) context.Context {
	if s.session == nil {
		return ctx
	}
	return driver.NewSessionContext(ctx, s.session)
}

func (s *snapshot) Each(ctx context.Context, c *store.Collection, after string, do func(store.Record) error) error {
	filter := bson.D{}
	if after != "" {
		filter = bson.D{{Key: idField, Value: bson.D{{Key: "$gt", Value: after}}}}
	}
	ctx = s.in(ctx)
	cursor, err := s.store.in(c).Find(ctx, filter, options.Find().SetHint("_id_").SetSort(bson.D{{Key: idField, Value: 1}}).
		SetProjection(wanted(nil, false)).SetBatchSize(eachBatch))
	if err != nil {
		return tooLate(err)
	}
	defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }()
	for cursor.Next(ctx) {
		r, err := open(cursor.Current, false)
		if err != nil {
			return err
		}
		if err := do(r); err != nil {
			return err
		}
	}
	return tooLate(cursor.Err())
}

const eachBatch = 1000

func (s *snapshot) Count(ctx context.Context, c *store.Collection) (int64, error) {
	n, err := s.store.in(c).CountDocuments(s.in(ctx), bson.D{})
	return n, tooLate(err)
}

func (s *snapshot) Sequences(ctx context.Context) (map[string]int64, error) {
	ctx = s.in(ctx)
	cursor, err := s.store.db.Collection(sequences).Find(ctx, bson.D{})
	if err != nil {
		return nil, tooLate(err)
	}
	var all []struct {
		Name string `bson:"_id"`
		Last int64  `bson:"last"`
	}
	if err := cursor.All(ctx, &all); err != nil {
		return nil, tooLate(err)
	}
	next := map[string]int64{}
	for _, one := range all {
		next[one.Name] = one.Last + 1
	}
	return next, nil
}

func (s *snapshot) Close() error {
	if s.session != nil {
		s.session.EndSession(context.Background())
	}
	return nil
}

// codeSnapshotTooOld is how a server says that it no longer has that moment.
const codeSnapshotTooOld = 239

func tooLate(err error) error {
	if e, ok := err.(driver.ServerError); ok && e.HasErrorCode(codeSnapshotTooOld) {
		return fmt.Errorf("the reading took longer than the server keeps a moment for it; have it keep more, "+
			"such as an hour: db.adminCommand({setParameter: 1, minSnapshotHistoryWindowInSeconds: 3600}): %w", err)
	}
	return err
}

// Load inserts documents just as they are, in their order: one that breaks off leaves
// the first of them.
func (s *Store) Load(ctx context.Context, c *store.Collection, records []store.Record) error {
	ctx, cancel := context.WithTimeout(ctx, commitWithin)
	defer cancel()
	if err := ctx.Err(); err != nil || len(records) == 0 {
		return err
	}
	at := step{changes: make([]store.Change, len(records)), envelopes: make([]any, len(records))}
	for i, r := range records {
		doc, err := c.Read(r)
		if err != nil {
			return err
		}
		keys, err := keysOf(c, doc)
		if err != nil {
			return err
		}
		at.changes[i] = store.Insert(c, r.ID, doc)
		at.envelopes[i] = envelope(r, keys)
	}
	_, err := s.in(c).InsertMany(ctx, at.envelopes)
	return s.refused(ctx, at, err)
}

// LoadSequences sets the next number of each sequence.
func (s *Store) LoadSequences(ctx context.Context, next map[string]int64) error {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	for name, n := range next {
		_, err := s.db.Collection(sequences).ReplaceOne(ctx, bson.D{{Key: idField, Value: name}},
			bson.D{{Key: idField, Value: name}, {Key: "last", Value: n - 1}}, options.Replace().SetUpsert(true))
		if err != nil {
			return stopped(ctx, err)
		}
	}
	return nil
}
