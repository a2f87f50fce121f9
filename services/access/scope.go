package access

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Everywhere says whether the person's scope is the whole book.
func Everywhere(p *models.Person) bool { return p.Role == models.Admin && p.Scope == "" }

// CoversUnit says whether a unit, given by its path, is in the person's scope.
// Auditors answer for no unit.
func CoversUnit(p *models.Person, path []string) bool {
	if Everywhere(p) {
		return true
	}
	return p.Role != models.Auditor && p.Scope != "" && slices.Contains(path, p.Scope)
}

// Assets returns the conditions that keep a query of assets within the person's
// scope. A person without any scope sees nothing.
func Assets(p *models.Person) []store.Cond {
	switch {
	case Everywhere(p):
		return nil
	case p.Role == models.Auditor:
		conds := []store.Cond{store.In("paid_by", payers(p))}
		if p.Scope != "" {
			conds = append(conds, store.Is("units", p.Scope))
		}
		return conds
	}
	return []store.Cond{store.Is("units", p.Scope)}
}

// Within narrows the conditions of a scope to a unit: of the two, the one that is
// below the other counts. nothing says that they have nothing in common.
func Within(ctx context.Context, s store.Store, p *models.Person, scope []store.Cond, code string) (conds []store.Cond, nothing bool, err error) {
	unit, err := store.Get[models.Unit](ctx, s, store.Units, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, false, models.Refuse(models.Invalid, "unit", "there is no unit %q", code)
	}
	if err != nil {
		return nil, false, err
	}
	at := slices.IndexFunc(scope, func(c store.Cond) bool { return c.Field == "units" })
	switch {
	case at < 0:
		return append(scope, store.Is("units", unit.Code)), false, nil
	case slices.Contains(unit.Path, p.Scope):
		scope[at] = store.Is("units", unit.Code)
		return scope, false, nil
	}
	own, err := store.Get[models.Unit](ctx, s, store.Units, p.Scope)
	if err != nil {
		return nil, false, err
	}
	return scope, !slices.Contains(own.Path, unit.Code), nil
}

// payers names the donors and grants whose equipment an auditor sees.
func payers(p *models.Person) []string {
	names := make([]string, 0, len(p.Donors)+len(p.Grants))
	for _, donor := range p.Donors {
		names = append(names, "donor "+donor)
	}
	for _, grant := range p.Grants {
		names = append(names, "grant "+grant)
	}
	return names
}

// SeesGrant says whether a grant of this donor may be shown to the person.
func SeesGrant(p *models.Person, g *models.Grant) bool {
	return p.Role != models.Auditor || slices.Contains(p.Grants, g.Code) || slices.Contains(p.Donors, g.Donor)
}

// SeesDonor says whether the donor may be shown to the person, who holds grants
// of the donors named in granted.
func SeesDonor(p *models.Person, code string, granted []string) bool {
	return p.Role != models.Auditor || slices.Contains(p.Donors, code) || slices.Contains(granted, code)
}

// SeesPapers says whether a paper that stands in these units, about things paid
// for by these (Asset.PaidBy), may be shown to the person.
func SeesPapers(p *models.Person, units, paidBy []string) bool {
	if p.Role == models.Auditor {
		return SeesPaid(p, paidBy) && (p.Scope == "" || slices.Contains(units, p.Scope))
	}
	return CoversUnit(p, units)
}

// SeesPaid says whether an auditor's donors or grants are among those who paid.
func SeesPaid(p *models.Person, paidBy []string) bool {
	return slices.ContainsFunc(payers(p), func(payer string) bool { return slices.Contains(paidBy, payer) })
}
