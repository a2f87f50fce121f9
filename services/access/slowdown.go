package access

import (
	"sync"
	"time"

	"quartermaster/models"
)

// slowdown makes guessing slow: after freeFailures wrong passwords for a user
// name, or forty times as many from one address, each further one doubles the
// time to wait, to at most longestWait. A success forgives the name, not the
// address, so that one known password does not open the way to guess others.
type slowdown struct {
	mu       sync.Mutex
	failures map[string]failure
}

type failure struct {
	count int
	until time.Time // no attempt before
	last  time.Time
}

const (
	freeFailures        = 5
	freeAddressFailures = 40 * freeFailures // a whole post may share one address
	longestWait         = 15 * time.Minute
	mostFailures        = 10_000 // remembered, so that an attack cannot fill the memory
)

// check refuses while any of the keys has to wait.
func (s *slowdown) check(now time.Time, keys ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if f, ok := s.failures[key]; ok && now.Before(f.until) {
			wait := f.until.Sub(now).Round(time.Second)
			return models.Refuse(models.TooMany, "", "too many wrong passwords; try again in %s", max(wait, time.Second))
		}
	}
	return nil
}

func (s *slowdown) failed(now time.Time, name, address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failures == nil || len(s.failures) >= mostFailures {
		s.forget(now)
	}
	for key, free := range map[string]int{name: freeFailures, address: freeAddressFailures} {
		f := s.failures[key]
		if now.Sub(f.last) > longestWait {
			f.count = 0
		}
		f.count++
		f.last = now
		if over := f.count - free; over >= 0 {
			f.until = now.Add(min(longestWait, time.Second<<min(over, 20)))
		}
		s.failures[key] = f
	}
}

// forget drops what is no longer waited for.
func (s *slowdown) forget(now time.Time) {
	kept := make(map[string]failure)
	for key, f := range s.failures {
		if now.Before(f.until) && len(kept) < mostFailures/2 {
			kept[key] = f
		}
	}
	s.failures = kept
}

func (s *slowdown) succeeded(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.failures, name)
}
