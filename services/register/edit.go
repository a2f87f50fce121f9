package register

import (
	"context"
	"maps"
	"slices"
	"strings"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
)

// AssetEdit names what to change of an asset; what is nil stays, an empty text
// clears. Fields are merged, a null takes one out. Where the asset is, who has it
// and its state change only by movements.
type AssetEdit struct {
	Name       *string           `json:"name,omitempty"`
	Category   *string           `json:"category,omitempty"`
	Make       *string           `json:"make,omitempty"`
	Model      *string           `json:"model,omitempty"`
	Serial     *string           `json:"serial,omitempty"`
	Aliases    *[]string         `json:"aliases,omitempty"`
	Location   *string           `json:"location,omitempty"`
	Donor      *string           `json:"donor,omitempty"`
	Grant      *string           `json:"grant,omitempty"`
	Supplier   *string           `json:"supplier,omitempty"`
	Order      *string           `json:"order,omitempty"`
	AcquiredOn *models.Day       `json:"acquired_on,omitempty"`
	WarrantyTo *models.Day       `json:"warranty_to,omitempty"`
	Cost       *models.Money     `json:"cost,omitempty"`
	Condition  *models.Condition `json:"condition,omitempty"`
	Fields     map[string]any    `json:"fields,omitempty"`

	Share         *string           `json:"share,omitempty"`
	Invoice       *string           `json:"invoice,omitempty"`
	Value         *models.Valuation `json:"value,omitempty"` // empty takes it out
	Use           *models.EndUse    `json:"use,omitempty"`
	UseVerifiedOn *models.Day       `json:"use_verified_on,omitempty"`
	Insurance     *string           `json:"insurance,omitempty"`
	InsuredTo     *models.Day       `json:"insured_to,omitempty"`

	Recipient *string `json:"recipient,omitempty"` // proposed, for when the grant closes

	Note   *string `json:"note,omitempty"`
	Reason string  `json:"reason,omitempty"`
}

// Edit changes what is recorded of an asset; version, if not 0, is the one that
// was read.
func (s *Service) Edit(ctx context.Context, tag string, version int64, edit AssetEdit) (*models.Asset, error) {
	c := Changing{Verb: access.Edit, Tag: tag, Version: version, Kind: "asset.changed", Reason: edit.Reason}
	return s.Change(ctx, c, func(caller *models.Person, a *models.Asset) error {
		under := a.Grant
		edit.apply(a)
		if a.Grant != under {
			if err := s.OpenGrant(ctx, a.Grant); err != nil {
				return err
			}
		}
		wrong, err := s.references().check(ctx, caller, a)
		if err != nil {
			return err
		}
		return models.Wrong(wrong)
	})
}

func (e AssetEdit) apply(a *models.Asset) {
	models.Set(&a.Name, e.Name)
	models.Set(&a.Category, e.Category)
	models.Set(&a.Make, e.Make)
	models.Set(&a.Model, e.Model)
	models.Set(&a.Serial, e.Serial)
	models.Set(&a.Aliases, e.Aliases)
	models.Set(&a.Location, e.Location)
	if e.Grant != nil && e.Donor == nil && *e.Grant != a.Grant {
		a.Donor = "" // follows from the new grant
	}
	models.Set(&a.Donor, e.Donor)
	models.Set(&a.Grant, e.Grant)
	models.Set(&a.Supplier, e.Supplier)
	models.Set(&a.Order, e.Order)
	models.Set(&a.AcquiredOn, e.AcquiredOn)
	models.Set(&a.WarrantyTo, e.WarrantyTo)
	models.Set(&a.Condition, e.Condition)
	models.Set(&a.Note, e.Note)
	models.Set(&a.Recipient, e.Recipient)
	models.Set(&a.Share, e.Share)
	models.Set(&a.Invoice, e.Invoice)
	models.Set(&a.Use, e.Use)
	models.Set(&a.UseVerifiedOn, e.UseVerifiedOn)
	models.Set(&a.Insurance, e.Insurance)
	models.Set(&a.InsuredTo, e.InsuredTo)
	if e.Value != nil {
		a.Value = e.Value
		if *e.Value == (models.Valuation{}) {
			a.Value = nil
		}
	}
	if e.Cost != nil {
		a.Cost = e.Cost
		if *e.Cost == (models.Money{}) {
			a.Cost = nil
		}
	}
	if e.Fields != nil {
		fields := maps.Clone(a.Fields)
		if fields == nil {
			fields = map[string]any{}
		}
		maps.Copy(fields, e.Fields)
		a.Fields = fields
	}
}

// Retag gives an asset whose label was lost a new tag. The old one stays as an
// alias, so that the lost label still leads here when it turns up.
func (s *Service) Retag(ctx context.Context, tag string, version int64, reason string) (*models.Asset, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "say what became of the old label")
	}
	number := int64(0)
	c := Changing{Verb: access.Edit, Tag: tag, Version: version, Kind: "asset.retagged", Reason: reason}
	return s.Change(ctx, c, func(_ *models.Person, a *models.Asset) error {
		if number == 0 {
			var err error
			if number, err = s.Book.Store.Next(ctx, s.sequence(), 1); err != nil {
				return err
			}
		}
		a.Aliases = append(slices.Clone(a.Aliases), a.Tag)
		a.Number = number
		a.Tag = labels.FormatTag(s.Prefix, number)
		return models.Validate(a)
	})
}
