package replica

import (
	"math/rand/v2"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A snapshot session reads documents as they were at one moment. What a moment was is
// known here alone, so that these few forms of question are answered here: a whole
// collection, what comes behind a key or has it, by its keys, and how many there are.

func (c command) snapshot() bool {
	level, _ := c.Lookup("readConcern", "level").StringValueOK()
	return level == "snapshot"
}

// cursor is what is left of an answer.
type cursor struct {
	in   string
	rest []bson.Raw
}

func (s *Set) ofSnapshot(c command) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at := s.at
	if _, i, ok := c.Lookup("readConcern", "atClusterTime").TimestampOK(); ok {
		at = int64(i) - 1
	}
	in := ns(c.database(), c.text(c.name))
	var docs []bson.Raw
	if col := s.collections[in]; col != nil {
		for _, d := range col.documents {
			if raw := d.asOf(at); raw != nil {
				docs = append(docs, raw)
			}
		}
	}
	if c.name == "aggregate" {
		if len(docs) > 0 {
			n, err := bson.Marshal(bson.D{{Key: "_id", Value: int32(1)}, {Key: "n", Value: int32(len(docs))}})
			if err != nil {
				return nil, err
			}
			docs = []bson.Raw{n}
		}
		return s.begins(in, at, docs, 1), nil
	}
	key := func(raw bson.Raw) string { text, _ := raw.Lookup("_id").StringValueOK(); return text }
	if after, ok := c.Lookup("filter", "_id", "$gt").StringValueOK(); ok {
		docs = slices.DeleteFunc(docs, func(raw bson.Raw) bool { return key(raw) <= after })
	} else if one, ok := c.Lookup("filter", "_id").StringValueOK(); ok {
		docs = slices.DeleteFunc(docs, func(raw bson.Raw) bool { return key(raw) != one })
	} else if filter, ok := c.Lookup("filter").DocumentOK(); ok && len(filter) > len(bson.Raw{5, 0, 0, 0, 0}) {
		return nil, unknown("a reading of one moment by %s", filter)
	}
	slices.SortFunc(docs, func(a, b bson.Raw) int { return strings.Compare(key(a), key(b)) })
	size, ok := c.Lookup("batchSize").AsInt64OK()
	if !ok {
		size = 101
	}
	return s.begins(in, at, docs, int(size)), nil
}

// begins answers with the first documents of a list.
func (s *Set) begins(in string, at int64, docs []bson.Raw, size int) bson.D {
	first, rest := docs[:min(size, len(docs))], docs[min(size, len(docs)):]
	var id int64
	if len(rest) > 0 {
		id = rand.Int64()
		s.cursorsMu.Lock()
		s.cursors[id] = &cursor{in, rest}
		s.cursorsMu.Unlock()
	}
	return ok(bson.E{Key: "cursor", Value: bson.D{{Key: "id", Value: id}, {Key: "ns", Value: in}, {Key: "firstBatch", Value: listed(first)},
		{Key: "atClusterTime", Value: bson.Timestamp{T: 1, I: uint32(at) + 1}}}})
}

func listed(docs []bson.Raw) bson.A {
	list := bson.A{}
	for _, doc := range docs {
		list = append(list, doc)
	}
	return list
}

// goesOn answers for a cursor that was begun here.
func (s *Set) goesOn(c command) (any, bool) {
	s.cursorsMu.Lock()
	defer s.cursorsMu.Unlock()
	if c.name == "killCursors" {
		values, _ := c.Lookup("cursors").Array().Values()
		for _, v := range values {
			if id, _ := v.AsInt64OK(); s.cursors[id] != nil {
				delete(s.cursors, id)
				return ok(), true
			}
		}
		return nil, false
	}
	id, _ := c.Lookup("getMore").AsInt64OK()
	open := s.cursors[id]
	if open == nil {
		return nil, false
	}
	size, isSet := c.Lookup("batchSize").AsInt64OK()
	if !isSet {
		size = int64(len(open.rest))
	}
	next := open.rest[:min(int(size), len(open.rest))]
	open.rest = open.rest[len(next):]
	if len(open.rest) == 0 {
		delete(s.cursors, id)
		id = 0
	}
	return ok(bson.E{Key: "cursor", Value: bson.D{{Key: "id", Value: id}, {Key: "ns", Value: open.in}, {Key: "nextBatch", Value: listed(next)}}}), true
}
