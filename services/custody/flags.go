package custody

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// OverdueReturns are the items that were to be back before today, those on loan
// among them.
func (s *Service) OverdueReturns(ctx context.Context) flags.Causes {
	due := store.Query{In: store.Assets, By: "due", Where: []store.Cond{store.From("due_back", "1"), store.Under("due_back", string(s.Book.Today()))}}
	return flags.Due(ctx, s.Book.Store, due, "", func(a *models.Asset) (flags.Cause, bool) {
		detail := models.Say("due back on %v", a.DueBack)
		if a.Owner != "" {
			detail = models.Say("on loan from %v, due back on %v", a.Owner, a.DueBack)
		}
		return flags.Cause{Ref: a.Tag, What: models.Plain(a.Name), Detail: detail, Since: a.DueBack, Unit: a.Unit, Path: a.Path, Also: a.OwnerPath,
			Owner: a.Custodian, Donor: a.Donor, Grant: a.Grant}, a.Status != models.StruckOff && !a.UnderInquiry()
	})
}

// Unaccepted are the vouchers that were dispatched and not accepted or refused in
// time.
func (s *Service) Unaccepted(ctx context.Context) flags.Causes {
	before := s.Book.Begins(s.Book.Today().Plus(-s.AcceptWithin))
	raised := store.Query{In: store.Vouchers, By: "state", Where: []store.Cond{store.Is("state", string(models.Underway)), store.Under("raised_at", before.String())}}
	return flags.Due(ctx, s.Book.Store, raised, "", func(v *models.Voucher) (flags.Cause, bool) {
		sent := v.UpdatedAt // nothing changes a voucher on its way but what ends that
		day := s.Book.DayOf(sent)
		return flags.Cause{Ref: v.Number, What: models.Say("%v to %v", v.Kind, v.To), Detail: models.Say("dispatched on %v and neither accepted nor refused", day),
			Since: day.Plus(s.AcceptWithin + 1), Unit: v.To, Path: v.ToPath, Also: v.FromPath, Owner: v.Receiver, Payers: v.PaidBy()}, sent.Before(before.Time)
	})
}

// cleared closes the flags of a voucher that is settled, and of the items that were
// seen with it. found are these as they are from now on.
func (s *Service) cleared(ctx context.Context, v *models.Voucher, found map[string]*held) ([]ledger.Entry, error) {
	outcome := models.Say("%v was %v", v.Number, v.State)
	entries, err := s.Flags.Closing(ctx, ledger.Subject(store.Vouchers, v.Number), outcome, models.HandoverUnaccepted)
	if err != nil {
		return nil, err
	}
	now := models.At(s.Book.Now())
	for _, line := range v.Lines {
		h := found[line.Asset]
		if h == nil {
			continue
		}
		var gone []models.FlagKind
		if h.LastSeenAt != nil && !h.LastSeenAt.Before(now.Time) {
			gone = append(gone, models.Unaccounted)
		}
		if h.DueBack == "" || h.DueBack >= s.Book.Today() {
			gone = append(gone, models.OverdueReturn)
		}
		closed, err := s.Flags.Closing(ctx, ledger.Subject(store.Assets, h.ID), outcome, gone...)
		if err != nil {
			return nil, err
		}
		entries = append(entries, closed...)
	}
	return entries, nil
}
