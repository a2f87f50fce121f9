package ledger

import (
	"context"
	"fmt"
	"strconv"

	"quartermaster/models"
	"quartermaster/services/store"
)

// newest finds up to limit entries of a subject, newest first, below the event
// numbered before (0 for the newest).
func (b *Book) newest(ctx context.Context, subject string, before int64, limit int) ([]*models.Entry, error) {
	q := store.Query{In: store.Events, By: "subject", Where: []store.Cond{store.Is("subject", subject)}, Desc: true, Limit: limit}
	if before > 0 {
		q.Where = append(q.Where, store.Under("seq", before))
	}
	return store.Find[models.Entry](ctx, b.Store, q)
}

// History returns up to limit events of a subject, newest first, below the event
// numbered before (0 for the newest).
func (b *Book) History(ctx context.Context, subject string, before int64, limit int) ([]models.Event, error) {
	entries, err := b.newest(ctx, subject, before, limit)
	if err != nil {
		return nil, err
	}
	events := make([]models.Event, len(entries))
	for i, entry := range entries {
		if events[i], err = entry.Event(); err != nil {
			return nil, fmt.Errorf("ledger: event %d of %s is damaged: %w", entry.Seq, subject, err)
		}
	}
	return events, nil
}

// Events returns a page of a subject's events, newest first, and the cursor of the
// next.
func (b *Book) Events(ctx context.Context, subject, cursor string, limit int) (events []models.Event, next string, err error) {
	before, err := below(cursor, limit)
	if err != nil {
		return nil, "", err
	}
	events, err = b.History(ctx, subject, before, limit+1)
	if len(events) > limit {
		events = events[:limit]
		next = strconv.FormatInt(events[limit-1].Seq, 10)
	}
	return events, next, err
}

// Texts returns a page of a subject's events as Events does, as the ledger keeps them.
func (b *Book) Texts(ctx context.Context, subject, cursor string, limit int) (*store.Page, error) {
	before, err := below(cursor, limit)
	if err != nil {
		return nil, err
	}
	entries, err := b.newest(ctx, subject, before, limit+1)
	if err != nil {
		return nil, err
	}
	page := &store.Page{}
	if len(entries) > limit {
		entries = entries[:limit]
		page.Next = strconv.FormatInt(entries[limit-1].Seq, 10)
	}
	for _, entry := range entries {
		page.Records = append(page.Records, store.Record{ID: EventID(subject, entry.Seq), Version: 1, Body: entry.Text})
	}
	return page, nil
}

// below reads which event a page of them begins below.
func below(cursor string, limit int) (before int64, err error) {
	if err := store.CheckLimit(limit); err != nil || cursor == "" {
		return 0, err
	}
	if before, err = strconv.ParseInt(cursor, 10, 64); err != nil || before < 1 {
		return 0, models.Refuse(models.Invalid, "cursor", "is not one that this list gave; begin again without it")
	}
	return before, nil
}

// Latest returns a subject's newest event.
func (b *Book) Latest(ctx context.Context, subject string) (models.Event, error) {
	events, err := b.History(ctx, subject, 0, 1)
	if err != nil || len(events) == 0 {
		return models.Event{}, err
	}
	return events[0], nil
}

// Verify checks that a subject's events follow one another without a gap, that
// each text has its hash and names the hash before it, and that the chain ends in
// head at version. It returns what is wrong, or nil.
func (b *Book) Verify(ctx context.Context, subject, head string, version int64) error {
	var prev string
	var seq int64
	q := store.Query{In: store.Events, By: "subject", Where: []store.Cond{store.Is("subject", subject)}, Limit: 500}
	for {
		records, err := b.Store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range records {
			entry, err := store.Decode[models.Entry](record)
			if err != nil {
				return err
			}
			event, err := entry.Event()
			if err != nil {
				return fmt.Errorf("ledger: event %d of %s is damaged: %w", entry.Seq, subject, err)
			}
			seq++
			if event.Seq != seq || event.Subject != subject || event.Prev != prev || Hash(entry.Text) != entry.Hash {
				return fmt.Errorf("ledger: the history of %s was altered at event %d", subject, seq)
			}
			prev = entry.Hash
		}
		if len(records) < q.Limit {
			break
		}
		q.After = records[len(records)-1].Place
	}
	if seq != version || prev != head {
		return fmt.Errorf("ledger: the history of %s ends at event %d, the document is at %d", subject, seq, version)
	}
	return nil
}
