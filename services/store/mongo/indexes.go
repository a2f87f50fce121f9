package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"quartermaster/services/store"
)

// sequences holds the next number of each sequence.
const sequences = "sequences"

// codeNamespaceExists is how a server answers that a collection is there.
const codeNamespaceExists = 48

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
	now, err := s.state(ctx, exists[store.Events.Name])
	if err == nil {
		err = store.CheckForm(now.Form)
	}
	if err == nil && now.Filling != "" && !s.filling {
		err = errFilling(s.db.Name(), now.Filling)
	}
	if err != nil {
		return err
	}
	ensure := func(name string) error {
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
	for _, name := range []string{sequences, stateCollection} {
		if err := ensure(name); err != nil {
			return fmt.Errorf("the collection %s cannot be made: %w", name, err)
		}
	}
	changed := false
	for _, c := range schema {
		if err := ensure(c.Name); err != nil {
			return fmt.Errorf("the collection %s cannot be made: %w", c.Name, err)
		}
		refile := now.mustRefile(c)
		if refile && exists[c.Name] {
			if err := s.refile(ctx, c); err != nil {
				return err
			}
		}
		if err := s.prepareIndexes(ctx, c, refile); err != nil {
			return err
		}
		if refile {
			now.Filed[c.Name], changed = filedBy(c), true
		}
	}
	if changed || now.Form != store.Form { // else somebody may start whose role is to read and write documents alone
		now.Form = store.Form
		return s.say(ctx, now)
	}
	return nil
}

// prepareIndexes makes the indexes that are missing, and refuses one that has the
// name of a declared one but is built otherwise: pages would come in its order. Where
// the declaration changed, it is that which is out of date, and it is made anew.
func (s *Store) prepareIndexes(ctx context.Context, c *store.Collection, anew bool) error {
	there, err := s.in(c).Indexes().ListSpecifications(ctx)
	if err != nil {
		return fmt.Errorf("the indexes of %s cannot be listed: %w", c.Name, err)
	}
	var missing []driver.IndexModel
	for _, index := range c.Indexes {
		i := slices.IndexFunc(there, func(spec driver.IndexSpecification) bool { return spec.Name == index.Name })
		if i < 0 {
			missing = append(missing, indexModel(c, index))
			continue
		}
		unique := there[i].Unique != nil && *there[i].Unique
		if unique == index.Unique && sameKeys(there[i].KeysDocument, indexKeys(c, index)) {
			continue
		}
		if !anew {
			return fmt.Errorf("the index %s of %s is built otherwise than this program needs it; drop it and start again", index.Name, c.Name)
		}
		if err := s.in(c).Indexes().DropOne(ctx, index.Name); err != nil {
			return fmt.Errorf("the index %s of %s cannot be dropped: %w", index.Name, c.Name, err)
		}
		missing = append(missing, indexModel(c, index))
	}
	if len(missing) == 0 {
		return nil
	}
	if _, err = s.in(c).Indexes().CreateMany(ctx, missing); err != nil {
		return fmt.Errorf("the indexes of %s cannot be made: %w", c.Name, err)
	}
	return nil
}

func sameKeys(raw bson.Raw, keys bson.D) bool {
	elements, err := raw.Elements()
	if err != nil || len(elements) != len(keys) {
		return false
	}
	for i, e := range elements {
		if way, ok := e.Value().AsInt64OK(); !ok || way != 1 || e.Key() != keys[i].Key {
			return false
		}
	}
	return true
}

// indexKeys are an index's fields, and behind them those by which Query.Order
// orders, so that no page needs a sort.
func indexKeys(c *store.Collection, index store.Index) bson.D {
	var keys bson.D
	for _, field := range index.Fields {
		keys = append(keys, bson.E{Key: at(field), Value: 1})
	}
	if !c.TellsApart(index) {
		keys = append(keys, bson.E{Key: idField, Value: 1})
	}
	return keys
}

// indexModel declares an index as MongoDB builds it. Documents without the first
// field are left out by a partial index: a sparse one over several fields would
// still take a document that has any of them, and a unique one would then refuse
// two that merely both lack the first.
func indexModel(c *store.Collection, index store.Index) driver.IndexModel {
	how := options.Index().SetName(index.Name)
	if index.Unique {
		how.SetUnique(true)
	}
	how.SetPartialFilterExpression(bson.D{present(index.Fields[0])})
	return driver.IndexModel{Keys: indexKeys(c, index), Options: how}
}

// present asks for documents that have the field, the very words of the partial
// indexes, by which the server knows that a query may use them.
func present(field string) bson.E {
	return bson.E{Key: at(field), Value: bson.D{{Key: "$exists", Value: true}}}
}
