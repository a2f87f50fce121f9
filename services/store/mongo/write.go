package mongo

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"quartermaster/services/store"
)

// write is a store.Change made ready: with what is to be kept.
type write struct {
	store.Change
	kept *document
}

// Commit makes all changes or none. One change is guarded by itself; several are
// a transaction, begun anew when the cluster asks for that.
func (s *Store) Commit(ctx context.Context, changes ...store.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	writes := make([]write, len(changes))
	for i, c := range changes {
		writes[i].Change = c
		if c.Doc == nil {
			continue
		}
		kept, err := keep(c.In, c.ID, c.Version+1, c.Doc)
		if err != nil {
			return err
		}
		writes[i].kept = kept
	}
	if len(writes) < 2 || !s.transactions {
		return s.apply(ctx, writes)
	}
	session, err := s.client.StartSession()
	if err != nil {
		return err
	}
	defer session.EndSession(ctx)
	_, err = session.WithTransaction(ctx, func(ctx context.Context) (any, error) { return nil, s.apply(ctx, writes) })
	return err
}

// apply makes the writes in order, new documents of one collection that follow
// one another together.
func (s *Store) apply(ctx context.Context, writes []write) error {
	for at := 0; at < len(writes); {
		w := writes[at]
		if !w.isNew() {
			if err := s.guarded(ctx, w); err != nil {
				return err
			}
			at++
			continue
		}
		var docs []any
		for at < len(writes) && writes[at].isNew() && writes[at].In == w.In {
			docs = append(docs, writes[at].kept)
			at++
		}
		if _, err := s.db.Collection(w.In.Name).InsertMany(ctx, docs); err != nil {
			return explain(w.In, err)
		}
	}
	return nil
}

func (w write) isNew() bool { return w.Version == 0 && w.kept != nil }

// guarded replaces or deletes the version that was read, and no other.
func (s *Store) guarded(ctx context.Context, w write) error {
	collection := s.db.Collection(w.In.Name)
	guard := bson.D{{Key: "_id", Value: w.ID}, {Key: "v", Value: w.Version}}
	var matched int64
	if w.kept == nil {
		result, err := collection.DeleteOne(ctx, guard)
		if err != nil {
			return err
		}
		matched = result.DeletedCount
	} else {
		result, err := collection.ReplaceOne(ctx, guard, w.kept)
		if err != nil {
			return explain(w.In, err)
		}
		matched = result.MatchedCount
	}
	if matched == 0 {
		return &store.VersionConflict{Collection: w.In.Name, ID: w.ID}
	}
	return nil
}

var indexName = regexp.MustCompile(`index: "?([A-Za-z0-9_]+)"?`)

// explain names the index whose value is taken. Other errors, and with them the
// labels by which the driver begins a transaction anew, stay as they are.
func explain(in *store.Collection, err error) error {
	if !driver.IsDuplicateKeyError(err) {
		return err
	}
	name := "id"
	if found := indexName.FindStringSubmatch(err.Error()); found != nil && found[1] != "_id_" && found[1] != "_id" {
		name = found[1]
	}
	var labelled interface{ HasErrorLabel(string) bool }
	if errors.As(err, &labelled) && labelled.HasErrorLabel("TransientTransactionError") {
		return err
	}
	return fmt.Errorf("%w (%w)", &store.Duplicate{Collection: in.Name, Index: name}, err)
}
