package stock

import (
	"context"
	"errors"

	"quartermaster/models"
)

type Picked struct {
	Lot      *models.Lot
	Quantity models.Quantity
}

func (s *Service) Pick(ctx context.Context, item *models.StockItem, unit string, quantity models.Quantity) ([]Picked, error) {
	return nil, errors.New("not yet")
}

func (s *Service) Usable(ctx context.Context, item, unit string) (models.Quantity, error) {
	return 0, errors.New("not yet")
}

func (s *Service) UsableIn(ctx context.Context, item, top string) ([]*models.Balance, error) {
	return nil, errors.New("not yet")
}
