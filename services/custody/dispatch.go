package custody

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// Dispatch sends a draft on its way: every line changes together or none does,
// and a refusal names each line that stopped it. version, if not 0, is the one
// that was read.
func (s *Service) Dispatch(ctx context.Context, number string, version int64, signed *Signed) (*models.Voucher, error) {
	caller, err := access.Allow(ctx, access.Move)
	if err != nil {
		return nil, err
	}
	signature, err := s.Signing.Take(ctx, caller, signed)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, number, version, access.Move, "voucher.dispatched", "", func(caller *models.Person, v *models.Voucher) ([]ledger.Entry, error) {
		if err := s.mayChange(ctx, v, "dispatched"); err != nil {
			return nil, err
		}
		if err := s.ends(ctx, caller, v); err != nil {
			return nil, err
		}
		_, entries, err := s.depart(ctx, caller, v, signature)
		return entries, err
	})
}

// mayChange refuses unless the voucher is a draft; past is what is to be done, in
// words.
func (s *Service) mayChange(ctx context.Context, v *models.Voucher, past string) error {
	if v.State == models.Draft {
		return nil
	}
	return s.told(ctx, ledger.Subject(store.Vouchers, v.Number), "state",
		models.Refuse(models.Conflict, "state", "only a draft can be %s; %s is %s", past, v.Number, v.State.Words()))
}

// depart marks what the voucher carries as on its way and signs for it. It returns
// the assets and the changes of all that the voucher carries.
func (s *Service) depart(ctx context.Context, caller *models.Person, v *models.Voucher, signature *models.Signature) (found map[string]*held, entries []ledger.Entry, err error) {
	if found, err = s.onVoucher(ctx, access.Assets(caller), v); err != nil {
		return nil, nil, err
	}
	if err := s.stopped(ctx, v, found); err != nil {
		return nil, nil, err
	}
	if err := s.trained(ctx, v); err != nil {
		return nil, nil, err
	}
	v.State = models.Underway
	if signature != nil {
		v.Outgoing = sign(v, signature, s.Book.When(ctx))
	}
	for i := range v.Lines {
		line := &v.Lines[i]
		if line.Asset == "" {
			continue
		}
		h := found[line.Asset]
		line.Was, line.Before = h.Status, h.Voucher
		h.Status, h.Voucher = models.InTransit, v.Number
		entries = append(entries, h.changed("asset.dispatched", v.Number))
	}
	moves, err := s.moves(ctx, v, models.Dispatched, func(models.Line) bool { return true })
	if err != nil {
		return nil, nil, err
	}
	balances, err := s.Stock.Entries(ctx, moves...)
	if err != nil {
		return nil, nil, err
	}
	request, err := s.followed(ctx, v)
	return found, slices.Concat(entries, balances, request), err
}

// moves returns how the balances change when some lines of the voucher go the way
// of a movement: out of the sending unit, into the receiving one, or back.
func (s *Service) moves(ctx context.Context, v *models.Voucher, kind models.MovementKind, which func(models.Line) bool) ([]stock.Move, error) {
	if v.Kind == models.HandoverVoucher {
		return nil, nil // what changes hands is the title; the goods are with the receiver
	}
	var moves []stock.Move
	for _, line := range v.Lines {
		if line.Lot == "" || !which(line) {
			continue
		}
		lot, err := s.Stock.Lot(ctx, "lot", line.Lot)
		if err != nil {
			return nil, err
		}
		m := stock.Move{Lot: lot, Unit: v.From, Path: v.FromPath, Kind: kind, Quantity: line.Quantity, Voucher: v.Number}
		switch kind {
		case models.Dispatched:
			m.Quantity = -line.Quantity
		case models.Arrived:
			m.Unit, m.Path = v.To, v.ToPath
		}
		moves = append(moves, m)
	}
	return moves, nil
}

// stopped tells every line that cannot be dispatched, and why.
func (s *Service) stopped(ctx context.Context, v *models.Voucher, found map[string]*held) error {
	var stops []models.Detail
	left := map[string]models.Quantity{}
	for _, line := range v.Lines {
		var err error
		switch {
		case line.Asset != "":
			err = s.assetStops(ctx, v, line, found[line.Asset])
		case line.Lot != "":
			err = s.lotStops(ctx, v, line, left)
		}
		var refused *models.Error
		if errors.As(err, &refused) {
			stops = append(stops, refused.About(line.Line, "lines"))
		} else if err != nil {
			return err
		}
	}
	if len(stops) == 0 {
		return nil
	}
	first := models.Say("line %d: %s", stops[0].Line, stops[0].Text())
	if len(stops) > 1 {
		first = models.Say("%d lines stand in the way, the first is %s", len(stops), first)
	}
	e := models.Refuse(models.Conflict, "lines", "nothing was dispatched; %s", first)
	e.Details = stops
	return e
}

