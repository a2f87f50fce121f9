package main

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// result is what some clients were answered.
type result struct {
	took    []time.Duration // of the requests that went well, sorted
	kinds   map[string][]time.Duration
	failed  int // not answered, or refused for another reason than overload
	put     int // put off: 503 with Retry-After
	elapsed time.Duration
	busy    time.Duration // processor time of the server
}

func (r *result) rate() float64 { return float64(len(r.took)) / r.elapsed.Seconds() }

// cost is the processor time of the server for a request, in microseconds.
func (r *result) cost() float64 {
	return float64(r.busy.Microseconds()) / float64(max(1, len(r.took)))
}

// at is the time that all but one in so many requests stay under.
func at(took []time.Duration, part float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	return took[min(len(took)-1, int(float64(len(took))*part))]
}

// mostTold is how many failures are told of: as a rule, all have the same reason.
const mostTold = 5

// load lets clients ask one after the other for some time, each what next gives it.
// One that is put off goes on at once with something else, as impatient people do.
func (s *child) load(clients int, each time.Duration, next func(client int) request) *result {
	total := &result{kinds: map[string][]time.Duration{}}
	var mu sync.Mutex
	var all sync.WaitGroup
	var told atomic.Int32
	began, before := time.Now(), s.busy()
	for client := range clients {
		all.Go(func() {
			mine := &result{kinds: map[string][]time.Duration{}}
			for time.Since(began) < each {
				r := next(client)
				sent := time.Now()
				status, retryAfter, err := s.ask(r, nil)
				switch {
				case err == nil:
					mine.kinds[r.kind] = append(mine.kinds[r.kind], time.Since(sent))
					if r.done != nil {
						r.done()
					}
				case status == 503 && retryAfter != "":
					mine.put++
				default:
					mine.failed++
					if told.Add(1) <= mostTold {
						fmt.Fprintln(os.Stderr, err)
					}
				}
			}
			mu.Lock()
			defer mu.Unlock()
			total.failed += mine.failed
			total.put += mine.put
			for kind, took := range mine.kinds {
				total.kinds[kind] = append(total.kinds[kind], took...)
			}
		})
	}
	all.Wait()
	total.elapsed, total.busy = time.Since(began), s.busy()-before
	for _, took := range total.kinds {
		slices.Sort(took)
		total.took = append(total.took, took...)
	}
	slices.Sort(total.took)
	return total
}
