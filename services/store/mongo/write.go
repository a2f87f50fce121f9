package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"quartermaster/services/store"
)

// Commit makes all changes or none. One change by itself needs no transaction:
// the server makes it whole, and repeats it at most once by its number when the
// answer is lost.
func (s *Store) Commit(ctx context.Context, changes ...store.Change) error {
	if err := ctx.Err(); err != nil || len(changes) == 0 {
		return err
	}
	steps, err := plan(changes)
	if err != nil {
		return err
	}
	if len(changes) == 1 {
		ctx, cancel := context.WithTimeout(ctx, writeWithin)
		defer cancel()
		return s.refused(ctx, steps[0], s.do(ctx, steps[0]))
	}
	ctx, cancel := context.WithTimeout(ctx, commitWithin)
	defer cancel()
	var at step
	work := func(ctx context.Context) error {
		for _, at = range steps {
			if err := s.do(ctx, at); err != nil {
				return err
			}
		}
		return nil
	}
	err = s.transact(ctx, work)
	return s.refused(ctx, at, err)
}

// step is one command of a commit: a guarded change of one document, or the
// inserts of one collection together.
type step struct {
	changes   []store.Change
	envelopes []any // of inserts, and of the one replacement
}

// plan puts guarded changes first, since they are what a commit fails by, and
// the inserts of each collection together: an import brings very many. Where a
// commit changes one document twice, all stays in the order given.
func plan(changes []store.Change) ([]step, error) {
	var guarded, inserts []step
	ofCollection := map[*store.Collection]int{}
	together := !repeats(changes)
	for _, c := range changes {
		var envelope any
		if c.Doc != nil {
			var err error
			if envelope, err = seal(c, c.Version+1); err != nil {
				return nil, err
			}
		}
		one := step{changes: []store.Change{c}, envelopes: []any{envelope}}
		if c.Version != 0 || !together {
			guarded = append(guarded, one)
			continue
		}
		if i, ok := ofCollection[c.In]; ok {
			inserts[i].changes = append(inserts[i].changes, c)
			inserts[i].envelopes = append(inserts[i].envelopes, envelope)
			continue
		}
		ofCollection[c.In] = len(inserts)
		inserts = append(inserts, one)
	}
	return append(guarded, inserts...), nil
}

func repeats(changes []store.Change) bool {
	type key struct {
		in *store.Collection
		id string
	}
	seen := make(map[key]bool, len(changes))
	for _, c := range changes {
		k := key{c.In, c.ID}
		if seen[k] {
			return true
		}
		seen[k] = true
	}
	return false
}

func (s *Store) do(ctx context.Context, at step) error {
	c := at.changes[0]
	in := s.in(c.In)
	guard := bson.D{{Key: idField, Value: c.ID}, {Key: versionField, Value: c.Version}}
	var held int64
	switch {
	case c.Version == 0 && len(at.changes) > 1:
		_, err := in.InsertMany(ctx, at.envelopes)
		return err
	case c.Version == 0:
		_, err := in.InsertOne(ctx, at.envelopes[0])
		return err
	case c.Doc == nil:
		result, err := in.DeleteOne(ctx, guard)
		if err != nil {
			return err
		}
		held = result.DeletedCount
	default:
		result, err := in.ReplaceOne(ctx, guard, at.envelopes[0])
		if err != nil {
			return err
		}
		held = result.MatchedCount
	}
	if held != 1 {
		return &store.VersionConflict{Collection: c.In.Name, ID: c.ID}
	}
	return nil
}

// Next takes n numbers of a sequence.
func (s *Store) Next(ctx context.Context, sequence string, n int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	take := func() (int64, error) {
		var last struct{ Last int64 }
		err := s.db.Collection(sequences).FindOneAndUpdate(ctx,
			bson.D{{Key: idField, Value: sequence}},
			bson.D{{Key: "$inc", Value: bson.D{{Key: "last", Value: n}}}},
			options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Decode(&last)
		return last.Last - n + 1, err
	}
	first, err := take()
	if driver.IsDuplicateKeyError(err) {
		first, err = take() // two made the sequence at once; now it is there
	}
	return first, stopped(ctx, err)
}
