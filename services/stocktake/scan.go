package stocktake

import (
	"context"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// seenOnce is for how long further scans of an item are not noted, so that its
// history stays readable.
const seenOnce = time.Hour

// Scan finds what is behind the text that a scanner or a person gives, and notes
// that an item was seen.
func (s *Service) Scan(ctx context.Context, text string) (*custody.Found, error) {
	found, err := s.Custody.Scan(ctx, text)
	if err != nil {
		return nil, err
	}
	return found, s.noted(ctx, found)
}

// ScanPhoto does the same with the codes in a photo.
func (s *Service) ScanPhoto(ctx context.Context, photo []byte) (*custody.Found, error) {
	found, err := s.Custody.ScanPhoto(ctx, photo)
	if err != nil {
		return nil, err
	}
	return found, s.noted(ctx, found)
}

// noted notes that the item which a scan found was seen, unless somebody has seen
// it within the hour and nobody has missed it since. The flag of an unaccounted one is closed.
func (s *Service) noted(ctx context.Context, found *custody.Found) error {
	caller, err := access.Caller(ctx)
	if err != nil || found.Asset == nil {
		return err
	}
	if news, err := s.news(ctx, found.Asset); err != nil || !news {
		return err
	}
	return access.Retry(func() error {
		record, err := s.Book.Store.Get(ctx, store.Assets, found.Asset.ID)
		if err != nil {
			return err
		}
		a, err := store.Decode[models.Asset](record)
		if err != nil {
			return err
		}
		found.Asset = a
		if news, err := s.news(ctx, a); err != nil || !news {
			return err // somebody else was there a moment before
		}
		now := s.Book.When(ctx)
		entries, err := s.Flags.Sighted(ctx, a, now, caller.Code, caller.Unit, models.Say("scanned by %v", caller.Name))
		if err != nil {
			return err
		}
		ledger.Answer(ctx, found)
		return s.Book.Commit(ctx, append(entries, ledger.Change(store.Assets, record.Body, a, "asset.seen", ""))...)
	})
}

// news says whether it is news that an item was seen now: nobody has seen it within the
// hour, or it was found unaccounted since.
func (s *Service) news(ctx context.Context, a *models.Asset) (bool, error) {
	if a.Status == models.StruckOff {
		return false, nil
	}
	if a.LastSeenAt == nil || s.Book.Now().Sub(a.LastSeenAt.Time) >= seenOnce {
		return true, nil
	}
	return s.Flags.Missed(ctx, a)
}
