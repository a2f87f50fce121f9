package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/proofs"
	"quartermaster/services/store"
)

// histories goes through the events of each subject: that they follow one another,
// that all are in the ledger, and that they make the document that is stored.
func (b *book) histories(ctx context.Context) error {
	total, err := b.store.Count(ctx, store.Query{In: store.Events, By: store.ID})
	if err != nil {
		return err
	}
	var at *history
	q := store.Query{In: store.Events, By: "subject", Limit: page}
	for {
		records, err := b.store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range records {
			entry, err := store.Decode[models.Entry](record)
			if err != nil {
				return disagree("event "+record.ID, "cannot be read any more: %v", err)
			}
			if at == nil || at.subject != entry.Subject {
				if err := b.end(ctx, at); err != nil {
					return err
				}
				at = &history{subject: entry.Subject}
			}
			if err := b.follow(ctx, at, record.ID, entry); err != nil {
				return err
			}
		}
		b.Progress("histories", min(b.Events, total), total)
		if len(records) < q.Limit {
			break
		}
		q.After = records[len(records)-1].Place
	}
	if err := b.end(ctx, at); err != nil {
		return err
	}
	b.Progress("histories", total, total)
	if b.events != b.leaves {
		return b.nameMissing(ctx)
	}
	return nil
}

// history is one subject's, as far as it was followed.
type history struct {
	subject string
	seq     int64
	head    string
	replay  ledger.Replay
}

// follow checks that an entry is the subject's next, and carries it out.
func (b *book) follow(ctx context.Context, h *history, id string, entry *models.Entry) error {
	event, err := entry.Event()
	where := "event " + id
	switch {
	case err != nil:
		return disagree(where, "cannot be read any more: %v", err)
	case ledger.Hash(entry.Text) != entry.Hash:
		return disagree(where, "was altered: its text does not have its hash")
	case event.Subject != entry.Subject || event.Seq != entry.Seq || event.At != entry.At || id != ledger.EventID(event.Subject, event.Seq):
		return disagree(where, "stands under a name, number or time that is not its own")
	case event.Seq != h.seq+1:
		return disagree(h.subject, "its history has event %d after event %d: what was between was taken out", event.Seq, h.seq)
	case event.Prev != h.head:
		return disagree(where, "does not follow the event before it: one of the two was altered or put in its place")
	}
	if err := h.replay.Apply(event); err != nil {
		return disagree(where, "does not follow from those before it: %v", err)
	}
	h.seq, h.head = event.Seq, entry.Hash
	b.Events++
	return b.counted(ctx, id, entry)
}

// counted tallies an event that must be in the ledger. One since the last search
// need not be.
func (b *book) counted(ctx context.Context, id string, entry *models.Entry) error {
	if since := b.state.ScannedAt; since == nil || entry.At.After(since.Add(-proofs.Overlap)) {
		entered, err := b.entered(ctx, id)
		if err != nil {
			return err
		}
		if !entered {
			b.Waiting++
			return nil
		}
	}
	b.events.add(id)
	return nil
}

// entered says whether an event is in the log. The run that held the one before is
// kept: events that were committed together entered together.
func (b *book) entered(ctx context.Context, id string) (bool, error) {
	if index, ok := b.recent[id]; ok {
		return index < b.state.Size, nil
	}
	runs, err := store.Find[models.LogRun](ctx, b.store, store.Query{In: store.LogRuns, By: "events", Where: []store.Cond{store.Is("events", id)}, Limit: 1})
	if err != nil || len(runs) == 0 {
		return false, err
	}
	b.recent = make(map[string]int64, len(runs[0].Events))
	for i, event := range runs[0].Events {
		b.recent[event] = runs[0].First + int64(i)
	}
	return b.recent[id] < b.state.Size, nil
}

