package notices

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// mostHooks is how many webhooks there may be: each event is written once for each
// that hears it.
const mostHooks = 50

// testKind is what a trial is sent as.
const testKind = "ping"

// NewWebhook is an address to be told of events.
type NewWebhook struct {
	Name   string   `json:"name"`
	URL    string   `json:"url"`
	Events []string `json:"events"` // kinds, see models.Announcements
}

// WebhookEdit names what to change of a webhook; what is nil stays.
type WebhookEdit struct {
	Name   *string   `json:"name,omitempty"`
	URL    *string   `json:"url,omitempty"`
	Events *[]string `json:"events,omitempty"`
	On     *bool     `json:"on,omitempty"`
}

// WithSecret is a webhook and the secret with which its deliveries are signed. It is
// shown this once.
type WithSecret struct {
	*models.Webhook
	Secret string `json:"secret"`
}

// AddWebhook enters a webhook and makes its secret.
func (s *Service) AddWebhook(ctx context.Context, n NewWebhook) (*WithSecret, error) {
	if _, err := administrator(ctx); err != nil {
		return nil, err
	}
	hook := &models.Webhook{ID: newID(s.Book.Now()), Name: strings.TrimSpace(n.Name), URL: strings.TrimSpace(n.URL), Events: n.Events}
	if err := s.check(hook); err != nil {
		return nil, err
	}
	if n, err := s.Book.Store.Count(ctx, store.Query{In: store.Webhooks, By: "id", Limit: mostHooks}); err != nil {
		return nil, err
	} else if n >= mostHooks {
		return nil, models.Refuse(models.Conflict, "", "there are %d webhooks already, and no more are taken; remove one", mostHooks)
	}
	key := newKey(hook.ID)
	made := &WithSecret{hook, key.Value}
	ledger.Answer(ctx, made)
	err := s.Book.Commit(ctx, ledger.Add(store.Webhooks, hook, "webhook.added", ""), ledger.Add(store.WebhookKeys, key, "webhook.secret_set", ""))
	s.heard.forget()
	return made, err
}

// newKey makes a secret in the form of the Standard Webhooks specification.
func newKey(hook string) *models.WebhookKey {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails
	return &models.WebhookKey{Webhook: hook, Value: secretPrefix + base64.StdEncoding.EncodeToString(secret[:])}
}

func (s *Service) check(hook *models.Webhook) error {
	if err := models.Validate(hook); err != nil {
		return err
	}
	u, err := url.Parse(hook.URL)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || strings.ContainsAny(hook.URL, " \t\r\n") {
		return models.Refuse(models.Invalid, "url", "is not an address such as https://example.org/hook")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || len(s.Settings.Networks) == 0) {
		return models.Refuse(models.Invalid, "url", "must begin with https://, or everybody on the way reads what is sent")
	}
	for _, kind := range hook.Events {
		if !slices.ContainsFunc(models.Announcements, func(a models.Announced) bool { return a.Kind == kind }) {
			return models.Refuse(models.Invalid, "events", "%q is not an event that webhooks are told of", kind)
		}
	}
	return nil
}

// Webhook returns one webhook.
func (s *Service) Webhook(ctx context.Context, id string) (*models.Webhook, error) {
	_, hook, err := s.loadHook(ctx, id)
	return hook, err
}

func (s *Service) loadHook(ctx context.Context, id string) (store.Record, *models.Webhook, error) {
	if _, err := administrator(ctx); err != nil {
		return store.Record{}, nil, err
	}
	record, err := s.Book.Store.Get(ctx, store.Webhooks, id)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, models.Refuse(models.NotFound, "id", "there is no webhook %q", id)
	}
	if err != nil {
		return record, nil, err
	}
	hook, err := store.Decode[models.Webhook](record)
	return record, hook, err
}

