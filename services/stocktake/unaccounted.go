package stocktake

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// cause is why the flag of an item stands that a stocktake did not find.
func cause(line *models.StocktakeLine, a *models.Asset) flags.Cause {
	return flags.Cause{Subject: ledger.Subject(store.Assets, a.ID), Ref: a.Tag, What: models.Plain(a.Name), Since: line.MissingSince,
		Detail: models.Say("not found in stocktake %v, closed on %v; %v", line.Stocktake, line.MissingSince, before(line)),
		Unit:   a.Unit, Path: a.Path, Also: a.OwnerPath, Owner: a.Custodian, Donor: a.Donor, Grant: a.Grant}
}

// before says how many days before the closing the item was last seen, or taken on
// charge when it never was.
func before(line *models.StocktakeLine) models.Text {
	never := line.SeenAt == nil
	switch days := line.DaysUnseen; {
	case days == 0 && never:
		return models.Say("never seen since it was taken on charge less than a day before")
	case days == 0:
		return models.Say("last seen less than a day before")
	case never:
		return models.Count("never seen since it was taken on charge the day before", "never seen since it was taken on charge %d days before", days)
	default:
		return models.Count("last seen the day before", "last seen %d days before", days)
	}
}

// Unaccounted are the items that closed stocktakes did not find and that nobody has
// seen since, as causes of flags. Lines whose items were seen again are noted as
// such, and are looked at no more.
func (s *Service) Unaccounted(ctx context.Context) flags.Causes {
	return func(yield func(flags.Cause, error) bool) {
		var again []ledger.Entry
		stopped := false
		err := s.each(ctx, store.Query{In: store.StocktakeLines, By: "missing"}, func(r store.Record) error {
			if stopped {
				return nil
			}
			line, err := store.Decode[models.StocktakeLine](r)
			if err != nil {
				return err
			}
			a, err := store.Get[models.Asset](ctx, s.Book.Store, store.Assets, line.Asset)
			if err != nil {
				return err
			}
			if at := seenSince(line, a); at != nil || a.Status == models.StruckOff {
				line.SeenAgainAt, line.MissingSince = at, ""
				again = append(again, ledger.Change(store.StocktakeLines, r.Body, line, "line.seen_again", ""))
				return nil
			}
			if a.UnderInquiry() {
				return nil // its loss is reported; the line stands until it is found or struck off
			}
			stopped = !yield(cause(line, a), nil)
			return nil
		})
		for len(again) > 0 && err == nil && !stopped {
			n := min(batch, len(again))
			if err = s.Book.Commit(ctx, again[:n]...); store.Outrun(err) {
				err = nil // the next run finds it again
			}
			again = again[n:]
		}
		if err != nil && !stopped {
			yield(flags.Cause{}, err)
		}
	}
}

// seenSince is when an item was seen after it was found unaccounted; nil when it
// was not.
func seenSince(line *models.StocktakeLine, a *models.Asset) *models.Time {
	if line.SeenAgainAt != nil {
		return line.SeenAgainAt
	}
	if a.LastSeenAt != nil && a.LastSeenAt.After(line.UpdatedAt.Time) {
		return a.LastSeenAt
	}
	return nil
}
