package register

import (
	"context"
	"errors"
	"strings"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// NewAsset is what is recorded of an item when it is taken on charge.
type NewAsset struct {
	Name       string           `json:"name"`
	Category   string           `json:"category"`
	Make       string           `json:"make,omitempty"`
	Model      string           `json:"model,omitempty"`
	Serial     string           `json:"serial,omitempty"`
	Aliases    []string         `json:"aliases,omitempty"`
	Unit       string           `json:"unit"`
	Location   string           `json:"location,omitempty"`
	Custodian  string           `json:"custodian,omitempty"`
	Donor      string           `json:"donor,omitempty"`
	Grant      string           `json:"grant,omitempty"`
	Supplier   string           `json:"supplier,omitempty"`
	Order      string           `json:"order,omitempty"`
	AcquiredOn models.Day       `json:"acquired_on,omitempty"`
	WarrantyTo models.Day       `json:"warranty_to,omitempty"`
	Cost       *models.Money    `json:"cost,omitempty"`
	Condition  models.Condition `json:"condition,omitempty"`
	Fields     map[string]any   `json:"fields,omitempty"`
	Note       string           `json:"note,omitempty"`
	models.Accounting
}

func (n NewAsset) asset() *models.Asset {
	a := &models.Asset{
		Name: strings.TrimSpace(n.Name), Category: n.Category, Make: strings.TrimSpace(n.Make),
		Model: strings.TrimSpace(n.Model), Serial: strings.TrimSpace(n.Serial), Aliases: n.Aliases,
		Unit: n.Unit, Location: n.Location, Custodian: n.Custodian, Donor: n.Donor, Grant: n.Grant,
		Supplier: n.Supplier, Order: n.Order, AcquiredOn: n.AcquiredOn, WarrantyTo: n.WarrantyTo,
		Condition: n.Condition, Fields: n.Fields, Note: n.Note, Status: models.InStore, Accounting: n.Accounting,
	}
	if n.Cost != nil && *n.Cost != (models.Money{}) {
		a.Cost = n.Cost
	}
	return a
}

// TakeOnCharge enters one item in the register and gives it its tag.
func (s *Service) TakeOnCharge(ctx context.Context, n NewAsset) (*models.Asset, error) {
	assets, err := s.takeOn(ctx, []NewAsset{n}, false)
	if err != nil {
		return nil, err
	}
	return assets[0], nil
}

// Lot is several items alike: as many as there are serial numbers, or Count
// without any.
type Lot struct {
	Asset   NewAsset `json:"asset"`
	Serials []string `json:"serials,omitempty"`
	Count   int      `json:"count,omitempty"`
}

const largestLot = 500

// Batch is the items that were taken on charge together.
type Batch struct {
	Items []*models.Asset `json:"items"`
}

// TakeLotOnCharge enters several items alike, all or none.
func (s *Service) TakeLotOnCharge(ctx context.Context, lot Lot) (*Batch, error) {
	n := len(lot.Serials)
	switch {
	case n == 0:
		n = lot.Count
	case lot.Count != 0 && lot.Count != n:
		return nil, models.Refuse(models.Invalid, "count", "is %d, but there are %d serial numbers", lot.Count, n)
	}
	if n < 1 || n > largestLot {
		return nil, models.Refuse(models.Invalid, "count", "must be 1 to %d", largestLot)
	}
	if n > 1 && (lot.Asset.Serial != "" || len(lot.Asset.Aliases) > 0) {
		return nil, models.Refuse(models.Invalid, "asset.serial", "several items cannot share a serial number or another tag")
	}
	items := make([]NewAsset, n)
	for i := range items {
		items[i] = lot.Asset
		if len(lot.Serials) > 0 {
			items[i].Serial = lot.Serials[i]
		}
	}
	assets, err := s.takeOn(ctx, items, true)
	return &Batch{assets}, err
}

func (s *Service) takeOn(ctx context.Context, items []NewAsset, lot bool) ([]*models.Asset, error) {
	caller, err := access.Allow(ctx, access.TakeOnCharge)
	if err != nil {
		return nil, err
	}
	refs := s.references()
	assets := make([]*models.Asset, len(items))
	if lot {
		ledger.Answer(ctx, &Batch{assets})
	}
	for i, item := range items {
		assets[i] = item.asset()
		wrong, err := refs.check(ctx, caller, assets[i])
		if err != nil {
			return nil, err
		}
		if err := models.Wrong(wrong); err != nil {
			return nil, err
		}
		if holder := refs.people[item.Custodian]; holder != nil && s.MayHold != nil && i == 0 { // the items of a lot are alike
			if err := s.MayHold(ctx, "custodian", holder, []string{item.Category}); err != nil {
				return nil, err
			}
		}
	}
	return assets, s.enter(ctx, assets)
}

// enter gives checked assets their identities and tags, and commits them. A
// number that an import brought in meanwhile is passed over.
func (s *Service) enter(ctx context.Context, assets []*models.Asset) error {
	return access.Retry(func() error {
		first, err := s.Book.Store.Next(ctx, s.sequence(), int64(len(assets)))
		if err != nil {
			return err
		}
		entries := make([]ledger.Entry, len(assets))
		for i, a := range assets {
			a.ID = s.newID()
			a.Number = first + int64(i)
			a.Tag = labels.FormatTag(s.Prefix, a.Number)
			entries[i] = ledger.Add(store.Assets, a, "asset.taken_on_charge", "")
		}
		err = s.Book.Commit(ctx, entries...)
		var taken *store.Duplicate
		if errors.As(err, &taken) && taken.Collection == store.Assets.Name && taken.Index == "number" {
			return err
		}
		return s.explainDuplicate(ctx, err, assets...)
	})
}

// explainDuplicate says which of the assets has a serial number or another tag
// that is already in the book, and where the caller can see it.
func (s *Service) explainDuplicate(ctx context.Context, err error, assets ...*models.Asset) error {
	var taken *store.Duplicate
	if !errors.As(err, &taken) || taken.Collection != store.Assets.Name {
		return err
	}
	field, message := "serial", "the serial number %q is already on charge for this make and model"
	value := func(a *models.Asset) []string { return a.SerialKeys() }
	show := func(a *models.Asset, _ string) string { return a.Serial }
	if taken.Index == "codes" {
		field, message = "aliases", "the tag %q is already in use"
		value = func(a *models.Asset) []string { return a.Codes() }
		show = func(_ *models.Asset, key string) string { return key }
	}
	key := map[string]string{"serials": "serials", "codes": "codes"}[taken.Index]
	if key == "" {
		return models.Refuse(models.Conflict, "", "this item is already on charge").Because(err)
	}
	given := map[string]bool{}
	for _, a := range assets {
		for _, v := range value(a) {
			if given[v] {
				return models.Refuse(models.Conflict, field, "%q is given twice", show(a, v)).Because(err)
			}
			given[v] = true
			records, findErr := s.Book.Store.Find(ctx, store.Query{In: store.Assets, By: key,
				Where: []store.Cond{store.Is(key, v)}, Limit: 1})
			if findErr != nil || len(records) == 0 || records[0].ID == a.ID {
				continue
			}
			refusal := models.Refuse(models.Conflict, field, message, show(a, v)).Because(err)
			caller, _ := access.Caller(ctx)
			if other, decodeErr := store.Decode[models.Asset](records[0]); decodeErr == nil && access.CoversUnit(caller, other.Path) {
				refusal.Message += ": " + other.Tag
			}
			return refusal
		}
	}
	return models.Refuse(models.Conflict, field, "this item is already on charge").Because(err)
}