// Webhooks returns a page of the webhooks.
func (s *Service) Webhooks(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	if _, err := administrator(ctx); err != nil {
		return nil, err
	}
	q := store.Query{In: store.Webhooks, By: "id"}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// EditWebhook changes a webhook; version, if not 0, is the one that was read.
func (s *Service) EditWebhook(ctx context.Context, id string, version int64, edit WebhookEdit) (*models.Webhook, error) {
	record, hook, err := s.loadHook(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := access.Current(version, hook.Version); err != nil {
		return nil, err
	}
	models.Set(&hook.Name, edit.Name)
	models.Set(&hook.URL, edit.URL)
	models.Set(&hook.Events, edit.Events)
	if edit.On != nil && *edit.On != (hook.Off == "") {
		hook.Off, hook.FailingSince = "", nil
		if !*edit.On {
			hook.Off = "switched off by an administrator"
		}
	}
	if err := s.check(hook); err != nil {
		return nil, err
	}
	err = access.Outrun(s.Book.Commit(ctx, ledger.Change(store.Webhooks, record.Body, hook, "webhook.changed", "")))
	s.heard.forget()
	return hook, err
}

// RemoveWebhook takes a webhook away. What still waits for it is given up.
func (s *Service) RemoveWebhook(ctx context.Context, id string, version int64) error {
	record, hook, err := s.loadHook(ctx, id)
	if err != nil {
		return err
	}
	if err := access.Current(version, hook.Version); err != nil {
		return err
	}
	entries := []ledger.Entry{ledger.Remove(store.Webhooks, record.Body, hook, "webhook.removed")}
	record, key, err := s.keyOf(ctx, id)
	if err != nil {
		return err
	}
	entries = append(entries, ledger.Remove(store.WebhookKeys, record.Body, key, "webhook.secret_removed"))
	err = access.Outrun(s.Book.Commit(ctx, entries...))
	s.heard.forget()
	return err
}

func (s *Service) keyOf(ctx context.Context, id string) (store.Record, *models.WebhookKey, error) {
	record, err := s.Book.Store.Get(ctx, store.WebhookKeys, id)
	if err != nil {
		return record, nil, err
	}
	key, err := store.Decode[models.WebhookKey](record)
	return record, key, err
}

// RenewSecret gives a webhook another secret; what is sent from now on is signed with it.
func (s *Service) RenewSecret(ctx context.Context, id string) (*WithSecret, error) {
	_, hook, err := s.loadHook(ctx, id)
	if err != nil {
		return nil, err
	}
	record, key, err := s.keyOf(ctx, id)
	if err != nil {
		return nil, err
	}
	key.Value = newKey(id).Value
	made := &WithSecret{hook, key.Value}
	ledger.Answer(ctx, made)
	return made, access.Outrun(s.Book.Commit(ctx, ledger.Change(store.WebhookKeys, record.Body, key, "webhook.secret_set", "")))
}

// TestWebhook sends a trial to a webhook, also to one that is off, and returns the
// message by which the result can be seen.
func (s *Service) TestWebhook(ctx context.Context, id string) (*models.Message, error) {
	_, hook, err := s.loadHook(ctx, id)
	if err != nil {
		return nil, err
	}
	at := models.At(s.Book.Now())
	told := Told{ID: models.MessageID(testKind, hook.ID, newID(at.Time)), Kind: testKind, At: at, By: ledger.AuthorOf(ctx).Person,
		Reason: "a trial by an administrator", Subject: ledger.Subject(store.Webhooks, hook.ID), Version: hook.Version, Hash: hook.Head}
	change, err := s.toHook(hook, told, "a trial", at)
	if err != nil {
		return nil, err
	}
	return change.Doc.(*models.Message), s.Book.Commit(ctx, ledger.Beside(change))
}

// longestFailure is how long a webhook may fail, nothing having been accepted, before
// it is switched off. It is longer than a message is tried, so a receiver that is
// mended within two days misses nothing.
const longestFailure = 5 * 24 * hour

// noteHook records when a webhook begins to fail and when it works again, and
// switches it off when it has failed for long or wants no more.
func (s *Service) noteHook(ctx context.Context, id string, failed error) error {
	record, err := s.Book.Store.Get(ctx, store.Webhooks, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	hook, err := store.Decode[models.Webhook](record)
	if err != nil || hook.Off != "" {
		return err
	}
	now := models.At(s.Book.Now())
	kind := ""
	var r *refusal
	switch {
	case failed == nil && hook.FailingSince != nil:
		hook.FailingSince, kind = nil, "webhook.recovered"
	case failed == nil:
	case errors.As(failed, &r) && r.gone:
		hook.Off, kind = "the receiver answered that it wants no more (410)", "webhook.switched_off"
	case hook.FailingSince == nil:
		hook.FailingSince, kind = &now, "webhook.failing"
	case now.Sub(hook.FailingSince.Time) > longestFailure:
		hook.Off, kind = "nothing was accepted for five days", "webhook.switched_off"
	}
	if kind == "" {
		return nil
	}
	why := ""
	if failed != nil {
		why = shorten(failed.Error(), 500)
	}
	err = s.Book.Commit(ledger.By(ctx, ledger.Author{Person: ledger.Program}), ledger.Change(store.Webhooks, record.Body, hook, kind, why))
	s.heard.forget()
	if store.Outrun(err) {
		return nil // whoever was first saw the same
	}
	return err
}
