package main

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// load sends requests from several clients at once and measures each.
func (s *child) load(name, token string, each time.Duration, clients int, make func(client int) (method, path, body string)) result {
	for range 50 { // so that what is prepared once is not measured
		method, path, body := make(0)
		_ = s.ask(method, path, body, token, nil)
	}
	var mu sync.Mutex
	var took []time.Duration
	r := result{name: name}
	began := time.Now()
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			var mine []time.Duration
			failed := 0
			for time.Since(began) < each {
				method, path, body := make(client)
				sent := time.Now()
				if err := s.ask(method, path, body, token, nil); err != nil {
					if failed++; failed == 1 {
						fmt.Fprintln(os.Stderr, err)
					}
					continue
				}
				mine = append(mine, time.Since(sent))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			r.failed += failed
		})
	}
	all.Wait()
	r.rate = float64(len(took)) / time.Since(began).Seconds()
	slices.Sort(took)
	if len(took) > 0 {
		r.p50, r.p99 = took[len(took)/2], took[len(took)*99/100]
	}
	return r
}
