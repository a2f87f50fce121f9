package mongo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"quartermaster/models"
	"quartermaster/services/store"
	"quartermaster/services/store/storetest"
)

func open(t *testing.T, p *primary) *Store {
	t.Helper()
	s, err := Open(t.Context(), p.uri(), store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

var (
	radio  = &models.Asset{ID: "a-1", Tag: "QM-000001-3", Number: 1, Name: "Radio", Path: []string{"NORTH"}}
	change = []store.Change{store.Replace(store.Assets, "a-1", 3, radio), store.Insert(store.Events, "assets/a-1@4", &models.Entry{Subject: "assets/a-1", Seq: 4})}
)

// TestSeveralChangesAreOneTransaction asserts what is sent, since no server without
// a replica set can show it.
func TestSeveralChangesAreOneTransaction(t *testing.T) {
	p := startPrimary(t)
	s := open(t, p)
	if err := s.Commit(t.Context(), change...); err != nil {
		t.Fatal(err)
	}
	sent := p.sent("update", "insert", "commitTransaction", "abortTransaction")
	var names []string
	for _, c := range sent {
		names = append(names, c.name)
	}
	if strings.Join(names, " ") != "update insert commitTransaction" {
		t.Fatalf("sent %v", names)
	}
	for i, c := range sent {
		if c.doc["autocommit"] != false || c.doc["txnNumber"] != sent[0].doc["txnNumber"] || fmt.Sprint(c.doc["lsid"]) != fmt.Sprint(sent[0].doc["lsid"]) || c.doc["lsid"] == nil {
			t.Errorf("%s is not of the transaction: %v", c.name, c.doc)
		}
		if started := c.doc["startTransaction"] == true; started != (i == 0) {
			t.Errorf("%s: startTransaction %v", c.name, started)
		}
	}
	update := sent[0].doc["updates"].(bson.A)[0].(bson.D)
	if guard := fmt.Sprint(field(update, "q")); !strings.Contains(guard, `"_id":"a-1"`) || !strings.Contains(guard, `"v":{"$numberLong":"3"}`) {
		t.Errorf("the guard is %s", guard)
	}
	if kept := fmt.Sprint(field(update, "u")); !strings.Contains(kept, `"v":{"$numberLong":"4"}`) {
		t.Errorf("what is kept is %s", kept)
	}
	if concern := fmt.Sprint(sent[2].doc["writeConcern"]); !strings.Contains(concern, "majority") || !strings.Contains(concern, `"j":true`) {
		t.Errorf("committed with %s", concern)
	}
}

func field(d bson.D, name string) any {
	for _, e := range d {
		if e.Key == name {
			return e.Value
		}
	}
	return nil
}

func TestOneChangeIsGuardedByItself(t *testing.T) {
	p := startPrimary(t)
	s := open(t, p)
	if err := s.Commit(t.Context(), change[0]); err != nil {
		t.Fatal(err)
	}
	sent := p.sent("update", "commitTransaction")
	if len(sent) != 1 || sent[0].doc["startTransaction"] != nil {
		t.Fatalf("%v", sent)
	}
	if concern := fmt.Sprint(sent[0].doc["writeConcern"]); !strings.Contains(concern, "majority") || !strings.Contains(concern, `"j":true`) {
		t.Errorf("written with %s", concern)
	}
}

// refusing answers the first n commands of a name with an error.
func refusing(p *primary, name string, n int, code int, codeName string, labels ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = func(c command) bson.D {
		if c.name != name || n == 0 {
			return nil
		}
		n--
		list := bson.A{}
		for _, label := range labels {
			list = append(list, label)
		}
		return bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: code}, {Key: "codeName", Value: codeName}, {Key: "errmsg", Value: codeName}, {Key: "errorLabels", Value: list}}
	}
}

func TestAWriteConflictBeginsTheTransactionAnew(t *testing.T) {
	p := startPrimary(t)
	s := open(t, p)
	refusing(p, "update", 2, 112, "WriteConflict", "TransientTransactionError")
	if err := s.Commit(t.Context(), change...); err != nil {
		t.Fatal(err)
	}
	updates := p.sent("update")
	if len(updates) != 3 || len(p.sent("commitTransaction")) != 1 {
		t.Fatalf("%d updates, %d commits", len(updates), len(p.sent("commitTransaction")))
	}
	if updates[0].doc["txnNumber"] == updates[2].doc["txnNumber"] || updates[2].doc["startTransaction"] != true {
		t.Errorf("the last attempt is no transaction of its own: %v", updates[2].doc)
	}
}

func TestACommitOfUnknownResultIsSentAgain(t *testing.T) {
	p := startPrimary(t)
	s := open(t, p)
	refusing(p, "commitTransaction", 1, 64, "WriteConcernTimeout", "UnknownTransactionCommitResult")
	if err := s.Commit(t.Context(), change...); err != nil {
		t.Fatal(err)
	}
	commits := p.sent("commitTransaction")
	if len(commits) != 2 || commits[0].doc["txnNumber"] != commits[1].doc["txnNumber"] || len(p.sent("update")) != 1 {
		t.Errorf("%d commits, %d updates", len(commits), len(p.sent("update")))
	}
}

