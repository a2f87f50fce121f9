package register

import (
	"context"
	"errors"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Units returns a page of the units of the whole tree, by code.
func (s *Service) Units(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	return s.places(ctx, store.Units, cursor, limit)
}

// Categories returns a page of the categories, by code.
func (s *Service) Categories(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	return s.places(ctx, store.Categories, cursor, limit)
}

// Grants returns a page of the grants that the caller may see, by code.
func (s *Service) Grants(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	return s.places(ctx, store.Grants, cursor, limit)
}

// Donors returns a page of the donors that the caller may see, by code.
func (s *Service) Donors(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	return s.places(ctx, store.Donors, cursor, limit)
}

// donorsOf names the donors of grants.
func (s *Service) donorsOf(ctx context.Context, grants []string) ([]string, error) {
	var donors []string
	for _, code := range grants {
		grant, err := store.Get[models.Grant](ctx, s.Book.Store, store.Grants, code)
		if err != nil {
			return nil, err
		}
		donors = append(donors, grant.Donor)
	}
	return donors, nil
}

// places returns a page of those that the caller may see.
func (s *Service) places(ctx context.Context, in *store.Collection, cursor string, limit int) (*store.Page, error) {
	if err := store.CheckLimit(limit); err != nil {
		return nil, err
	}
	q, err := store.Query{In: in, By: "code"}.Resume(cursor)
	if err != nil {
		return nil, err
	}
	return s.visible(ctx, q, limit)
}

// PlacesNamed returns the first units, categories, donors or grants that the caller may
// see and whose code and name have words that begin with these.
func (s *Service) PlacesNamed(ctx context.Context, in *store.Collection, words []string, limit int) (*store.Page, error) {
	return s.visible(ctx, store.Query{In: in, By: "words", Where: store.Words(words)}, limit)
}

// visible reads on until a page is full of what the caller may see.
func (s *Service) visible(ctx context.Context, q store.Query, limit int) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	may, err := s.maySee(ctx, caller, q.In)
	if err != nil {
		return nil, err
	}
	q.Limit = limit + 1
	page := &store.Page{}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			q.After = r.Place
			if ok, err := may(r); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
			if len(page.Records) == limit {
				page.Next = q.Cursor(page.Records[limit-1].Place)
				return page, nil
			}
			page.Records = append(page.Records, r)
		}
		if len(records) < q.Limit {
			return page, nil
		}
	}
}

// maySee returns what says whether the caller may see a place: auditors see their own
// donors and grants, and everybody else all.
func (s *Service) maySee(ctx context.Context, caller *models.Person, in *store.Collection) (func(store.Record) (bool, error), error) {
	switch in {
	case store.Donors:
		granted, err := s.donorsOf(ctx, caller.Grants)
		return func(r store.Record) (bool, error) { return access.SeesDonor(caller, r.ID, granted), nil }, err
	case store.Grants:
		return func(r store.Record) (bool, error) {
			grant, err := store.Decode[models.Grant](r)
			return err == nil && access.SeesGrant(caller, grant), err
		}, nil
	}
	return func(store.Record) (bool, error) { return true, nil }, nil
}

// Place returns one unit, category, donor or grant that the caller may see.
func (s *Service) Place(ctx context.Context, in *store.Collection, code string) (store.Record, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return store.Record{}, err
	}
	unknown := models.Refuse(models.NotFound, "code", "there is no %s %q", nameOf[in], code)
	record, err := s.Book.Store.Get(ctx, in, code)
	if errors.Is(err, store.ErrNotFound) {
		return record, unknown
	}
	if err != nil {
		return record, err
	}
	may, err := s.maySee(ctx, caller, in)
	if err != nil {
		return record, err
	}
	if seen, err := may(record); err != nil {
		return record, err
	} else if !seen {
		return store.Record{}, unknown
	}
	return record, nil
}
