package models

// Base is what every document carries for the book's own purposes.
type Base struct {
	Version   int64  `json:"version"` // counts changes from 1; the ETag, and the number of its last event
	Head      string `json:"head"`    // hash of the last event in its chain
	CreatedAt Time   `json:"created_at"`
	UpdatedAt Time   `json:"updated_at"`
}

// Meta gives access to the Base of any document.
func (b *Base) Meta() *Base { return b }

// Document is a noun that is kept: it knows its key and carries a Base.
type Document interface {
	Key() string
	Meta() *Base
}

// Key returns the unit's code.
func (u *Unit) Key() string { return u.Code }

// Key returns the donor's code.
func (d *Donor) Key() string { return d.Code }

// Key returns the grant's code.
func (g *Grant) Key() string { return g.Code }

// Key returns the category's code.
func (c *Category) Key() string { return c.Code }

// Key returns the person's code.
func (p *Person) Key() string { return p.Code }

// Key returns the asset's internal identity, which outlives its tags.
func (a *Asset) Key() string { return a.ID }
