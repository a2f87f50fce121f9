package register

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Papers is what lists of vouchers and requests are filtered by. A unit includes
// those below it.
type Papers struct {
	Unit, Donor, Grant string
	Since, Until       models.Day // raised on these days or between
}

// Within lays the filter over the caller's scope, as conditions on units, paid_by
// and the instant field. nothing says that the two have nothing in common.
func (p Papers) Within(ctx context.Context, s *Service, caller *models.Person, instant string) (conds []store.Cond, nothing bool, err error) {
	conds = access.Assets(caller)
	if p.Unit != "" {
		if conds, nothing, err = access.Within(ctx, s.Book.Store, caller, conds, p.Unit); err != nil || nothing {
			return nil, nothing, err
		}
	}
	if p.Donor != "" {
		conds = append(conds, store.Is("paid_by", "donor "+p.Donor))
	}
	if p.Grant != "" {
		conds = append(conds, store.Is("paid_by", "grant "+p.Grant))
	}
	for field, day := range map[string]models.Day{"since": p.Since, "until": p.Until} {
		if !day.Valid() {
			return nil, false, models.Refuse(models.Invalid, field, "is not a day; write it like 2026-03-31")
		}
	}
	if p.Since != "" {
		conds = append(conds, store.From(instant, s.Book.Begins(p.Since).String()))
	}
	if p.Until != "" {
		conds = append(conds, store.Under(instant, s.Book.Begins(p.Until.Plus(1)).String()))
	}
	return conds, false, nil
}
