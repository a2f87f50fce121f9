package requests

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
)

// Fulfilment says from which store a request is fulfilled, and how much of it now.
type Fulfilment struct {
	From     string          `json:"from"`
	Receiver string          `json:"receiver,omitempty"`
	Quantity models.Quantity `json:"quantity,omitempty"` // what is open, or what there is
	// Lines are the items to give; suggested ones when there are none.
	Lines []custody.NewLine `json:"lines,omitempty"`
}

// Fulfil makes a voucher draft for a request that was approved, with the items
// longest in store first, or the lots that expire soonest. What it does not cover
// stays open.
func (s *Service) Fulfil(ctx context.Context, number string, f Fulfilment) (*models.Voucher, error) {
	caller, err := access.Allow(ctx, access.Move)
	if err != nil {
		return nil, err
	}
	_, r, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	if err := open(r); err != nil {
		return nil, err
	}
	switch {
	case f.From == "":
		return nil, models.Refuse(models.Invalid, "from", "is required: the store that gives")
	case f.Quantity < 0 || f.Quantity > r.Remaining():
		return nil, models.Refuse(models.Invalid, "quantity", "must be above zero and at most the %s that are open", r.Remaining())
	}
	if f.Quantity != 0 {
		if err := s.checkQuantity(ctx, r, f.Quantity); err != nil {
			return nil, err
		}
	}
	if given := total(f.Lines); given > r.Remaining() {
		return nil, models.Refuse(models.Invalid, "lines", "come to %s, but only %s are open", given, r.Remaining())
	}
	from, err := s.Register.Unit(ctx, f.From)
	if err != nil {
		return nil, err
	}
	n := custody.NewVoucher{Kind: models.IssueVoucher, From: f.From, To: r.Unit, Receiver: f.Receiver, Request: r.Number, Lines: f.Lines}
	if within, err := s.Custody.Serves(ctx, caller, r.Path); err != nil {
		return nil, err
	} else if !within || from.Path[0] != r.Path[0] {
		n.Kind = models.TransferVoucher
	}
	if len(n.Lines) == 0 {
		if n.Lines, err = s.suggest(ctx, r, from, cmp.Or(f.Quantity, r.Remaining())); err != nil {
			return nil, err
		}
	}
	return s.Custody.Draft(ctx, n)
}

func total(lines []custody.NewLine) models.Quantity {
	var sum models.Quantity
	for _, line := range lines {
		if line.Tag != "" {
			sum += models.One
			continue
		}
		sum += line.Quantity
	}
	return sum
}

// suggest picks what a store has of what was asked for, at most quantity.
func (s *Service) suggest(ctx context.Context, r *models.Request, from *models.Unit, quantity models.Quantity) ([]custody.NewLine, error) {
	none := models.Refuse(models.Conflict, "from", "%s has no %s in store", from.Code, r.What)
	if r.Item != "" {
		item, err := s.Stock.Item(ctx, "item", r.Item)
		if err != nil {
			return nil, err
		}
		have, err := s.Stock.Usable(ctx, r.Item, from.Code)
		if err != nil {
			return nil, err
		}
		if have == 0 {
			return nil, none
		}
		return []custody.NewLine{{Item: item.Code, Quantity: min(quantity, have)}}, nil
	}
	var fits []*models.Asset
	err := s.inStore(ctx, r, from.Code, func(a *models.Asset) {
		if a.Unit == from.Code {
			fits = append(fits, a)
		}
	})
	if err != nil {
		return nil, err
	}
	if len(fits) == 0 {
		return nil, none
	}
	slices.SortStableFunc(fits, func(a, b *models.Asset) int { return inStoreSince(a).Compare(inStoreSince(b).Time) })
	fits = fits[:min(len(fits), int(quantity/models.One))]
	lines := make([]custody.NewLine, len(fits))
	for i, a := range fits {
		lines[i] = custody.NewLine{Tag: a.Tag}
	}
	return lines, nil
}

// suits says whether an item in store is what was asked for and can be issued.
func suits(r *models.Request, a *models.Asset) bool {
	return a.CanIssue() == nil && a.Kit == "" && (r.Make == "" || strings.EqualFold(a.Make, r.Make)) && (r.Model == "" || strings.EqualFold(a.Model, r.Model))
}

func inStoreSince(a *models.Asset) models.Time {
	if a.StoredAt != nil {
		return *a.StoredAt
	}
	return a.CreatedAt
}

// MayFulfil says whether the person may give something on the request now.
func MayFulfil(caller *models.Person, r *models.Request) bool {
	return access.May(caller.Role, access.Move) && open(r) == nil
}

// open refuses a request on which nothing is to be given, or nothing any more.
func open(r *models.Request) error {
	switch {
	case !r.Waits():
		return models.Refuse(models.Conflict, "state", "%s is %s; nothing is given on it", r.Number, r.State.Words())
	case r.Remaining() == 0:
		return models.Refuse(models.Conflict, "state", "all of %s is on vouchers already", r.Number)
	}
	return nil
}
