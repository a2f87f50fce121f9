package mongo

import (
	"context"
	"errors"
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"quartermaster/services/store"
)

// refused turns the error of a step into one that the port knows.
func (s *Store) refused(ctx context.Context, at step, err error) error {
	if !driver.IsDuplicateKeyError(err) {
		return stopped(ctx, err)
	}
	c, text := culprit(at, err)
	taken := &store.Duplicate{Collection: c.In.Name, Index: indexIn(c.In, text)}
	if taken.Index == "" {
		taken.Index = s.ask(ctx, c)
	}
	if taken.Index == "" {
		return err
	}
	return taken
}

// culprit is the change that the server refused, and its words for it.
func culprit(at step, err error) (store.Change, string) {
	var bulk driver.BulkWriteException
	if errors.As(err, &bulk) && len(bulk.WriteErrors) > 0 {
		e := bulk.WriteErrors[0]
		if e.Index >= 0 && e.Index < len(at.changes) {
			return at.changes[e.Index], e.Message
		}
		return at.changes[0], e.Message
	}
	return at.changes[0], err.Error()
}

// named finds the index in "E11000 duplicate key error collection: qm.assets
// index: serials dup key: { … }"; the first match, since the values behind it
// may hold anything.
var named = regexp.MustCompile(` index: (\S+) dup key`)

func indexIn(c *store.Collection, text string) string {
	found := named.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	if found[1] == "_id_" {
		return "id"
	}
	for _, index := range c.Indexes {
		if index.Name == found[1] {
			return index.Name
		}
	}
	return ""
}

// ask looks for what is taken, where the server did not say.
func (s *Store) ask(ctx context.Context, c store.Change) string {
	if c.Version == 0 {
		if _, err := s.Get(ctx, c.In, c.ID); err == nil {
			return "id"
		}
	}
	envelope, err := seal(c, 0)
	if err != nil {
		return ""
	}
	raw, err := bson.Marshal(envelope)
	if err != nil {
		return ""
	}
	for _, index := range c.In.Indexes {
		if !index.Unique || valueOf(raw, index.Fields[0]).IsZero() {
			continue
		}
		where := bson.D{{Key: idField, Value: bson.D{{Key: "$ne", Value: c.ID}}}}
		for _, field := range index.Fields {
			is := any(valueOf(raw, field))
			if c.In.IsMany(field) {
				is = bson.D{{Key: "$in", Value: valueOf(raw, field)}}
			}
			where = append(where, bson.E{Key: at(field), Value: is})
		}
		n, err := s.in(c.In).CountDocuments(ctx, where, options.Count().SetLimit(1))
		if err == nil && n > 0 {
			return index.Name
		}
	}
	return ""
}
