package stock

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// AddItem enters an item to be counted.
func (s *Service) AddItem(ctx context.Context, item models.StockItem) (*models.StockItem, error) {
	item.Base, item.Levels = models.Base{}, nil
	if err := s.mayName(ctx); err != nil {
		return nil, err
	}
	if err := s.checkItem(ctx, &item); err != nil {
		return nil, err
	}
	err := s.Book.Commit(ctx, ledger.Add(store.StockItems, &item, "item.added", ""))
	var taken *store.Duplicate
	if errors.As(err, &taken) && taken.Collection == store.StockItems.Name {
		return nil, models.Refuse(models.Conflict, "code", "%q is already taken", item.Code).Because(err)
	}
	return &item, err
}

// mayName refuses unless the caller administers the whole book: items are the same
// everywhere.
func (s *Service) mayName(ctx context.Context) error {
	caller, err := access.Allow(ctx, access.ManagePlaces)
	if err == nil && !access.Everywhere(caller) {
		return models.Refuse(models.Forbidden, "", "only an administrator of the whole book may change stock items")
	}
	return err
}

func (s *Service) checkItem(ctx context.Context, item *models.StockItem) error {
	if err := models.Validate(item); err != nil {
		return err
	}
	if item.Category == "" {
		return nil
	}
	_, err := s.Register.Category(ctx, item.Category)
	return err
}

// ItemEdit names what to change of an item; what is nil stays. Its unit of measure
// stays: balances are counted in it.
type ItemEdit struct {
	Name       *string `json:"name,omitempty"`
	Category   *string `json:"category,omitempty"`
	Perishable *bool   `json:"perishable,omitempty"`
	Storage    *string `json:"storage,omitempty"`
}

// EditItem changes an item. version, if not 0, is the one that was read.
func (s *Service) EditItem(ctx context.Context, code string, version int64, edit ItemEdit) (*models.StockItem, error) {
	if err := s.mayName(ctx); err != nil {
		return nil, err
	}
	return s.changeItem(ctx, code, version, "item.changed", func(item *models.StockItem) error {
		models.Set(&item.Name, edit.Name)
		models.Set(&item.Category, edit.Category)
		models.Set(&item.Perishable, edit.Perishable)
		models.Set(&item.Storage, edit.Storage)
		return s.checkItem(ctx, item)
	})
}

// SetLevel sets below which quantity a unit has to order an item again; 0 takes
// the level away.
func (s *Service) SetLevel(ctx context.Context, code string, version int64, level models.Level) (*models.StockItem, error) {
	if _, err := s.keeper(ctx, level.Unit); err != nil {
		return nil, err
	}
	return s.changeItem(ctx, code, version, "item.level_set", func(item *models.StockItem) error {
		item.Levels = slices.DeleteFunc(item.Levels, func(l models.Level) bool { return l.Unit == level.Unit })
		if level.Reorder == 0 {
			return nil
		}
		item.Levels = append(item.Levels, level)
		return item.CheckQuantity("reorder", level.Reorder)
	})
}

func (s *Service) changeItem(ctx context.Context, code string, version int64, kind string, decide func(*models.StockItem) error) (*models.StockItem, error) {
	return access.Anew(func() (*models.StockItem, error) {
		record, err := s.Book.Store.Get(ctx, store.StockItems, code)
		if errors.Is(err, store.ErrNotFound) {
			return nil, models.Refuse(models.NotFound, "code", "there is no stock item %q", code)
		}
		if err != nil {
			return nil, err
		}
		item, err := store.Decode[models.StockItem](record)
		if err != nil {
			return nil, err
		}
		if err := access.Current(version, item.Version); err != nil {
			return nil, err
		}
		if err := decide(item); err != nil {
			return nil, err
		}
		return item, s.Book.Commit(ctx, ledger.Change(store.StockItems, record.Body, item, kind, ""))
	})
}

// keeper returns the unit if the caller keeps stock there.
func (s *Service) keeper(ctx context.Context, code string) (*models.Unit, error) {
	caller, err := access.Allow(ctx, access.KeepStock)
	if err != nil {
		return nil, err
	}
	if code == "" {
		return nil, models.Refuse(models.Invalid, "unit", "is required: whose stock it is")
	}
	unit, err := s.Register.Unit(ctx, code)
	if err == nil && !access.CoversUnit(caller, unit.Path) {
		return nil, models.Refuse(models.Forbidden, "unit", "%s is not in your part of the unit tree", code)
	}
	return unit, err
}

// Items returns a page of the items, by code.
func (s *Service) Items(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, err
	}
	q := store.Query{In: store.StockItems, By: "code"}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// ItemsNamed returns the first items whose code and name have words that begin with
// these.
func (s *Service) ItemsNamed(ctx context.Context, words []string, limit int) (*store.Page, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, err
	}
	return store.FindPage(ctx, s.Book.Store, store.Query{In: store.StockItems, By: "words", Where: store.Words(words)}, limit)
}

// OneItem returns an item for whoever may look at the register.
func (s *Service) OneItem(ctx context.Context, code string) (*models.StockItem, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, err
	}
	item, err := s.Item(ctx, "code", code)
	if models.KindOf(err) == models.Invalid {
		return nil, models.Refuse(models.NotFound, "code", "there is no stock item %q", code)
	}
	return item, err
}
