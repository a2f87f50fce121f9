package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"quartermaster/models"
	"quartermaster/services/store"
)

// stateCollection holds one document, what a database says of itself.
const stateCollection = "store"

// state is what a database says of itself.
type state struct {
	ID   string `bson:"_id"`
	Form int    `bson:"form"` // see store.Form
	// Filling says from what the book is being filled; "" is a whole one.
	Filling string `bson:"filling"`
	// Filed says by which fields the documents of each collection were filed.
	Filed map[string]string `bson:"filed"`
}

// state reads what the database says of itself. One without that word is of the first
// release when it holds a book, and new when it holds none.
func (s *Store) state(ctx context.Context, holdsBook bool) (*state, error) {
	now := &state{ID: "state"}
	err := s.db.Collection(stateCollection).FindOne(ctx, bson.D{{Key: idField, Value: now.ID}}).Decode(now)
	if errors.Is(err, driver.ErrNoDocuments) {
		if err = nil; holdsBook {
			now.Form = 1
		}
	}
	if now.Filed == nil {
		now.Filed = map[string]string{}
	}
	return now, err
}

func (s *Store) say(ctx context.Context, now *state) error {
	_, err := s.db.Collection(stateCollection).ReplaceOne(ctx, bson.D{{Key: idField, Value: now.ID}}, now, options.Replace().SetUpsert(true))
	if err != nil {
		return fmt.Errorf("what the database says of itself cannot be written: %w", err)
	}
	return nil
}

// filedBy names the fields by which a collection's documents are filed.
func filedBy(c *store.Collection) string { return strings.Join(fieldsOf(c), " ") }

// mustRefile says whether the keys of a collection's documents are computed anew.
func (now *state) mustRefile(c *store.Collection) bool {
	for _, step := range store.StepsFrom(now.Form) {
		if step.Refiles(c) {
			return true
		}
	}
	return now.Filed[c.Name] != filedBy(c)
}

// refile computes the keys of all documents of a collection anew. One that somebody
// changed meanwhile has its new keys already. It can be broken off and begun again.
func (s *Store) refile(ctx context.Context, c *store.Collection) error {
	var updates []driver.WriteModel
	flush := func() error {
		if len(updates) == 0 {
			return nil
		}
		_, err := s.in(c).BulkWrite(ctx, updates, options.BulkWrite().SetOrdered(false))
		updates = updates[:0]
		return err
	}
	err := (&snapshot{store: s}).Each(ctx, c, "", func(r store.Record) error {
		doc, err := c.Read(r)
		if err != nil {
			return err
		}
		keys, err := keysOf(c, doc)
		if err != nil {
			return err
		}
		updates = append(updates, driver.NewUpdateOneModel().
			SetFilter(bson.D{{Key: idField, Value: r.ID}, {Key: versionField, Value: r.Version}}).
			SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: keysField, Value: keys}}}}))
		if len(updates) < eachBatch {
			return nil
		}
		return flush()
	})
	if err = errors.Join(err, flush()); err != nil {
		return fmt.Errorf("the documents of %s cannot be filed anew: %w", c.Name, err)
	}
	return nil
}

// Filling is a book that is being filled.
type Filling struct {
	*Store
	state *state
}

// Fill opens an empty database, to fill it from another book. what says from which; a
// database that was begun to be filled from the same is filled on.
func Fill(ctx context.Context, uri, what string) (*Filling, error) {
	s, err := connect(ctx, uri)
	if err != nil {
		return nil, err
	}
	f := &Filling{Store: s}
	if err := f.begin(ctx, what); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return f, nil
}

func (f *Filling) begin(ctx context.Context, what string) error {
	there, err := f.db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return err
	}
	if f.state, err = f.Store.state(ctx, false); err != nil {
		return err
	}
	if f.state.Filling != what {
		if f.state.Filling != "" {
			return models.Refuse(models.Conflict, "", "the database %s was begun to be filled from %s, and this is %s. Drop the database to begin again", f.db.Name(), f.state.Filling, what)
		}
		if len(there) > 0 {
			return models.Refuse(models.Conflict, "", "the database %s is not empty. Name one that does not exist", f.db.Name())
		}
		f.state.Form, f.state.Filling = store.Form, what
		if err := f.say(ctx, f.state); err != nil {
			return err
		}
	}
	f.filling = true
	return f.prepare(ctx)
}

// Done lets the book be served.
func (f *Filling) Done(ctx context.Context) error {
	now, err := f.Store.state(ctx, true)
	if err != nil {
		return err
	}
	now.Filling = ""
	return errors.Join(f.say(ctx, now), f.Close())
}

// errFilling refuses to serve half a book.
func errFilling(name, what string) error {
	return models.Refuse(models.Unavailable, "", "the database %s is not whole: it is being filled from %s, or that was broken off. "+
		"Run the same command again; what is there already is kept", name, what)
}
