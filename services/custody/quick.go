package custody

import (
	"cmp"
	"context"
	"errors"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/signing"
	"quartermaster/services/store"
)

// Issue hands an item to a custodian, or to a unit, or to a custodian of a unit.
type Issue struct {
	Unit      string           `json:"unit,omitempty"` // "" is the custodian's
	Custodian string           `json:"custodian,omitempty"`
	DueBack   models.Day       `json:"due_back,omitempty"`
	Condition models.Condition `json:"condition,omitempty"`
	Note      string           `json:"note,omitempty"`
	// Receipt is the receiver's signature when they sign on the spot.
	Receipt *Signed `json:"receipt,omitempty"`
}

// Return takes an item back into store.
type Return struct {
	// Unit is where it is taken back; "" is where it was issued from, or the unit
	// that has it when that is not in the caller's scope.
	Unit      string           `json:"unit,omitempty"`
	Condition models.Condition `json:"condition,omitempty"`
	Note      string           `json:"note,omitempty"`
	// Signature is of who gives it back.
	Signature *Signed `json:"signature,omitempty"`
	// Meter is what a meter of the item shows as it comes back.
	Meter *maintenance.NewReading `json:"meter,omitempty"`
}

// Transfer sends an item in store to another unit.
type Transfer struct {
	Unit      string           `json:"unit"`
	Custodian string           `json:"custodian,omitempty"` // who answers for the store there
	Condition models.Condition `json:"condition,omitempty"`
	Note      string           `json:"note,omitempty"`
	Receipt   *Signed          `json:"receipt,omitempty"`
}

// Moved is an item as a quick movement left it, and what the receiver is warned to
// lack to have it in custody.
type Moved struct {
	*models.Asset
	Warnings []string `json:"warnings,omitempty"`
}

// Issue makes a voucher for one item in store and dispatches it at once, signed by
// whoever is signed in. With the receiver's signature it is accepted as well.
// version, if not 0, is the asset's that was read.
func (s *Service) Issue(ctx context.Context, tag string, version int64, i Issue) (*Moved, error) {
	if i.Unit == "" && i.Custodian == "" {
		return nil, models.Refuse(models.Invalid, "custodian", "say who or which unit the item is issued to")
	}
	return s.quick(ctx, tag, version, i.Condition, i.Note, func(caller *models.Person, a *models.Asset) (plan, error) {
		unit := i.Unit
		if unit == "" {
			person, err := s.person(ctx, "custodian", i.Custodian)
			if err != nil {
				return plan{}, err
			}
			unit = cmp.Or(person.Unit, a.Unit)
		}
		return plan{NewVoucher: NewVoucher{Kind: models.IssueVoucher, From: a.Unit, To: unit, Receiver: i.Custodian, DueBack: i.DueBack}, outgoing: signing.Tapped(caller), receipt: i.Receipt}, nil
	})
}

// Return makes a voucher by which an issued item comes back. It is in store at
// once when the caller keeps the store that it comes into; otherwise it is on its
// way there.
func (s *Service) Return(ctx context.Context, tag string, version int64, r Return) (*models.Asset, error) {
	moved, err := s.quick(ctx, tag, version, r.Condition, r.Note, func(caller *models.Person, a *models.Asset) (plan, error) {
		p := plan{meter: r.Meter, NewVoucher: NewVoucher{Kind: models.ReturnVoucher, From: a.Unit, To: cmp.Or(r.Unit, s.home(ctx, caller, a)), Sender: a.Custodian}}
		if r.Signature != nil {
			sig, err := s.Signing.Take(ctx, caller, r.Signature)
			if err != nil {
				return p, err
			}
			p.outgoing = sig
		}
		to, err := s.Register.Unit(ctx, p.To)
		switch {
		case err != nil:
			return p, err
		case access.CoversUnit(caller, to.Path):
			p.incoming = signing.Tapped(caller)
		case p.outgoing == nil:
			p.outgoing = signing.Tapped(caller)
		}
		return p, nil
	})
	if err != nil {
		return nil, err
	}
	return moved.Asset, nil
}

// Transfer makes a voucher for one item in store and dispatches it to another
// unit, which may be out of the caller's scope and accepts it.
func (s *Service) Transfer(ctx context.Context, tag string, version int64, t Transfer) (*Moved, error) {
	if t.Unit == "" {
		return nil, models.Refuse(models.Invalid, "unit", "is required")
	}
	return s.quick(ctx, tag, version, t.Condition, t.Note, func(caller *models.Person, a *models.Asset) (plan, error) {
		return plan{NewVoucher: NewVoucher{Kind: models.TransferVoucher, From: a.Unit, To: t.Unit, Receiver: t.Custodian}, outgoing: signing.Tapped(caller), receipt: t.Receipt}, nil
	})
}

