package stock

import (
	"context"
	"slices"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Receipt is what came into stock: more of a lot, or a new lot of an item.
type Receipt struct {
	Item      string          `json:"item,omitempty"`
	Number    string          `json:"number,omitempty"` // the maker's lot number
	Expiry    models.Day      `json:"expiry,omitempty"`
	Donor     string          `json:"donor,omitempty"`
	Grant     string          `json:"grant,omitempty"`
	Cost      *models.Money   `json:"cost,omitempty"` // of one unit of measure
	Note      string          `json:"note,omitempty"`
	Unit      string          `json:"unit"`
	Quantity  models.Quantity `json:"quantity"`
	Bin       string          `json:"bin,omitempty"`
	Reference string          `json:"reference,omitempty"` // delivery note
	Purpose   string          `json:"purpose,omitempty"`
}

// Receive takes a delivery into stock as a lot of its own, with a code for its
// label.
func (s *Service) Receive(ctx context.Context, r Receipt) (*models.Lot, error) {
	unit, err := s.keeper(ctx, r.Unit)
	if err != nil {
		return nil, err
	}
	item, err := s.Item(ctx, "item", r.Item)
	if err != nil {
		return nil, err
	}
	lot := &models.Lot{Item: item.Code, Number: r.Number, Expiry: r.Expiry, Donor: r.Donor, Grant: r.Grant, Cost: r.Cost, Note: r.Note, ReceivedOn: s.Book.Today()}
	if err := s.checkLot(ctx, item, lot, r); err != nil {
		return nil, err
	}
	n, err := s.Book.Store.Next(ctx, "lots", 1)
	if err != nil {
		return nil, err
	}
	lot.Code = labels.FormatTag(LotPrefix, n)
	return lot, s.commit(ctx, []ledger.Entry{ledger.Add(store.Lots, lot, "lot.received", r.Reference)},
		Move{Lot: lot, Unit: unit.Code, Path: unit.Path, Kind: models.Received, Quantity: r.Quantity, Bin: r.Bin, Reference: r.Reference, Purpose: r.Purpose})
}

func (s *Service) checkLot(ctx context.Context, item *models.StockItem, lot *models.Lot, r Receipt) error {
	if err := models.Validate(lot); err != nil {
		return err
	}
	if err := item.CheckQuantity("quantity", r.Quantity); err != nil {
		return err
	}
	switch {
	case lot.Expiry == "" && item.Perishable:
		return models.Refuse(models.Invalid, "expiry", "is required: %s does not keep for ever", item.Name)
	case lot.Expired(s.Book.Today()):
		return models.Refuse(models.Invalid, "expiry", "%s has passed; an expired lot is not taken into stock", lot.Expiry)
	}
	donor, err := s.Register.Payer(ctx, lot.Donor, lot.Grant)
	lot.Donor = donor
	if err != nil {
		return err
	}
	return s.Register.OpenGrant(ctx, lot.Grant)
}

// ReceiveMore adds to a lot that is there: the rest of a delivery.
func (s *Service) ReceiveMore(ctx context.Context, code string, r Receipt) (*models.Lot, error) {
	unit, lot, item, err := s.at(ctx, code, r.Unit)
	if err != nil {
		return nil, err
	}
	if r.Item != "" || r.Number != "" || r.Expiry != "" || r.Donor != "" || r.Grant != "" || r.Cost != nil {
		return nil, models.Refuse(models.Invalid, "item", "and all else that stands on a lot is fixed; give a unit and a quantity, or receive a new lot")
	}
	if err := item.CheckQuantity("quantity", r.Quantity); err != nil {
		return nil, err
	}
	if lot.Expired(s.Book.Today()) {
		return nil, models.Refuse(models.Conflict, "lot", "%s expired on %s", lot.Code, lot.Expiry)
	}
	return lot, s.commit(ctx, nil, Move{Lot: lot, Unit: unit.Code, Path: unit.Path, Kind: models.Received, Quantity: r.Quantity, Bin: r.Bin, Reference: r.Reference, Purpose: r.Purpose})
}

// at looks up a lot and a unit of which the caller keeps the stock.
func (s *Service) at(ctx context.Context, code, unit string) (*models.Unit, *models.Lot, *models.StockItem, error) {
	u, err := s.keeper(ctx, unit)
	if err != nil {
		return nil, nil, nil, err
	}
	lot, err := s.Lot(ctx, "lot", models.FoldCode(code))
	if models.KindOf(err) == models.Invalid {
		err = models.Refuse(models.NotFound, "lot", "there is no lot %q", code)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	item, err := s.Item(ctx, "item", lot.Item)
	return u, lot, item, err
}

// commit makes the moves with what comes along. When a balance changes meanwhile
// they are made anew on what is there then.
func (s *Service) commit(ctx context.Context, along []ledger.Entry, moves ...Move) error {
	if len(along) == 0 {
		ledger.Answer(ctx, moves[0].Lot)
	}
	return access.Retry(func() error { return s.try(ctx, along, moves) })
}

// commitChosen makes the moves that choose picks. When a balance changes meanwhile
// it picks anew, and refuses only what choose refuses.
func (s *Service) commitChosen(ctx context.Context, choose func() ([]Move, error)) error {
	return access.Retry(func() error {
		moves, err := choose()
		if err != nil {
			return err
		}
		err = s.try(ctx, nil, moves)
		if models.KindOf(err) == models.Conflict { // what it picked is there no more
			return &store.VersionConflict{Collection: store.Balances.Name}
		}
		return err
	})
}

// try commits moves on the balances as they are now.
func (s *Service) try(ctx context.Context, along []ledger.Entry, moves []Move) error {
	entries, err := s.Entries(ctx, moves...)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := models.Validate(e.Doc); err != nil {
			return err
		}
	}
	return s.Book.Commit(ctx, slices.Concat(along, entries)...)
}
