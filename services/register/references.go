package register

import (
	"context"
	"errors"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// references remembers, during one request, what assets refer to, so that an
// import of many rows reads each unit and category once.
type references struct {
	s          *Service
	units      map[string]*models.Unit
	categories map[string]*models.Category
	donors     map[string]*models.Donor
	grants     map[string]*models.Grant
	people     map[string]*models.Person
	schedules  map[string][]*models.Schedule // by category
	closed     map[string]error              // why nothing enters under a grant; nil of one that is open
}

func (s *Service) references() *references {
	return &references{s, map[string]*models.Unit{}, map[string]*models.Category{}, map[string]*models.Donor{},
		map[string]*models.Grant{}, map[string]*models.Person{}, map[string][]*models.Schedule{}, map[string]error{}}
}

func remembered[T any](ctx context.Context, r *references, known map[string]*T, in *store.Collection, field, code string) (*T, error) {
	if doc, ok := known[code]; ok {
		return doc, nil
	}
	doc, err := lookup[T](ctx, r.s, in, field, code)
	if err == nil {
		known[code] = doc
	}
	return doc, err
}

// check looks up everything that the asset refers to, fills in what follows from
// it, and returns every matter that is wrong. A failing store is the error.
func (r *references) check(ctx context.Context, caller *models.Person, a *models.Asset) (wrong []models.Detail, err error) {
	note := func(problem error) {
		var refused *models.Error
		ok := errors.As(problem, &refused)
		switch {
		case problem == nil:
		case ok && len(refused.Details) > 0:
			wrong = append(wrong, refused.Details...)
		case ok:
			wrong = append(wrong, refused.About(0, refused.Field))
		default:
			err = problem
		}
	}
	note(models.Validate(a))
	if a.Unit != "" {
		note(r.unit(ctx, caller, a))
	}
	if a.Category != "" {
		category, problem := remembered(ctx, r, r.categories, store.Categories, "category", a.Category)
		note(problem)
		if problem == nil {
			kept, problems := category.CheckFields(a.Fields)
			a.Fields = kept
			wrong = append(wrong, problems...)
		}
	}
	if a.Status == models.StruckOff {
		a.Custodian = "" // nobody holds what an import brings in as struck off
	}
	note(a.SettleValue())
	note(r.payer(ctx, a))
	if a.Version == 0 {
		note(r.open(ctx, a.Grant))
	}
	if a.Custodian != "" {
		note(r.Custodian(ctx, a))
	}
	for field, day := range map[string]models.Day{"acquired_on": a.AcquiredOn, "use_verified_on": a.UseVerifiedOn} {
		if day > r.s.today() {
			wrong = append(wrong, models.Matter(0, field, "is in the future"))
		}
	}
	if err != nil || len(wrong) > 0 {
		return wrong, err
	}
	return nil, r.plan(ctx, a)
}

func (r *references) unit(ctx context.Context, caller *models.Person, a *models.Asset) error {
	unit, err := remembered(ctx, r, r.units, store.Units, "unit", a.Unit)
	if err != nil {
		return err
	}
	if !access.CoversUnit(caller, unit.Path) {
		return models.Refuse(models.Forbidden, "unit", "%s is not in your part of the unit tree", a.Unit)
	}
	a.Path = unit.Path
	return nil
}

func (r *references) payer(ctx context.Context, a *models.Asset) error {
	if a.Grant != "" {
		grant, err := remembered(ctx, r, r.grants, store.Grants, "grant", a.Grant)
		if err != nil {
			return err
		}
		if a.Donor != "" && a.Donor != grant.Donor {
			return models.Refuse(models.Invalid, "grant", "%s is a grant of %s, not of %s", a.Grant, grant.Donor, a.Donor)
		}
		a.Donor = grant.Donor
	}
	if a.Donor != "" {
		_, err := remembered(ctx, r, r.donors, store.Donors, "donor", a.Donor)
		return err
	}
	return nil
}

// open refuses to take anything on charge under a grant that was closed. What is
// remembered of a grant between requests may be from before that, so it is read.
func (r *references) open(ctx context.Context, code string) error {
	refusal, known := r.closed[code]
	if code == "" || known {
		return refusal
	}
	grant, err := store.Get[models.Grant](ctx, r.s.Book.Store, store.Grants, code)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil // told by payer
	case err != nil:
		return err
	case grant.Closed != nil:
		refusal = models.Refuse(models.Conflict, "grant", "%s was closed on %s; nothing more is taken on charge under it", code, grant.Closed.On)
	}
	r.closed[code] = refusal
	return refusal
}

// Custodian checks that the asset's custodian is there and still serves.
func (r *references) Custodian(ctx context.Context, a *models.Asset) error {
	person, err := remembered(ctx, r, r.people, store.People, "custodian", a.Custodian)
	if err == nil && person.Inactive {
		return models.Refuse(models.Invalid, "custodian", "%s no longer serves and cannot answer for equipment", person.Name)
	}
	return err
}
