package wiretest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/store"
	"quartermaster/services/store/mongo"
	"quartermaster/services/store/mongo/wiretest/replica"
)

// TestRacesOverTheWire runs the races of the services.
func TestRacesOverTheWire(t *testing.T) {
	t.Run("vouchers in contention", func(t *testing.T) { booktest.VouchersInContention(t, open(t), 12, 5, 20) })
	t.Run("balances are their movements", func(t *testing.T) {
		if err := flag.Set("rapid.checks", "8"); err != nil {
			t.Fatal(err)
		}
		booktest.BalancesAreTheirMovements(t, open(t))
	})
	if c := set.Counts(); c.Conflicts == 0 || c.Expired > 0 {
		t.Errorf("no transactions were in each other's way, or some took too long: %+v", c)
	}
}

// own starts a replica set for one test, in whose way faults are put.
func own(t *testing.T) (*replica.Set, *mongo.Store) {
	t.Helper()
	s, err := replica.Start(behind)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	opened, err := mongo.Open(t.Context(), s.URI(fmt.Sprint("book", databases.Add(1))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := opened.Commit(t.Context(), store.Insert(store.Donors, "INL", &models.Donor{Code: "INL"})); err != nil {
		t.Fatal(err)
	}
	return s, opened
}

// renamed changes the one donor at a version and adds another, in one commit.
func renamed(version int64, code string) []store.Change {
	return []store.Change{
		store.Replace(store.Donors, "INL", version, &models.Donor{Code: "INL", Name: code}),
		store.Insert(store.Donors, code, &models.Donor{Code: code}),
	}
}

func donors(t *testing.T, s store.Store) (version int64, others map[string]bool) {
	t.Helper()
	records, err := s.Find(t.Context(), store.Query{In: store.Donors, By: "code"})
	if err != nil {
		t.Fatal(err)
	}
	others = map[string]bool{}
	for _, r := range records {
		if r.ID == "INL" {
			version = r.Version
			continue
		}
		others[r.ID] = true
	}
	return version, others
}

// TestACommitIsMadeOnceWhateverFails puts each failure in the way of a commit.
func TestACommitIsMadeOnceWhateverFails(t *testing.T) {
	set, s := own(t)
	set.Lifetime = time.Second
	version := int64(1)
	for name, c := range map[string]struct {
		fault replica.Fault
		what  func(replica.Counts) int // what the server must have seen more of
	}{
		"another is in the way":                       {replica.Fault{Command: "insert", Kind: replica.Conflict, Times: 3}, func(c replica.Counts) int { return c.GivenUp }},
		"a connection breaks in the midst of it":      {replica.Fault{Command: "insert", Kind: replica.Drop}, func(c replica.Counts) int { return c.GivenUp }},
		"one breaks behind a change":                  {replica.Fault{Command: "update", Kind: replica.Drop, Done: true}, func(c replica.Counts) int { return c.GivenUp }},
		"the answer to the commit is lost":            {replica.Fault{Command: "commitTransaction", Kind: replica.Drop, Done: true}, func(c replica.Counts) int { return c.Repeated }},
		"the commit does not arrive":                  {replica.Fault{Command: "commitTransaction", Kind: replica.Drop, Times: 2}, func(c replica.Counts) int { return c.Committed }},
		"the commit is made and said not to be known": {replica.Fault{Command: "commitTransaction", Kind: replica.Unknown, Done: true, Times: 4}, func(c replica.Counts) int { return c.Repeated }},
		"the commit is not made and not known":        {replica.Fault{Command: "commitTransaction", Kind: replica.Unknown, Times: 4}, func(c replica.Counts) int { return c.Committed }},
		"another is elected before the commit":        {replica.Fault{Command: "commitTransaction", Kind: replica.NotPrimary}, func(c replica.Counts) int { return c.Committed }},
		"another is elected in the midst of it":       {replica.Fault{Command: "insert", Kind: replica.NotPrimary}, func(c replica.Counts) int { return c.GivenUp }},
		"it takes longer than a transaction may":      {replica.Fault{Command: "commitTransaction", Kind: replica.Pause, For: 1200 * time.Millisecond}, func(c replica.Counts) int { return c.Expired }},
		"and longer before that":                      {replica.Fault{Command: "insert", Kind: replica.Pause, For: 1200 * time.Millisecond}, func(c replica.Counts) int { return c.Expired }},
	} {
		t.Run(name, func(t *testing.T) {
			before := set.Counts()
			set.Inject(c.fault)
			if err := s.Commit(t.Context(), renamed(version, fmt.Sprint("D", version))...); err != nil {
				t.Fatal(err)
			}
			version++
			if at, others := donors(t, s); at != version || len(others) != int(version)-1 {
				t.Errorf("the document is at version %d, beside %v", at, others)
			}
			if n := set.Counts(); n.Committed != before.Committed+1 || n.Faults == before.Faults || c.what(n) == c.what(before) {
				t.Errorf("%+v, before %+v", n, before)
			}
		})
	}
}

// TestAChangeByItselfIsMadeOnce is of changes without a transaction, and of numbers.
func TestAChangeByItselfIsMadeOnce(t *testing.T) {
	for _, done := range []bool{true, false} {
		set, s := own(t)
		for i, kind := range []replica.Kind{replica.Drop, replica.NotPrimary} {
			set.Inject(replica.Fault{Command: "update", Kind: kind, Done: done})
			set.Inject(replica.Fault{Command: "findAndModify", Kind: kind, Done: done})
			version := int64(i + 1)
			if err := s.Commit(t.Context(), store.Replace(store.Donors, "INL", version, &models.Donor{Code: "INL"})); err != nil {
				t.Fatal(err)
			}
			if n, err := s.Next(t.Context(), "tag", 1); err != nil || n != version {
				t.Errorf("got the number %d: %v", n, err)
			}
		}
		if version, _ := donors(t, s); version != 3 {
			t.Errorf("the document is at version %d", version)
		}
	}
}

// TestNothingIsLostInAnElection takes the primary away while commits are made.
func TestNothingIsLostInAnElection(t *testing.T) {
	set, s := own(t)
	for version := int64(1); version < 20; version++ {
		if version == 7 {
			set.StepDown(700 * time.Millisecond)
		}
		if version == 12 {
			set.Cut()
		}
		if err := s.Commit(t.Context(), renamed(version, fmt.Sprint("D", version))...); err != nil {
			t.Fatalf("at version %d: %v", version, err)
		}
	}
	if version, others := donors(t, s); version != 20 || len(others) != 19 {
		t.Errorf("the document is at version %d, beside %d", version, len(others))
	}
}

// TestCommitsInAStorm has writers compete for one document while one of six commands
// fails in some way. What was said to be made is there, once; what was refused is not.
func TestCommitsInAStorm(t *testing.T) {
	set, s := own(t)
	set.Storm(6, 11)
	var mu sync.Mutex
	made, open := map[string]bool{}, map[string]bool{}
	var writers sync.WaitGroup
	for writer := range 6 {
		writers.Go(func() {
			for n := range 12 {
				code := fmt.Sprintf("W%d-%d", writer, n)
				for {
					r, err := s.Get(t.Context(), store.Donors, "INL")
					if err != nil {
						continue // reads are not what is tried here
					}
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					err = s.Commit(ctx, renamed(r.Version, code)...)
					cancel()
					var outrun *store.VersionConflict
					if errors.As(err, &outrun) {
						continue
					}
					mu.Lock()
					if made[code] = err == nil; err != nil {
						open[code] = true
						t.Logf("%s: %v", code, err)
					}
					mu.Unlock()
					break
				}
			}
		})
	}
	writers.Wait()
	set.Storm(0, 0)
	version, others := donors(t, s)
	for code, yes := range made {
		if yes && !others[code] {
			t.Errorf("%s was made and is not there", code)
		}
		if !yes && !open[code] && others[code] {
			t.Errorf("%s was refused and is there", code)
		}
	}
	if int(version) != len(others)+1 {
		t.Errorf("the document is at version %d, beside %d others", version, len(others))
	}
	if len(open) > 2 {
		t.Errorf("of %d commits %d came to an error", len(made), len(open))
	}
	if n := set.Counts(); n.Repeated == 0 || n.GivenUp == 0 || n.Faults < 20 {
		t.Errorf("it was no storm: %+v", n)
	}
}
