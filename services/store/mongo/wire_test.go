package mongo

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// primary is a server that says it is the primary of a replica set, notes every
// command that it gets, and answers as the test says.
type primary struct {
	t        *testing.T
	listener net.Listener
	alone    bool // says it is no member of a replica set

	mu       sync.Mutex
	commands []command
	answer   func(command) bson.D // nil answers, or a nil answer, mean that all is well
}

// command is a command's name and its document.
type command struct {
	name string
	doc  bson.M
}

func startPrimary(t *testing.T) *primary {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &primary{t: t, listener: listener}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		open.Wait()
	})
	return p
}

func (p *primary) uri() string {
	if p.alone {
		return "mongodb://" + p.listener.Addr().String() + "/book?directConnection=true"
	}
	return "mongodb://" + p.listener.Addr().String() + "/book?replicaSet=rs0"
}

// sent returns the commands of these names, in the order in which they came.
func (p *primary) sent(names ...string) []command {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []command
	for _, c := range p.commands {
		for _, name := range names {
			if c.name == name {
				found = append(found, c)
			}
		}
	}
	return found
}

const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

// serve speaks the wire protocol (OP_MSG, and OP_QUERY for the first greeting)
// with one connection until it is closed.
func (p *primary) serve(conn net.Conn) {
	defer conn.Close()
	for {
		var header [16]byte
		if _, err := io.ReadFull(conn, header[:]); err != nil {
			return
		}
		body := make([]byte, binary.LittleEndian.Uint32(header[:])-16)
		if _, err := io.ReadFull(conn, body); err != nil {
			return
		}
		op := binary.LittleEndian.Uint32(header[12:])
		doc, err := request(op, body)
		if err != nil {
			p.t.Errorf("a message that cannot be read: %v", err)
			return
		}
		reply, err := bson.Marshal(p.reply(doc))
		if err != nil {
			p.t.Error(err)
			return
		}
		if _, err := conn.Write(response(op, binary.LittleEndian.Uint32(header[4:]), reply)); err != nil {
			return
		}
	}
}

// request returns the command in a message, with the documents that come beside it
// put into it.
func request(op uint32, body []byte) (bson.D, error) {
	var doc bson.D
	if op == opQuery {
		at := 4
		for body[at] != 0 {
			at++
		}
		return doc, bson.Unmarshal(body[at+9:], &doc)
	}
	if op != opMsg {
		return nil, errors.New("neither OP_MSG nor OP_QUERY")
	}
	for rest := body[4:]; len(rest) > 0; {
		kind := rest[0]
		size := binary.LittleEndian.Uint32(rest[1:])
		section := rest[1 : 1+size]
		rest = rest[1+size:]
		if kind == 0 {
			var main bson.D
			if err := bson.Unmarshal(section, &main); err != nil {
				return nil, err
			}
			doc = append(main, doc...)
			continue
		}
		end := 4
		for section[end] != 0 {
			end++
		}
		var list bson.A
		for docs := section[end+1:]; len(docs) > 0; {
			n := binary.LittleEndian.Uint32(docs)
			var one bson.M
			if err := bson.Unmarshal(docs[:n], &one); err != nil {
				return nil, err
			}
			list = append(list, one)
			docs = docs[n:]
		}
		doc = append(doc, bson.E{Key: string(section[4:end]), Value: list})
	}
	return doc, nil
}

func response(op, to uint32, doc []byte) []byte {
	body := append(make([]byte, 5), doc...) // flags, and a section of kind 0
	answer := uint32(opMsg)
	if op == opQuery {
		answer = opReply
		body = append(make([]byte, 20), doc...)
		body[16] = 1 // one document
	}
	message := make([]byte, 16, 16+len(body))
	binary.LittleEndian.PutUint32(message, uint32(16+len(body)))
	binary.LittleEndian.PutUint32(message[8:], to)
	binary.LittleEndian.PutUint32(message[12:], answer)
	return append(message, body...)
}

func (p *primary) reply(doc bson.D) bson.D {
	raw, err := bson.Marshal(doc)
	if err != nil {
		p.t.Error(err)
	}
	c := command{name: doc[0].Key}
	if err := bson.Unmarshal(raw, &c.doc); err != nil {
		p.t.Error(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commands = append(p.commands, c)
	if p.answer != nil {
		if answer := p.answer(c); answer != nil {
			return answer
		}
	}
	ok := bson.E{Key: "ok", Value: 1}
	switch c.name {
	case "hello", "isMaster", "ismaster":
		if p.alone {
			return bson.D{ok, {Key: "isWritablePrimary", Value: true}, {Key: "ismaster", Value: true}, {Key: "maxWireVersion", Value: 21}, {Key: "maxBsonObjectSize", Value: 16 << 20}, {Key: "maxMessageSizeBytes", Value: 48_000_000}, {Key: "maxWriteBatchSize", Value: 100_000}}
		}
		me := p.listener.Addr().String()
		return bson.D{ok, {Key: "isWritablePrimary", Value: true}, {Key: "ismaster", Value: true}, {Key: "setName", Value: "rs0"}, {Key: "hosts", Value: bson.A{me}}, {Key: "me", Value: me}, {Key: "primary", Value: me},
			{Key: "logicalSessionTimeoutMinutes", Value: 30}, {Key: "maxWireVersion", Value: 21}, {Key: "maxBsonObjectSize", Value: 16 << 20}, {Key: "maxMessageSizeBytes", Value: 48_000_000}, {Key: "maxWriteBatchSize", Value: 100_000}}
	case "insert":
		return bson.D{ok, {Key: "n", Value: len(c.doc["documents"].(bson.A))}}
	case "update", "delete":
		return bson.D{ok, {Key: "n", Value: 1}, {Key: "nModified", Value: 1}}
	case "find":
		return bson.D{ok, {Key: "cursor", Value: bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: "book.assets"}, {Key: "firstBatch", Value: bson.A{}}}}}
	case "findAndModify":
		return bson.D{ok, {Key: "value", Value: bson.D{{Key: "n", Value: int64(12)}}}}
	}
	return bson.D{ok}
}
