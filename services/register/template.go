package register

import (
	"context"
	"encoding/csv"
	"io"
	"slices"

	"quartermaster/services/access"
)

// exportedOnly are headings that mean nothing for what is not on charge yet.
var exportedOnly = []string{"tag", "status", "due_back", "use_verified_on", "value.amount", "value.currency", "value.rate", "value.on"}

// Template writes the empty sheet of an import: the register's headings and those of
// the book's own categories.
func (s *Service) Template(ctx context.Context, w io.Writer) error {
	if _, err := access.Allow(ctx, access.TakeOnCharge); err != nil {
		return err
	}
	own, err := s.ownFields(ctx)
	if err != nil {
		return err
	}
	header := slices.DeleteFunc(ImportFields(), func(name string) bool { return slices.Contains(exportedOnly, name) })
	for _, name := range own {
		header = append(header, "fields."+name)
	}
	out := csv.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}
