package proofs

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/store"
)

// How events find their way into the log. Writers give no common order: an event
// has its time and its number within its subject, and what was begun first may be
// committed last. So the order is the one in which events are found, by time, and
// is kept in runs. A pass begins a while before the last one began, and passes over
// what is in the log already; whatever comes later than that, the sweep finds by
// counting. The index of the runs' events refuses any event a second time, and the
// version of the head lets one program at a time add to the log.
const (
	// Overlap is how far a pass looks back behind the beginning of the one before:
	// longer than a commit may take (two minutes, on MongoDB).
	Overlap = 150 * time.Second

	runLength = 256
	together  = 16 * runLength // events that enter in one commit
	attempts  = 5
)

// Integrate takes all new events into the log and signs a checkpoint. It returns
// how many there were.
func (l *Log) Integrate(ctx context.Context) (int, error) {
	return l.grow(ctx, func(w *writer) error { return w.search(ctx, false) })
}

// Sweep integrates new events, counts, and where the log then holds fewer events
// than the book did before looks at every event there is.
func (l *Log) Sweep(ctx context.Context) (int, error) {
	events, err := l.Book.Store.Count(ctx, store.Query{In: store.Events, By: store.ID})
	if err != nil {
		return 0, err
	}
	entered, err := l.Integrate(ctx)
	if err != nil {
		return entered, err
	}
	head, err := l.Head(ctx)
	if err != nil {
		return entered, err
	}
	if head.Size < events {
		late, err := l.grow(ctx, func(w *writer) error { return w.search(ctx, true) })
		return entered + late, err
	}
	if left, err := l.Book.Store.Count(ctx, store.Query{In: store.Events, By: store.ID}); err != nil || left < head.Size {
		return entered, cmp.Or(err, fmt.Errorf("proofs: the ledger holds %d events and the book only %d: some were taken out; run quartermaster verify", head.Size, left))
	}
	return entered, nil
}

// Include takes events into the log at once, that a proof of them can be given.
func (l *Log) Include(ctx context.Context, events ...string) error {
	_, err := l.grow(ctx, func(w *writer) error {
		for _, id := range events {
			if known, err := l.holds(ctx, id); known || err != nil {
				if err != nil {
					return err
				}
				continue
			}
			record, err := l.Book.Store.Get(ctx, store.Events, id)
			if errors.Is(err, store.ErrNotFound) {
				return models.Refuse(models.NotFound, "event", "there is no event %s", id)
			}
			if err != nil {
				return err
			}
			if err := w.take(ctx, record); err != nil {
				return err
			}
		}
		return w.flush(ctx, nil)
	})
	return err
}

// grow adds to the log, anew whenever another program added to it meanwhile.
func (l *Log) grow(ctx context.Context, add func(*writer) error) (int, error) {
	if l.key == nil {
		return 0, errors.New("proofs: the log was opened without its signing key")
	}
	l.growing.Lock()
	defer l.growing.Unlock()
	entered := 0
	for attempt := 1; ; attempt++ {
		w, err := l.writer(ctx)
		if err == nil {
			err = add(w)
			entered += w.entered
		}
		if attempt < attempts && store.Outrun(err) {
			continue
		}
		return entered, err
	}
}

// writer adds to the log from the head that it read.
type writer struct {
	*Log
	head    *models.LogHead
	version int64
	*growth
	waiting []leaf
	entered int
}

type leaf struct {
	id      string
	subject string
	seq     int64
	at      models.Time
	hash    []byte
}

func (l *Log) writer(ctx context.Context) (*writer, error) {
	head, version, err := l.head(ctx)
	if err != nil {
		return nil, err
	}
	if head.Key != l.key.Public {
		return nil, errors.New("proofs: the ledger's signing key was changed while this program ran; start it again with the new one")
	}
	g, err := openGrowth(ctx, l.Book.Store, head)
	if _, now, again := l.head(ctx); err != nil && again == nil && now != version {
		return nil, &store.VersionConflict{Collection: store.Log.Name, ID: headID} // the tiles are of a newer head
	}
	return &writer{Log: l, head: head, version: version, growth: g}, err
}

// search goes through the events since a while before the last search, or through all.
func (w *writer) search(ctx context.Context, all bool) error {
	began := models.At(w.Book.Now())
	from, fresh := "", ""
	if w.head.ScannedAt != nil {
		from, fresh = models.At(w.head.ScannedAt.Add(-Overlap)).String(), w.head.ScannedAt.String()
	}
	if all {
		from = ""
	}
	known, err := w.known(ctx, from)
	if err != nil {
		return err
	}
	seen := 0
	for _, part := range []store.Query{
		{Where: []store.Cond{store.From("at", from), store.Under("at", fresh)}, Bare: true}, // nearly all known
		{Where: []store.Cond{store.From("at", fresh)}},                                      // nearly all new
	} {
		part.In, part.By, part.Limit = store.Events, "at", together
		n, err := w.through(ctx, part, known)
		if err != nil {
			return err
		}
		seen += n
	}
	if seen == 0 {
		return nil
	}
	return w.flush(ctx, &began)
}

