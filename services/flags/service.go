// Package flags keeps the matters that a person must look at. What a matter is,
// the other services decide; this one sees to it that each has one flag while it
// stands, and none when it is gone.
package flags

import (
	"context"
	"crypto/rand"
	"errors"
	"iter"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Service keeps flags.
type Service struct {
	Book *ledger.Book
}

// Cause is why a flag of some kind should be open now.
type Cause struct {
	Subject string // as the ledger names it
	Ref     string // what people know it by: a tag, the number of a paper, a lot
	What    string
	Detail  string
	Since   models.Day
	Unit    string
	Path    []string
	Owner   string
	Donor   string
	Grant   string
}

// Reconciled is what a run over all causes of a kind did.
type Reconciled struct {
	Standing int `json:"standing"` // causes there are
	Opened   int `json:"opened"`
	Closed   int `json:"closed"`
}

// batch is how many flags one Commit opens or closes.
const batch = 500

// Reconcile opens a flag of a kind for each cause that has none and closes those
// whose cause is gone, with outcome as the reason. It can be run as often as one
// likes; of two who run it at once, each opens what the other did not.
func (s *Service) Reconcile(ctx context.Context, kind models.FlagKind, causes iter.Seq2[Cause, error], outcome string) (Reconciled, error) {
	var did Reconciled
	open, err := s.open(ctx, kind)
	if err != nil {
		return did, err
	}
	var entries []ledger.Entry
	flush := func(n *int) error {
		done, err := s.commit(ctx, entries)
		*n += done
		entries = entries[:0]
		return err
	}
	for cause, err := range causes {
		if err != nil {
			return did, err
		}
		did.Standing++
		if _, known := open[cause.Subject]; known {
			delete(open, cause.Subject)
			continue
		}
		entries = append(entries, s.Opening(kind, cause))
		if len(entries) == batch {
			if err := flush(&did.Opened); err != nil {
				return did, err
			}
		}
	}
	if err := flush(&did.Opened); err != nil {
		return did, err
	}
	for _, record := range open {
		entry, err := s.closing(record, outcome)
		if err != nil {
			return did, err
		}
		entries = append(entries, entry)
		if len(entries) == batch {
			if err := flush(&did.Closed); err != nil {
				return did, err
			}
		}
	}
	return did, flush(&did.Closed)
}

// open reads the open flags of a kind, by subject.
func (s *Service) open(ctx context.Context, kind models.FlagKind) (map[string]store.Record, error) {
	found := map[string]store.Record{}
	prefix := models.MatterOf(kind, "")
	q := store.Query{In: store.Flags, By: "matter", Where: []store.Cond{store.Starts("matter", prefix)}, Limit: 1000}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			if matter, ok := record.Place[0].(string); ok {
				found[matter[len(prefix):]] = record
			}
		}
		if len(records) < q.Limit {
			return found, nil
		}
		q.After = records[len(records)-1].Place
	}
}

// commit opens and closes flags, and returns how many. When somebody else did some
// of it in the meantime, each is tried by itself and what they did is left.
func (s *Service) commit(ctx context.Context, entries []ledger.Entry) (int, error) {
	if len(entries) == 0 {
		return 0, nil
	}
	err := s.Book.Commit(ctx, entries...)
	if err == nil {
		return len(entries), nil
	}
	if !beaten(err) {
		return 0, err
	}
	done := 0
	for _, entry := range entries {
		switch err := s.Book.Commit(ctx, entry); {
		case err == nil:
			done++
		case !beaten(err):
			return done, err
		}
	}
	return done, nil
}

// beaten says whether a commit was lost to somebody who did the same.
func beaten(err error) bool {
	var taken *store.Duplicate
	var outrun *store.VersionConflict
	return errors.As(err, &taken) || errors.As(err, &outrun)
}

// Opening is the entry that opens a flag, for a Commit of its own or of the change
// that gives cause for it.
func (s *Service) Opening(kind models.FlagKind, c Cause) ledger.Entry {
	now := s.Book.Now()
	return ledger.Add(store.Flags, &models.Flag{
		ID: ulid.MustNew(ulid.Timestamp(now), rand.Reader).String(), Kind: kind, Subject: c.Subject, Ref: c.Ref, What: c.What, Detail: c.Detail,
		Since: c.Since, Unit: c.Unit, Path: c.Path, Owner: c.Owner, Donor: c.Donor, Grant: c.Grant, State: models.FlagOpen, OpenedAt: models.At(now),
	}, "flag.opened", c.Detail)
}

// Closing returns the entries that close what is open of some kinds about a
// subject: for the Commit of the change by which the cause is gone.
func (s *Service) Closing(ctx context.Context, subject, outcome string, kinds ...models.FlagKind) ([]ledger.Entry, error) {
	var entries []ledger.Entry
	for _, kind := range kinds {
		records, err := s.Book.Store.Find(ctx, store.Query{In: store.Flags, By: "matter", Where: []store.Cond{store.Is("matter", models.MatterOf(kind, subject))}, Limit: 1})
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			entry, err := s.closing(record, outcome)
			if err != nil {
				return nil, err
			}
			entries = append(entries, entry)
		}
	}
	return entries, nil
}

func (s *Service) closing(record store.Record, outcome string) (ledger.Entry, error) {
	flag, err := store.Decode[models.Flag](record)
	if err != nil {
		return ledger.Entry{}, err
	}
	now := models.At(s.Book.Now())
	flag.State, flag.ClosedAt, flag.Outcome = models.FlagClosed, &now, outcome
	return ledger.Change(store.Flags, record.Body, flag, "flag.closed", outcome), nil
}

// Standing returns the open flags about a subject, as its page shows them.
func (s *Service) Standing(ctx context.Context, subject string) ([]*models.Flag, error) {
	return store.Find[models.Flag](ctx, s.Book.Store, store.Query{In: store.Flags, By: "subject",
		Where: []store.Cond{store.Is("subject", subject), store.Is("state", string(models.FlagOpen))}})
}
