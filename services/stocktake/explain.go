package stocktake

import (
	"context"
	"errors"

	"quartermaster/models"
	"quartermaster/services/store"
)

// explain says where the book knows an item to have gone since the stocktake
// opened, "" when it knows nothing.
func (s *Service) explain(ctx context.Context, st *models.Stocktake, line *models.StocktakeLine) (string, error) {
	if line.Asset == "" {
		return "", nil
	}
	a, err := store.Get[models.Asset](ctx, s.Book.Store, store.Assets, line.Asset)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return whereTo(st, line, a), nil
}

// whereTo says where an item went since the stocktake opened: a signed voucher
// answers for it, or somebody saw it outside the count.
func whereTo(st *models.Stocktake, line *models.StocktakeLine, a *models.Asset) string {
	since := st.OpenedAt
	if seen := line.Seen(); seen != nil && seen.Absent {
		since = seen.At
	}
	switch {
	case a.Status == models.StruckOff:
		return "struck off charge"
	case a.Status == models.InTransit && a.Voucher != "":
		return "on its way by voucher " + a.Voucher
	case a.Voucher != line.Voucher && a.Voucher != "" && a.Unit != line.Unit:
		return "went to " + a.Unit + " by voucher " + a.Voucher
	case a.Voucher != line.Voucher && a.Voucher != "":
		return "handled by voucher " + a.Voucher + " since"
	case a.Unit != line.Unit:
		return "recorded at " + a.Unit + " since"
	case a.LastSeenAt != nil && a.LastSeenAt.After(since.Time):
		return "seen on " + a.LastSeenAt.Format("2 January 2006") + ", outside the count"
	}
	return ""
}

// cameBy says how an item that was not expected came to be here, as far as the book
// knows.
func cameBy(st *models.Stocktake, a *models.Asset) string {
	switch {
	case a.Status == models.StruckOff:
		return "struck off charge"
	case a.CreatedAt.After(st.OpenedAt.Time):
		return "taken on charge since the opening"
	case st.Scope.Unit != "" && inUnit(a, st.Scope.Unit) && a.Voucher != "":
		return "came here by voucher " + a.Voucher
	case a.Voucher != "" && a.Status == models.InTransit:
		return "on its way by voucher " + a.Voucher
	}
	return "belongs to " + a.Unit
}

func inUnit(a *models.Asset, unit string) bool {
	for _, code := range a.Path {
		if code == unit {
			return true
		}
	}
	return false
}
