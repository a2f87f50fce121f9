package register

import (
	"context"
	"errors"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// UnitEdit names what to change of a unit. Its code and its place in the tree
// stay: history is told by them.
type UnitEdit struct {
	Name *string `json:"name,omitempty"`
	Kind *string `json:"kind,omitempty"`
	// Approver is the role that decides on requests; "" leaves it to the unit above.
	Approver *models.Role `json:"approver,omitempty"`
	// Disposal replaces up to which values who decides on losses and write-offs.
	Disposal *[]models.DisposalLimit `json:"disposal,omitempty"`
}

// EditUnit changes a unit's name, kind or who decides on its requests.
func (s *Service) EditUnit(ctx context.Context, code string, version int64, edit UnitEdit) (*models.Unit, error) {
	caller, err := access.Allow(ctx, access.ManagePlaces)
	if err != nil {
		return nil, err
	}
	return editPlace(ctx, s, store.Units, code, version, "unit.changed", func(u *models.Unit) error {
		if !access.CoversUnit(caller, u.Path) {
			return models.Refuse(models.Forbidden, "code", "is not in your part of the unit tree")
		}
		models.Set(&u.Name, edit.Name)
		models.Set(&u.Kind, edit.Kind)
		models.Set(&u.Approver, edit.Approver)
		models.Set(&u.Disposal, edit.Disposal)
		return nil
	})
}

// DonorEdit names what to change of a donor.
type DonorEdit struct {
	Name *string `json:"name,omitempty"`
	Mark *string `json:"mark,omitempty"`
	// EndUseBy is the day of the year, such as 01-31; "" takes it out.
	EndUseBy *string `json:"end_use_by,omitempty"`
}

// EditDonor changes a donor.
func (s *Service) EditDonor(ctx context.Context, code string, version int64, edit DonorEdit) (*models.Donor, error) {
	if err := s.AllowEverywhere(ctx); err != nil {
		return nil, err
	}
	return editPlace(ctx, s, store.Donors, code, version, "donor.changed", func(d *models.Donor) error {
		models.Set(&d.Name, edit.Name)
		models.Set(&d.Mark, edit.Mark)
		models.Set(&d.EndUseBy, edit.EndUseBy)
		return nil
	})
}

// GrantEdit names what to change of a grant; whose it is stays.
type GrantEdit struct {
	Name      *string     `json:"name,omitempty"`
	Reference *string     `json:"reference,omitempty"`
	From      *models.Day `json:"from,omitempty"`
	To        *models.Day `json:"to,omitempty"`
	// Values of no amount take the setting out.
	ConsentFrom  *models.Money `json:"consent_from,omitempty"`
	EvidenceFrom *models.Money `json:"evidence_from,omitempty"`
	Recipient    *string       `json:"recipient,omitempty"`
}

// EditGrant changes a grant.
func (s *Service) EditGrant(ctx context.Context, code string, version int64, edit GrantEdit) (*models.Grant, error) {
	if err := s.AllowEverywhere(ctx); err != nil {
		return nil, err
	}
	return editPlace(ctx, s, store.Grants, code, version, "grant.changed", func(g *models.Grant) error {
		models.Set(&g.Name, edit.Name)
		models.Set(&g.Reference, edit.Reference)
		models.Set(&g.From, edit.From)
		models.Set(&g.To, edit.To)
		models.Set(&g.Recipient, edit.Recipient)
		setMoney(&g.ConsentFrom, edit.ConsentFrom)
		setMoney(&g.EvidenceFrom, edit.EvidenceFrom)
		return s.checkGrant(ctx, g)
	})
}

// CategoryEdit names what to change of a category. Fields replaces all of its
// definitions; what assets already hold stays until they are next edited.
type CategoryEdit struct {
	Name       *string         `json:"name,omitempty"`
	Fields     *[]models.Field `json:"fields,omitempty"`
	LifeMonths *int            `json:"life_months,omitempty"`
	SeenWithin *int            `json:"seen_within_days,omitempty"`
	Class      *string         `json:"class,omitempty"`
	Residual   *string         `json:"residual,omitempty"`
	Threshold  *models.Money   `json:"threshold,omitempty"` // empty takes it out
	// Demands replaces the courses that the category demands of its custodians.
	Demands    *[]models.Demand `json:"demands,omitempty"`
	Meters     *[]models.Meter  `json:"meters,omitempty"`
	Calibrated *bool            `json:"calibrated,omitempty"`
	Enhanced   *bool            `json:"enhanced,omitempty"`
}

// EditCategory changes a category.
func (s *Service) EditCategory(ctx context.Context, code string, version int64, edit CategoryEdit) (*models.Category, error) {
	if err := s.AllowEverywhere(ctx); err != nil {
		return nil, err
	}
	return editPlace(ctx, s, store.Categories, code, version, "category.changed", func(c *models.Category) error {
		models.Set(&c.Name, edit.Name)
		models.Set(&c.Fields, edit.Fields)
		models.Set(&c.LifeMonths, edit.LifeMonths)
		models.Set(&c.SeenWithin, edit.SeenWithin)
		models.Set(&c.Class, edit.Class)
		models.Set(&c.Residual, edit.Residual)
		setMoney(&c.Threshold, edit.Threshold)
		models.Set(&c.Demands, edit.Demands)
		models.Set(&c.Meters, edit.Meters)
		models.Set(&c.Calibrated, edit.Calibrated)
		models.Set(&c.Enhanced, edit.Enhanced)
		return s.coursesExist(ctx, c)
	})
}

// setMoney sets an amount that is given, and takes it out by one of nothing.
func setMoney(to **models.Money, given *models.Money) {
	if given == nil {
		return
	}
	*to = given
	if *given == (models.Money{}) {
		*to = nil
	}
}

func editPlace[T any, P interface {
	*T
	models.Document
}](ctx context.Context, s *Service, in *store.Collection, code string, version int64, kind string, change func(P) error) (P, error) {
	record, err := s.Book.Store.Get(ctx, in, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.NotFound, "code", "there is no %q", code)
	}
	if err != nil {
		return nil, err
	}
	decoded, err := store.Decode[T](record)
	if err != nil {
		return nil, err
	}
	doc := P(decoded)
	if err := access.Current(version, doc.Meta().Version); err != nil {
		return nil, err
	}
	if err := change(doc); err != nil {
		return nil, err
	}
	if err := models.Validate(doc); err != nil {
		return nil, err
	}
	return doc, access.Outrun(s.Book.Commit(ctx, ledger.Change(in, record.Body, doc, kind, "")))
}
