package replica

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
)

// failure is an error as a server answers it.
type failure struct {
	code   int32
	name   string
	text   string
	labels []string
}

func (f *failure) Error() string { return f.name + ": " + f.text }

func (f *failure) answer() bson.D {
	d := bson.D{{Key: "ok", Value: 0.0}, {Key: "errmsg", Value: f.text}, {Key: "code", Value: f.code}, {Key: "codeName", Value: f.name}}
	if len(f.labels) > 0 {
		d = append(d, bson.E{Key: "errorLabels", Value: f.labels})
	}
	return d
}

// Labels and codes of MongoDB's.
const (
	transient     = "TransientTransactionError"
	unknownCommit = "UnknownTransactionCommitResult"
	retryable     = "RetryableWriteError"

	codeDuplicate = 11000
)

func conflict() *failure {
	return &failure{112, "WriteConflict", "WriteConflict error: this operation conflicted with another operation. Please retry your operation or multi-document transaction.", []string{transient}}
}

func noTransaction(n int64) *failure {
	return &failure{251, "NoSuchTransaction", fmt.Sprintf("Transaction %d has been aborted or is not known.", n), []string{transient}}
}

func notPrimary(labels ...string) *failure {
	return &failure{10107, "NotWritablePrimary", "not primary", labels}
}

func unknown(format string, args ...any) *failure {
	return &failure{238, "NotImplemented", "replica: " + fmt.Sprintf(format, args...), nil}
}

// ask puts a command to the server behind; its refusal is an answer like any other.
func (s *Set) ask(database string, c bson.D) (bson.Raw, error) {
	raw, err := s.behind.Database(database).RunCommand(s.ctx, c).Raw()
	var refused driver.CommandError
	if errors.As(err, &refused) && refused.Raw != nil {
		return refused.Raw, nil
	}
	return raw, err
}

// answer answers a command, or says that the connection is to break instead.
func (s *Set) answer(c command) (any, bool) {
	switch c.name {
	case "hello", "isMaster", "ismaster":
		return s.hello(), true
	case "ping":
		return ok(), true
	}
	fault := s.meets(c)
	if fault != nil && !fault.Done {
		if answer, there, goesOn := s.fail(fault, c); !goesOn {
			return answer, there
		}
	}
	answer, err := s.do(c)
	var refused *failure
	switch {
	case errors.As(err, &refused):
		answer = refused.answer()
	case err != nil:
		answer = (&failure{8, "UnknownError", "replica: " + err.Error(), nil}).answer()
	}
	if fault != nil && fault.Done {
		if other, there, goesOn := s.fail(fault, c); !goesOn {
			return other, there
		}
	}
	return answer, true
}

func (s *Set) do(c command) (any, error) {
	s.mu.RLock()
	away, broken := time.Now().Before(s.away), s.broken
	s.mu.RUnlock()
	if broken != nil {
		return nil, broken
	}
	if away {
		return nil, s.noPrimary(c)
	}
	switch c.name {
	case "endSessions":
		return ok(), nil // a session that is not ended is only memory here
	case "insert", "update", "delete", "findAndModify":
		return s.writes(c)
	case "commitTransaction", "abortTransaction":
		return s.ends(c)
	case "createIndexes", "listIndexes", "dropIndexes":
		return s.indexes(c)
	case "create", "drop", "dropDatabase":
		return s.shapes(c)
	case "getMore", "killCursors":
		if answer, ok := s.goesOn(c); ok {
			return answer, nil
		}
	case "find", "aggregate", "count", "distinct":
		if inTransaction(c) {
			return nil, unknown("a %s in a transaction", c.name)
		}
		if c.snapshot() {
			return s.ofSnapshot(c)
		}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.pass(c)
}

// noPrimary is the answer while there is none.
func (s *Set) noPrimary(c command) error {
	switch {
	case inTransaction(c):
		if c.name == "commitTransaction" {
			return notPrimary(retryable)
		}
		return notPrimary(transient)
	case c.Lookup("txnNumber").IsZero():
		return notPrimary()
	default:
		return notPrimary(retryable)
	}
}

// shapes makes and drops collections.
func (s *Set) shapes(c command) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, err := s.pass(c)
	if err != nil {
		return nil, err
	}
	for in := range s.collections {
		database, _ := split(in)
		if c.name == "drop" && in == ns(c.database(), c.text("drop")) || c.name == "dropDatabase" && database == c.database() {
			delete(s.collections, in)
		}
	}
	return raw, nil
}

// indexes keeps the indexes here: the server behind knows neither partial ones nor
// those over the values of a list, and answers no query by any.
func (s *Set) indexes(c command) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := ns(c.database(), c.text(c.name))
	col := s.collection(in)
	switch c.name {
	case "createIndexes":
		for _, raw := range c.list("indexes") {
			if err := col.declare(in, raw); err != nil {
				return nil, err
			}
		}
		return ok(), nil
	case "dropIndexes":
		col.forget(c.text("index"))
		return ok(), nil
	}
	list := bson.A{bson.D{{Key: "v", Value: int32(2)}, {Key: "key", Value: bson.D{{Key: "_id", Value: int32(1)}}}, {Key: "name", Value: "_id_"}}}
	for _, index := range col.indexes {
		list = append(list, index.declared)
	}
	return ok(bson.E{Key: "cursor", Value: bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: in}, {Key: "firstBatch", Value: list}}}), nil
}

func isOperator(raw bson.Raw) bool {
	first, err := raw.IndexErr(0)
	return err == nil && strings.HasPrefix(first.Key(), "$")
}
