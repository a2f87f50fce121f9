package store

// What is told to others. Messages and the state of digests are no part of the book.
var (
	Webhooks    = &Collection{Name: "webhooks", Indexes: []Index{{Name: "id", Fields: []string{"id"}}}}
	WebhookKeys = &Collection{Name: "webhook_keys"}
	Messages    = &Collection{Name: "messages", Indexes: []Index{
		{Name: "next", Fields: []string{"next", "id"}},
		{Name: "queued", Fields: []string{"queued_at", "id"}},
		{Name: "state", Fields: []string{"state", "queued_at", "id"}},
		{Name: "to", Fields: []string{"to", "queued_at", "id"}},
		{Name: "to_state", Fields: []string{"to", "state", "queued_at", "id"}},
	}}
	DigestsSent = &Collection{Name: "digests_sent"}
)