func TestAGuardThatDoesNotHoldAborts(t *testing.T) {
	p := startPrimary(t)
	s := open(t, p)
	p.mu.Lock()
	p.answer = func(c command) bson.D {
		if c.name != "update" {
			return nil
		}
		return bson.D{{Key: "ok", Value: 1}, {Key: "n", Value: 0}, {Key: "nModified", Value: 0}}
	}
	p.mu.Unlock()
	err := s.Commit(t.Context(), change...)
	var conflict *store.VersionConflict
	if !errors.As(err, &conflict) || conflict.ID != "a-1" || conflict.Collection != "assets" {
		t.Errorf("%v", err)
	}
	if len(p.sent("abortTransaction")) != 1 || len(p.sent("commitTransaction", "insert")) != 0 {
		t.Errorf("%d aborts, %d inserts and commits", len(p.sent("abortTransaction")), len(p.sent("commitTransaction", "insert")))
	}
}

func TestATakenValueNamesItsIndex(t *testing.T) {
	for message, index := range map[string]string{
		`E11000 duplicate key error collection: book.assets index: codes dup key: { k.codes: "QM-000001-3" }`: "codes",
		`E11000 duplicate key error collection: book.assets index: _id_ dup key: { _id: "a-1" }`:              "id",
	} {
		p := startPrimary(t)
		s := open(t, p)
		p.mu.Lock()
		p.answer = func(c command) bson.D {
			if c.name != "insert" {
				return nil
			}
			return bson.D{{Key: "ok", Value: 1}, {Key: "n", Value: 0}, {Key: "writeErrors", Value: bson.A{bson.D{{Key: "index", Value: 0}, {Key: "code", Value: 11000}, {Key: "errmsg", Value: message}}}}}
		}
		p.mu.Unlock()
		err := s.Commit(t.Context(), store.Insert(store.Assets, "a-1", radio), change[1])
		var taken *store.Duplicate
		if !errors.As(err, &taken) || taken.Index != index || taken.Collection != "assets" {
			t.Errorf("%s: %v", index, err)
		}
	}
}

func TestReadsNameTheirIndex(t *testing.T) {
	p := startPrimary(t)
	s := open(t, p)
	q := store.Query{In: store.Assets, By: "unit_status", Where: []store.Cond{store.Is("units", "NORTH"), store.Is("status", "issued")}, Limit: 50, After: store.Key{int64(7)}}
	if _, err := s.Find(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	sent := p.sent("find")[0].doc
	if sent["hint"] != "unit_status" || fmt.Sprint(sent["sort"]) != `{"k.number":{"$numberInt":"1"}}` || fmt.Sprint(sent["limit"]) != "50" ||
		!strings.Contains(fmt.Sprint(sent["filter"]), `{"k.number":{"$gt":{"$numberLong":"7"}}}`) || !strings.Contains(fmt.Sprint(sent["readConcern"]), "majority") {
		t.Errorf("%v", sent)
	}
}

func TestIndexesAreThoseOfTheSchema(t *testing.T) {
	p := startPrimary(t)
	open(t, p)
	made := map[string]string{}
	for _, c := range p.sent("createIndexes") {
		for _, index := range c.doc["indexes"].(bson.A) {
			made[fmt.Sprint(c.doc["createIndexes"], " ", field(index.(bson.D), "name"))] = fmt.Sprint(index)
		}
	}
	for _, c := range store.Schema {
		for _, index := range c.Indexes {
			got := made[c.Name+" "+index.Name]
			if got == "" || index.Unique != strings.Contains(got, `"unique":true`) {
				t.Errorf("%s of %s: %s", index.Name, c.Name, got)
			}
		}
	}
	if got := made["people username"]; !strings.Contains(got, `"sparse":true`) {
		t.Errorf("two people without a user name would be duplicates: %s", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	alone := startPrimary(t)
	alone.alone = true
	for uri, says := range map[string]string{
		alone.uri():            "--replSet rs0, run rs.initiate()",
		"mongodb://127.0.0.1":  "names no database",
		"mongodb://127.0.0.1/": "names no database",
		"mongo":                "must begin with mongodb://",
	} {
		s, err := Open(t.Context(), uri, store.Schema)
		if err == nil {
			_ = s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

// TestContractOnAReplicaSet runs all of the contract, races included, against the
// replica set that QM_TEST_MONGODB_URI names, in databases of its own.
func TestContractOnAReplicaSet(t *testing.T) {
	uri := os.Getenv("QM_TEST_MONGODB_URI")
	if uri == "" {
		t.Log("QM_TEST_MONGODB_URI names no replica set: the contract is held over a real wire in wiretest, its transactions by the commands asserted here")
		return
	}
	var databases atomic.Int64
	began := time.Now().Unix()
	host, options, _ := strings.Cut(uri, "?")
	host = strings.TrimRight(host, "/")
	if at := strings.LastIndex(host, "/"); at > len("mongodb://") {
		host = host[:at]
	}
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		s, err := Open(t.Context(), fmt.Sprintf("%s/qm_test_%d_%d?%s", host, began, databases.Add(1), options), store.Schema)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := errors.Join(s.db.Drop(context.Background()), s.Close()); err != nil {
				t.Error(err)
			}
		})
		return s
	}, 1000)
}
