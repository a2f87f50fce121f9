// Package wiretest holds the MongoDB engine to the storage contract over a real
// wire: against FerretDB 1.24, which speaks MongoDB's protocol and runs within
// the test. It is a module of its own, so that the program does not carry what
// only this test needs.
package wiretest

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/FerretDB/FerretDB/ferretdb"

	"quartermaster/services/store"
	"quartermaster/services/store/mongo"
	"quartermaster/services/store/storetest"
)

// TestContract leaves out what FerretDB 1 cannot show: it has no transactions,
// lets two guarded writes of one document both succeed, and neither keeps the
// values of a list apart in a unique index nor names the index in its error. The engine's own tests
// assert the commands that it sends for these; a replica set named by
// QM_TEST_MONGODB_URI runs them all.
func TestContract(t *testing.T) {
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:   slog.New(slog.DiscardHandler), // it logs each command that it does not know
		Handler:  "sqlite", SQLiteURL: "file:" + t.TempDir() + "/",
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- server.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
	uri := server.MongoDBURI()
	var databases atomic.Int64
	open := func(t *testing.T) store.Store {
		t.Helper()
		s, err := mongo.Open(t.Context(), fmt.Sprintf("%sbook%d", uri, databases.Add(1)), store.Schema, mongo.WithoutTransactions())
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
	storetest.Run(t, open, 0, storetest.AllOrNothing, storetest.OneWins, storetest.NeverTwice, storetest.NamesIndex)
}
