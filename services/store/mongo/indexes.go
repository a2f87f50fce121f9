package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"quartermaster/services/store"
)

// index makes the indexes that are missing.
func (s *Store) index(ctx context.Context, schema []*store.Collection) error {
	for _, c := range schema {
		var wanted []driver.IndexModel
		for _, index := range c.Indexes {
			fields := bson.D{}
			for _, field := range index.Fields {
				fields = append(fields, bson.E{Key: key(field), Value: 1})
			}
			if !index.Unique && !c.IsMany(index.Fields[0]) {
				fields = append(fields, bson.E{Key: "_id", Value: 1})
			}
			how := options.Index().SetName(index.Name)
			if index.Unique {
				how.SetUnique(true)
			}
			if index.Unique && len(index.Fields) == 1 {
				how.SetSparse(true) // several documents may lack the field
			}
			wanted = append(wanted, driver.IndexModel{Keys: fields, Options: how})
		}
		if len(wanted) == 0 {
			continue
		}
		if _, err := s.db.Collection(c.Name).Indexes().CreateMany(ctx, wanted); err != nil {
			return fmt.Errorf("the indexes of %s cannot be made: %w", c.Name, err)
		}
	}
	return nil
}
