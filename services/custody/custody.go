// Package custody moves equipment: it is issued to a unit and a custodian,
// returned to store, and transferred from one unit to another. Each movement
// checks the asset's state and commits asset and event together.
package custody

import (
	"context"
	"errors"
	"slices"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Service moves equipment that is on the register.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
}

// Issue hands an item to a custodian, or to a unit, or to a custodian of a unit.
type Issue struct {
	Unit      string           `json:"unit,omitempty"` // "" leaves the item with its unit
	Custodian string           `json:"custodian,omitempty"`
	DueBack   models.Day       `json:"due_back,omitempty"`
	Condition models.Condition `json:"condition,omitempty"`
	Note      string           `json:"note,omitempty"`
}

// Return takes an item back into store.
type Return struct {
	// Unit is where it is taken back; "" is where it was issued from, or the unit
	// that has it when that is not in the caller's scope.
	Unit      string           `json:"unit,omitempty"`
	Condition models.Condition `json:"condition,omitempty"`
	Note      string           `json:"note,omitempty"`
}

// Transfer puts an item in store under another unit.
type Transfer struct {
	Unit      string           `json:"unit"`
	Custodian string           `json:"custodian,omitempty"` // who answers for the store there
	Condition models.Condition `json:"condition,omitempty"`
	Note      string           `json:"note,omitempty"`
}

// Issue issues an item in store. version, if not 0, is the one that was read.
func (s *Service) Issue(ctx context.Context, tag string, version int64, i Issue) (*models.Asset, error) {
	if i.Unit == "" && i.Custodian == "" {
		return nil, models.Refuse(models.Invalid, "custodian", "say who or which unit the item is issued to")
	}
	if earliest := models.DayOf(s.Book.Now().UTC().Add(earliestZone)); i.DueBack != "" && i.DueBack.Valid() && i.DueBack < earliest {
		return nil, models.Refuse(models.Invalid, "due_back", "%s has passed", i.DueBack)
	}
	return s.move(ctx, tag, version, "asset.issued", i.Note, func(caller *models.Person, a *models.Asset) error {
		if err := a.CanIssue(); err != nil {
			return err
		}
		unit, err := s.unit(ctx, caller, a, i.Unit)
		if err != nil {
			return err
		}
		if i.Custodian != "" {
			if err := s.Register.CheckCustodian(ctx, i.Custodian); err != nil {
				return err
			}
		}
		now := models.At(s.Book.Now())
		a.IssuedFrom, a.IssuedAt, a.DueBack = a.Unit, &now, i.DueBack
		a.Status, a.Custodian = models.Issued, i.Custodian
		s.place(a, unit, i.Condition)
		return nil
	})
}

// earliestZone is added to UTC so that no post in the west of the world is refused
// a day that has not ended there (UTC-12, Baker Island).
const earliestZone = -12 * time.Hour

// Return takes back an issued item.
func (s *Service) Return(ctx context.Context, tag string, version int64, r Return) (*models.Asset, error) {
	return s.move(ctx, tag, version, "asset.returned", r.Note, func(caller *models.Person, a *models.Asset) error {
		if err := a.CanReturn(); err != nil {
			return err
		}
		code := r.Unit
		if code == "" {
			code = s.home(ctx, caller, a)
		}
		unit, err := s.unit(ctx, caller, a, code)
		if err != nil {
			return err
		}
		a.IssuedFrom, a.IssuedAt, a.DueBack = "", nil, ""
		a.Status, a.Custodian = models.InStore, ""
		s.place(a, unit, r.Condition)
		return nil
	})
}

