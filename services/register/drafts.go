package register

import (
	"context"
	"errors"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// draftKept is how long a file that was shown before its import is kept.
const draftKept = 24 * time.Hour

func draftSubject(person string) string { return "imports/" + person }

// KeepDraft keeps a file between its preview and its import, for the caller alone.
func (s *Service) KeepDraft(ctx context.Context, name string, content []byte) (id string, err error) {
	caller, err := access.Allow(ctx, access.TakeOnCharge)
	if err != nil {
		return "", err
	}
	switch {
	case len(content) == 0:
		return "", models.Refuse(models.Invalid, "file", "choose a file first; it must not be empty")
	case len(content) > LargestFile:
		return "", models.Refuse(models.TooLarge, "file", "is larger than %d MB; split it, or import it on the server with: quartermaster import FILE.csv", LargestFile>>20)
	}
	file := &models.File{ID: s.newID(), Subject: draftSubject(caller.Code), Name: fileName(name), Type: "text/csv", Content: content}
	return file.ID, s.Book.Commit(ctx, ledger.Add(store.Files, file, "import.previewed", ""))
}

// Draft returns a file that the caller had shown.
func (s *Service) Draft(ctx context.Context, id string) (name string, content []byte, err error) {
	caller, err := access.Allow(ctx, access.TakeOnCharge)
	if err != nil {
		return "", nil, err
	}
	file, err := store.Get[models.File](ctx, s.Book.Store, store.Files, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && file.Subject != draftSubject(caller.Code) {
		return "", nil, models.Refuse(models.NotFound, "file", "this file is no longer kept; choose it again")
	}
	if err != nil {
		return "", nil, err
	}
	return file.Name, file.Content, nil
}

// SweepDrafts removes files that were shown and never imported, and returns how
// many.
func (s *Service) SweepDrafts(ctx context.Context) (int, error) {
	oldest := models.At(s.Book.Now().Add(-draftKept))
	swept := 0
	q := store.Query{In: store.Files, By: "subject", Where: []store.Cond{store.Starts("subject", draftSubject(""))}, Limit: 20}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return swept, err
		}
		for _, r := range records {
			file, err := store.Decode[models.File](r)
			if err != nil {
				return swept, err
			}
			if file.CreatedAt.After(oldest.Time) {
				continue
			}
			if err := s.Book.Commit(ctx, ledger.Remove(store.Files, r.Body, file, "import.forgotten")); err != nil {
				return swept, err
			}
			swept++
		}
		if len(records) < q.Limit {
			return swept, nil
		}
		q.After = records[len(records)-1].Place
	}
}

// Fields lists what a column of an import can be taken for: the asset's fields,
// those of all categories, and being left out.
func (s *Service) Fields(ctx context.Context) ([]string, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, err
	}
	own, err := s.ownFields(ctx)
	if err != nil {
		return nil, err
	}
	fields := ImportFields()
	for _, name := range own {
		fields = append(fields, "fields."+name)
	}
	return append(fields, LeftOut), nil
}