// through takes what is not known of a query, and returns how much there was.
func (w *writer) through(ctx context.Context, q store.Query, known func(string) (bool, error)) (seen int, err error) {
	for {
		records, err := w.Book.Store.Find(ctx, q)
		if err != nil {
			return seen, err
		}
		var unknown []store.Record
		for _, record := range records {
			if is, err := known(record.ID); err != nil {
				return seen, err
			} else if !is {
				unknown = append(unknown, record)
			}
		}
		if q.Bare && len(unknown) > 0 {
			if unknown, err = w.whole(ctx, unknown); err != nil {
				return seen, err
			}
		}
		for _, record := range unknown {
			if err := w.take(ctx, record); err != nil {
				return seen, err
			}
		}
		seen += len(records)
		if len(records) < q.Limit {
			return seen, nil
		}
		q.After = records[len(records)-1].Place
	}
}

// whole reads the texts of events that were found without.
func (w *writer) whole(ctx context.Context, bare []store.Record) ([]store.Record, error) {
	ids := make([]string, len(bare))
	for i, record := range bare {
		ids[i] = record.ID
	}
	return w.Book.Store.Find(ctx, store.Query{In: store.Events, By: store.ID, Where: []store.Cond{store.In(store.ID, ids)}})
}

// known tells which events from an instant on are in the log: those of all runs
// that reach to it, or, from the beginning, by asking for each.
func (w *writer) known(ctx context.Context, from string) (func(string) (bool, error), error) {
	switch {
	case w.head.Size == 0:
		return func(string) (bool, error) { return false, nil }, nil
	case from == "":
		return func(id string) (bool, error) { return w.holds(ctx, id) }, nil
	}
	events := map[string]bool{}
	q := store.Query{In: store.LogRuns, By: "last", Where: []store.Cond{store.From("last", from)}, Limit: 200}
	for {
		records, err := w.Book.Store.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			run, err := store.Decode[models.LogRun](record)
			if err != nil {
				return nil, err
			}
			for _, id := range run.Events {
				events[id] = true
			}
		}
		if len(records) < q.Limit {
			return func(id string) (bool, error) { return events[id], nil }, nil
		}
		q.After = records[len(records)-1].Place
	}
}

// holds says whether an event is in the log.
func (l *Log) holds(ctx context.Context, event string) (bool, error) {
	n, err := l.Book.Store.Count(ctx, store.Query{In: store.LogRuns, By: "events", Where: []store.Cond{store.Is("events", event)}, Limit: 1})
	return n > 0, err
}

// take lines an event up, and writes what waits when it is enough.
func (w *writer) take(ctx context.Context, record store.Record) error {
	var entry struct { // an Entry without its text
		Subject string      `json:"subject"`
		Seq     int64       `json:"seq"`
		At      models.Time `json:"at"`
		Hash    string      `json:"hash"`
	}
	body := record.Body
	if i := bytes.Index(body, []byte(`,"text":`)); i > 0 { // the last member and by far the longest; within a string, quotes are escaped
		body = append(slices.Clone(body[:i]), '}')
	}
	err := json.Unmarshal(body, &entry)
	hash, bad := hex.DecodeString(entry.Hash)
	if err = errors.Join(err, bad); err != nil || len(hash) != hasher.Size() {
		return fmt.Errorf("proofs: event %s is damaged; run quartermaster verify: %w", record.ID, err)
	}
	w.waiting = append(w.waiting, leaf{record.ID, entry.Subject, entry.Seq, entry.At, hash})
	if len(w.waiting) < together {
		return nil
	}
	return w.write(ctx, nil)
}

// flush writes the rest and, where searched is not nil, that all events up to then
// were looked at.
func (w *writer) flush(ctx context.Context, searched *models.Time) error {
	if len(w.waiting) == 0 && searched == nil {
		return nil
	}
	return w.write(ctx, searched)
}

// write enters what waits in one commit: runs, tiles, and the head with its
// checkpoint.
func (w *writer) write(ctx context.Context, searched *models.Time) error {
	slices.SortStableFunc(w.waiting, func(a, b leaf) int {
		return cmp.Or(a.at.Compare(b.at.Time), strings.Compare(a.subject, b.subject), cmp.Compare(a.seq, b.seq))
	})
	now := models.At(w.Book.Now())
	head := *w.head
	var runs []store.Change
	for part := range slices.Chunk(w.waiting, runLength) {
		run := &models.LogRun{First: head.Size, Last: part[len(part)-1].at, At: now, Events: make([]string, len(part))}
		for i, leaf := range part {
			run.Events[i] = leaf.id
			if err := w.add(leaf.hash); err != nil {
				return err
			}
		}
		runs = append(runs, store.Insert(store.LogRuns, runKey(run.First), run))
		head.Size += int64(len(part))
	}
	if len(w.waiting) > 0 {
		root, err := rootOf(w.edge)
		if err != nil {
			return err
		}
		head.Range, head.SignedAt = slices.Clone(w.edge.Hashes()), now
		if err := w.key.sign(&head, root); err != nil {
			return err
		}
	}
	if searched != nil {
		head.ScannedAt = searched
	}
	changes := append([]store.Change{store.Replace(store.Log, headID, w.version, &head)}, w.changes()...)
	if err := w.Book.Store.Commit(ctx, append(changes, runs...)...); err != nil {
		return err
	}
	w.written()
	w.entered += len(w.waiting)
	w.waiting = w.waiting[:0]
	w.head, w.version = &head, w.version+1
	return nil
}

func runKey(first int64) string { return fmt.Sprintf("%016d", first) }
