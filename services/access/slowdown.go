package access

import (
	"context"
	"errors"
	"time"

	"quartermaster/models"
	"quartermaster/services/store"
)

// A wrong secret makes guessing slow: after as many as are free to whatever it is counted
// by, each further one doubles the time to wait, to at most longestWait. It is counted in
// the store, so that several instances count together, and by more than one matter: the
// name from one network, so that nobody elsewhere shuts its owner out; the name from
// everywhere; and the network, which a success does not forgive, so that one known
// password does not open the way to guess others.
type tally struct {
	by   string
	free int
}

const (
	freeFailures     = 5
	freeNameFailures = 10 * freeFailures // from everywhere
	freeFromFailures = 40 * freeFailures // a whole post may share one address
	longestWait      = 15 * time.Minute
)

// slowed refuses while any of what is counted has to wait.
func (s *Service) slowed(ctx context.Context, matters []tally) error {
	now := s.Book.Now()
	for _, m := range matters {
		f, err := store.Get[models.Failures](ctx, s.Book.Store, store.Failures, tokenHash(m.by))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if wait := f.Until.Sub(now); wait > 0 {
			wait = max(wait.Round(time.Second), time.Second)
			return models.Refuse(models.TooMany, "", "too many wrong passwords or codes; try again in %s", wait).After(wait)
		}
	}
	return nil
}

// failed counts a wrong secret.
func (s *Service) failed(ctx context.Context, matters []tally) error {
	ctx = context.WithoutCancel(ctx) // whoever hangs up is counted, too
	for _, m := range matters {
		if err := s.count(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// recounts is how often a failure is counted anew when others were at the same moment.
const recounts = 20

func (s *Service) count(ctx context.Context, m tally) error {
	for attempt := 1; ; attempt++ {
		now := s.Book.Now()
		record, err := s.Book.Store.Get(ctx, store.Failures, tokenHash(m.by))
		f := &models.Failures{}
		if err == nil {
			f, err = store.Decode[models.Failures](record)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if now.Sub(f.Last.Time) > longestWait {
			f.Count = 0
		}
		f.Count++
		f.Last = models.At(now)
		if over := f.Count - m.free; over >= 0 {
			f.Until = models.At(now.Add(min(longestWait, time.Second<<min(over, 20))))
		}
		f.ExpiresAt = models.At(now.Add(longestWait + time.Minute))
		change := store.Insert(store.Failures, tokenHash(m.by), f)
		if record.Version > 0 {
			change = store.Replace(store.Failures, record.ID, record.Version, f)
		}
		if err = s.Book.Store.Commit(ctx, change); !store.Outrun(err) || attempt == recounts {
			return err
		}
	}
}

// forgive forgets what was counted by one matter.
func (s *Service) forgive(ctx context.Context, m tally) error {
	record, err := s.Book.Store.Get(ctx, store.Failures, tokenHash(m.by))
	if err == nil {
		err = s.Book.Store.Commit(ctx, store.Delete(store.Failures, record.ID, record.Version))
	}
	if errors.Is(err, store.ErrNotFound) || store.Outrun(err) {
		return nil
	}
	return err
}

// guess compares a secret with its hash, and counts it when it is wrong. It compares few
// at a time and looks at the count when it is its turn, so that many at once are not
// worth more than one after the other.
func (s *Service) guess(ctx context.Context, secret, hash string, matters ...tally) (right bool, err error) {
	leave, err := turn(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if err := s.slowed(ctx, matters); err != nil {
		return false, err
	}
	compare := matches
	if s.compare != nil {
		compare = s.compare
	}
	if compare(secret, hash) {
		return true, nil
	}
	return false, s.failed(ctx, matters)
}
