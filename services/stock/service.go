// Package stock counts what is not tagged: items in a unit of measure, in lots
// with an expiry and a payer, and the balance of each lot at each unit. A balance
// never falls below zero and is always the sum of its movements.
package stock

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Service keeps the stock.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
	Flags    *flags.Service
}

// LotPrefix begins the codes of lots, which are written as tags are.
const LotPrefix = "LOT"

func (s *Service) newID() string {
	return ulid.MustNew(ulid.Timestamp(s.Book.Now()), rand.Reader).String()
}

// Item returns a stock item; field is what names it in the request.
func (s *Service) Item(ctx context.Context, field, code string) (*models.StockItem, error) {
	item, err := store.Get[models.StockItem](ctx, s.Book.Store, store.StockItems, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.Invalid, field, "there is no stock item %q", code)
	}
	return item, err
}

// Lot returns a lot by its code; field is what names it in the request.
func (s *Service) Lot(ctx context.Context, field, code string) (*models.Lot, error) {
	lot, err := store.Get[models.Lot](ctx, s.Book.Store, store.Lots, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.Invalid, field, "there is no lot %q", code)
	}
	return lot, err
}
