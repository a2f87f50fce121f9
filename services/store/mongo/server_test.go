package mongo

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"quartermaster/services/store"
)

// server speaks as much of MongoDB's protocol as a driver needs to believe that it
// has a replica set's primary before it. It keeps nothing: it records the commands
// that come and answers each as the test's script says.
type server struct {
	t      *testing.T
	listen net.Listener
	set    string // name of the replica set; "" is a standalone server

	mu       sync.Mutex
	commands []command
	script   func(command) bson.D
}

// command is one that came, with its document sequences put in as lists.
type command struct {
	name string
	bson.Raw
}

// serve starts a server that answers commands by script, where that gives an
// answer, and otherwise as if they succeeded.
func serve(t *testing.T, set string, script func(command) bson.D) *server {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, listen: listen, set: set, script: script}
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			conn, err := listen.Accept()
			if err != nil {
				return
			}
			go s.talk(conn)
		}
	})
	t.Cleanup(func() {
		_ = listen.Close()
		wait.Wait()
	})
	return s
}

func (s *server) uri() string { return "mongodb://" + s.listen.Addr().String() + "/book" }

// open opens a store on s and forgets the commands by which it was prepared.
func (s *server) open() *Store {
	s.t.Helper()
	opened, err := Open(s.t.Context(), s.uri())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			s.t.Error(err)
		}
	})
	s.heard()
	return opened
}

// heard returns the commands that came since it was last called.
func (s *server) heard() []command {
	s.mu.Lock()
	defer s.mu.Unlock()
	heard := s.commands
	s.commands = nil
	return heard
}

// Opcodes of the protocol; a driver begins with a query and goes on with messages.
const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

func (s *server) talk(conn net.Conn) {
	defer conn.Close()
	for {
		header := make([]byte, 16)
		if _, err := io.ReadFull(conn, header); err != nil {
			return
		}
		message := make([]byte, binary.LittleEndian.Uint32(header)-16)
		if _, err := io.ReadFull(conn, message); err != nil {
			return
		}
		code := binary.LittleEndian.Uint32(header[12:])
		got := parse(code, message)
		answer := s.answer(got)
		if answer == nil {
			continue // the script leaves the driver waiting
		}
		raw, err := bson.Marshal(answer)
		if err != nil {
			panic(err)
		}
		front := []byte{0, 0, 0, 0, 0} // a message's flags, and the kind of its one section
		reply := uint32(opMsg)
		if code == opQuery {
			front = make([]byte, 20) // flags, cursor, start; then how many documents
			front[16] = 1
			reply = opReply
		}
		out := binary.LittleEndian.AppendUint32(nil, uint32(16+len(front)+len(raw)))
		out = binary.LittleEndian.AppendUint32(out, 0)
		out = append(out, header[4:8]...)
		out = binary.LittleEndian.AppendUint32(out, reply)
		if _, err := conn.Write(append(append(out, front...), raw...)); err != nil {
			return
		}
	}
}

func parse(code uint32, message []byte) command {
	document := func(b []byte) (doc, rest []byte) {
		n := binary.LittleEndian.Uint32(b)
		return b[:n], b[n:]
	}
	text := func(b []byte) (text string, rest []byte) {
		end := slices.Index(b, 0)
		return string(b[:end]), b[end+1:]
	}
	var body []byte
	var lists bson.D
	if code == opQuery {
		_, rest := text(message[4:])
		body, _ = document(rest[8:])
	} else {
		for rest := message[4:]; len(rest) > 0; {
			kind := rest[0]
			rest = rest[1:]
			if kind == 0 {
				body, rest = document(rest)
				continue
			}
			var section, doc []byte
			section, rest = document(rest)
			name, docs := text(section[4:])
			var list bson.A
			for len(docs) > 0 {
				doc, docs = document(docs)
				list = append(list, bson.Raw(doc))
			}
			lists = append(lists, bson.E{Key: name, Value: list})
		}
	}
	var all bson.D
	if err := bson.Unmarshal(body, &all); err != nil {
		panic(err)
	}
	raw, err := bson.Marshal(append(all, lists...))
	if err != nil {
		panic(err)
	}
	return command{name: all[0].Key, Raw: raw}
}

func (s *server) answer(c command) bson.D {
	switch c.name {
	case "hello", "isMaster", "ismaster":
		return s.hello()
	case "endSessions", "ping":
		return ok()
	}
	if in, _ := c.Lookup("find").StringValueOK(); in == stateCollection {
		return found(stateNow())
	}
	s.mu.Lock()
	s.commands = append(s.commands, c)
	s.mu.Unlock()
	if s.script != nil {
		if answer := s.script(c); answer != nil {
			if len(answer) > 0 && answer[0].Key == silent {
				return nil
			}
			return answer
		}
	}
	switch c.name {
	case "find", "aggregate", "listCollections", "listIndexes":
		return found()
	case "insert":
		list, _ := c.Lookup("documents").Array().Values()
		return ok(bson.E{Key: "n", Value: int32(len(list))})
	case "update", "delete":
		return ok(bson.E{Key: "n", Value: int32(1)}, bson.E{Key: "nModified", Value: int32(1)})
	default:
		return ok()
	}
}

// stateNow is that of a database which this program prepared before.
func stateNow() state {
	now := state{ID: "state", Form: store.Form, Filed: map[string]string{}}
	for _, c := range store.Schema {
		now.Filed[c.Name] = filedBy(c)
	}
	return now
}

func (s *server) hello() bson.D {
	me := s.listen.Addr().String()
	hello := bson.D{
		{Key: "helloOk", Value: true}, {Key: "isWritablePrimary", Value: true}, {Key: "ismaster", Value: true},
		{Key: "maxBsonObjectSize", Value: int32(16 << 20)}, {Key: "maxMessageSizeBytes", Value: int32(48_000_000)},
		{Key: "maxWriteBatchSize", Value: int32(100_000)}, {Key: "logicalSessionTimeoutMinutes", Value: int32(30)},
		{Key: "minWireVersion", Value: int32(0)}, {Key: "maxWireVersion", Value: int32(21)},
	}
	if s.set != "" {
		hello = append(hello, bson.E{Key: "setName", Value: s.set}, bson.E{Key: "hosts", Value: bson.A{me}},
			bson.E{Key: "primary", Value: me}, bson.E{Key: "me", Value: me}, bson.E{Key: "setVersion", Value: int32(1)})
	}
	return append(hello, bson.E{Key: "ok", Value: 1})
}

// silent is an answer that does not come.
const silent = "silent"

func ok(more ...bson.E) bson.D { return append(bson.D{{Key: "ok", Value: 1}}, more...) }

func found(docs ...any) bson.D {
	return ok(bson.E{Key: "cursor", Value: bson.D{
		{Key: "id", Value: int64(0)}, {Key: "ns", Value: "book.any"}, {Key: "firstBatch", Value: append(bson.A{}, docs...)},
	}})
}

func failed(code int32, name string, labels ...string) bson.D {
	d := bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: code}, {Key: "codeName", Value: name}, {Key: "errmsg", Value: name}}
	if len(labels) > 0 {
		d = append(d, bson.E{Key: "errorLabels", Value: labels})
	}
	return d
}

// names lists the commands in the order in which they came.
func names(commands []command) []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.name)
	}
	return names
}
