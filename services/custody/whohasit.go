package custody

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// whoHasIt adds to a refusal for the state that an asset is in by which voucher it
// came there and to whom, and who did that and when.
func (s *Service) whoHasIt(ctx context.Context, a *models.Asset, refusal error) error {
	var refused *models.Error
	if !errors.As(refusal, &refused) || refused.Field != "status" {
		return refusal
	}
	told := *refused
	if a.Voucher != "" {
		v, err := store.Get[models.Voucher](ctx, s.Book.Store, store.Vouchers, a.Voucher)
		if err != nil {
			return err
		}
		if a.Status == models.InTransit {
			to, err := s.recipient(ctx, v)
			if err != nil {
				return err
			}
			told.Message = a.Tag + " is in transit to " + to
		}
		told.Message += ", by voucher " + v.Number
	}
	return s.told(ctx, ledger.Subject(store.Assets, a.ID), "status", &told)
}

func (s *Service) recipient(ctx context.Context, v *models.Voucher) (string, error) {
	if v.Receiver == "" {
		return v.To, nil
	}
	name, err := s.rankAndName(ctx, v.Receiver)
	return name + " of " + v.To, err
}

const recentEvents = 50

// told adds to a refusal who last changed a field of the subject, and when.
func (s *Service) told(ctx context.Context, subject, field string, refusal *models.Error) error {
	events, err := s.Book.History(ctx, subject, 0, recentEvents)
	if err != nil {
		return refusal
	}
	at := slices.IndexFunc(events, func(e models.Event) bool { return e.Changes[field].After != nil })
	if at < 0 {
		return refusal
	}
	first := events[at]
	by, err := s.named(ctx, first.Actor)
	if err != nil {
		return refusal
	}
	refusal.Message += ", by " + by.Name + " on " + s.Book.Here(first.At).Format("2 January 2006 at 15:04:05 MST")
	return refusal
}
