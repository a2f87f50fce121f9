package timetable

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
)

const (
	// every is how often the table is looked through, and at least as often as a lease
	// lasts. It goes by a ticker, which counts
	// on when the clock is set, and not by cron's own loop, which would stand still for
	// as long as a clock is set back.
	every = 15 * time.Second
	// longest is how long a run may take, unless its row says otherwise.
	longest = 30 * time.Minute
	// closing is how long giving a lease back may take when the server stops.
	closing = 5 * time.Second
)

// Start looks through the table now, for what was missed while the server was down,
// and then again and again. stop ends that and what runs.
func (s *Service) Start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	s.life = ctx
	ticker := time.NewTicker(min(every, s.lasts()))
	s.running.Go(func() {
		for {
			s.Tick(ctx)
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return func() {
		cancel()
		ticker.Stop()
		s.Wait()
	}
}

// Tick begins all jobs that are due and that no other instance has.
func (s *Service) Tick(ctx context.Context) {
	for i := range s.rows {
		s.begin(ctx, &s.rows[i], "")
	}
}

// Wait returns when nothing runs in this process.
func (s *Service) Wait() { s.running.Wait() }

// begin runs a job beside whatever else goes on, unless this process runs it
// already. done is closed at its end.
func (s *Service) begin(ctx context.Context, r *row, by string) (done <-chan struct{}) {
	ended := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.here[r.Name] {
		close(ended)
		return ended
	}
	if s.here == nil {
		s.here = map[string]bool{}
	}
	s.here[r.Name] = true
	s.running.Go(func() {
		defer func() {
			s.mu.Lock()
			delete(s.here, r.Name)
			s.mu.Unlock()
			close(ended)
		}()
		if err := s.run(ctx, r, by); err != nil && ctx.Err() == nil {
			s.log().Error("a job could not be begun or ended", "job", r.Name, "error", err)
		}
	})
	return ended
}

// run takes the lease, does the job and notes what came of it.
func (s *Service) run(ctx context.Context, r *row, by string) error {
	l, err := s.take(ctx, r, by != "")
	if l == nil || err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(access.AsOperator(ctx), cmp.Or(r.Longest, longest))
	defer cancel()
	work, stop := l.under(ledger.By(limited, ledger.Author{Person: ledger.Program, Device: "job " + r.Name}))
	began := s.Book.Now()
	did, failed := guarded(work, r)
	took := s.Book.Now().Sub(began)
	stop()
	back, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if failed != nil && ctx.Err() != nil { // the server stops; it is made up for at the next start
		return l.giveBack(back, nil)
	}
	run := &models.Run{At: models.At(began), Took: max(took.Milliseconds(), 0), By: by, On: s.Instance, Found: did.Found, Opened: did.Opened, Closed: did.Closed}
	log := s.log().With("job", r.Name, "took", took, "found", did.Found, "opened", did.Opened, "closed", did.Closed)
	if failed != nil {
		if lost := context.Cause(work); errors.Is(lost, errLost) {
			failed = lost
		}
		run.Error = shortened(failed.Error())
		log.Error("a job failed", "error", failed)
	} else {
		log.Log(ctx, level(did), "a job is done")
	}
	return l.giveBack(back, run)
}

func level(did Did) slog.Level {
	if did.Opened+did.Closed > 0 {
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

// guarded does the job; a panic in it is a failure of that job, not of the server.
func guarded(ctx context.Context, r *row) (did Did, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the job broke: %v\n%s", fault, debug.Stack())
		}
	}()
	return r.Do(ctx)
}

const longestError = 500

func shortened(text string) string {
	if runes := []rune(text); len(runes) > longestError {
		return string(runes[:longestError]) + "…"
	}
	return text
}
