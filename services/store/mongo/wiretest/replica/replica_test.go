package replica_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"quartermaster/services/store/mongo/wiretest/replica"
)

// begin starts a replica set and connects to it.
func begin(t *testing.T) (*replica.Set, *mongo.Client) {
	t.Helper()
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: "127.0.0.1:0"}, Handler: "sqlite", SQLiteURL: "file:" + t.TempDir() + "/",
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Run(ctx)
	}()
	t.Cleanup(func() { stop(); <-ended })
	set, err := replica.Start(strings.TrimSuffix(server.MongoDBURI(), "/"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = set.Close() })
	client, err := mongo.Connect(options.Client().ApplyURI(set.URI("any")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return set, client
}

func name(t *testing.T, in *mongo.Collection, id string) string {
	t.Helper()
	var doc struct{ Name string }
	if err := in.FindOne(t.Context(), bson.M{"_id": id}).Decode(&doc); err != nil {
		return err.Error()
	}
	return doc.Name
}

func TestATransactionIsSeenWholeOrNotAtAll(t *testing.T) {
	set, client := begin(t)
	in := client.Database("any").Collection("things")
	ctx := t.Context()
	if _, err := in.InsertOne(ctx, bson.M{"_id": "a", "name": "old"}); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"abort", "expire", "commit"} {
		session, err := client.StartSession()
		if err != nil {
			t.Fatal(err)
		}
		if err := session.StartTransaction(); err != nil {
			t.Fatal(err)
		}
		within := mongo.NewSessionContext(ctx, session)
		if _, err := in.ReplaceOne(within, bson.M{"_id": "a"}, bson.M{"name": "new"}); err != nil {
			t.Fatal(err)
		}
		if _, err := in.InsertOne(within, bson.M{"_id": "b", "name": "new"}); err != nil {
			t.Fatal(err)
		}
		if a, b := name(t, in, "a"), name(t, in, "b"); a != "old" || b != mongo.ErrNoDocuments.Error() {
			t.Errorf("before the %s another sees %q and %q", end, a, b)
		}
		switch end {
		case "abort":
			err = session.AbortTransaction(ctx)
		case "commit":
			err = session.CommitTransaction(ctx)
		case "expire":
			set.Lifetime = time.Millisecond
			_, err = in.UpdateOne(ctx, bson.M{"_id": "a"}, bson.M{"$set": bson.M{"name": "old"}}) // waits until then
			set.Lifetime = time.Minute
		}
		if err != nil {
			t.Fatal(err)
		}
		want := "old"
		if end == "commit" {
			want = "new"
		}
		if a := name(t, in, "a"); a != want {
			t.Errorf("after the %s it is %q", end, a)
		}
		session.EndSession(ctx)
	}
}

func TestOfTwoTransactionsOneIsInTheWay(t *testing.T) {
	_, client := begin(t)
	in := client.Database("any").Collection("things")
	ctx := t.Context()
	if _, err := in.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: bson.D{{Key: "codes", Value: 1}}, Options: options.Index().SetName("codes").SetUnique(true)}); err != nil {
		t.Fatal(err)
	}
	if _, err := in.InsertOne(ctx, bson.M{"_id": "a", "codes": bson.A{"x", "y"}}); err != nil {
		t.Fatal(err)
	}
	within := func() context.Context {
		session, err := client.StartSession()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { session.EndSession(context.Background()) })
		if err := session.StartTransaction(); err != nil {
			t.Fatal(err)
		}
		return mongo.NewSessionContext(ctx, session)
	}
	first, second := within(), within()
	if _, err := in.UpdateOne(first, bson.M{"_id": "a"}, bson.M{"$set": bson.M{"codes": bson.A{"z"}}}); err != nil {
		t.Fatal(err)
	}
	for what, do := range map[string]func(context.Context) error{
		"the document another holds": func(ctx context.Context) error {
			_, err := in.DeleteOne(ctx, bson.M{"_id": "a"})
			return err
		},
		"a value another claims": func(ctx context.Context) error {
			_, err := in.InsertOne(ctx, bson.M{"_id": "c", "codes": bson.A{"w", "z"}})
			return err
		},
	} {
		if err, ok := do(within()).(mongo.LabeledError); !ok || !err.HasErrorLabel("TransientTransactionError") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := in.InsertOne(second, bson.M{"_id": "d", "codes": bson.A{"d"}}); err != nil { // from here on it sees what is there now
		t.Fatal(err)
	}
	if err := mongo.SessionFromContext(first).CommitTransaction(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := in.DeleteOne(second, bson.M{"_id": "a"}); err == nil {
		t.Error("a document that changed since the transaction began was deleted")
	}
	for id, want := range map[string]bool{"x": true, "z": false} { // x was given back
		if _, err := in.InsertOne(ctx, bson.M{"_id": id, "codes": bson.A{id}}); (err == nil) != want || err != nil && !mongo.IsDuplicateKeyError(err) {
			t.Errorf("%s: %v", id, err)
		}
	}
}
