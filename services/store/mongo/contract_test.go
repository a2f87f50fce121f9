package mongo

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"quartermaster/services/booktest"
	"quartermaster/services/store"
	"quartermaster/services/store/storetest"
)

// realURI names the variable with the address of a replica set to try for real,
// such as mongodb://127.0.0.1:27017/any?replicaSet=rs0. Each test has a database
// of its own there, which it drops.
const realURI = "QM_TEST_MONGODB_URI"

// TestContract runs the whole contract on each server there is.
func TestContract(t *testing.T) {
	targets := map[string]string{}
	if uri := os.Getenv(realURI); uri != "" {
		targets["a real replica set"] = uri
	} else {
		t.Logf("%s is not set: transactions and guards are shown here with a scripted server, the contract and its races "+
			"in wiretest on the double of a replica set; a real one is not shown", realURI)
	}
	for name, uri := range targets {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) store.Store { return fresh(t, uri) }, 1000)
			t.Run("vouchers in contention", func(t *testing.T) { booktest.VouchersInContention(t, fresh(t, uri), 200, 50, 500) })
			t.Run("a day", func(t *testing.T) { booktest.Walk(t, fresh(t, uri)) })
			t.Run("balances are their movements", func(t *testing.T) { booktest.BalancesAreTheirMovements(t, fresh(t, uri)) })
		})
	}
}

// fresh opens a database that was not there before.
func fresh(t *testing.T, uri string) store.Store {
	t.Helper()
	name, err := databaseOf(uri)
	if err != nil {
		t.Fatal(err)
	}
	own := "qm_test_" + strings.ToLower(ulid.Make().String())
	s, err := Open(t.Context(), strings.Replace(uri, "/"+url.PathEscape(name), "/"+own, 1))
	if err != nil {
		t.Fatal(err)
	}
	if s.db.Name() != own {
		t.Fatalf("the test would run in %s", s.db.Name())
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := s.db.Drop(ctx); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