// Transfer moves an item in store to another unit, which may be out of the
// caller's scope: from then on the item is that unit's.
func (s *Service) Transfer(ctx context.Context, tag string, version int64, t Transfer) (*models.Asset, error) {
	if t.Unit == "" {
		return nil, models.Refuse(models.Invalid, "unit", "is required")
	}
	return s.move(ctx, tag, version, "asset.transferred", t.Note, func(_ *models.Person, a *models.Asset) error {
		if err := a.CanTransfer(); err != nil {
			return err
		}
		if t.Unit == a.Unit {
			return models.Refuse(models.Conflict, "unit", "%s is already with %s", a.Tag, a.Unit)
		}
		unit, err := s.Register.Unit(ctx, t.Unit)
		if err != nil {
			return err
		}
		if t.Custodian != "" {
			if err := s.Register.CheckCustodian(ctx, t.Custodian); err != nil {
				return err
			}
		}
		a.Custodian, a.Location = t.Custodian, ""
		s.place(a, unit, t.Condition)
		return nil
	})
}

// move lets decide change the asset. A refusal because of the state that the
// asset is in says who brought it there, and when.
func (s *Service) move(ctx context.Context, tag string, version int64, kind, note string, decide func(*models.Person, *models.Asset) error) (*models.Asset, error) {
	id := ""
	c := register.Changing{Verb: access.Move, Tag: tag, Version: version, Kind: kind, Reason: note}
	if len(note) > longestNote {
		return nil, models.Refuse(models.Invalid, "note", "is longer than %d characters", longestNote)
	}
	asset, err := s.Register.Change(ctx, c, func(caller *models.Person, a *models.Asset) error {
		id = a.ID
		if err := decide(caller, a); err != nil {
			return err
		}
		return models.Validate(a)
	})
	if models.KindOf(err) == models.Conflict && id != "" {
		return nil, s.whoWasFirst(ctx, id, err)
	}
	return asset, err
}

const longestNote = 2000

// place puts the asset with a unit, seen now in the condition given, if any.
func (s *Service) place(a *models.Asset, unit *models.Unit, condition models.Condition) {
	if unit.Code != a.Unit {
		a.Location = ""
	}
	a.Unit, a.Path = unit.Code, unit.Path
	if condition != "" {
		a.Condition = condition
	}
	now := models.At(s.Book.Now())
	a.LastSeenAt = &now
}

// unit returns the unit that an item goes to within the caller's scope; "" is the
// one that it is with.
func (s *Service) unit(ctx context.Context, caller *models.Person, a *models.Asset, code string) (*models.Unit, error) {
	if code == "" {
		code = a.Unit
	}
	unit, err := s.Register.Unit(ctx, code)
	if err == nil && !access.CoversUnit(caller, unit.Path) {
		return nil, models.Refuse(models.Forbidden, "unit", "%s is not in your part of the unit tree; transfer the item instead", code)
	}
	return unit, err
}

// home is the unit that a returned item goes back to.
func (s *Service) home(ctx context.Context, caller *models.Person, a *models.Asset) string {
	if a.IssuedFrom == "" {
		return a.Unit
	}
	unit, err := s.Register.Unit(ctx, a.IssuedFrom)
	if err != nil || !access.CoversUnit(caller, unit.Path) {
		return a.Unit
	}
	return a.IssuedFrom
}

// whoWasFirst adds to a refusal for the state that an asset is in who brought it
// into that state, and when.
func (s *Service) whoWasFirst(ctx context.Context, id string, refusal error) error {
	var refused *models.Error
	if !errors.As(refusal, &refused) || refused.Field != "status" {
		return refusal
	}
	events, err := s.Book.History(ctx, ledger.Subject(store.Assets, id), 0, recentEvents)
	if err != nil {
		return refusal
	}
	at := slices.IndexFunc(events, func(e models.Event) bool { return e.Changes["status"].After != nil })
	if at < 0 {
		return refusal
	}
	first := events[at]
	name := first.Actor
	if person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, first.Actor); err == nil {
		name = person.Name
	}
	told := *refused
	told.Message += ", by " + name + " on " + first.At.Format("2 January 2006 at 15:04:05 UTC")
	return &told
}

const recentEvents = 50
