package models

// Feed is the calendar of what is due in a unit, which a calendar program fetches by
// an address that holds a secret. Only the secret's hash is kept.
type Feed struct {
	Unit string `json:"unit"`
	Hash string `json:"secret_hash"`
	By   string `json:"by"` // who made the address
	Base
}

// Key returns the code of the unit whose calendar it is.
func (f *Feed) Key() string { return f.Unit }

// Secret keeps what the document holds out of its events.
func (*Feed) Secret() {}
