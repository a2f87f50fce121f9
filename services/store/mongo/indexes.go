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

// sequences holds the next number of each sequence.
const sequences = "sequences"

// Codes by which a server answers.
const (
	codeNamespaceExists = 48
	codeIndexOptions    = 85
	codeIndexKeys       = 86
	codeDuplicate       = 11000
)

// prepareCollections makes what is missing. Collections are made beforehand,
// because one that is made inside a transaction makes others wait or fail.
func (s *Store) prepareCollections(ctx context.Context, schema []*store.Collection) error {
	there, err := s.db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return fmt.Errorf("the collections of %s cannot be listed: %w", s.db.Name(), err)
	}
	exists := map[string]bool{}
	for _, name := range there {
		exists[name] = true
	}
	make := func(name string) error {
		if exists[name] {
			return nil
		}
		var e driver.CommandError
		err := s.db.CreateCollection(ctx, name)
		if errors.As(err, &e) && e.Code == codeNamespaceExists {
			return nil // another instance was first
		}
		return err
	}
	if err := make(sequences); err != nil {
		return fmt.Errorf("the collection %s cannot be made: %w", sequences, err)
	}
	for _, c := range schema {
		if err := make(c.Name); err != nil {
			return fmt.Errorf("the collection %s cannot be made: %w", c.Name, err)
		}
		if err := s.prepareIndexes(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) prepareIndexes(ctx context.Context, c *store.Collection) error {
	if len(c.Indexes) == 0 {
		return nil
	}
	models := make([]driver.IndexModel, len(c.Indexes))
	for i, index := range c.Indexes {
		models[i] = s.indexModel(c, index)
	}
	_, err := s.in(c).Indexes().CreateMany(ctx, models)
	var e driver.CommandError
	if errors.As(err, &e) && (e.Code == codeIndexOptions || e.Code == codeIndexKeys) {
		return fmt.Errorf("an index of %s has the name of one that this program needs but is built otherwise; drop it and start again: %w", c.Name, err)
	}
	if err != nil {
		return fmt.Errorf("the indexes of %s cannot be made: %w", c.Name, err)
	}
	return nil
}

// indexModel declares an index as MongoDB builds it. It ends in the fields by
// which Query.Order orders, so that no page needs a sort. Documents without the
// first field are left out by a partial index: a sparse one over several fields
// would still take a document that has any of them, and a unique one would then
// refuse two that merely both lack the first.
func (s *Store) indexModel(c *store.Collection, index store.Index) driver.IndexModel {
	var keys bson.D
	for _, field := range index.Fields {
		keys = append(keys, bson.E{Key: at(field), Value: 1})
	}
	if !index.Unique && !c.IsMany(index.Fields[0]) {
		keys = append(keys, bson.E{Key: idField, Value: 1})
	}
	how := options.Index().SetName(index.Name)
	if index.Unique {
		how.SetUnique(true)
	}
	if s.alone {
		how.SetSparse(true)
	} else {
		how.SetPartialFilterExpression(bson.D{present(index.Fields[0])})
	}
	return driver.IndexModel{Keys: keys, Options: how}
}

// present asks for documents that have the field, the very words of the partial
// indexes, by which the server knows that a query may use them.
func present(field string) bson.E {
	return bson.E{Key: at(field), Value: bson.D{{Key: "$exists", Value: true}}}
}
