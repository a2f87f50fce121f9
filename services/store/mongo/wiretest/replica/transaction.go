package replica

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// session is a driver's: what became of the last of its numbered writes.
type session struct {
	number int64
	open   *transaction
	state  state
	answer any // to a write that stands for itself
}

type state int

const (
	none state = iota
	underway
	committed
	givenUp
)

// transaction is several writes that are made at once, or one that stands for itself.
type transaction struct {
	session *session
	from    int64 // what was committed by then is what it sees
	began   time.Time
	alone   bool
	changes map[*document]*change
	order   []*change
	claims  []claimOf
}

type claimOf struct {
	x     *index
	value string
}

type change struct {
	in  string
	d   *document
	raw bson.Raw // nil deletes
}

func (s *Set) begin() *transaction {
	return &transaction{from: s.at, began: time.Now(), changes: map[*document]*change{}}
}

// sees is what a document is to a transaction.
func (t *transaction) sees(d *document) bson.Raw {
	if c := t.changes[d]; c != nil {
		return c.raw
	}
	return d.asOf(t.from)
}

// put changes a document in a transaction. That somebody else holds it or changed it
// since the transaction began is a conflict, and so is a value of a unique index that an
// open transaction claims; one that is taken is a duplicate.
func (s *Set) put(t *transaction, in string, d *document, raw bson.Raw) *failure {
	if d.owner != nil && d.owner != t || d.last().at > t.from {
		return conflict()
	}
	c := s.collection(in)
	for _, x := range c.indexes {
		if !x.unique {
			continue
		}
		for _, value := range x.values(raw) {
			claimed := x.claimed[value]
			if claimed.by != nil && claimed.by != t {
				return conflict()
			}
			if claimed.by == t && claimed.d != d && has(x, t.sees(claimed.d), value) {
				return taken(in, x, value)
			}
			if holder := x.taken[value]; holder != "" && holder != d.key && has(x, t.sees(c.documents[holder]), value) {
				return taken(in, x, value)
			}
		}
	}
	for _, x := range c.indexes {
		if x.unique {
			for _, value := range x.values(raw) {
				x.claimed[value] = claim{t, d}
				t.claims = append(t.claims, claimOf{x, value})
			}
		}
	}
	d.owner = t
	if mine := t.changes[d]; mine != nil {
		mine.raw = raw
		return nil
	}
	t.changes[d] = &change{in, d, raw}
	t.order = append(t.order, t.changes[d])
	return nil
}

func has(x *index, raw bson.Raw, value string) bool {
	for _, v := range x.values(raw) {
		if v == value {
			return true
		}
	}
	return false
}

// commit sends a transaction's changes to the server behind. mu is held.
func (s *Set) commit(t *transaction) error {
	if len(t.order) > 0 {
		if err := s.send(t); err != nil {
			s.broken = err // what is there now is half of it
			return err
		}
		s.at++
	}
	for _, c := range t.order {
		col := s.collection(c.in)
		for _, x := range col.indexes {
			if !x.unique {
				continue
			}
			for _, value := range x.values(c.d.last().raw) {
				if x.taken[value] == c.d.key {
					delete(x.taken, value)
				}
			}
		}
	}
	for _, c := range t.order {
		for _, x := range s.collection(c.in).indexes {
			if x.unique {
				for _, value := range x.values(c.raw) {
					x.taken[value] = c.d.key
				}
			}
		}
		c.d.versions = append(c.d.versions, version{s.at, c.raw})
	}
	s.release(t)
	return nil
}

// giveUp leaves everything as it was. mu is held.
func (s *Set) giveUp(t *transaction) {
	if t.session != nil && t.session.open == t {
		t.session.open, t.session.state = nil, givenUp
		s.count(func(c *Counts) { c.GivenUp++ })
	}
	s.release(t)
}

func (s *Set) release(t *transaction) {
	delete(s.open, t)
	for _, c := range t.order {
		if c.d.owner == t {
			c.d.owner = nil
		}
	}
	for _, c := range t.claims {
		if c.x.claimed[c.value].by == t {
			delete(c.x.claimed, c.value)
		}
	}
	t.order, t.changes, t.claims = nil, nil, nil
}

// expire gives up what is open for too long. mu is held.
func (s *Set) expire() {
	for t := range s.open {
		if time.Since(t.began) > s.Lifetime {
			s.giveUp(t)
			s.count(func(c *Counts) { c.Expired++ })
		}
	}
}

func inTransaction(c command) bool {
	auto, ok := c.Lookup("autocommit").BooleanOK()
	return ok && !auto
}

// session returns that of a command; nil when it is of none. mu is held.
func (s *Set) session(c command) *session {
	lsid := c.Lookup("lsid")
	if lsid.IsZero() {
		return nil
	}
	key := keyOf(lsid)
	if s.sessions[key] == nil {
		s.sessions[key] = &session{number: -1}
	}
	return s.sessions[key]
}

// joined returns the transaction of a command, begun if it begins one. mu is held.
func (s *Set) joined(c command) (*transaction, error) {
	of := s.session(c)
	number, ok := c.Lookup("txnNumber").AsInt64OK()
	if of == nil || !ok {
		return nil, unknown("a transaction without a session")
	}
	if c.yes("startTransaction") {
		if of.open != nil {
			s.giveUp(of.open)
		}
		t := s.begin()
		t.session = of
		of.number, of.open, of.state, of.answer = number, t, underway, nil
		s.open[t] = true
		return t, nil
	}
	if of.number != number || of.open == nil {
		return nil, noTransaction(number)
	}
	return of.open, nil
}

// ends commits a transaction or gives it up.
func (s *Set) ends(c command) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	of := s.session(c)
	number, numbered := c.Lookup("txnNumber").AsInt64OK()
	if of == nil || !numbered || of.number != number {
		return nil, noTransaction(number)
	}
	if c.name == "abortTransaction" {
		if of.open == nil {
			return nil, noTransaction(number)
		}
		s.giveUp(of.open)
		return ok(), nil
	}
	switch {
	case of.state == committed: // whoever asks again has lost the first answer
		s.count(func(c *Counts) { c.Repeated++ })
		return ok(), nil
	case of.open == nil:
		return nil, noTransaction(number)
	}
	if err := s.commit(of.open); err != nil {
		return nil, err
	}
	of.open, of.state = nil, committed
	s.count(func(c *Counts) { c.Committed++ })
	return ok(), nil
}
