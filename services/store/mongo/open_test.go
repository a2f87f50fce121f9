package mongo

import (
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"quartermaster/services/store"
)

func TestAServerThatStandsAloneIsRefused(t *testing.T) {
	s := serve(t, "", nil)
	opened, err := Open(t.Context(), s.uri())
	if err == nil {
		_ = opened.Close()
		t.Fatal("it was accepted")
	}
	for _, words := range []string{"stands alone", "mongod --replSet rs0", "rs.initiate()"} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%q does not say %s", err, words)
		}
	}
	if heard := s.heard(); len(heard) > 0 {
		t.Errorf("it was sent %v all the same", names(heard))
	}
}

func TestAnAddressThatIsNotWholeIsRefused(t *testing.T) {
	for uri, words := range map[string]string{
		"mongodb://db1,db2/?replicaSet=rs0":       "names no database",
		"mongodb://db1":                           "names no database",
		"mongodb://db1/admin":                     "belongs to MongoDB itself",
		"mongodb://db1/book?tsl=true":             "options that are not known: tsl",
		"mongodb://db1/book?connectTimeoutMS=abc": "not usable",
		"postgres://db1/book":                     "not usable",
	} {
		opened, err := Open(t.Context(), uri)
		if err == nil {
			_ = opened.Close()
			t.Errorf("%s was accepted", uri)
		} else if !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %q does not say %q", uri, err, words)
		}
	}
}

// TestIndexesLeaveOutDocumentsWithoutTheFirstField looks at the declarations that
// the server gets.
func TestIndexesLeaveOutDocumentsWithoutTheFirstField(t *testing.T) {
	s := serve(t, "rs0", nil)
	opened, err := Open(t.Context(), s.uri())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	declared := map[string]bson.Raw{}
	for _, c := range s.heard() {
		if c.name != "createIndexes" {
			continue
		}
		majorityJournaled(t, c)
		list, _ := c.Lookup("indexes").Array().Values()
		for _, index := range list {
			declared[c.Lookup("createIndexes").StringValue()+" by "+index.Document().Lookup("name").StringValue()] = index.Document()
		}
	}
	for _, c := range store.Schema {
		for _, index := range c.Indexes {
			name := c.Name + " by " + index.Name
			got := declared[name]
			if got == nil {
				t.Errorf("%s was not made", name)
				continue
			}
			if exists, _ := got.Lookup("partialFilterExpression", at(index.Fields[0]), "$exists").BooleanOK(); !exists {
				t.Errorf("%s takes documents without %s: %s", name, index.Fields[0], got)
			}
			if unique, _ := got.Lookup("unique").BooleanOK(); unique != index.Unique {
				t.Errorf("%s is unique: %v", name, unique)
			}
			if keys := got.Lookup("key").Document(); !sameKeys(keys, indexKeys(c, index)) {
				t.Errorf("%s is over %s", name, keys)
			}
		}
	}
}

func TestAnIndexThatIsBuiltOtherwiseIsRefused(t *testing.T) {
	s := serve(t, "rs0", func(c command) bson.D {
		if c.name != "listIndexes" || c.Lookup("listIndexes").StringValue() != "events" {
			return nil
		}
		return found(bson.D{{Key: "v", Value: int32(2)}, {Key: "name", Value: "subject"}, {Key: "key", Value: bson.D{{Key: "k.subject", Value: 1}}}})
	})
	opened, err := Open(t.Context(), s.uri())
	if err == nil {
		_ = opened.Close()
		t.Fatal("it was accepted")
	}
	if !strings.Contains(err.Error(), "the index subject of events is built otherwise") {
		t.Error(err)
	}
}
