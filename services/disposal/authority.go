package disposal

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// item is what a paper says of an asset: whose it is, what it is worth, and who
// decides on it by the settings of the unit tree.
func (s *Service) item(ctx context.Context, a *models.Asset) (models.Item, *models.DisposalLimit, error) {
	i := models.Item{Asset: a.ID, Tag: a.Tag, Name: a.Name, Category: a.Category, SerialNumber: a.Serial,
		Unit: cmp.Or(a.Owner, a.Unit), Path: a.Path, Donor: a.Donor, Grant: a.Grant, Cost: a.Cost}
	if a.Owner != "" {
		i.Path, i.Also = a.OwnerPath, a.Path
	}
	category, err := s.Register.Category(ctx, a.Category)
	if err != nil {
		return i, nil, err
	}
	i.BookValue = a.BookValue(category, s.Book.Today())
	limits, err := s.limits(ctx, i.Path)
	if err != nil {
		return i, nil, err
	}
	i.Authority = models.BoardAuthority
	for _, value := range values(a) {
		if limit, set := limits[value.Currency]; set {
			i.Value, i.Authority = value, limit.Decides(*value)
			return i, &limit, nil
		}
	}
	i.Value = a.Cost
	return i, nil, nil
}

// values are what the item is worth, in the currency of its cost and in that of the
// reports: the first that a limit is set in counts. It is the cost that counts, not
// the book value, so that age brings nothing below a limit.
func values(a *models.Asset) []*models.Money {
	var all []*models.Money
	if a.Cost != nil {
		all = append(all, a.Cost)
	}
	if a.Value != nil {
		all = append(all, &models.Money{Amount: a.Value.Amount, Currency: a.Value.Currency})
	}
	return all
}

// limits are the settings in force at the end of a path, by currency: the nearest
// unit's that sets any in it.
func (s *Service) limits(ctx context.Context, path []string) (map[string]models.DisposalLimit, error) {
	limits := map[string]models.DisposalLimit{}
	for _, code := range slices.Backward(path) {
		unit, err := store.Get[models.Unit](ctx, s.Book.Store, store.Units, code)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, l := range unit.Disposal {
			if _, set := limits[l.Currency]; !set {
				limits[l.Currency] = l
			}
		}
	}
	return limits, nil
}

// Limits are the settings in force for a unit, by currency.
func (s *Service) Limits(ctx context.Context, u *models.Unit) ([]models.DisposalLimit, error) {
	limits, err := s.limits(ctx, u.Path)
	return slices.SortedFunc(maps.Values(limits), func(x, y models.DisposalLimit) int { return cmp.Compare(x.Currency, y.Currency) }), err
}

// may refuses who may not decide on an item: by their role, by its value, and those
// who have had to do with it.
func may(p *models.Person, i *models.Item, involved []string) error {
	switch {
	case !access.May(p.Role, access.Decide):
		return models.Refuse(models.Forbidden, "", "the role %s may not %s", p.Role, access.Decide)
	case slices.Contains(involved, p.Code):
		return models.Refuse(models.Forbidden, "", "nobody decides on what they reported, proposed, held or inquired into")
	}
	if err := within(p, i); err != nil {
		return err
	}
	reaches := p.Role == models.Admin
	switch i.Authority {
	case models.UnitAuthority:
		reaches = true
	case models.AgencyAuthority:
		reaches = reaches || p.Scope == i.Path[0]
	}
	if !reaches {
		return models.Refuse(models.Forbidden, "", "its value%s is for %s to decide", told(i.Value), i.Authority.Words())
	}
	return nil
}

func told(value *models.Money) string {
	if value == nil {
		return ", which nobody recorded,"
	}
	return " of " + value.String()
}

// MayDecideLoss says whether the person decides on the loss now.
func MayDecideLoss(p *models.Person, l *models.Loss) bool {
	return l.State == models.LossToDecide && may(p, &l.Item, l.Involved()) == nil
}

// MayDecideWriteOff says whether the person decides on the write-off now.
func MayDecideWriteOff(p *models.Person, w *models.WriteOff) bool {
	return w.State == models.WriteOffProposed && may(p, &w.Item, w.Involved()) == nil
}

// MayAppoint says whether the person may appoint who inquires into the loss, or
// decide that nobody need to.
func MayAppoint(p *models.Person, l *models.Loss) bool {
	return (l.State == models.LossReported || l.State == models.LossInquiry) && mayAppoint(p, l) == nil
}

func mayAppoint(p *models.Person, l *models.Loss) error {
	switch {
	case !access.May(p.Role, access.Decide):
		return models.Refuse(models.Forbidden, "", "the role %s may not appoint who inquires", p.Role)
	case slices.Contains([]string{l.ReportedBy, l.HeldBy, l.Custodian}, p.Code):
		return models.Refuse(models.Forbidden, "", "nobody appoints who inquires into what they reported or held")
	}
	return within(p, &l.Item)
}
