package mongo

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"quartermaster/models"
	"quartermaster/services/store"
)

// changes are two guarded changes and inserts into two collections, as a service
// commits them.
func changes() []store.Change {
	return []store.Change{
		store.Insert(store.Events, "assets/1/8", &models.Entry{Subject: "assets/1", Seq: 8}),
		store.Replace(store.Assets, "1", 7, &models.Asset{ID: "1", Tag: "QM-1", Number: 1}),
		store.Insert(store.Donors, "INL", &models.Donor{Code: "INL"}),
		store.Delete(store.Sessions, "s", 2),
		store.Insert(store.Events, "donors/INL/1", &models.Entry{Subject: "donors/INL", Seq: 1}),
	}
}

func majorityJournaled(t *testing.T, c command) {
	t.Helper()
	w, _ := c.Lookup("writeConcern", "w").StringValueOK()
	j, _ := c.Lookup("writeConcern", "j").BooleanOK()
	if w != "majority" || !j {
		t.Errorf("%s is written with %v", c.name, c.Lookup("writeConcern"))
	}
}

func TestSeveralChangesAreOneTransaction(t *testing.T) {
	s := serve(t, "rs0", nil)
	if err := s.open().Commit(t.Context(), changes()...); err != nil {
		t.Fatal(err)
	}
	heard := s.heard()
	if got := names(heard); !slices.Equal(got, []string{"update", "delete", "insert", "insert", "commitTransaction"}) {
		t.Fatalf("heard %v", got)
	}
	for i, c := range heard {
		if !c.Lookup("lsid").Equal(heard[0].Lookup("lsid")) || c.Lookup("lsid").IsZero() {
			t.Errorf("%s is of the session %v", c.name, c.Lookup("lsid"))
		}
		if n, ok := c.Lookup("txnNumber").Int64OK(); !ok || n != heard[0].Lookup("txnNumber").Int64() {
			t.Errorf("%s is of the transaction %v", c.name, c.Lookup("txnNumber"))
		}
		if auto, ok := c.Lookup("autocommit").BooleanOK(); !ok || auto {
			t.Errorf("%s commits by itself", c.name)
		}
		if start, _ := c.Lookup("startTransaction").BooleanOK(); start != (i == 0) {
			t.Errorf("%s, the command %d, starts a transaction: %v", c.name, i, start)
		}
	}
	if level, _ := heard[0].Lookup("readConcern", "level").StringValueOK(); level != "snapshot" {
		t.Errorf("the transaction reads %q", level)
	}
	majorityJournaled(t, heard[len(heard)-1])

	guard := heard[0].Lookup("updates", "0", "q").Document()
	if id := guard.Lookup("_id").StringValue(); id != "1" || guard.Lookup("v").Int64() != 7 {
		t.Errorf("the replacement is guarded by %s", guard)
	}
	if v := heard[0].Lookup("updates", "0", "u", "v").Int64(); v != 8 {
		t.Errorf("the replacement is version %d", v)
	}
	guard = heard[1].Lookup("deletes", "0", "q").Document()
	if id := guard.Lookup("_id").StringValue(); id != "s" || guard.Lookup("v").Int64() != 2 {
		t.Errorf("the removal is guarded by %s", guard)
	}
	if events, _ := heard[2].Lookup("documents").Array().Values(); len(events) != 2 {
		t.Errorf("%d events came together", len(events))
	}
}

func TestATransactionThatWasInTheWayIsMadeAgain(t *testing.T) {
	updates := 0
	s := serve(t, "rs0", func(c command) bson.D {
		if c.name == "update" {
			if updates++; updates < 3 {
				return failed(112, "WriteConflict", transient)
			}
		}
		return nil
	})
	if err := s.open().Commit(t.Context(), changes()...); err != nil {
		t.Fatal(err)
	}
	heard := s.heard()
	want := []string{"update", "abortTransaction", "update", "abortTransaction", "update", "delete", "insert", "insert", "commitTransaction"}
	if got := names(heard); !slices.Equal(got, want) {
		t.Fatalf("heard %v", got)
	}
	if first, last := heard[0].Lookup("txnNumber").Int64(), heard[4].Lookup("txnNumber").Int64(); last != first+2 {
		t.Errorf("the transaction %d was made again as %d", first, last)
	}
}

func TestAWriterWhoComesSecondSeesAConflict(t *testing.T) {
	updates := 0
	s := serve(t, "rs0", func(c command) bson.D {
		if c.name == "update" {
			if updates++; updates == 1 {
				return failed(112, "WriteConflict", transient)
			}
			return ok(bson.E{Key: "n", Value: int32(0)}, bson.E{Key: "nModified", Value: int32(0)})
		}
		return nil
	})
	err := s.open().Commit(t.Context(), changes()...)
	var conflict *store.VersionConflict
	if !errors.As(err, &conflict) || *conflict != (store.VersionConflict{Collection: "assets", ID: "1"}) {
		t.Errorf("got %v", err)
	}
	if got := names(s.heard()); !slices.Equal(got, []string{"update", "abortTransaction", "update", "abortTransaction"}) {
		t.Errorf("heard %v", got)
	}
}

