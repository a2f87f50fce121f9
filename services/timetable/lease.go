package timetable

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Lasts is how long a lease holds without being renewed, unless a service says
// otherwise: how long a job waits when the instance that ran it dies.
const Lasts = time.Minute

func (s *Service) lasts() time.Duration { return cmp.Or(s.LeaseLasts, Lasts) }

// errLost is what the holder of a lease gets that somebody else has taken.
var errLost = errors.New("another instance has taken this job over; what was not written yet is left to it")

// lease is the right to run a job. The store decides who has it: taking, renewing
// and giving back replace the job's document at the version that was read, and so
// does each Commit of what the job does. Clocks only say when a takeover is tried.
type lease struct {
	s    *Service
	name string
	mu   sync.Mutex
	job  *models.Job
	at   int64 // version of the document
	lost func(error)
	gone bool
}

// take tries to get the lease of a job that is due, or that somebody asked for. It
// returns nil when it is not due or somebody else has it.
func (s *Service) take(ctx context.Context, r *row, asked bool) (*lease, error) {
	l := &lease{s: s, name: r.Name, job: &models.Job{Name: r.Name}}
	now := s.Book.Now()
	record, err := s.Book.Store.Get(ctx, store.Jobs, r.Name)
	if err == nil {
		l.job, err = store.Decode[models.Job](record)
		l.at = record.Version
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if s.held(l.job, now) || !asked && !r.isDue(l.job.Done, now, s.zone()) {
		return nil, nil
	}
	if l.job.Holder != "" {
		s.log().Warn("a job is taken over from an instance that no longer answers", "job", r.Name, "from", l.job.Holder)
	}
	l.job.Holder = s.Instance
	err = l.replace(func(c store.Change) error { return s.Book.Store.Commit(ctx, c) })
	if errors.Is(err, errLost) {
		return nil, nil // another was quicker
	}
	return l, err
}

// held says whether somebody has the job. No lease ends later than it lasts from now:
// one that does was taken before the clock was set back, and is not believed.
func (s *Service) held(job *models.Job, now time.Time) bool {
	return job.Holder != "" && now.Before(job.Until.Time) && !job.Until.After(now.Add(s.lasts()))
}

// replace commits the job's document with a new end of the lease, and whatever
// commit adds to it.
func (l *lease) replace(commit func(store.Change) error) error {
	next := *l.job
	if next.Holder != "" {
		next.Until = models.At(l.s.Book.Now().Add(l.s.lasts()))
	}
	err := commit(store.Replace(store.Jobs, next.Name, l.at, &next))
	var outrun *store.VersionConflict
	var taken *store.Duplicate
	switch {
	case err == nil:
		l.job, l.at = &next, l.at+1
	case errors.As(err, &outrun) && outrun.Collection == store.Jobs.Name, errors.As(err, &taken) && taken.Collection == store.Jobs.Name:
		l.gone = true
		if l.lost != nil {
			l.lost(errLost)
		}
		return errLost // and not the conflict, for which a service would try again
	}
	l.look()
	return err
}

// look reads where the lease stands after a commit that failed: what became of one
// whose answer was lost is not known, and it may have renewed the lease all the same.
func (l *lease) look() {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	record, err := l.s.Book.Store.Get(ctx, store.Jobs, l.name)
	if err != nil {
		return // the next renewal finds out
	}
	if job, err := store.Decode[models.Job](record); err == nil && job.Holder == l.s.Instance {
		l.at = record.Version
	}
}

// hold is the ledger.Lease of whatever the job does.
func (l *lease) hold(commit func(store.Change) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return errLost
	}
	return l.replace(commit)
}

// under returns a context for the job's work, which ends when the lease is lost, and
// renews the lease until stop is called.
func (l *lease) under(ctx context.Context) (work context.Context, stop func()) {
	work, cancel := context.WithCancelCause(ledger.UnderLease(ctx, l.hold))
	l.lost = func(err error) { cancel(err) }
	beats, quiet := l.s.beats()
	done := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-work.Done():
				return
			case <-beats:
				if err := l.hold(func(c store.Change) error { return l.s.Book.Store.Commit(work, c) }); err != nil {
					l.s.log().Warn("a lease could not be renewed", "job", l.name, "error", err)
				}
			}
		}
	})
	return work, func() {
		close(done)
		renewing.Wait()
		quiet()
		cancel(nil)
	}
}

func (s *Service) beats() (<-chan time.Time, func()) {
	if s.Beat != nil {
		return s.Beat()
	}
	ticker := time.NewTicker(s.lasts() / 3)
	return ticker.C, ticker.Stop
}

// giveBack notes a run, nil for one that was broken off, and lets others have the
// job.
func (l *lease) giveBack(ctx context.Context, run *models.Run) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return errLost
	}
	l.job.Holder, l.job.Until = "", models.Time{}
	if run != nil {
		l.job.Done = run.At
		l.job.Failures++
		if run.Error == "" {
			l.job.Failures, l.job.Good = 0, run.At
		}
		l.job.Recent = append([]models.Run{*run}, l.job.Recent[:min(len(l.job.Recent), remembered-1)]...)
	}
	return l.replace(func(c store.Change) error { return l.s.Book.Store.Commit(ctx, c) })
}

// remembered is how many runs of a job are kept.
const remembered = 20