// assetStops says why an asset cannot go by this voucher, or nil.
func (s *Service) assetStops(ctx context.Context, v *models.Voucher, line models.Line, h *held) error {
	if h == nil {
		return models.Refuse(models.Conflict, "lines", "%s is not in your part of the book any more", line.Tag)
	}
	if err := s.fit(v, h.Asset); err != nil {
		return s.whoHasIt(ctx, h.Asset, err)
	}
	if h.Kit != "" && !slices.ContainsFunc(v.Lines, func(l models.Line) bool { return l.Asset == h.Kit }) {
		return models.Refuse(models.Conflict, "lines", "%s is part of a kit; move the kit, or take it out of the kit first", h.Tag)
	}
	if v.Kind == models.IssueVoucher || v.Kind == models.LoanVoucher {
		return s.Maintenance.Fit(ctx, h.Asset)
	}
	return nil
}

// fit refuses an asset that cannot go by this voucher.
func (s *Service) fit(v *models.Voucher, a *models.Asset) error {
	state := allows(v.Kind, a)
	switch {
	case state != nil:
		return state
	case v.Kind == models.HandoverVoucher && !slices.Contains(a.Path, v.To):
		return models.Refuse(models.Conflict, "lines", "%s is with %s, which is not of %s; receive it there first", a.Tag, a.Unit, v.To)
	case v.Kind == models.HandoverVoucher:
		return titled(v, a)
	case a.Unit != v.From && v.Kind != models.TakingOver:
		return models.Refuse(models.Conflict, "lines", "%s is with %s, not with %s", a.Tag, a.Unit, v.From)
	case v.Sender != "" && a.Custodian != v.Sender:
		return models.Refuse(models.Conflict, "lines", "%s is not held by %s", a.Tag, v.Sender)
	case v.Kind == models.ReturnVoucher && a.Owner != "" && v.To != a.Owner:
		return models.Refuse(models.Conflict, "lines", "%s is on loan from %s and goes back there", a.Tag, a.Owner)
	}
	return nil
}

// allows refuses an asset whose state does not allow a kind of movement.
func allows(kind models.VoucherKind, a *models.Asset) error {
	switch kind {
	case models.IssueVoucher, models.LoanVoucher:
		return a.CanIssue()
	case models.TransferVoucher, models.HandoverVoucher:
		return a.CanTransfer()
	case models.ReturnVoucher:
		return a.CanReturn()
	}
	if a.Status != models.Issued && a.Status != models.InStore {
		return models.Refuse(models.Conflict, "status", "%s is %s and cannot be handed over", a.Tag, a.Status.Words())
	}
	return nil
}

// titled refuses what the donor did not give, or has handed over before.
func titled(v *models.Voucher, a *models.Asset) error {
	switch {
	case a.Donor != v.From:
		return models.Refuse(models.Conflict, "lines", "%s was not given by %s", a.Tag, v.From)
	case a.Title != nil && !a.Title.Donor:
		return models.Refuse(models.Conflict, "lines", "the title of %s passed to %s on %s by %s", a.Tag, a.Title.Holder, a.Title.On, a.Title.Document)
	}
	return nil
}

// lotStops says why a quantity of a lot cannot go by this voucher, or nil. left is
// what remains of each lot after the lines before.
func (s *Service) lotStops(ctx context.Context, v *models.Voucher, line models.Line, left map[string]models.Quantity) error {
	lot, err := s.Stock.Lot(ctx, "lot", line.Lot)
	if err != nil {
		return err
	}
	unit := v.From
	if v.Kind == models.HandoverVoucher {
		unit = v.To
		if lot.Title != nil && !lot.Title.Donor {
			return models.Refuse(models.Conflict, "lines", "the title of %s passed to %s on %s by %s", lot.Code, lot.Title.Holder, lot.Title.On, lot.Title.Document)
		}
	}
	if _, known := left[lot.Code]; !known {
		if left[lot.Code], err = s.Stock.OnHand(ctx, lot.Code, unit); err != nil {
			return err
		}
	}
	if v.Kind != models.ReturnVoucher && v.Kind != models.HandoverVoucher && lot.Expired(s.Book.Today()) {
		return models.Refuse(models.Conflict, "lines", "lot %s of %s expired on %s and is not issued; dispose of it", lot.Number, line.Name, lot.Expiry)
	}
	if left[lot.Code] < line.Quantity {
		return models.Refuse(models.Conflict, "lines", "%s has %s %s of lot %s, not %s", unit, left[lot.Code], line.Measure, lot.Code, line.Quantity)
	}
	left[lot.Code] -= line.Quantity
	if v.Kind == models.HandoverVoucher {
		return s.whole(ctx, v, lot, line)
	}
	return nil
}

// whole refuses to hand over a part of a lot: its title is one, for all of it.
func (s *Service) whole(ctx context.Context, v *models.Voucher, lot *models.Lot, line models.Line) error {
	balances, err := store.Find[models.Balance](ctx, s.Book.Store, store.Query{In: store.Balances, By: "lot", Where: []store.Cond{store.Is("lot", lot.Code)}})
	if err != nil {
		return err
	}
	for _, b := range balances {
		switch {
		case b.OnHand > 0 && b.Path[0] != v.ToPath[0]:
			return models.Refuse(models.Conflict, "lines", "%s of lot %s are with %s; its title passes as a whole, when one agency has all that is left", b.OnHand, lot.Code, b.Path[0])
		case b.Unit == v.To && b.OnHand > line.Quantity:
			return models.Refuse(models.Conflict, "lines", "the title of lot %s passes as a whole; hand over all %s that %s has", lot.Code, b.OnHand, v.To)
		}
	}
	return nil
}
