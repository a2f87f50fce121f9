package replica

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/FerretDB/wire"
	"github.com/FerretDB/wire/wirebson"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// command is what a driver sent, with its sequences of documents beside it.
type command struct {
	bson.Raw
	name      string
	sequences map[string][]bson.Raw
}

// list returns the documents of a field, wherever in the message they were.
func (c command) list(field string) []bson.Raw {
	if docs, ok := c.sequences[field]; ok {
		return docs
	}
	array, ok := c.Lookup(field).ArrayOK()
	if !ok {
		return nil
	}
	values, err := array.Values()
	if err != nil {
		return nil
	}
	var docs []bson.Raw
	for _, v := range values {
		if doc, ok := v.DocumentOK(); ok {
			docs = append(docs, doc)
		}
	}
	return docs
}

func (c command) text(field string) string {
	text, _ := c.Lookup(field).StringValueOK()
	return text
}

func (c command) yes(field string) bool {
	yes, _ := c.Lookup(field).BooleanOK()
	return yes
}

func (c command) database() string { return c.text("$db") }

// talk answers one connection until it ends.
func (s *Set) talk(conn net.Conn) {
	defer func() {
		_ = conn.Close()
		s.faultsMu.Lock()
		defer s.faultsMu.Unlock()
		delete(s.talking, conn)
	}()
	in, out := bufio.NewReader(conn), bufio.NewWriter(conn)
	for {
		header, body, err := wire.ReadMessage(in)
		if err != nil {
			return
		}
		c, err := read(body)
		if err != nil {
			return
		}
		answer, ok := s.answer(c)
		if !ok { // the connection is to break
			return
		}
		if err := write(out, header, answer); err != nil {
			return
		}
	}
}

func read(body wire.MsgBody) (command, error) {
	c := command{sequences: map[string][]bson.Raw{}}
	switch message := body.(type) {
	case *wire.OpMsg:
		for _, section := range message.Sections() {
			for _, doc := range section.Documents() {
				if section.Kind == 0 {
					c.Raw = bson.Raw(doc)
				} else {
					c.sequences[section.Identifier] = append(c.sequences[section.Identifier], bson.Raw(doc))
				}
			}
		}
	case *wire.OpQuery:
		raw, err := message.Query().Encode()
		if err != nil {
			return c, err
		}
		c.Raw = bson.Raw(raw)
	default:
		return c, fmt.Errorf("replica: a message %T", body)
	}
	first, err := c.IndexErr(0)
	if err != nil {
		return c, err
	}
	c.name, err = first.KeyErr()
	return c, err
}

func write(out *bufio.Writer, to *wire.MsgHeader, answer any) error {
	raw, err := bson.Marshal(answer)
	if err != nil {
		return err
	}
	header := &wire.MsgHeader{ResponseTo: to.RequestID, OpCode: wire.OpCodeMsg}
	var body wire.MsgBody
	if to.OpCode == wire.OpCodeQuery {
		header.OpCode = wire.OpCodeReply
		body, err = wire.NewOpReply(wirebson.RawDocument(raw))
	} else {
		body, err = wire.NewOpMsg(wirebson.RawDocument(raw))
	}
	if err != nil {
		return err
	}
	size, err := body.MarshalBinary()
	if err != nil {
		return err
	}
	header.MessageLength = int32(len(size) + wire.MsgHeaderLen)
	if err := wire.WriteMessage(out, header, body); err != nil {
		return err
	}
	return out.Flush()
}

// ours are the fields that the server behind knows nothing of, or would take for its own.
var ours = []string{"lsid", "txnNumber", "startTransaction", "autocommit", "readConcern", "writeConcern", "$clusterTime", "$readPreference", "$db", "hint", "maxTimeMS"}

// pass puts a command to the server behind as it is but for sessions.
func (s *Set) pass(c command) (bson.Raw, error) {
	var to bson.D
	elements, err := c.Elements()
	if err != nil {
		return nil, err
	}
	for _, e := range elements {
		if !slices.Contains(ours, e.Key()) {
			to = append(to, bson.E{Key: e.Key(), Value: e.Value()})
		}
	}
	return s.ask(c.database(), to)
}

func ok(more ...bson.E) bson.D { return append(more, bson.E{Key: "ok", Value: 1.0}) }

func ns(database, collection string) string { return database + "." + collection }

func split(ns string) (database, collection string) {
	database, collection, _ = strings.Cut(ns, ".")
	return database, collection
}
