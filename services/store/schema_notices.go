package store

import "quartermaster/models"

// What is told to others. Messages and the state of digests are no part of the book.
var (
	Webhooks    = &Collection{Name: "webhooks", New: of[models.Webhook], Indexes: []Index{{Name: "id", Fields: []string{"id"}}}}
	WebhookKeys = &Collection{Name: "webhook_keys", New: of[models.WebhookKey]}
	Messages    = &Collection{Name: "messages", New: of[models.Message], Indexes: []Index{
		{Name: "next", Fields: []string{"next", "id"}},
		{Name: "queued", Fields: []string{"queued_at", "id"}},
		{Name: "state", Fields: []string{"state", "queued_at", "id"}},
		{Name: "to", Fields: []string{"to", "queued_at", "id"}},
		{Name: "to_state", Fields: []string{"to", "state", "queued_at", "id"}},
	}}
	DigestsSent = &Collection{Name: "digests_sent", New: of[models.DigestSent]}
)
