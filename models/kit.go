package models

// Content is one part of a kit: an asset of its own, or a number of things alike.
type Content struct {
	Asset    string   `json:"asset,omitempty"`                                // ID of the part
	Tag      string   `json:"tag,omitempty" validate:"omitempty,text,max=80"` // of the part
	Item     string   `json:"item,omitempty" validate:"omitempty,code"`       // a stock item, where it is one
	Name     string   `json:"name" validate:"required,text,max=200"`
	Quantity Quantity `json:"quantity"` // that belongs to the kit
	Measure  string   `json:"measure,omitempty" validate:"omitempty,text,max=24"`
	Missing  Quantity `json:"missing,omitempty"` // of Quantity, when it was last looked at
}

// IsKit says whether the asset is made of parts.
func (a *Asset) IsKit() bool { return len(a.Contents) > 0 }

// Incomplete says whether the kit lacks a part.
func (a *Asset) Incomplete() bool {
	for _, c := range a.Contents {
		if c.Missing > 0 {
			return true
		}
	}
	return false
}
