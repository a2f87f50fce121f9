package replica

import (
	"math/rand/v2"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Fault is a failure that is put in the way of a command.
type Fault struct {
	Command string // which it meets: insert, update, commitTransaction, …
	In      string // of which collection; "" is of any
	Times   int    // how often; 0 is once
	// Done is whether the command is done all the same, and only the answer fails.
	Done bool
	Kind Kind
	// For is how long a Pause is.
	For time.Duration
}

// Kind is how a command fails.
type Kind int

// Kinds of failure.
const (
	Drop       Kind = iota // the connection breaks
	Conflict               // a transaction is told of a write conflict and given up
	Unknown                // a commit is said not to be known
	NotPrimary             // another is the primary now
	Pause                  // the answer takes its time
)

// Inject puts a fault in the way of the next command that it is for.
func (s *Set) Inject(f Fault) {
	s.faultsMu.Lock()
	defer s.faultsMu.Unlock()
	f.Times = max(f.Times, 1)
	s.faults = append(s.faults, &f)
}

// Storm lets about one of n writes fail from now on, in every way there is; 0 ends it.
func (s *Set) Storm(n int, seed uint64) {
	s.faultsMu.Lock()
	defer s.faultsMu.Unlock()
	if n == 0 {
		s.storm = nil
		return
	}
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(seed, 0))
	s.storm = func() *Fault {
		mu.Lock()
		defer mu.Unlock()
		if dice.IntN(n) > 0 {
			return nil
		}
		return &Fault{Kind: Kind(dice.IntN(int(Pause) + 1)), Done: dice.IntN(2) == 0, For: time.Duration(dice.IntN(20)) * time.Millisecond}
	}
}

func isWrite(c command) bool {
	switch c.name {
	case "insert", "update", "delete", "findAndModify", "commitTransaction", "abortTransaction":
		return true
	}
	return false
}

// meets returns the fault that a command runs into, or nil.
func (s *Set) meets(c command) *Fault {
	s.faultsMu.Lock()
	defer s.faultsMu.Unlock()
	for i, f := range s.faults {
		if f.Command != c.name || f.In != "" && f.In != c.text(c.name) {
			continue
		}
		if f.Times--; f.Times == 0 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		s.counts.Faults++
		return f
	}
	if s.storm == nil || !isWrite(c) {
		return nil
	}
	f := s.storm()
	if f != nil {
		s.counts.Faults++
	}
	return f
}

// fail lets a command fail. Without goesOn it is answered by answer, or where there is
// none the connection breaks.
func (s *Set) fail(f *Fault, c command) (answer bson.D, there, goesOn bool) {
	numbered := !c.Lookup("txnNumber").IsZero()
	switch {
	case f.Kind == Drop:
		return nil, false, false
	case f.Kind == Pause:
		select {
		case <-s.ctx.Done():
		case <-time.After(f.For):
		}
		return nil, false, true
	case f.Kind == Conflict && inTransaction(c) && c.name != "commitTransaction" && c.name != "abortTransaction":
		s.mu.Lock()
		defer s.mu.Unlock()
		if of := s.session(c); of != nil && of.open != nil {
			s.giveUp(of.open)
		}
		return conflict().answer(), true, false
	case f.Kind == Unknown && c.name == "commitTransaction":
		return (&failure{91, "ShutdownInProgress", "The server is in quiesce mode and will shut down", []string{unknownCommit, retryable}}).answer(), true, false
	case f.Kind == NotPrimary && inTransaction(c) && c.name != "commitTransaction":
		return notPrimary(transient).answer(), true, false
	case f.Kind == NotPrimary && numbered:
		return notPrimary(retryable).answer(), true, false
	}
	return nil, false, true // it does not fit this command
}
