package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/store"
)

// AsOf returns the document of a record as it was stored at an instant, and false
// when it was not in the book yet.
func (b *Book) AsOf(ctx context.Context, in *store.Collection, record store.Record, at models.Time) (store.Record, bool, error) {
	past, err := b.AllAsOf(ctx, in, []store.Record{record}, at)
	if err != nil || len(past) == 0 {
		return store.Record{}, false, err
	}
	return past[0], true, nil
}

// undoneAtOnce is of how many documents one query reads the later events.
const undoneAtOnce = 200

// AllAsOf returns the documents of records as they were stored at an instant, in
// their order and without those that were not in the book yet. A document stood at
// an instant as its newest event of then or before left it; what came later is
// undone, event by event. Of documents that keep their content out of their events
// (passwords, files) there is no past.
func (b *Book) AllAsOf(ctx context.Context, in *store.Collection, records []store.Record, at models.Time) ([]store.Record, error) {
	past := make([]store.Record, 0, len(records))
	for len(records) > 0 {
		some := records[:min(len(records), undoneAtOnce)]
		records = records[len(some):]
		later, err := b.laterThan(ctx, in, some, at)
		if err != nil {
			return nil, err
		}
		for _, record := range some {
			then, existed, err := b.undo(ctx, in, record, later[Subject(in, record.ID)])
			if err != nil {
				return nil, err
			}
			if existed {
				past = append(past, then)
			}
		}
	}
	return past, nil
}

// laterThan reads the events after an instant of those records that changed since,
// newest first, by subject.
func (b *Book) laterThan(ctx context.Context, in *store.Collection, records []store.Record, at models.Time) (map[string][]models.Event, error) {
	var changed []string
	for _, record := range records {
		var base models.Base
		if err := json.Unmarshal(record.Body, &base); err != nil {
			return nil, fmt.Errorf("ledger: document %s is damaged: %w", record.ID, err)
		}
		if base.UpdatedAt.After(at.Time) {
			changed = append(changed, Subject(in, record.ID))
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	entries, err := store.Find[models.Entry](ctx, b.Store, store.Query{In: store.Events, By: "subject", Desc: true,
		Where: []store.Cond{store.In("subject", changed), store.From("at", models.At(at.Add(time.Millisecond)).String())}})
	if err != nil {
		return nil, err
	}
	later := make(map[string][]models.Event, len(changed))
	for _, entry := range entries {
		event, err := entry.Event()
		if err != nil {
			return nil, fmt.Errorf("ledger: event %d of %s is damaged: %w", entry.Seq, entry.Subject, err)
		}
		later[entry.Subject] = append(later[entry.Subject], event)
	}
	return later, nil
}

// undo takes the changes of later events, newest first, back from a document. It
// stops at the first event that is not among them.
func (b *Book) undo(ctx context.Context, in *store.Collection, record store.Record, later []models.Event) (store.Record, bool, error) {
	if len(later) == 0 {
		return record, true, nil
	}
	p, err := pastOf(record)
	if err != nil {
		return record, false, err
	}
	newest := p.base.Version
	for _, event := range later {
		if event.Seq > p.base.Version {
			continue // it came after the document was read
		}
		if event.Seq < p.base.Version {
			if p.base.Version == newest {
				return record, false, broken(Subject(in, record.ID), newest)
			}
			break
		}
		p.undo(event)
	}
	if p.base.Version == 0 {
		return record, false, nil
	}
	stood, err := store.Get[models.Entry](ctx, b.Store, store.Events, Subject(in, record.ID)+"@"+strconv.FormatInt(p.base.Version, 10))
	if err != nil {
		return record, false, fmt.Errorf("ledger: event %d of %s: %w", p.base.Version, record.ID, err)
	}
	p.base.UpdatedAt = stood.At
	record.Version = p.base.Version
	record.Body, err = p.body()
	return record, true, err
}

// broken refuses to tell the past of a document whose events do not lead to it.
func broken(subject string, version int64) error {
	return models.Refuse(models.Conflict, "", "%s stands at version %d, but the event that made it so is missing: the ledger was altered; have it verified", subject, version)
}

// past is a document on its way back, field by field as events name them.
type past struct {
	base models.Base
	flat map[string]json.RawMessage
}

func pastOf(record store.Record) (*past, error) {
	p := &past{}
	if err := json.Unmarshal(record.Body, &p.base); err != nil {
		return nil, fmt.Errorf("ledger: document %s is damaged: %w", record.ID, err)
	}
	var err error
	p.flat, err = flatten(record.Body)
	return p, err
}

// Before is a document as it was before e, its latest event.
func Before(record store.Record, e models.Event) (store.Record, error) {
	p, err := pastOf(record)
	if err != nil {
		return record, err
	}
	if p.base.Version != e.Seq || !p.undo(e) {
		return record, broken(e.Subject, p.base.Version)
	}
	record.Version = p.base.Version
	record.Body, err = p.body()
	return record, err
}

// undo takes an event back, and says whether the document was just what the event
// had left.
func (p *past) undo(e models.Event) (agrees bool) {
	agrees = true
	for name, change := range e.Changes {
		agrees = agrees && same(p.flat[name], change.After)
		if change.Before == nil {
			delete(p.flat, name)
			continue
		}
		p.flat[name] = change.Before
	}
	p.base.Version, p.base.Head = e.Seq-1, e.Prev
	return agrees
}

// same compares two JSON values, however they are spelt.
func same(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// body is the opposite of flatten.
func (p *past) body() ([]byte, error) {
	whole := make(map[string]any, len(p.flat)+4)
	nested := map[string]json.RawMessage{}
	for name, value := range p.flat {
		if field, own := strings.CutPrefix(name, "fields."); own {
			nested[field] = value
			continue
		}
		whole[name] = value
	}
	if len(nested) > 0 {
		whole["fields"] = nested
	}
	whole["version"], whole["head"], whole["created_at"], whole["updated_at"] = p.base.Version, p.base.Head, p.base.CreatedAt, p.base.UpdatedAt
	return json.Marshal(whole)
}

// Step is a document between two of its events: as the event left it, and as it
// had found it (nil when the event entered it).
type Step struct {
	Event         models.Event
	Before, After *store.Record
	// Altered says that After is not what the event says it left: something was changed
	// without an event.
	Altered bool
}

// Steps calls do with each change of a record's document after from and until to,
// the newest first.
func (b *Book) Steps(ctx context.Context, in *store.Collection, record store.Record, from, to models.Time, do func(Step) error) error {
	later, err := b.laterThan(ctx, in, []store.Record{record}, from)
	if err != nil {
		return err
	}
	events := later[Subject(in, record.ID)]
	now := &record
	for len(events) > 0 && now != nil {
		event := events[0]
		p, err := pastOf(*now)
		if err != nil {
			return err
		}
		events = events[1:]
		if event.Seq > p.base.Version {
			continue
		}
		if event.Seq < p.base.Version {
			if now == &record {
				return broken(Subject(in, record.ID), p.base.Version)
			}
			return nil
		}
		altered := !p.undo(event)
		var before *store.Record
		if p.base.Version > 0 {
			before = &store.Record{ID: record.ID, Version: p.base.Version}
			if before.Body, err = p.body(); err != nil {
				return err
			}
		}
		if !event.At.After(to.Time) {
			if err := do(Step{event, before, now, altered}); err != nil {
				return err
			}
		}
		now = before
	}
	return nil
}
