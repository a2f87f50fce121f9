package register

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Contents is what a kit is made of.
type Contents struct {
	Parts  []Part `json:"parts"`
	Reason string `json:"reason,omitempty"`
}

// Part is one part of a kit: an asset by its tag, or a number of things alike, by
// name or as a stock item. Missing is how much of it is not there.
type Part struct {
	Tag      string          `json:"tag,omitempty"`
	Item     string          `json:"item,omitempty"`
	Name     string          `json:"name,omitempty"`
	Quantity models.Quantity `json:"quantity,omitempty"` // one when not given
	Measure  string          `json:"measure,omitempty"`
	Missing  models.Quantity `json:"missing,omitempty"`
}

const mostParts = 200

// SetContents makes an asset a kit of these parts, in the place of those that it
// had; without any it is no kit any more. Parts that are assets lie where the kit
// lies, and from then on move with it.
func (s *Service) SetContents(ctx context.Context, tag string, version int64, c Contents) (*models.Asset, error) {
	caller, err := access.Allow(ctx, access.Edit)
	if err != nil {
		return nil, err
	}
	if len(c.Parts) > mostParts {
		return nil, models.Refuse(models.Invalid, "parts", "are more than %d", mostParts)
	}
	return access.Anew(func() (*models.Asset, error) {
		entries, kit, err := s.contents(ctx, caller, tag, version, c)
		if err != nil {
			return nil, err
		}
		return kit, s.Book.Commit(ctx, entries...)
	})
}

// contents decides the change of the kit and of each part that joins or leaves it.
func (s *Service) contents(ctx context.Context, caller *models.Person, tag string, version int64, c Contents) ([]ledger.Entry, *models.Asset, error) {
	record, kit, err := s.read(ctx, caller, tag)
	if err != nil {
		return nil, nil, err
	}
	if err := access.Current(version, kit.Version); err != nil {
		return nil, nil, err
	}
	switch {
	case kit.Kit != "":
		return nil, nil, models.Refuse(models.Conflict, "parts", "%s is itself part of a kit", kit.Tag)
	case kit.Status == models.InTransit:
		return nil, nil, models.Refuse(models.Conflict, "parts", "%s is in transit; wait until it is accepted", kit.Tag)
	}
	var joined []ledger.Entry
	contents := make([]models.Content, len(c.Parts))
	for i, p := range c.Parts {
		content, entry, err := s.part(ctx, caller, kit, p)
		if err != nil {
			return nil, nil, atPart(err, i+1)
		}
		if content.Asset != "" && slices.ContainsFunc(contents[:i], func(o models.Content) bool { return o.Asset == content.Asset }) {
			return nil, nil, atPart(models.Refuse(models.Invalid, "parts", "%s is in the kit twice", content.Tag), i+1)
		}
		contents[i] = content
		if entry != nil {
			joined = append(joined, *entry)
		}
	}
	left, err := s.leaving(ctx, kit, contents)
	if err != nil {
		return nil, nil, err
	}
	kit.Contents = contents
	if len(contents) == 0 {
		kit.Contents = nil
	}
	if err := models.Validate(kit); err != nil {
		return nil, nil, err
	}
	entries := []ledger.Entry{ledger.Change(store.Assets, record.Body, kit, "asset.kit_set", c.Reason)}
	return slices.Concat(entries, joined, left), kit, nil
}

func (s *Service) read(ctx context.Context, caller *models.Person, tag string) (store.Record, *models.Asset, error) {
	record, err := s.find(ctx, caller, tag)
	if err != nil {
		return record, nil, err
	}
	asset, err := store.Decode[models.Asset](record)
	return record, asset, err
}

// part checks one part, and returns the change by which an asset joins the kit; nil
// when it is in it already or is no asset.
func (s *Service) part(ctx context.Context, caller *models.Person, kit *models.Asset, p Part) (models.Content, *ledger.Entry, error) {
	content := models.Content{Item: p.Item, Name: p.Name, Quantity: p.Quantity, Measure: p.Measure, Missing: p.Missing}
	if content.Quantity == 0 {
		content.Quantity = models.One
	}
	if content.Measure == "" {
		content.Measure = "each"
	}
	if content.Quantity < 0 || content.Missing < 0 || content.Missing > content.Quantity {
		return content, nil, models.Refuse(models.Invalid, "parts", "a quantity is above zero, and no more can be missing than there should be")
	}
	if p.Tag == "" {
		return content, nil, s.countedPart(ctx, &content)
	}
	record, part, err := s.read(ctx, caller, p.Tag)
	if err != nil {
		return content, nil, err
	}
	content.Asset, content.Tag, content.Name = part.ID, part.Tag, part.Name
	switch {
	case content.Quantity != models.One:
		return content, nil, models.Refuse(models.Invalid, "parts", "%s is one item", part.Tag)
	case part.ID == kit.ID || part.IsKit():
		return content, nil, models.Refuse(models.Invalid, "parts", "%s is a kit itself", part.Tag)
	case part.Kit == kit.ID:
		return content, nil, nil
	case part.Kit != "":
		return content, nil, models.Refuse(models.Conflict, "parts", "%s is part of another kit", part.Tag)
	case part.Unit != kit.Unit || part.Status != kit.Status || part.Custodian != kit.Custodian:
		return content, nil, models.Refuse(models.Conflict, "parts", "%s is %s with %s; bring it to where the kit is first", part.Tag, part.Status.Words(), part.Unit)
	}
	part.Kit = kit.ID
	entry := ledger.Change(store.Assets, record.Body, part, "asset.joined_kit", kit.Tag)
	return content, &entry, nil
}

func (s *Service) countedPart(ctx context.Context, content *models.Content) error {
	if content.Item != "" {
		item, err := store.Get[models.StockItem](ctx, s.Book.Store, store.StockItems, content.Item)
		if errors.Is(err, store.ErrNotFound) {
			return models.Refuse(models.Invalid, "parts", "there is no stock item %q", content.Item)
		}
		if err != nil {
			return err
		}
		content.Name, content.Measure = item.Name, item.Measure
	}
	if content.Name == "" {
		return models.Refuse(models.Invalid, "parts", "a part has a tag, a stock item or a name")
	}
	return nil
}

// leaving returns the changes of the assets that are no longer part of the kit.
func (s *Service) leaving(ctx context.Context, kit *models.Asset, contents []models.Content) ([]ledger.Entry, error) {
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Assets, By: "kit", Where: []store.Cond{store.Is("kit", kit.ID)}, Limit: 2 * mostParts})
	if err != nil {
		return nil, err
	}
	var entries []ledger.Entry
	for _, record := range records {
		if slices.ContainsFunc(contents, func(c models.Content) bool { return c.Asset == record.ID }) {
			continue
		}
		part, err := store.Decode[models.Asset](record)
		if err != nil {
			return nil, err
		}
		part.Kit = ""
		entries = append(entries, ledger.Change(store.Assets, record.Body, part, "asset.left_kit", kit.Tag))
	}
	return entries, nil
}

func atPart(err error, line int) error {
	var refused *models.Error
	if !errors.As(err, &refused) {
		return err
	}
	told := *refused
	told.Field = "parts"
	told.Details = []models.Detail{refused.About(line, "parts")}
	return &told
}

// KitOf returns the kit that an asset is part of, nil when it is of none that the
// caller sees.
func (s *Service) KitOf(ctx context.Context, a *models.Asset) (*models.Asset, error) {
	if a.Kit == "" {
		return nil, nil
	}
	kit, err := store.Get[models.Asset](ctx, s.Book.Store, store.Assets, a.Kit)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return kit, err
}
