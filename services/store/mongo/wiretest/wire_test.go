package wiretest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/FerretDB/FerretDB/ferretdb"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
	"quartermaster/services/store/mongo"
	"quartermaster/services/store/mongo/wiretest/replica"
	"quartermaster/services/store/storetest"
	"quartermaster/services/verify"
)

// behind is where the server of these tests listens, and set the replica set before it.
var (
	behind string
	set    *replica.Set
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "wiretest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Handler:   "sqlite",
		SQLiteURL: "file:" + folder + "/",
		Logger:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Run(ctx)
	}()
	defer func() {
		stop()
		<-ended
	}()
	behind = strings.TrimSuffix(server.MongoDBURI(), "/")
	set, err = replica.Start(behind)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = set.Close() }()
	return m.Run()
}

var databases atomic.Int64

// open opens a database of its own for each test.
func open(t *testing.T) store.Store {
	t.Helper()
	s, err := mongo.Open(t.Context(), set.URI(fmt.Sprint("book", databases.Add(1))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestStandaloneIsRefused asks the real server what it is.
func TestStandaloneIsRefused(t *testing.T) {
	s, err := mongo.Open(t.Context(), behind+"/book")
	if err == nil {
		_ = s.Close()
		t.Fatal("a standalone server was accepted")
	}
	for _, words := range []string{"mongod --replSet rs0", "rs.initiate()"} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%q does not say %s", err, words)
		}
	}
}

// TestContractOverTheWire holds the engine to the whole contract, races and
// transactions included. What a real replica set alone shows is said in
// docs/mongodb.md.
func TestContractOverTheWire(t *testing.T) { storetest.Run(t, open, 50) }

// TestADayOverTheWire goes through a day of the services, one change after the
// other, so that each of their queries is put to a real server.
func TestADayOverTheWire(t *testing.T) {
	booktest.Walk(t, open(t))
}

// TestABookVerifiesOverTheWire checks a book of a day against its ledger, and once
// more when an event was altered.
func TestABookVerifiesOverTheWire(t *testing.T) {
	s := open(t)
	w := booktest.Over(t, s)
	a := w.Radio("1")
	if _, err := w.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	with := verify.Options{Keys: []string{booktest.Key(t).Public}}
	checked, err := verify.Book(t.Context(), s, with)
	if err != nil || checked.Waiting != 0 || checked.Events != checked.Checkpoint.Size {
		t.Fatalf("%+v, %v", checked, err)
	}
	id := ledger.EventID(ledger.Subject(store.Assets, a.ID), 1)
	record, err := s.Get(t.Context(), store.Events, id)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := store.Decode[models.Entry](record)
	if err != nil {
		t.Fatal(err)
	}
	entry.Text = []byte(strings.Replace(string(entry.Text), "410.00", "210.00", 1))
	if err := s.Commit(t.Context(), store.Replace(store.Events, id, record.Version, entry)); err != nil {
		t.Fatal(err)
	}
	if _, err := verify.Book(t.Context(), s, with); err == nil || !strings.Contains(err.Error(), id) {
		t.Errorf("an event that was altered: %v", err)
	}
}

// TestASecondInstanceFindsTheBookAsItIs opens one database twice.
func TestASecondInstanceFindsTheBookAsItIs(t *testing.T) {
	first := open(t)
	if err := first.Commit(t.Context(), store.Insert(store.Donors, "INL", &models.Donor{Code: "INL"})); err != nil {
		t.Fatal(err)
	}
	second, err := mongo.Open(t.Context(), set.URI(fmt.Sprint("book", databases.Load())))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	found, err := store.Find[models.Donor](t.Context(), second, store.Query{In: store.Donors, By: "code"})
	if err != nil || len(found) != 1 || found[0].Code != "INL" {
		t.Errorf("found %v, %v", found, err)
	}
}
