package models

// File is the content of an attachment.
type File struct {
	ID      string `json:"id"`
	Subject string `json:"subject"` // whose attachment it is
	Name    string `json:"name,omitempty"`
	Type    string `json:"type"`
	Content []byte `json:"content"`
	Base
}

// Key returns the file's id.
func (f *File) Key() string { return f.ID }

// Secret keeps the content out of the file's events; the attachment's SHA-256 is
// in its asset's.
func (*File) Secret() {}
