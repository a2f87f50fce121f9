package models

import "slices"

// Webhook is an address that is told of events as they happen.
type Webhook struct {
	ID     string   `json:"id"`
	Name   string   `json:"name" validate:"required,text,max=120"`
	URL    string   `json:"url" validate:"required,max=1000"`
	Events []string `json:"events" validate:"min=1,max=100,unique"` // kinds of event
	// Off is why nothing is sent to it: switched off by a person, or by the program
	// after it failed for long. Empty while it is on.
	Off string `json:"off,omitempty" validate:"max=500"`
	// FailingSince is when deliveries began to fail, none having been accepted since.
	FailingSince *Time `json:"failing_since,omitempty"`
	Base
}

// Key returns the webhook's id.
func (w *Webhook) Key() string { return w.ID }

// Hears says whether the webhook is told of events of a kind.
func (w *Webhook) Hears(kind string) bool { return w.Off == "" && slices.Contains(w.Events, kind) }

// WebhookKey is the secret with which a webhook's deliveries are signed, apart from
// the webhook so that no page or list can show it.
type WebhookKey struct {
	Webhook string `json:"webhook"`
	Value   string `json:"value"` // "whsec_" and 32 bytes in base64
	Base
}

// Key returns the id of the webhook whose secret it is.
func (k *WebhookKey) Key() string { return k.Webhook }

// Secret keeps what the document holds out of its events.
func (*WebhookKey) Secret() {}
