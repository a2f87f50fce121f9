package stock

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Move is one change of the balance of a lot at a unit: a quantity above zero
// comes in, one below zero goes out.
type Move struct {
	Lot       *models.Lot
	Unit      string
	Path      []string // of the unit
	Kind      models.MovementKind
	Quantity  models.Quantity
	Bin       string // where it is put; "" leaves it
	Voucher   string
	Purpose   string
	Reference string
	Result    string
}

// Entries returns the changes of balances, each with its movement, that moves
// amount to. It refuses with a Conflict that would take a balance below zero. A
// balance that changes before they are committed makes the commit a
// store.VersionConflict or store.Duplicate: the caller asks anew.
func (s *Service) Entries(ctx context.Context, moves ...Move) ([]ledger.Entry, error) {
	var entries []ledger.Entry
	changed := map[string]int{} // balance key to its place in entries
	for _, m := range moves {
		key := models.BalanceKey(m.Lot.Code, m.Unit)
		at, known := changed[key]
		if !known {
			entry, err := s.balance(ctx, m)
			if err != nil {
				return nil, err
			}
			at = len(entries)
			changed[key] = at
			entries = append(entries, entry)
		}
		balance := entries[at].Doc.(*models.Balance)
		if balance.OnHand+m.Quantity < 0 {
			return nil, models.Refuse(models.Conflict, "quantity", "%s has %s of %s, not %s", m.Unit, balance.OnHand, m.Lot.Code, -m.Quantity)
		}
		balance.OnHand += m.Quantity
		balance.Left = 0
		if balance.OnHand > 0 {
			balance.Left = 1
		}
		if m.Bin != "" {
			balance.Bin = strings.ToUpper(strings.TrimSpace(m.Bin))
		}
		entries = append(entries, ledger.Add(store.Movements, &models.Movement{
			ID: s.newID(), Lot: m.Lot.Code, Item: m.Lot.Item, Unit: m.Unit, Path: m.Path, Kind: m.Kind, Quantity: m.Quantity,
			OnHand: balance.OnHand, Voucher: m.Voucher, Purpose: m.Purpose, Reference: m.Reference, Result: m.Result,
			By: ledger.AuthorOf(ctx).Person, At: models.At(s.Book.Now()),
		}, "stock."+string(m.Kind), m.Purpose))
	}
	return s.cleared(ctx, entries)
}

// balance returns the entry that changes a lot's balance at a unit, or makes one.
func (s *Service) balance(ctx context.Context, m Move) (ledger.Entry, error) {
	record, err := s.Book.Store.Get(ctx, store.Balances, models.BalanceKey(m.Lot.Code, m.Unit))
	if errors.Is(err, store.ErrNotFound) {
		return ledger.Add(store.Balances, &models.Balance{Lot: m.Lot.Code, Unit: m.Unit, Path: m.Path, Item: m.Lot.Item,
			Expiry: m.Lot.Expiry, Donor: m.Lot.Donor, Grant: m.Lot.Grant}, "balance.opened", ""), nil
	}
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("stock: balance of %s at %s: %w", m.Lot.Code, m.Unit, err)
	}
	balance, err := store.Decode[models.Balance](record)
	return ledger.Change(store.Balances, record.Body, balance, "balance.changed", m.Voucher), err
}

// OnHand returns how much of a lot a unit has.
func (s *Service) OnHand(ctx context.Context, lot, unit string) (models.Quantity, error) {
	balance, err := store.Get[models.Balance](ctx, s.Book.Store, store.Balances, models.BalanceKey(lot, unit))
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return balance.OnHand, nil
}
