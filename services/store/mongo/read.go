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

// Get reads one document by its key.
func (s *Store) Get(ctx context.Context, c *store.Collection, id string) (store.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	raw, err := s.in(c).FindOne(ctx, bson.D{{Key: idField, Value: id}},
		options.FindOne().SetProjection(bson.D{{Key: versionField, Value: 1}, {Key: bodyField, Value: 1}})).Raw()
	if errors.Is(err, driver.ErrNoDocuments) {
		return store.Record{ID: id}, store.ErrNotFound
	}
	if err != nil {
		return store.Record{ID: id}, stopped(ctx, err)
	}
	return open(raw, false)
}

// Find reads a page of documents, in the order of the index that q names.
func (s *Store) Find(ctx context.Context, q store.Query) ([]store.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch {
	case hopeless(q):
		return nil, nil
	case walks(q):
		return s.findWalking(ctx, q)
	}
	order := orderOf(q)
	how := options.Find().SetHint(hint(q)).SetProjection(wanted(order, q.Bare))
	if len(order) > 0 {
		how.SetSort(sorting(q, order))
	}
	if q.Limit > 0 {
		how.SetLimit(int64(q.Limit))
	}
	cursor, err := s.in(q.In).Find(ctx, filter(q, order), how)
	if err != nil {
		return nil, stopped(ctx, err)
	}
	defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }()
	var records []store.Record
	for cursor.Next(ctx) {
		r, err := open(cursor.Current, q.Bare)
		if err != nil {
			return nil, err
		}
		r.Place = placeOf(cursor.Current, order)
		records = append(records, r)
	}
	return records, stopped(ctx, cursor.Err())
}

// hint names q's index as the server does.
func hint(q store.Query) string {
	if q.By == store.ID {
		return "_id_"
	}
	return q.By
}

// wanted asks for what a Record is made of.
func wanted(order []string, bare bool) bson.D {
	fields := bson.D{{Key: versionField, Value: 1}}
	if !bare {
		fields = append(fields, bson.E{Key: bodyField, Value: 1})
	}
	for _, field := range order {
		if field != store.ID {
			fields = append(fields, bson.E{Key: at(field), Value: 1})
		}
	}
	return fields
}

func placeOf(raw bson.Raw, order []string) store.Key {
	place := make(store.Key, len(order))
	for i, field := range order {
		place[i] = plain(valueOf(raw, field))
	}
	return place
}

func valueOf(raw bson.Raw, field string) bson.RawValue {
	if field == store.ID {
		return raw.Lookup(idField)
	}
	return raw.Lookup(keysField, flat(field))
}

// Count counts what matches, up to q.Limit.
func (s *Store) Count(ctx context.Context, q store.Query) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	switch {
	case hopeless(q):
		return 0, nil
	case walks(q):
		places, err := s.walk(ctx, q)
		return int64(len(places)), err
	}
	how := options.Count().SetHint(hint(q))
	if q.Limit > 0 {
		how.SetLimit(int64(q.Limit))
	}
	n, err := s.in(q.In).CountDocuments(ctx, filter(q, orderOf(q)), how)
	return n, stopped(ctx, err)
}

// stopped makes sure that the error of a call whose context ended says so, with
// whatever the driver made of it behind.
func stopped(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.Is(err, ctx.Err()) {
		return err
	}
	return fmt.Errorf("%w (%w)", ctx.Err(), err)
}
