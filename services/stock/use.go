package stock

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/ledger"
)

// Use is what was used up of an item or of one of its lots.
type Use struct {
	Item      string          `json:"item,omitempty"`
	Unit      string          `json:"unit"`
	Quantity  models.Quantity `json:"quantity"`
	Purpose   string          `json:"purpose"`
	Reference string          `json:"reference,omitempty"` // of the case
	Result    string          `json:"result,omitempty"`    // reference of a field test's result
}

// Consume records that some of a lot was used.
func (s *Service) Consume(ctx context.Context, code string, u Use) (*models.Lot, error) {
	unit, lot, item, err := s.at(ctx, code, u.Unit)
	if err != nil {
		return nil, err
	}
	if err := u.check(item); err != nil {
		return nil, err
	}
	if lot.Expired(s.Book.Today()) {
		return nil, models.Refuse(models.Conflict, "lot", "%s expired on %s and is not to be used; dispose of it", lot.Code, lot.Expiry)
	}
	return lot, s.commit(ctx, nil, u.move(unit, lot, u.Quantity))
}

// Used is from which lots a quantity was taken.
type Used struct {
	Lots []Taken `json:"lots"`
}

// Taken is how much was taken from a lot.
type Taken struct {
	Lot      string          `json:"lot"`
	Quantity models.Quantity `json:"quantity"`
}

// ConsumeItem records that some of an item was used, from the lots that expire
// soonest.
func (s *Service) ConsumeItem(ctx context.Context, code string, u Use) (*Used, error) {
	unit, err := s.keeper(ctx, u.Unit)
	if err != nil {
		return nil, err
	}
	item, err := s.OneItem(ctx, code)
	if err != nil {
		return nil, err
	}
	if err := u.check(item); err != nil {
		return nil, err
	}
	used := &Used{}
	ledger.Answer(ctx, used)
	return used, s.commitChosen(ctx, func() ([]Move, error) {
		picked, err := s.Pick(ctx, item, unit.Code, u.Quantity)
		if err != nil {
			return nil, err
		}
		used.Lots = nil
		var moves []Move
		for _, p := range picked {
			moves = append(moves, u.move(unit, p.Lot, p.Quantity))
			used.Lots = append(used.Lots, Taken{p.Lot.Code, p.Quantity})
		}
		return moves, nil
	})
}

func (u Use) check(item *models.StockItem) error {
	if u.Purpose == "" {
		return models.Refuse(models.Invalid, "purpose", "is required: what it was used for")
	}
	return item.CheckQuantity("quantity", u.Quantity)
}

func (u Use) move(unit *models.Unit, lot *models.Lot, quantity models.Quantity) Move {
	return Move{Lot: lot, Unit: unit.Code, Path: unit.Path, Kind: models.Consumed, Quantity: -quantity, Purpose: u.Purpose, Reference: u.Reference, Result: u.Result}
}

// Correction is what a count found otherwise than the book says, or what was
// destroyed.
type Correction struct {
	Unit string `json:"unit"`
	// Quantity is the difference found, below zero when there is less; of what was
	// destroyed it is how much.
	Quantity  models.Quantity `json:"quantity"`
	Reason    string          `json:"reason"`
	Reference string          `json:"reference,omitempty"` // of the count, or of the certificate of destruction
}

// Adjust corrects a balance by the difference that a count found.
func (s *Service) Adjust(ctx context.Context, code string, c Correction) (*models.Lot, error) {
	unit, lot, item, err := s.at(ctx, code, c.Unit)
	if err != nil {
		return nil, err
	}
	size := max(c.Quantity, -c.Quantity)
	if err := item.CheckQuantity("quantity", size); err != nil {
		return nil, err
	}
	if c.Reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "is required: why the book is corrected")
	}
	return lot, s.commit(ctx, nil, Move{Lot: lot, Unit: unit.Code, Path: unit.Path, Kind: models.Adjusted, Quantity: c.Quantity, Purpose: c.Reason, Reference: c.Reference})
}

// Dispose records that some of an expired lot was destroyed.
func (s *Service) Dispose(ctx context.Context, code string, c Correction) (*models.Lot, error) {
	unit, lot, item, err := s.at(ctx, code, c.Unit)
	if err != nil {
		return nil, err
	}
	if err := item.CheckQuantity("quantity", c.Quantity); err != nil {
		return nil, err
	}
	switch {
	case c.Reason == "":
		return nil, models.Refuse(models.Invalid, "reason", "is required: how it was destroyed, and by whose authority")
	case !lot.Expired(s.Book.Today()):
		return nil, models.Refuse(models.Conflict, "lot", "%s has not expired; correct the balance with a reason instead", lot.Code)
	}
	return lot, s.commit(ctx, nil, Move{Lot: lot, Unit: unit.Code, Path: unit.Path, Kind: models.DisposedOf, Quantity: -c.Quantity, Purpose: c.Reason, Reference: c.Reference})
}
