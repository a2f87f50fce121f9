package flags

import (
	"context"
	"errors"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// What happens to a flag, as its history names it.
const (
	opened   = "flag.opened"
	reopened = "flag.reopened"
	followed = "flag.followed" // its subject, which changed or moved
	rose     = "flag.rose"
	noted    = "flag.acknowledged"
	closed   = "flag.closed"
)

// Opening returns the entries that open a flag, for the Commit of the change that
// gives cause for it. It is none when the flag stands and says the same.
func (s *Service) Opening(ctx context.Context, kind models.FlagKind, c Cause) ([]ledger.Entry, error) {
	return one(s.entry(ctx, kind, &c))
}

// Closing returns the entries that close what is open of some kinds about a
// subject: for the Commit of the change by which the cause is gone.
func (s *Service) Closing(ctx context.Context, subject string, outcome models.Text, kinds ...models.FlagKind) ([]ledger.Entry, error) {
	var entries []ledger.Entry
	for _, kind := range kinds {
		entry, err := one(s.closing(ctx, kind, subject, outcome))
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry...)
	}
	return entries, nil
}

func one(entry *ledger.Entry, err error) ([]ledger.Entry, error) {
	if entry == nil || err != nil {
		return nil, err
	}
	return []ledger.Entry{*entry}, nil
}

// read reads the flag of a matter; nil when it never had one.
func (s *Service) read(ctx context.Context, kind models.FlagKind, subject string) (store.Record, *models.Flag, error) {
	record, err := s.Book.Store.Get(ctx, store.Flags, models.FlagID(kind, subject))
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, nil
	}
	if err != nil {
		return record, nil, err
	}
	flag, err := store.Decode[models.Flag](record)
	return record, flag, err
}

// entry opens the flag of a cause, opens it again, or brings it in line; nil when it
// stands and says the same.
func (s *Service) entry(ctx context.Context, kind models.FlagKind, c *Cause) (*ledger.Entry, error) {
	record, flag, err := s.read(ctx, kind, c.Subject)
	if err != nil {
		return nil, err
	}
	var entry ledger.Entry
	switch {
	case flag == nil:
		entry = s.opened(s.fresh(kind, c.Subject), c)
	case !flag.Stands():
		entry = s.opened(flag, c)
		entry.Before = record.Body
	case flag.Mark == c.mark():
		return nil, nil
	default:
		c.say(flag, c.mark())
		flag.Follow(s.Book.Today(), s.RisesAfter)
		entry = ledger.Change(store.Flags, record.Body, flag, followed, "").Saying(c.Detail)
	}
	return &entry, nil
}

func (s *Service) fresh(kind models.FlagKind, subject string) *models.Flag {
	return &models.Flag{ID: models.FlagID(kind, subject), Kind: kind, Subject: subject}
}

// opened opens a flag that is new, or was closed.
func (s *Service) opened(flag *models.Flag, c *Cause) ledger.Entry {
	flag.State, flag.OpenedAt = models.FlagOpen, models.At(s.Book.Now())
	flag.ClosedAt, flag.Outcome, flag.OutcomeSaid, flag.Acknowledged = nil, "", nil, nil
	flag.Times++
	flag.Since = s.Book.Today()
	c.say(flag, c.mark())
	flag.Begin(s.Book.Today(), s.RisesAfter)
	kind := opened
	if flag.Times > 1 {
		kind = reopened
	}
	return ledger.Add(store.Flags, flag, kind, "").Saying(c.Detail)
}

// closing closes the flag of a matter; nil when it does not stand.
func (s *Service) closing(ctx context.Context, kind models.FlagKind, subject string, outcome models.Text) (*ledger.Entry, error) {
	record, flag, err := s.read(ctx, kind, subject)
	if err != nil || flag == nil || !flag.Stands() {
		return nil, err
	}
	entry := s.closed(record, flag, outcome)
	return &entry, nil
}

// closed closes a flag that stands.
func (s *Service) closed(record store.Record, flag *models.Flag, outcome models.Text) ledger.Entry {
	now := models.At(s.Book.Now())
	flag.State, flag.ClosedAt, flag.RisesOn = models.FlagClosed, &now, ""
	flag.Outcome, flag.OutcomeSaid = outcome.Kept()
	return ledger.Change(store.Flags, record.Body, flag, closed, "").Saying(outcome)
}
