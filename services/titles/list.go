package titles

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Transfer returns one title transfer that the caller sees. An auditor sees of it
// what their donors paid for.
func (s *Service) Transfer(ctx context.Context, number string) (*models.TitleTransfer, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, t, err := s.transfer(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	return shown(caller, t), nil
}

func (s *Service) transfer(ctx context.Context, caller *models.Person, number string) (store.Record, *models.TitleTransfer, error) {
	unknown := models.Refuse(models.NotFound, "number", "there is no title transfer %q", number)
	record, err := s.Book.Store.Get(ctx, store.TitleTransfers, number)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	t, err := store.Decode[models.TitleTransfer](record)
	if err == nil && !access.SeesPapers(caller, t.Units(), t.PaidBy()) {
		return store.Record{}, nil, unknown
	}
	return record, t, err
}

func shown(p *models.Person, t *models.TitleTransfer) *models.TitleTransfer {
	if p.Role == models.Auditor {
		t.Lines = slices.DeleteFunc(t.Lines, func(l models.TitleLine) bool { return !access.SeesPaid(p, l.PaidBy()) })
	}
	return t
}

// List returns a page of title transfers that the caller sees, newest first, and the
// cursor of the next.
func (s *Service) List(ctx context.Context, f register.Papers, cursor string, limit int) ([]*models.TitleTransfer, string, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, "", err
	}
	conds, nothing, err := f.Within(ctx, s.Register, caller, "at")
	if err != nil || nothing {
		return nil, "", err
	}
	q := store.Query{In: store.TitleTransfers, By: store.TitleTransfers.Narrowest(conds, "unit", "paid_by", "at"), Where: conds, Desc: true}
	page, err := q.Page(ctx, s.Book.Store, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	list := make([]*models.TitleTransfer, len(page.Records))
	for i, r := range page.Records {
		t, err := store.Decode[models.TitleTransfer](r)
		if err != nil {
			return nil, "", err
		}
		list[i] = shown(caller, t)
	}
	return list, page.Next, nil
}

// Attach adds a document to a title transfer.
func (s *Service) Attach(ctx context.Context, number string, version int64, p register.Paper) (*models.TitleTransfer, error) {
	caller, err := access.Allow(ctx, access.PassTitle)
	if err != nil {
		return nil, err
	}
	record, t, err := s.transfer(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	if err := access.Current(version, t.Version); err != nil {
		return nil, err
	}
	files, err := s.Register.Exhibit(caller, ledger.Subject(store.TitleTransfers, t.Number), &t.Files, p)
	if err != nil {
		return nil, err
	}
	if err := models.Validate(t); err != nil {
		return nil, err
	}
	change := ledger.Change(store.TitleTransfers, record.Body, t, "title.file_added", p.Name)
	return t, access.Outrun(s.Book.Commit(ctx, append([]ledger.Entry{change}, files...)...))
}

// File returns a document of a title transfer, with its content.
func (s *Service) File(ctx context.Context, number, id string) (*models.Attachment, []byte, error) {
	t, err := s.Transfer(ctx, number)
	if err != nil {
		return nil, nil, err
	}
	return s.Register.Exhibited(ctx, t.Files, id)
}

// Events returns a page of a transfer's history, newest first, and the cursor of the
// next. What an auditor's donors did not pay for is left out of it.
func (s *Service) Events(ctx context.Context, number, cursor string, limit int) ([]models.Event, string, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, "", err
	}
	if _, _, err := s.transfer(ctx, caller, number); err != nil {
		return nil, "", err
	}
	events, next, err := s.Book.Events(ctx, ledger.Subject(store.TitleTransfers, number), cursor, limit)
	if caller.Role == models.Auditor {
		for _, e := range events {
			delete(e.Changes, "lines")
		}
	}
	return events, next, err
}
