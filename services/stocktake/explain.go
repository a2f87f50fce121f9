package stocktake

import (
	"context"
	"errors"

	"quartermaster/models"
	"quartermaster/services/store"
)

// explain says where the book knows an item to have gone since the stocktake
// opened, nothing when it knows nothing.
func (s *Service) explain(ctx context.Context, st *models.Stocktake, line *models.StocktakeLine) (models.Text, error) {
	if line.Asset == "" {
		return models.Text{}, nil
	}
	a, err := store.Get[models.Asset](ctx, s.Book.Store, store.Assets, line.Asset)
	if errors.Is(err, store.ErrNotFound) {
		return models.Text{}, nil
	}
	if err != nil {
		return models.Text{}, err
	}
	return whereTo(st, line, a), nil
}

// whereTo says where an item went since the stocktake opened: a signed voucher
// answers for it, or somebody saw it outside the count.
func whereTo(st *models.Stocktake, line *models.StocktakeLine, a *models.Asset) models.Text {
	since := st.OpenedAt
	if seen := line.Seen(); seen != nil && seen.Absent {
		since = seen.At
	}
	switch {
	case a.Status == models.StruckOff:
		return models.Say("struck off charge")
	case a.Status == models.InTransit && a.Voucher != "":
		return models.Say("on its way by voucher %v", a.Voucher)
	case a.Voucher != line.Voucher && a.Voucher != "" && a.Unit != line.Unit:
		return models.Say("went to %v by voucher %v", a.Unit, a.Voucher)
	case a.Voucher != line.Voucher && a.Voucher != "":
		return models.Say("handled by voucher %v since", a.Voucher)
	case a.Unit != line.Unit:
		return models.Say("recorded at %v since", a.Unit)
	case a.LastSeenAt != nil && a.LastSeenAt.After(since.Time):
		return models.Say("seen on %v, outside the count", models.DayOf(a.LastSeenAt.Time))
	}
	return models.Text{}
}

// cameBy says how an item that was not expected came to be here, as far as the book
// knows.
func cameBy(st *models.Stocktake, a *models.Asset) models.Text {
	switch {
	case a.Status == models.StruckOff:
		return models.Say("struck off charge")
	case a.CreatedAt.After(st.OpenedAt.Time):
		return models.Say("taken on charge since the opening")
	case st.Scope.Unit != "" && inUnit(a, st.Scope.Unit) && a.Voucher != "":
		return models.Say("came here by voucher %v", a.Voucher)
	case a.Voucher != "" && a.Status == models.InTransit:
		return models.Say("on its way by voucher %v", a.Voucher)
	}
	return models.Say("belongs to %v", a.Unit)
}

func inUnit(a *models.Asset, unit string) bool {
	for _, code := range a.Path {
		if code == unit {
			return true
		}
	}
	return false
}
