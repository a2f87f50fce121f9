package models

// Event is one entry of the ledger: what was done to one subject, by whom.
type Event struct {
	Subject string            `json:"subject"` // "assets/01J…": collection and key
	Seq     int64             `json:"seq"`     // from 1, without gaps, per subject
	At      Time              `json:"at"`
	Kind    string            `json:"kind"` // "asset.issued"
	Actor   string            `json:"actor"`
	Device  string            `json:"device,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Changes map[string]Change `json:"changes,omitempty"`
	Prev    string            `json:"prev,omitempty"` // hash of the subject's event before it
}

// Change is one field before and after.
type Change struct {
	Before any `json:"before,omitempty"`
	After  any `json:"after,omitempty"`
}