// nameMissing finds the event that keeps book and ledger from being the same.
func (b *book) nameMissing(ctx context.Context) error {
	q := store.Query{In: store.Events, By: "at", Limit: page}
	for {
		records, err := b.store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range records {
			entered, err := b.entered(ctx, record.ID)
			if err != nil {
				return err
			}
			if !entered {
				entry, err := store.Decode[models.Entry](record)
				if err != nil {
					return err
				}
				return disagree("event "+record.ID, "gives the time %s and is not in the ledger: it was put in afterwards, or came late and is taken in within the hour", entry.At)
			}
		}
		if len(records) < q.Limit {
			return disagree("the ledger", "an event is named twice in it")
		}
		q.After = records[len(records)-1].Place
	}
}

// end compares a subject's document with what its events make of it.
func (b *book) end(ctx context.Context, h *history) error {
	if h == nil {
		return nil
	}
	b.Subjects++
	in, key := collection(h.subject)
	if in == nil {
		return disagree(h.subject, "has a history, and is of no kind that this program knows; use a newer one")
	}
	record, err := b.store.Get(ctx, in, key)
	if errors.Is(err, store.ErrNotFound) {
		if h.replay.Gone() || in == store.Sessions { // those that ended are swept away
			return nil
		}
		return disagree(h.subject, "was taken out of the register; its history ends with event %d and does not say so", h.seq)
	}
	if err != nil {
		return err
	}
	var base models.Base
	if err := json.Unmarshal(record.Body, &base); err != nil {
		return disagree(h.subject, "cannot be read any more: %v", err)
	}
	if base.Version > h.seq { // it was changed while its history was read
		if err := b.catchUp(ctx, h, base.Version); err != nil {
			return err
		}
	}
	switch {
	case h.replay.Gone():
		return disagree(h.subject, "is in the register, and was removed by its last event")
	case base.Version != h.seq || base.Head != h.head:
		return disagree(h.subject, "is at event %d in the register, and its history ends with another event %d: the last of it was altered or taken out", base.Version, h.seq)
	}
	if _, secret := in.New().(interface{ Secret() }); secret && h.replay.Untold() {
		b.Untold++
	} else if err := h.replay.Compare(record.Body); err != nil {
		return disagree(h.subject, "%v", err)
	}
	b.found[in]++
	b.Documents++
	return b.attachments(ctx, h.subject, record.Body)
}

// catchUp follows the events until version that came since the history was read.
func (b *book) catchUp(ctx context.Context, h *history, version int64) error {
	entries, err := store.Find[models.Entry](ctx, b.store, store.Query{In: store.Events, By: "subject",
		Where: []store.Cond{store.Is("subject", h.subject), store.From("seq", h.seq+1), store.Under("seq", version+1)}})
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := b.follow(ctx, h, ledger.EventID(entry.Subject, entry.Seq), entry); err != nil {
			return err
		}
	}
	return nil
}

// attachments compares the content of files with the SHA-256 that the document,
// and so its history, says of them.
func (b *book) attachments(ctx context.Context, subject string, body []byte) error {
	if !strings.Contains(string(body), `"sha256":`) {
		return nil
	}
	var doc any
	if err := json.Unmarshal(body, &doc); err != nil {
		return err
	}
	for _, a := range attachmentsIn(doc, nil) {
		file, err := store.Get[models.File](ctx, b.store, store.Files, a.id)
		if errors.Is(err, store.ErrNotFound) {
			return disagree(subject, "its file %s was taken out of the store", a.name)
		}
		if err != nil {
			return err
		}
		sum := sha256.Sum256(file.Content)
		if hex.EncodeToString(sum[:]) != a.sha256 {
			return disagree(subject, "its file %s was altered: its content does not have the SHA-256 that was recorded", a.name)
		}
		b.Files++
	}
	return nil
}

type attachment struct{ id, name, sha256 string }

// attachmentsIn finds the attachments anywhere in a document.
func attachmentsIn(value any, found []attachment) []attachment {
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			found = attachmentsIn(v, found)
		}
	case map[string]any:
		id, isID := value["id"].(string)
		sum, isSum := value["sha256"].(string)
		if isID && isSum {
			name, _ := value["name"].(string)
			return append(found, attachment{id, name, sum})
		}
		for _, v := range value {
			found = attachmentsIn(v, found)
		}
	}
	return found
}
