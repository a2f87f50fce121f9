package flags

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Reconciled is what a run over all causes of a kind did.
type Reconciled struct {
	Standing int `json:"standing"` // causes there are
	Opened   int `json:"opened"`
	Followed int `json:"followed"` // brought in line with a subject that changed or moved
	Closed   int `json:"closed"`
}

const (
	// batch is how many flags one Commit opens or closes.
	batch = 5000
	// atOnce is how many commits are made ready at the same time; the store writes one.
	atOnce = 3
)

// tally adds up what several commits did.
type tally struct {
	mu sync.Mutex
	Reconciled
}

// Reconcile opens a flag of a kind for each cause that has none, brings those in
// line whose cause looks otherwise than before, and closes those whose cause is
// gone, with outcome as the reason. It can be run as often as one likes; of two who
// run it at once, each opens what the other did not.
func (s *Service) Reconcile(ctx context.Context, kind models.FlagKind, causes Causes, outcome models.Text) (Reconciled, error) {
	var did Reconciled
	standing, err := s.standing(ctx, kind)
	if err != nil {
		return did, err
	}
	seen := make(map[string]bool, len(standing))
	var some []Cause
	var kept tally
	writing, written := errgroup.WithContext(ctx) // while the causes of the next batch are read
	writing.SetLimit(atOnce)
	defer func() { _ = writing.Wait() }()
	keep := func() {
		causes := some
		some = nil
		writing.Go(func() error { return s.keep(written, kind, causes, standing, &kept) })
	}
	for cause, err := range causes {
		if written.Err() != nil {
			break
		}
		if err != nil {
			return did, err
		}
		if seen[cause.Subject] {
			continue // another room gives the same matter
		}
		mark, known := standing[cause.Subject]
		if known && mark == cause.mark() {
			seen[cause.Subject] = true
			did.Standing++
			continue
		}
		if cause.Look != nil {
			var stands bool
			if cause, stands, err = cause.Look(); errors.Is(err, store.ErrNotFound) || err == nil && !stands {
				continue
			} else if err != nil {
				return did, err
			}
		}
		seen[cause.Subject] = true
		did.Standing++
		if some = append(some, cause); len(some) == batch {
			keep()
		}
	}
	keep()
	err = writing.Wait()
	did.Opened, did.Followed = kept.Opened, kept.Followed
	if err != nil {
		return did, err
	}
	for subject := range standing {
		if seen[subject] {
			delete(standing, subject)
		}
	}
	err = s.gone(ctx, kind, standing, outcome, &kept)
	did.Closed = kept.Closed
	return did, err
}

// standing reads which subjects have an open flag of a kind, and its mark, from the
// index alone.
func (s *Service) standing(ctx context.Context, kind models.FlagKind) (map[string]string, error) {
	found := map[string]string{}
	q := store.Query{In: store.Flags, By: "standing", Bare: true, Limit: 10 * page,
		Where: []store.Cond{store.Is("kind", string(kind)), store.Is("state", string(models.FlagOpen))}}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			subject, _ := r.Place[0].(string)
			found[subject], _ = r.Place[1].(string)
		}
		if len(records) < q.Limit {
			return found, nil
		}
		q.After = records[len(records)-1].Place
	}
}

// keep opens or brings in line the flags of some causes. Those that have none
// standing are taken to be new; when that, or anything else, turns out otherwise,
// the flags are read.
func (s *Service) keep(ctx context.Context, kind models.FlagKind, causes []Cause, standing map[string]string, did *tally) error {
	return s.commit(ctx, len(causes), did, func(i int, again bool) (*ledger.Entry, error) {
		if _, known := standing[causes[i].Subject]; !known && !again {
			entry := s.opened(s.fresh(kind, causes[i].Subject), &causes[i])
			return &entry, nil
		}
		return s.entry(ctx, kind, &causes[i])
	})
}

// gone closes the flags of subjects that give no cause any more.
func (s *Service) gone(ctx context.Context, kind models.FlagKind, subjects map[string]string, outcome models.Text, did *tally) error {
	some := make([]string, 0, min(len(subjects), batch))
	flush := func() error {
		err := s.commit(ctx, len(some), did, func(i int, _ bool) (*ledger.Entry, error) { return s.closing(ctx, kind, some[i], outcome) })
		some = some[:0]
		return err
	}
	for subject := range subjects {
		if some = append(some, subject); len(some) == batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// commit makes the changes of n flags as one. When somebody else changed one of them
// meanwhile, all are decided again, and then each by itself; what they did is left.
func (s *Service) commit(ctx context.Context, n int, did *tally, decide func(i int, again bool) (*ledger.Entry, error)) error {
	some := func(from, to int, again bool) error {
		var entries []ledger.Entry
		for i := from; i < to; i++ {
			entry, err := decide(i, again)
			if err != nil {
				return err
			}
			if entry != nil {
				entries = append(entries, *entry)
			}
		}
		if len(entries) == 0 {
			return nil
		}
		slices.SortFunc(entries, func(a, b ledger.Entry) int { return strings.Compare(a.Doc.Key(), b.Doc.Key()) }) // as the store has them
		err := s.Book.Commit(ctx, entries...)
		if err == nil {
			did.count(entries)
		}
		return err
	}
	err := some(0, n, false)
	if store.Outrun(err) {
		err = some(0, n, true)
	}
	if !store.Outrun(err) {
		return err
	}
	for i := range n {
		if err := some(i, i+1, true); err != nil && !store.Outrun(err) {
			return err
		}
	}
	return nil
}

func (r *tally) count(entries []ledger.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range entries {
		switch e.Kind {
		case opened, reopened:
			r.Opened++
		case closed:
			r.Closed++
		default:
			r.Followed++
		}
	}
}
