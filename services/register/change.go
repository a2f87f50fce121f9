package register

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Changing says what is about to be done to an asset.
type Changing struct {
	Verb    access.Verb
	Tag     string
	Version int64 // that was read; 0 when the caller names none
	Kind    string
	Reason  string
	// With are further documents of the same Commit.
	With []ledger.Entry
}

// Change loads the asset within the caller's scope, lets decide change it, and
// commits. When somebody else changed it in between, decide is asked again about
// the asset as it is now, so that only a change which still makes sense is made.
func (s *Service) Change(ctx context.Context, c Changing, decide func(*models.Person, *models.Asset) error) (*models.Asset, error) {
	return s.ChangeWith(ctx, c, func(caller *models.Person, a *models.Asset) ([]ledger.Entry, error) {
		return c.With, decide(caller, a)
	})
}

// ChangeWith is Change where what else is in the Commit depends on the asset: decide
// returns it.
func (s *Service) ChangeWith(ctx context.Context, c Changing, decide func(*models.Person, *models.Asset) ([]ledger.Entry, error)) (*models.Asset, error) {
	caller, err := access.Allow(ctx, c.Verb)
	if err != nil {
		return nil, err
	}
	return access.Anew(func() (*models.Asset, error) {
		record, err := s.find(ctx, caller, c.Tag)
		if err != nil {
			return nil, err
		}
		asset, err := store.Decode[models.Asset](record)
		if err != nil {
			return nil, err
		}
		if err := access.Current(c.Version, asset.Version); err != nil {
			return nil, err
		}
		with, err := decide(caller, asset)
		if err != nil {
			return nil, err
		}
		entries := append([]ledger.Entry{ledger.Change(store.Assets, record.Body, asset, c.Kind, c.Reason)}, with...)
		err = s.Book.Commit(ctx, entries...)
		return asset, s.explainDuplicate(ctx, err, asset)
	})
}

// Unit returns a unit that the caller may move equipment to.
func (s *Service) Unit(ctx context.Context, code string) (*models.Unit, error) {
	return lookup[models.Unit](ctx, s, store.Units, "unit", code)
}

// Category returns a category.
func (s *Service) Category(ctx context.Context, code string) (*models.Category, error) {
	return lookup[models.Category](ctx, s, store.Categories, "category", code)
}

// Payer checks who paid for something, and returns the donor: a grant's own where
// only the grant is named.
func (s *Service) Payer(ctx context.Context, donor, grant string) (string, error) {
	a := &models.Asset{Donor: donor, Grant: grant}
	err := s.references().payer(ctx, a)
	return a.Donor, err
}

// OpenGrant refuses a grant under which nothing more is taken on charge.
func (s *Service) OpenGrant(ctx context.Context, code string) error {
	return s.references().open(ctx, code)
}
