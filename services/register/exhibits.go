package register

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Paper is a document or photo as it is given with a loss, a write-off or a title
// transfer, and what it shows.
type Paper struct {
	Is      models.ExhibitKind
	Name    string
	Content []byte
}

// Exhibit puts papers with the document whose subject they are, and returns the
// entries that keep their contents.
func (s *Service) Exhibit(caller *models.Person, subject string, to *[]models.Exhibit, papers ...Paper) ([]ledger.Entry, error) {
	var entries []ledger.Entry
	for _, p := range papers {
		if !slices.Contains(models.ExhibitKinds, p.Is) {
			return nil, models.Refuse(models.Invalid, "is", "must be one of photo, police_report, opinion, consent, certificate, transfer, other")
		}
		file, attachment, err := s.NewFile(p.Name, p.Content)
		if err != nil {
			return nil, err
		}
		if at := slices.IndexFunc(*to, func(f models.Exhibit) bool { return f.SHA256 == attachment.SHA256 }); at >= 0 {
			return nil, models.Refuse(models.Conflict, "file", "this file is already attached, as %s", (*to)[at].Name)
		}
		file.Subject, attachment.AddedBy = subject, caller.Code
		*to = append(slices.Clone(*to), models.Exhibit{Is: p.Is, Attachment: attachment})
		entries = append(entries, ledger.Add(store.Files, file, "file.added", ""))
	}
	return entries, nil
}

// Exhibited returns one of the papers with a document that the caller sees, with its
// content.
func (s *Service) Exhibited(ctx context.Context, files []models.Exhibit, id string) (*models.Attachment, []byte, error) {
	at := slices.IndexFunc(files, func(f models.Exhibit) bool { return f.ID == id })
	if at < 0 {
		return nil, nil, models.Refuse(models.NotFound, "file", "there is no such file with this paper")
	}
	file, err := store.Get[models.File](ctx, s.Book.Store, store.Files, id)
	if err != nil {
		return nil, nil, err
	}
	return &files[at].Attachment, file.Content, nil
}
