package register

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// AddUnit enters a unit below its parent.
func (s *Service) AddUnit(ctx context.Context, unit models.Unit) (*models.Unit, error) {
	caller, err := access.Allow(ctx, access.ManagePlaces)
	if err != nil {
		return nil, err
	}
	unit.Base, unit.Path = models.Base{}, nil
	if err := models.Validate(&unit); err != nil {
		return nil, err
	}
	if unit.Parent != "" {
		parent, err := lookup[models.Unit](ctx, s, store.Units, "parent", unit.Parent)
		if err != nil {
			return nil, err
		}
		unit.Path = slices.Clone(parent.Path)
	}
	if len(unit.Path) >= deepestUnit {
		return nil, models.Refuse(models.Invalid, "parent", "the unit tree is at most %d levels deep", deepestUnit)
	}
	unit.Path = append(unit.Path, unit.Code)
	if !access.CoversUnit(caller, unit.Path) {
		return nil, models.Refuse(models.Forbidden, "parent", "is not in your part of the unit tree")
	}
	return &unit, s.add(ctx, store.Units, &unit, "unit.added")
}

const deepestUnit = 12

// AddDonor enters a donor.
func (s *Service) AddDonor(ctx context.Context, donor models.Donor) (*models.Donor, error) {
	donor.Base = models.Base{}
	return &donor, s.addEverywhere(ctx, store.Donors, &donor, "donor.added")
}

// AddGrant enters a grant of a donor.
func (s *Service) AddGrant(ctx context.Context, grant models.Grant) (*models.Grant, error) {
	grant.Base, grant.Closed = models.Base{}, nil
	if err := s.checkGrant(ctx, &grant); err != nil {
		return nil, err
	}
	return &grant, s.addEverywhere(ctx, store.Grants, &grant, "grant.added")
}

func (s *Service) checkGrant(ctx context.Context, grant *models.Grant) error {
	if grant.Donor != "" {
		if _, err := lookup[models.Donor](ctx, s, store.Donors, "donor", grant.Donor); err != nil {
			return err
		}
	}
	if grant.From != "" && grant.To != "" && grant.To < grant.From {
		return models.Refuse(models.Invalid, "to", "is before the grant's first day")
	}
	return nil
}

// AddCategory enters a category with its custom fields.
func (s *Service) AddCategory(ctx context.Context, category models.Category) (*models.Category, error) {
	category.Base = models.Base{}
	if err := s.coursesExist(ctx, &category); err != nil {
		return nil, err
	}
	return &category, s.addEverywhere(ctx, store.Categories, &category, "category.added")
}

// coursesExist looks up what the category demands of its custodians.
func (s *Service) coursesExist(ctx context.Context, category *models.Category) error {
	for i, demand := range category.Demands {
		if _, err := lookup[models.Course](ctx, s, store.Courses, "course", demand.Course); err != nil {
			return models.InField(err, fmt.Sprintf("demands[%d].course", i))
		}
	}
	return nil
}

// addEverywhere adds what is not below any unit: only an administrator of the
// whole book may.
func (s *Service) addEverywhere(ctx context.Context, in *store.Collection, doc models.Document, kind string) error {
	if err := s.AllowEverywhere(ctx); err != nil {
		return err
	}
	if err := models.Validate(doc); err != nil {
		return err
	}
	return s.add(ctx, in, doc, kind)
}

// AllowEverywhere refuses everybody but an administrator of the whole book.
func (s *Service) AllowEverywhere(ctx context.Context) error {
	caller, err := access.Allow(ctx, access.ManagePlaces)
	if err != nil {
		return err
	}
	if !access.Everywhere(caller) {
		return models.Refuse(models.Forbidden, "", "only an administrator of the whole book may change categories, donors and grants")
	}
	return nil
}

func (s *Service) add(ctx context.Context, in *store.Collection, doc models.Document, kind string) error {
	err := s.Book.Commit(ctx, ledger.Add(in, doc, kind, ""))
	var taken *store.Duplicate
	if errors.As(err, &taken) && taken.Collection == in.Name {
		return models.Refuse(models.Conflict, "code", "%q is already taken", doc.Key()).Because(err)
	}
	return err
}
