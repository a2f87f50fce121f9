package notices

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Told is what a webhook is sent of an event.
type Told struct {
	ID      string      `json:"id"`   // of the delivery, the same each time it is tried
	Kind    string      `json:"kind"` // of the event, such as "voucher.dispatched"
	At      models.Time `json:"at"`
	By      string      `json:"by"` // the person's code
	Reason  string      `json:"reason,omitempty"`
	Subject string      `json:"subject"` // the document in the ledger: collection and key
	Version int64       `json:"version"` // of the document; the number of the event in its subject's history
	Hash    string      `json:"hash"`    // of the event in the ledger, in hex
	Link    string      `json:"link,omitempty"`
	// Document is what the event left: an asset, a voucher, a request, a flag.
	Document any `json:"document,omitempty"`
}

// tell makes the messages that tell webhooks of a change. They are written with the
// change itself.
func (s *Service) tell(ctx context.Context, entries []ledger.Entry) ([]store.Change, error) {
	hooks, err := s.heard.current(ctx, s.Book)
	if err != nil || len(hooks) == 0 {
		return nil, err
	}
	author := ledger.AuthorOf(ctx)
	var changes []store.Change
	for _, e := range entries {
		for _, hook := range hooks {
			if hook.Hears(e.Kind) {
				change, err := s.telling(hook, e, author.Person)
				if err != nil {
					return nil, err
				}
				changes = append(changes, change)
			}
		}
	}
	return changes, nil
}

func (s *Service) telling(hook *models.Webhook, e ledger.Entry, by string) (store.Change, error) {
	base := e.Doc.Meta()
	told := Told{Kind: e.Kind, At: base.UpdatedAt, By: by, Reason: e.Reason, Subject: ledger.Subject(e.In, e.Doc.Key()), Version: base.Version, Hash: base.Head,
		Link: s.linkTo(e.Doc), Document: e.Doc}
	if v, ok := e.Doc.(*models.Voucher); ok {
		told.Document = v.WithoutDrawings()
	}
	told.ID = models.MessageID(string(models.HookChannel), hook.ID, told.Subject, strconv.FormatInt(told.Version, 10))
	return s.toHook(hook, told, e.Kind+" "+called(e.Doc), base.UpdatedAt)
}

func (s *Service) toHook(hook *models.Webhook, told Told, subject string, at models.Time) (store.Change, error) {
	body, err := json.Marshal(told)
	return store.Insert(store.Messages, told.ID, &models.Message{ID: told.ID, Channel: models.HookChannel, To: hook.ID, Subject: oneLine(subject), Kind: told.Kind,
		State: models.MessageWaiting, Body: body, Next: &at, QueuedAt: at}), err
}

// called is what people call a document.
func called(doc models.Document) string {
	switch d := doc.(type) {
	case *models.Asset:
		return d.Tag
	case *models.Flag:
		return d.Kind.Words() + " " + d.Ref
	}
	return doc.Key()
}

// linkTo is the page of a document; "" where it has none of its own.
func (s *Service) linkTo(doc models.Document) string {
	path := ""
	switch d := doc.(type) {
	case *models.Asset:
		path = "/assets/" + d.Tag
	case *models.Voucher:
		path = "/vouchers/" + d.Number
	case *models.Request:
		path = "/requests/" + d.Number
	case *models.Lot:
		path = "/lots/" + d.Code
	case *models.Flag:
		path = "/findings/" + d.ID
	}
	if path == "" {
		return ""
	}
	return s.Settings.Base + path
}

// subscribers are the webhooks that are on, as this instance knows them.
type subscribers struct {
	mu      sync.Mutex
	hooks   []*models.Webhook
	checked time.Time
	known   bool
}

// askAgainAfter is how long an instance may not yet know of a webhook that another
// one has added, changed or removed.
const askAgainAfter = 2 * time.Second

func (s *subscribers) current(ctx context.Context, book *ledger.Book) ([]*models.Webhook, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := book.Now()
	if age := now.Sub(s.checked); s.known && age >= 0 && age < askAgainAfter {
		return s.hooks, nil
	}
	hooks, err := store.Find[models.Webhook](ctx, book.Store, store.Query{In: store.Webhooks, By: "id", Limit: mostHooks})
	if err != nil {
		return nil, err
	}
	s.hooks, s.checked, s.known = hooks, now, true
	return hooks, nil
}

// forget has the webhooks read again.
func (s *subscribers) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = false
}
