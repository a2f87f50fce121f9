// Package replica is a replica set of one member for tests: it stands between drivers
// and a server that speaks MongoDB's protocol but has no transactions, sessions or
// guarded writes, and gives these by construction. Failures can be put in its way.
//
// Queries are answered by the server behind. Writes come to be here: those of a
// transaction are held back until it commits, and then sent on while nobody reads, so
// that nobody sees half of it or what is given up. As on a real primary, a transaction
// that meets a document which another holds, or which changed since it began, ends in a
// write conflict; a write outside a transaction waits instead; a transaction that takes
// too long is given up; a write that comes again under its number is answered as before.
//
// It knows as much of writes as package mongo uses, and refuses the rest by name.
package replica

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// name of the set, as drivers are told.
const name = "rs-double"

// Set is the replica set.
type Set struct {
	// Lifetime is how long a transaction may be open; MongoDB's own is 60 s.
	Lifetime time.Duration

	behind *driver.Client
	listen net.Listener
	conns  sync.WaitGroup
	ctx    context.Context
	stop   context.CancelFunc

	// mu is held alone where anything changes, and shared where the server behind is
	// asked, so that it answers from between two commits.
	mu          sync.RWMutex
	at          int64 // counts commits
	collections map[string]*collection
	sessions    map[string]*session
	open        map[*transaction]bool
	broken      error     // the server behind did not take a commit
	away        time.Time // until when there is no primary

	cursorsMu sync.Mutex
	cursors   map[int64]*cursor

	faultsMu sync.Mutex
	faults   []*Fault
	storm    func() *Fault
	counts   Counts
	talking  map[net.Conn]bool
}

// Counts is what became of transactions.
type Counts struct {
	Committed, GivenUp, Conflicts, Expired, Repeated, Faults int
}

// Start listens on a free port of this machine before the server at uri, which must be
// empty and used by nobody else.
func Start(uri string) (*Set, error) {
	behind, err := driver.Connect(options.Client().ApplyURI(uri).SetRetryReads(false).SetRetryWrites(false))
	if err != nil {
		return nil, err
	}
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, behind.Disconnect(context.Background()))
	}
	s := &Set{
		Lifetime: 5 * time.Second, behind: behind, listen: listen,
		collections: map[string]*collection{}, sessions: map[string]*session{}, open: map[*transaction]bool{},
		cursors: map[int64]*cursor{}, talking: map[net.Conn]bool{},
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.conns.Go(func() {
		for {
			conn, err := listen.Accept()
			if err != nil {
				return
			}
			s.faultsMu.Lock()
			s.talking[conn] = true
			s.faultsMu.Unlock()
			s.conns.Go(func() { s.talk(conn) })
		}
	})
	return s, nil
}

// Close ends all connections.
func (s *Set) Close() error {
	s.stop()
	err := s.listen.Close()
	s.Cut()
	s.conns.Wait()
	return errors.Join(err, s.behind.Disconnect(context.Background()))
}

// URI is the address of a database of the set.
func (s *Set) URI(database string) string {
	return fmt.Sprintf("mongodb://%s/%s?replicaSet=%s", s.listen.Addr(), database, name)
}

// Cut breaks every connection there is now.
func (s *Set) Cut() {
	s.faultsMu.Lock()
	defer s.faultsMu.Unlock()
	for conn := range s.talking {
		_ = conn.Close()
	}
}

// StepDown leaves the set without a primary for a while, as an election does: open
// transactions are given up, and whoever asks is told to look for another primary.
func (s *Set) StepDown(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = time.Now().Add(d)
	for t := range s.open {
		s.giveUp(t)
	}
}

// Counts returns what became of transactions until now.
func (s *Set) Counts() Counts {
	s.faultsMu.Lock()
	defer s.faultsMu.Unlock()
	return s.counts
}

func (s *Set) count(one func(*Counts)) {
	s.faultsMu.Lock()
	defer s.faultsMu.Unlock()
	one(&s.counts)
}

func (s *Set) hello() bson.D {
	me := s.listen.Addr().String()
	s.mu.RLock()
	primary := !time.Now().Before(s.away)
	s.mu.RUnlock()
	hello := bson.D{
		{Key: "helloOk", Value: true}, {Key: "isWritablePrimary", Value: primary}, {Key: "ismaster", Value: primary}, {Key: "secondary", Value: !primary},
		{Key: "setName", Value: name}, {Key: "setVersion", Value: int32(1)}, {Key: "hosts", Value: bson.A{me}}, {Key: "me", Value: me},
		{Key: "maxBsonObjectSize", Value: int32(16 << 20)}, {Key: "maxMessageSizeBytes", Value: int32(48_000_000)}, {Key: "maxWriteBatchSize", Value: int32(100_000)},
		{Key: "logicalSessionTimeoutMinutes", Value: int32(30)}, {Key: "minWireVersion", Value: int32(0)}, {Key: "maxWireVersion", Value: int32(21)},
		{Key: "readOnly", Value: false},
	}
	if primary {
		hello = append(hello, bson.E{Key: "primary", Value: me})
	}
	return append(hello, bson.E{Key: "ok", Value: 1.0})
}