// plan is a voucher of one line and how it is signed.
type plan struct {
	NewVoucher
	outgoing *models.Signature
	receipt  *Signed           // of the receiver, on the spot
	incoming *models.Signature // the same, checked
	meter    *maintenance.NewReading
}

// quick makes the voucher that decide plans for an asset and dispatches it, all in
// one Commit. version, if not 0, is the asset's that was read.
func (s *Service) quick(ctx context.Context, tag string, version int64, condition models.Condition, note string,
	decide func(*models.Person, *models.Asset) (plan, error)) (*Moved, error) {
	caller, err := access.Allow(ctx, access.Move)
	if err != nil {
		return nil, err
	}
	if len(note) > longestNote {
		return nil, models.Refuse(models.Invalid, "note", "is longer than %d characters", longestNote)
	}
	var p plan
	var v *models.Voucher
	compose := func() error {
		record, err := s.Register.Asset(ctx, tag)
		if err != nil {
			return err
		}
		a, err := store.Decode[models.Asset](record)
		if err != nil {
			return err
		}
		if p, err = decide(caller, a); err != nil {
			return err
		}
		p.Note, p.Lines = note, []NewLine{{Tag: a.Tag}}
		if err := allows(p.Kind, a); err != nil { // told as such, whatever its ends
			return s.whoHasIt(ctx, a, err)
		}
		v, err = s.compose(ctx, caller, p.NewVoucher)
		return err
	}
	if err := compose(); err != nil {
		return nil, quickly(err)
	}
	if p.receipt != nil {
		if p.incoming, err = s.Signing.Take(ctx, caller, p.receipt); err != nil {
			return nil, err
		}
	}
	moved := &Moved{}
	ledger.Answer(ctx, moved)
	err = s.raise(ctx, v, "voucher.dispatched", func() ([]ledger.Entry, error) {
		found, entries, err := s.depart(ctx, caller, v, p.outgoing)
		if err != nil {
			return nil, err
		}
		asset := found[v.Lines[0].Asset].Asset
		moved.Asset, moved.Warnings = asset, v.Warnings()
		if err := access.Current(version, asset.Version); err != nil {
			return nil, err
		}
		if condition != "" {
			asset.Condition = condition
		}
		if err := models.Validate(asset); err != nil {
			return nil, err
		}
		var read []ledger.Entry
		if p.meter != nil {
			if read, err = s.Maintenance.Reading(ctx, caller, asset, *p.meter, v.Number); err != nil {
				return nil, err
			}
		}
		if p.incoming != nil {
			if entries, err = s.acceptAtOnce(ctx, v, found, p.incoming); err != nil {
				return nil, err
			}
		}
		return append(entries, read...), nil
	})
	if err != nil {
		return nil, quickly(err)
	}
	return moved, nil
}

// acceptAtOnce settles a voucher of assets in the Commit that raises it.
func (s *Service) acceptAtOnce(ctx context.Context, v *models.Voucher, found map[string]*held, incoming *models.Signature) ([]ledger.Entry, error) {
	if err := others(v, incoming); err != nil {
		return nil, err
	}
	if err := receipts(v, nil); err != nil {
		return nil, err
	}
	v.State = models.Accepted
	v.Incoming = sign(v, incoming, s.Book.When(ctx))
	entries, err := s.settleAssets(v, found, func(models.Line) bool { return true }, "")
	if err != nil {
		return nil, err
	}
	cleared, err := s.cleared(ctx, v, found)
	return append(entries, cleared...), err
}

// quickly tells a refusal of a voucher in the words of the quick path, which knows
// no lines and calls the ends otherwise.
func quickly(err error) error {
	var refused *models.Error
	if !errors.As(err, &refused) {
		return err
	}
	told := *refused
	switch refused.Field {
	case "to", "from":
		told.Field = "unit"
	case "receiver":
		told.Field = "custodian"
		if len(refused.Details) > 0 {
			told.Say(refused.Details[0].Text())
			told.Details = nil
		}
	case "lines":
		told.Field = "status"
		if len(refused.Details) > 0 {
			told.Say(refused.Details[0].Text())
			told.Details = nil
		}
	}
	return &told
}

// home is the unit that a returned item goes back to.
func (s *Service) home(ctx context.Context, caller *models.Person, a *models.Asset) string {
	if a.Owner != "" {
		return a.Owner
	}
	if a.IssuedFrom == "" {
		return a.Unit
	}
	unit, err := s.Register.Unit(ctx, a.IssuedFrom)
	if err != nil || !access.CoversUnit(caller, unit.Path) {
		return a.Unit
	}
	return a.IssuedFrom
}
