package visits

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/stocktake"
	"quartermaster/services/store"
)

// mostItems is how many items one visit sees, so that they are entered in one Commit:
// whoever visits more draws a sample, or plans a visit to each unit.
const mostItems = 1000

// expected lists what the book says is in the scope and the planner sees, and looks
// up the scope's unit.
func (s *Service) expected(ctx context.Context, planner *models.Person, v *models.Visit) ([]*models.VisitItem, error) {
	if err := models.Validate(&v.Scope); err != nil {
		return nil, of("scope", err)
	}
	if v.Sample != nil {
		if err := models.Validate(v.Sample); err != nil {
			return nil, of("sample", err)
		}
	}
	if _, err := s.Register.Payer(ctx, v.Scope.Donor, v.Scope.Grant); err != nil {
		return nil, of("scope", err)
	}
	if v.Scope.Unit != "" {
		unit, err := s.Register.Unit(ctx, v.Scope.Unit)
		if err != nil {
			return nil, of("scope", err)
		}
		if planner.Scope != "" && !slices.Contains(unit.Path, planner.Scope) {
			return nil, models.Refuse(models.Forbidden, "scope.unit", "%s is not in your part of the unit tree", unit.Code)
		}
		v.Path = unit.Path
	}
	var all []*models.VisitItem
	enhanced := map[string]bool{}
	filter := register.Filter{Unit: v.Scope.Unit, Category: v.Scope.Category, Donor: v.Scope.Donor, Grant: v.Scope.Grant}
	err := s.Register.Each(ctx, filter, func(r store.Record) error {
		a, err := store.Decode[models.Asset](r)
		if err != nil || a.Status == models.StruckOff {
			return err
		}
		if _, known := enhanced[a.Category]; !known {
			category, err := s.Register.Category(ctx, a.Category)
			if err != nil {
				return err
			}
			enhanced[a.Category] = category.Enhanced
		}
		item := itemOf(a)
		item.Enhanced = enhanced[a.Category]
		all = append(all, item)
		return nil
	})
	if err != nil {
		return nil, of("scope", err)
	}
	if len(all) == 0 {
		return nil, models.Refuse(models.Invalid, "scope", "nothing on charge lies in this scope; there would be nothing to see")
	}
	return all, nil
}

func itemOf(a *models.Asset) *models.VisitItem {
	return &models.VisitItem{Asset: a.ID, Tag: a.Tag, Name: a.Name, Category: a.Category, Make: a.Make, Model: a.Model, Serial: a.Serial, Unit: a.Unit, Path: a.Units(), Location: a.Location,
		Custodian: a.Custodian, Donor: a.Donor, Grant: a.Grant, Cost: a.Cost, Status: a.Status, Was: a.Condition}
}

// Begin draws what is to be seen, as the book has it now.
func (s *Service) Begin(ctx context.Context, number string, version int64) (*models.Visit, error) {
	return s.change(ctx, changing{number, version, "visit.begun", ""}, func(caller *models.Person, v *models.Visit) ([]ledger.Entry, error) {
		if v.State != models.VisitPlanned {
			return nil, models.Refuse(models.Conflict, "state", "%s is %s already", v.Number, v.State.Words())
		}
		planner := caller
		if v.PlannedBy != caller.Code {
			var err error
			if planner, err = store.Get[models.Person](ctx, s.Book.Store, store.People, v.PlannedBy); errors.Is(err, store.ErrNotFound) {
				planner = caller // planned from the command line
			} else if err != nil {
				return nil, err
			}
		}
		all, err := s.expected(access.As(ctx, planner, ""), planner, v)
		if err != nil {
			return nil, err
		}
		items := stocktake.Draw(v.Sample, all, func(i *models.VisitItem) stocktake.Unit {
			return stocktake.Unit{Code: i.Tag, Category: i.Category, Cost: i.Cost, Whole: i.Enhanced}
		})
		if len(items) > mostItems {
			return nil, models.Refuse(models.Conflict, "sample", "%d items would have to be seen; one visit sees %d at most: draw a sample, or visit each unit by itself", len(items), mostItems)
		}
		slices.SortFunc(items, func(a, b *models.VisitItem) int {
			return cmp.Or(strings.Compare(a.Unit, b.Unit), strings.Compare(a.Location, b.Location), strings.Compare(a.Tag, b.Tag))
		})
		now := models.At(s.Book.Now())
		v.State, v.BegunAt, v.Expected, v.Within, v.Payers = models.VisitUnderway, &now, len(items), v.Path, nil
		entries := make([]ledger.Entry, len(items))
		for i, item := range items {
			item.Visit, item.Line, item.ID = v.Number, i+1, v.Number+"/"+item.Asset
			v.Within, v.Payers = append(v.Within, item.Path...), append(v.Payers, item.PaidBy()...)
			entries[i] = ledger.Add(store.VisitItems, item, "item.expected", "")
		}
		v.Within, v.Payers = sorted(v.Within), sorted(v.Payers)
		return entries, nil
	})
}
