package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"quartermaster/services/api"
	"quartermaster/services/house"
	"quartermaster/services/ledger"
	"quartermaster/services/server"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// counted is a store that counts what is asked of it.
type counted struct {
	store.Store
	reads, commits, written atomic.Int64
}

func (c *counted) Get(ctx context.Context, in *store.Collection, id string) (store.Record, error) {
	c.reads.Add(1)
	return c.Store.Get(ctx, in, id)
}

func (c *counted) Find(ctx context.Context, q store.Query) ([]store.Record, error) {
	c.reads.Add(1)
	return c.Store.Find(ctx, q)
}

func (c *counted) Count(ctx context.Context, q store.Query) (int64, error) {
	c.reads.Add(1)
	return c.Store.Count(ctx, q)
}

func (c *counted) Commit(ctx context.Context, changes ...store.Change) error {
	c.commits.Add(1)
	c.written.Add(int64(len(changes)))
	return c.Store.Commit(ctx, changes...)
}

// inside is a server in this process, and a client of it.
type inside struct {
	*day
	store *counted
	serve fasthttp.RequestHandler
}

func within(t testing.TB, assets int) *inside {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seeded.db")
	if err := fill(path, assets); err != nil {
		t.Fatal(err)
	}
	file, err := sqlite.Open(t.Context(), path, store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	s := &inside{store: &counted{Store: file}, day: &day{assets: assets}}
	h := house.Over(&ledger.Book{Store: s.store, Now: time.Now}, house.Settings{TagPrefix: "QM"})
	app := server.New(server.Config{Log: slog.New(slog.DiscardHandler), Store: file, OnError: api.Problem})
	(&api.API{House: h}).Mount(app)
	s.serve = app.Handler()
	c := &client{command: 0, own: s.those(0, 1, func(int) bool { return true })}
	for n := commands; n <= assets; n += commands {
		if it := (&item{n: n}); categoryOf(n) == "vehicle" {
			c.vehicles = append(c.vehicles, it)
		} else {
			c.issues = append(c.issues, it)
		}
	}
	var in struct{ Token string }
	if err := json.Unmarshal(s.ask(t, request{method: "POST", path: "/api/v1/sessions", body: fmt.Sprintf(`{"username":%q,"password":%q}`, keeperCode(0), password)}), &in); err != nil {
		t.Fatal(err)
	}
	c.token = in.Token
	s.clients = []*client{c}
	return s
}

func (s *inside) ask(t testing.TB, r request) []byte {
	t.Helper()
	var c fasthttp.RequestCtx
	c.Request.Header.SetMethod(r.method)
	c.Request.SetRequestURI(r.path)
	c.Request.Header.Set("Authorization", "Bearer "+r.token)
	if r.body != "" {
		c.Request.Header.SetContentType("application/json")
		c.Request.SetBodyString(r.body)
	}
	s.serve(&c)
	if c.Response.StatusCode() >= 300 {
		t.Fatalf("%s %s: %d %s", r.method, r.path, c.Response.StatusCode(), c.Response.Body())
	}
	if r.done != nil {
		r.done()
	}
	return c.Response.Body()
}

// processor is the processor time that this process has had.
func processor() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkRequests asks for each kind of thing of the mix, without a network.
func BenchmarkRequests(b *testing.B) {
	s := within(b, 2000)
	for _, m := range mix {
		b.Run(m.kind, func(b *testing.B) {
			b.ReportAllocs()
			before := processor()
			for b.Loop() {
				s.ask(b, s.only(m)(0))
			}
			b.ReportMetric(float64((processor()-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// TestWhatARequestAsksOfTheStore fixes how often each kind of request of the mix reads, and how
// much it writes, so that one more is noticed.
func TestWhatARequestAsksOfTheStore(t *testing.T) {
	const assets = 400
	s := within(t, assets)
	c := s.clients[0]
	overdue := func(it *item) bool { return it.n%20 == 0 }
	c.own, c.vehicles, c.issues = c.own[:1], slices.DeleteFunc(c.vehicles, overdue)[:1], slices.DeleteFunc(c.issues, overdue)[:2]
	others := map[string]request{ // where what the mix draws makes a difference
		"sighting": post("/scans", `{"code":"`+tagOf(assets-commands)+`"}`),
		"search":   get("/assets?limit=50&q=" + serialOf(assets-commands)),
	}
	wanted := map[string]struct{ reads, commits, written int64 }{
		"item by tag":                {1, 0, 0},
		"scan of what was seen":      {2, 0, 0}, // the item, and whether it was missed
		"search":                     {2, 0, 0}, // how much the longest word finds, and what
		"list of 50":                 {1, 0, 0},
		"filtered list of 50":        {3, 0, 0}, // whether there is such a category, and which filter finds less
		"findings":                   {1, 0, 0},
		"history":                    {2, 0, 0},
		"sighting":                   {3, 1, 2}, // the item with its event
		"issue or return by voucher": {15, 1, 4},
		"meter reading":              {8, 1, 4},
	}
	for _, m := range mix { // in this order: what one leaves is what the next finds
		kind, want := m.kind, wanted[m.kind]
		s.ask(t, s.only(m)(0)) // what is prepared once, and a first sighting
		again := s.only(m)(0)
		if other, is := others[kind]; is {
			again = other
			again.token = c.token
		}
		reads, commits, written := s.store.reads.Load(), s.store.commits.Load(), s.store.written.Load()
		s.ask(t, again)
		reads, commits, written = s.store.reads.Load()-reads, s.store.commits.Load()-commits, s.store.written.Load()-written
		if reads != want.reads || commits != want.commits || written != want.written {
			t.Errorf("%s: %d reads, %d commits of %d documents together; wanted %v", kind, reads, commits, written, want)
		}
	}
}