func TestACommitWhoseAnswerIsLostIsAskedForAgain(t *testing.T) {
	commits := 0
	s := serve(t, "rs0", func(c command) bson.D {
		if c.name == "commitTransaction" {
			if commits++; commits < 3 {
				return failed(64, "WriteConcernFailed", unknownCommit)
			}
		}
		return nil
	})
	if err := s.open().Commit(t.Context(), changes()...); err != nil {
		t.Fatal(err)
	}
	heard := s.heard()
	want := []string{"update", "delete", "insert", "insert", "commitTransaction", "commitTransaction", "commitTransaction"}
	if got := names(heard); !slices.Equal(got, want) {
		t.Fatalf("heard %v", got)
	}
	majorityJournaled(t, heard[4])
	for _, c := range heard[4:] {
		// The driver asks again for a majority only; that members journal what they
		// acknowledge to a majority is MongoDB's default.
		if w, _ := c.Lookup("writeConcern", "w").StringValueOK(); w != "majority" {
			t.Errorf("the commit is asked for with %v", c.Lookup("writeConcern"))
		}
		if c.Lookup("txnNumber").Int64() != heard[0].Lookup("txnNumber").Int64() {
			t.Error("another transaction was committed")
		}
	}
}

// TestACommitEndsWithItsContext has a majority that never answers.
func TestACommitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, "rs0", func(c command) bson.D {
		if c.name == "commitTransaction" {
			cancel()
			return bson.D{{Key: silent, Value: true}}
		}
		return nil
	})
	if err := s.open().Commit(ctx, changes()...); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestADuplicateIsNamedAsTheIndexIsDeclared(t *testing.T) {
	for text, want := range map[string]store.Duplicate{
		`E11000 duplicate key error collection: book.events index: subject dup key: { k.subject: "a index: at dup key", k.seq: 1 }`: {Collection: "events", Index: "subject"},
		`E11000 duplicate key error collection: book.events index: _id_ dup key: { _id: "donors/INL/1" }`:                           {Collection: "events", Index: "id"},
	} {
		s := serve(t, "rs0", func(c command) bson.D {
			if c.name != "insert" || c.Lookup("insert").StringValue() != "events" {
				return nil
			}
			return ok(bson.E{Key: "n", Value: int32(1)}, bson.E{Key: "writeErrors", Value: bson.A{bson.D{
				{Key: "index", Value: int32(1)}, {Key: "code", Value: int32(11000)}, {Key: "errmsg", Value: text},
			}}})
		})
		err := s.open().Commit(t.Context(), changes()...)
		var taken *store.Duplicate
		if !errors.As(err, &taken) || *taken != want {
			t.Errorf("%s: got %v", text, err)
		}
		if got := names(s.heard()); slices.Contains(got, "commitTransaction") || got[len(got)-1] != "abortTransaction" {
			t.Errorf("heard %v", got)
		}
	}
}

func TestOneChangeIsOneMajorityWrite(t *testing.T) {
	s := serve(t, "rs0", nil)
	opened := s.open()
	for name, change := range map[string]store.Change{
		"insert": changes()[0], "update": changes()[1], "delete": changes()[3],
	} {
		if err := opened.Commit(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		heard := s.heard()
		if got := names(heard); !slices.Equal(got, []string{name}) {
			t.Fatalf("heard %v", got)
		}
		majorityJournaled(t, heard[0])
		if !heard[0].Lookup("startTransaction").IsZero() || heard[0].Lookup("txnNumber").IsZero() {
			t.Errorf("%s is in a transaction or cannot be sent again: %s", name, heard[0])
		}
	}
}

func TestASequenceThatTwoMakeAtOnceIsTakenAgain(t *testing.T) {
	asked := 0
	s := serve(t, "rs0", func(c command) bson.D {
		if c.name != "findAndModify" {
			return nil
		}
		if asked++; asked == 1 {
			return failed(11000, "DuplicateKey")
		}
		return ok(bson.E{Key: "value", Value: bson.D{{Key: "_id", Value: "tag"}, {Key: "last", Value: int64(12)}}})
	})
	first, err := s.open().Next(t.Context(), "tag", 5)
	if err != nil || first != 8 || asked != 2 {
		t.Errorf("asked %d times, got %d, %v", asked, first, err)
	}
	for _, c := range s.heard() {
		majorityJournaled(t, c)
	}
}
