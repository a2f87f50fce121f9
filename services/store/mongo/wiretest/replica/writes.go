package replica

import (
	"cmp"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// waits is how long a write outside a transaction waits for one that holds its document
// before it tries again.
const waits = 2 * time.Millisecond

// writes makes the writes of a command.
func (s *Set) writes(c command) (any, error) {
	for {
		answer, again, err := s.tryWrites(c)
		if !again {
			return answer, err
		}
		select {
		case <-s.ctx.Done():
			return nil, s.ctx.Err()
		case <-time.After(waits):
		}
	}
}

func (s *Set) tryWrites(c command) (answer any, again bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	if inTransaction(c) {
		t, err := s.joined(c)
		if err != nil {
			return nil, false, err
		}
		answer, failed := s.apply(t, c)
		if failed != nil {
			if failed.code == 112 {
				s.count(func(c *Counts) { c.Conflicts++ })
			}
			s.giveUp(t)
			if failed.code != codeDuplicate {
				return nil, false, failed
			}
		}
		return answer, false, nil
	}
	number, numbered := c.Lookup("txnNumber").AsInt64OK()
	of := s.session(c)
	if numbered && of != nil {
		if of.number == number && of.answer != nil {
			s.count(func(c *Counts) { c.Repeated++ })
			return of.answer, false, nil
		}
		if of.open != nil {
			s.giveUp(of.open)
		}
	}
	t := s.begin()
	answer, failed := s.apply(t, c)
	if failed != nil && failed.code != codeDuplicate {
		s.release(t)
		return nil, failed.code == 112, failed
	}
	if err := s.commit(t); err != nil { // of a list, what comes before the one that failed
		return nil, false, err
	}
	if numbered && of != nil {
		of.number, of.state, of.answer = number, none, answer
	}
	return answer, false, nil
}

// apply puts a command's writes into a transaction. A duplicate is in the answer as
// well.
func (s *Set) apply(t *transaction, c command) (any, *failure) {
	in := ns(c.database(), c.text(c.name))
	var n, modified int32
	var upserted bson.A
	var failed *failure
	at := 0
	switch c.name {
	case "findAndModify":
		return s.findAndModify(t, in, c)
	case "insert":
		for i, doc := range c.list("documents") {
			at = i
			if failed = s.insert(t, in, doc); failed != nil {
				break
			}
			n++
		}
	case "update":
		for i, u := range c.list("updates") {
			at = i
			upsert, _ := u.Lookup("upsert").BooleanOK()
			before, after, err := s.update(t, in, u.Lookup("q").Document(), u.Lookup("u"), upsert)
			if failed = err; failed != nil {
				break
			}
			switch {
			case before != nil:
				n, modified = n+1, modified+1
			case after != nil:
				n++
				upserted = append(upserted, bson.D{{Key: "index", Value: int32(i)}, {Key: "_id", Value: after.Lookup("_id")}})
			}
		}
	case "delete":
		for i, q := range c.list("deletes") {
			at = i
			d, raw, err := s.find(t, in, q.Lookup("q").Document())
			if err == nil && raw != nil {
				n++
				err = s.put(t, in, d, nil)
			}
			if failed = err; failed != nil {
				break
			}
		}
	}
	answer := bson.D{{Key: "n", Value: n}}
	if c.name == "update" {
		answer = append(answer, bson.E{Key: "nModified", Value: modified})
	}
	if len(upserted) > 0 {
		answer = append(answer, bson.E{Key: "upserted", Value: upserted})
	}
	if failed != nil {
		answer = append(answer, bson.E{Key: "writeErrors", Value: bson.A{
			bson.D{{Key: "index", Value: int32(at)}, {Key: "code", Value: failed.code}, {Key: "errmsg", Value: failed.text}}}})
	}
	return append(answer, bson.E{Key: "ok", Value: 1.0}), failed
}

func (s *Set) insert(t *transaction, in string, doc bson.Raw) *failure {
	d := s.collection(in).document(doc.Lookup("_id"))
	if t.sees(d) != nil {
		return taken(in, &index{name: "_id_", fields: []string{"_id"}}, doc.Lookup("_id").String())
	}
	return s.put(t, in, d, slices.Clone(doc))
}

// find looks for the one document that a write is about, by its key and by whatever else
// must hold of it.
func (s *Set) find(t *transaction, in string, filter bson.Raw) (*document, bson.Raw, *failure) {
	id := filter.Lookup("_id")
	if doc, ok := id.DocumentOK(); ok && isOperator(doc) || id.IsZero() {
		return nil, nil, unknown("a write by %s", filter)
	}
	d := s.collection(in).document(id)
	raw := t.sees(d)
	if raw == nil {
		return d, nil, nil
	}
	conditions, err := filter.Elements()
	if err != nil {
		return nil, nil, unknown("%s", err)
	}
	for _, e := range conditions {
		if doc, ok := e.Value().DocumentOK(); ok && isOperator(doc) {
			return nil, nil, unknown("a write by %s", filter)
		}
		if !same(lookup(raw, e.Key()), e.Value()) {
			return d, nil, nil
		}
	}
	return d, raw, nil
}

// same compares two values, whole numbers by what they say.
func same(a, b bson.RawValue) bool {
	if x, ok := a.AsInt64OK(); ok {
		y, ok := b.AsInt64OK()
		return ok && x == y
	}
	return a.Equal(b)
}

// update changes the document that a filter names, and returns what it was and is.
func (s *Set) update(t *transaction, in string, filter bson.Raw, how bson.RawValue, upsert bool) (before, after bson.Raw, failed *failure) {
	d, before, failed := s.find(t, in, filter)
	if failed != nil || before == nil && !upsert {
		return nil, nil, failed
	}
	if before == nil && t.sees(d) != nil { // it is there, and something else does not hold
		return nil, nil, taken(in, &index{name: "_id_", fields: []string{"_id"}}, filter.Lookup("_id").String())
	}
	spec, ok := how.DocumentOK()
	if !ok {
		return nil, nil, unknown("an update by %s", how)
	}
	if after, failed = changed(filter.Lookup("_id"), before, spec); failed != nil {
		return nil, nil, failed
	}
	return before, after, s.put(t, in, d, after)
}

// changed makes of a document what an update says.
func changed(id bson.RawValue, before, spec bson.Raw) (bson.Raw, *failure) {
	doc := bson.D{{Key: "_id", Value: id}}
	put := func(key string, value any) {
		if i := slices.IndexFunc(doc, func(e bson.E) bool { return e.Key == key }); i >= 0 {
			doc[i].Value = value
			return
		}
		doc = append(doc, bson.E{Key: key, Value: value})
	}
	all := func(raw bson.Raw, each func(bson.RawElement)) {
		elements, _ := raw.Elements()
		for _, e := range elements {
			each(e)
		}
	}
	if !isOperator(spec) {
		all(spec, func(e bson.RawElement) { put(e.Key(), e.Value()) })
	} else {
		var failed *failure
		all(before, func(e bson.RawElement) { put(e.Key(), e.Value()) })
		all(spec, func(operator bson.RawElement) {
			all(operator.Value().Document(), func(e bson.RawElement) {
				switch operator.Key() {
				case "$set":
					put(e.Key(), e.Value())
				case "$unset":
					doc = slices.DeleteFunc(doc, func(old bson.E) bool { return old.Key == e.Key() })
				case "$inc":
					was, _ := before.Lookup(e.Key()).AsInt64OK()
					more, _ := e.Value().AsInt64OK()
					put(e.Key(), was+more)
				default:
					failed = cmp.Or(failed, unknown("the operator %s", operator.Key()))
				}
			})
		})
		if failed != nil {
			return nil, failed
		}
	}
	raw, err := bson.Marshal(doc)
	if err != nil {
		return nil, unknown("%s", err)
	}
	return raw, nil
}

func (s *Set) findAndModify(t *transaction, in string, c command) (any, *failure) {
	before, after, failed := s.update(t, in, c.Lookup("query").Document(), c.Lookup("update"), c.yes("upsert"))
	if failed != nil {
		return failed.answer(), failed
	}
	var value any
	if c.yes("new") && after != nil {
		value = after
	} else if before != nil {
		value = before
	}
	return ok(bson.E{Key: "value", Value: value}), nil
}

// together is how many documents go to the server behind at once.
const together = 1000

// send puts a transaction's changes to the server behind.
func (s *Set) send(t *transaction) error {
	type batch struct{ inserts, updates, deletes bson.A }
	var names []string
	batches := map[string]*batch{}
	for _, c := range t.order {
		b := batches[c.in]
		if b == nil {
			b = &batch{}
			batches[c.in], names = b, append(names, c.in)
		}
		was := c.d.last().raw
		switch {
		case c.raw == nil && was == nil:
		case c.raw == nil:
			b.deletes = append(b.deletes, bson.D{{Key: "q", Value: bson.D{{Key: "_id", Value: was.Lookup("_id")}}}, {Key: "limit", Value: int32(1)}})
		case was == nil:
			b.inserts = append(b.inserts, c.raw)
		default:
			b.updates = append(b.updates, bson.D{{Key: "q", Value: bson.D{{Key: "_id", Value: was.Lookup("_id")}}}, {Key: "u", Value: c.raw}})
		}
	}
	for _, in := range names {
		database, collection := split(in)
		for _, some := range []struct {
			command, field string
			list           bson.A
		}{{"delete", "deletes", batches[in].deletes}, {"update", "updates", batches[in].updates}, {"insert", "documents", batches[in].inserts}} {
			for part := range slices.Chunk(some.list, together) {
				raw, err := s.ask(database, bson.D{{Key: some.command, Value: collection}, {Key: some.field, Value: part}})
				if err != nil {
					return err
				}
				if n, _ := raw.Lookup("n").AsInt64OK(); int(n) != len(part) {
					return unknown("the server behind took %d of %d: %s", n, len(part), raw)
				}
			}
		}
	}
	return nil
}
