package wiretest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"quartermaster/services/backup"
	"quartermaster/services/booktest"
	"quartermaster/services/moving"
	"quartermaster/services/store"
	"quartermaster/services/store/mongo"
	"quartermaster/services/store/sqlite"
	"quartermaster/services/verify"
)

// cut is a filling that breaks off after some loads.
type cut struct {
	store.Filling
	left int
}

var errCut = errors.New("the connection is lost")

func (c *cut) Load(ctx context.Context, in *store.Collection, records []store.Record) error {
	if c.left--; c.left < 0 {
		return errCut
	}
	return c.Filling.Load(ctx, in, records)
}

// TestABookMovesToMongoDBAndBack moves a book of a day from SQLite to MongoDB, broken
// off again and again, and back, and finds it just as it was.
func TestABookMovesToMongoDBAndBack(t *testing.T) {
	w := booktest.New(t)
	for n := range 5 {
		w.Radio(fmt.Sprint(n))
	}
	if _, err := w.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	here := w.Book.Store.(store.Whole)
	uri := set.URI(fmt.Sprint("book", databases.Add(1)))
	runs := 0
	for {
		runs++
		_, err := moving.Book(t.Context(), here, func(what string) (store.Filling, error) {
			into, err := mongo.Fill(t.Context(), uri, what)
			if err != nil {
				return nil, err
			}
			return &cut{into, 6}, nil
		}, nil)
		if err == nil {
			break
		}
		if !errors.Is(err, errCut) || runs > 20 {
			t.Fatal(err)
		}
		if s, err := mongo.Open(t.Context(), uri); err == nil {
			_ = s.Close()
			t.Fatal("half a book can be opened")
		} else if !strings.Contains(err.Error(), "is not whole") {
			t.Fatal(err)
		}
	}
	if runs < 2 {
		t.Error("it was never broken off")
	}
	there, err := mongo.Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = there.Close() }()
	if booktest.Again(t, there).Radio("on MongoDB").Number <= 5 {
		t.Error("a number was given again")
	}
	if _, err := mongo.Fill(t.Context(), uri, "another"); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("a book was filled over: %v", err)
	}

	path := filepath.Join(t.TempDir(), "back.db")
	if _, err := moving.Book(t.Context(), there, func(what string) (store.Filling, error) { return sqlite.Fill(t.Context(), path, what) }, nil); err != nil {
		t.Fatal(err)
	}
	back, err := sqlite.Open(t.Context(), path, store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = back.Close() }()
	same(t, here, back)
	if booktest.Again(t, back).Radio("back").Number <= 6 {
		t.Error("a number was given again")
	}
}

// same finds every event and document of a book in another, but for what is the
// engine's own.
func same(t *testing.T, a, b store.Store) {
	t.Helper()
	for _, c := range []*store.Collection{store.Events, store.Units, store.People, store.Grants, store.Categories} {
		records, err := a.Find(t.Context(), store.Query{In: c, By: store.ID})
		if err != nil || len(records) == 0 {
			t.Fatalf("%s: %v", c.Name, err)
		}
		for _, r := range records {
			other, err := b.Get(t.Context(), c, r.ID)
			if err != nil || other.Version != r.Version || !bytes.Equal(other.Body, r.Body) {
				t.Errorf("%s/%s is %d %s, was %d %s: %v", c.Name, r.ID, other.Version, other.Body, r.Version, r.Body, err)
			}
		}
	}
}

// TestABackupOfMongoDBIsRestoredIntoEitherEngine writes one and makes books of it.
func TestABackupOfMongoDBIsRestoredIntoEitherEngine(t *testing.T) {
	s := open(t)
	w := booktest.Over(t, s)
	w.Radio("1")
	if _, err := w.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := backup.Write(t.Context(), s.(store.Whole), &file, backup.Writing{Now: w.Now}); err != nil {
		t.Fatal(err)
	}
	local, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "book.db"), store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = local.Close() }()
	for name, into := range map[string]store.Store{"SQLite": local, "MongoDB": open(t)} {
		got, err := backup.Restore(t.Context(), bytes.NewReader(file.Bytes()), nil, into.(store.Whole), verify.Options{})
		if err != nil || got.Checked == nil {
			t.Errorf("into %s: %v", name, err)
		}
		same(t, s, into)
	}
}

// TestAnOlderDatabaseIsFiledAnew opens a database as the first release left it: with no
// word of its form, and with keys that are computed otherwise by now.
func TestAnOlderDatabaseIsFiledAnew(t *testing.T) {
	s := open(t)
	w := booktest.Over(t, s)
	a := w.Radio("1")
	uri := set.URI(fmt.Sprint("book", databases.Load()))
	client, err := driver.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(context.Background()) }()
	db := client.Database(fmt.Sprintf("book%d", databases.Load()))
	if err := db.Collection("store").Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Collection("assets").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: a.ID}}, bson.D{{Key: "$unset", Value: bson.D{{Key: "k", Value: ""}}}}); err != nil {
		t.Fatal(err)
	}
	q := store.Query{In: store.Assets, By: "unit", Where: []store.Cond{store.Is("units", "NORTH")}}
	if n, err := s.Count(t.Context(), q); err != nil || n != 0 {
		t.Fatalf("the test takes no key away: %d, %v", n, err)
	}
	again, err := mongo.Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	if n, err := again.Count(t.Context(), q); err != nil || n != 1 {
		t.Errorf("%d are found: %v", n, err)
	}
	if _, err := db.Collection("store").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: "state"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "form", Value: store.Form + 1}}}}); err != nil {
		t.Fatal(err)
	}
	if newer, err := mongo.Open(t.Context(), uri); err == nil {
		_ = newer.Close()
		t.Error("a book of a newer release was opened")
	} else if !strings.Contains(err.Error(), "written by a newer Quartermaster") {
		t.Error(err)
	}
}
