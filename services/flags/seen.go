package flags

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Missed says whether an item is flagged as unaccounted.
func (s *Service) Missed(ctx context.Context, a *models.Asset) (bool, error) {
	_, flag, err := s.read(ctx, models.Unaccounted, ledger.Subject(store.Assets, a.ID))
	return flag != nil && flag.Stands(), err
}

// Sighted notes on an item, which is in the caller's Commit, that somebody saw it, and
// returns the entries that close its flag when it was unaccounted until then. What was
// seen before the flag was opened, such as work that is entered late, leaves it to the
// job that opened it.
func (s *Service) Sighted(ctx context.Context, a *models.Asset, at models.Time, by, in string, outcome models.Text) ([]ledger.Entry, error) {
	a.Seen(at, by, in)
	record, flag, err := s.read(ctx, models.Unaccounted, ledger.Subject(store.Assets, a.ID))
	if err != nil || flag == nil || !flag.Stands() || at.Before(flag.OpenedAt.Time) {
		return nil, err
	}
	return []ledger.Entry{s.closed(record, flag, outcome)}, nil
}
