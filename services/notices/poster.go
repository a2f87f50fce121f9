package notices

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

const (
	secretPrefix = "whsec_"
	// longestAnswer is how much of a receiver's answer is read, in bytes.
	longestAnswer = 16 << 10
	// longestPost is how long a receiver may take.
	longestPost = 15 * time.Second
)

// poster sends events to webhooks, signed as the Standard Webhooks specification
// says (https://www.standardwebhooks.com), for which receivers find libraries.
type poster struct {
	client *http.Client
	book   *ledger.Book
}

// Signature signs a delivery: HMAC-SHA256, keyed with what the secret stands for,
// over id, time (in seconds since 1970) and body with dots between them.
func Signature(secret, id string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		return "", fmt.Errorf("the secret is not one of a webhook: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

func (p *poster) send(ctx context.Context, m *models.Message) error {
	hook, err := store.Get[models.Webhook](ctx, p.book.Store, store.Webhooks, m.To)
	if errors.Is(err, store.ErrNotFound) {
		return &refusal{why: "the webhook was removed", final: true}
	}
	if err != nil {
		return err
	}
	if hook.Off != "" && m.Kind != testKind {
		return &refusal{why: "the webhook is off: " + hook.Off, final: true}
	}
	key, err := store.Get[models.WebhookKey](ctx, p.book.Store, store.WebhookKeys, m.To)
	if err != nil {
		return err
	}
	now := p.book.Now()
	signature, err := Signature(key.Value, m.ID, now, m.Body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(m.Body))
	if err != nil {
		return &refusal{why: "the address cannot be used: " + err.Error(), final: true}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Quartermaster")
	request.Header.Set("Webhook-Id", m.ID)
	request.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	request.Header.Set("Webhook-Signature", signature)
	answer, err := p.client.Do(request)
	if err != nil {
		return &refusal{why: unwrapped(err), away: true}
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, longestAnswer)) // what it says then changes nothing
	if answer.StatusCode >= 200 && answer.StatusCode < 300 {
		return nil
	}
	return answered(answer, said)
}

// answered is the refusal of a receiver that answered something else than that all
// is well.
func answered(answer *http.Response, said []byte) *refusal {
	r := refused("it answered %s", answer.Status)
	if text := oneLine(strings.ToValidUTF8(string(said), "")); text != "" && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/plain") {
		r.why += ": " + text
	}
	switch code := answer.StatusCode; {
	case code == http.StatusGone:
		r.final, r.gone = true, true
	case code >= 300 && code < 400:
		r.why += "; redirects are not followed, change the address instead"
	case code == http.StatusTooManyRequests || code >= 500:
		r.away = true
	}
	return r
}
