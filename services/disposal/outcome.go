package disposal

import (
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Outcome is what somebody says of a thing that was found again or repaired.
type Outcome struct {
	Condition models.Condition `json:"condition,omitempty"`
	Text      string           `json:"text"`
}

// Found ends the loss of an item that turned up: it is where it was in the book, its
// services are due again, and a write-off that was not carried out is void.
func (s *Service) Found(ctx context.Context, number string, version int64, o Outcome) (*models.Loss, error) {
	o.Text = strings.TrimSpace(o.Text)
	c := changing{access.ReportLoss, number, version, "loss.found", o.Text}
	return s.changeLoss(ctx, c, func(caller *models.Person, l *models.Loss) ([]ledger.Entry, error) {
		if !l.Kind.Gone() {
			return nil, models.Refuse(models.Conflict, "state", "%s is about damage; the item was never gone", l.Number)
		}
		if err := within(caller, &l.Item); err != nil {
			return nil, err
		}
		now := models.At(s.Book.Now())
		l.Found = &models.Remark{By: caller.Code, At: now, Condition: o.Condition, Text: o.Text}
		l.Close(now, models.Say("found again"))
		return s.back(ctx, l, now)
	})
}

// back puts an item that was found where it was.
func (s *Service) back(ctx context.Context, l *models.Loss, now models.Time) ([]ledger.Entry, error) {
	record, a, err := s.asset(ctx, l.Asset)
	if err != nil {
		return nil, err
	}
	kit, err := s.inKit(ctx, a, 0, false)
	if err != nil {
		return nil, err
	}
	a.Loss, a.WriteOff, a.Status = "", "", l.Was
	if a.Status == models.Missing { // it came into the book as missing
		a.Status = models.InStore
		if a.Custodian != "" {
			a.Status = models.Issued
		}
	}
	if l.Found.Condition != "" {
		a.Condition = l.Found.Condition
	}
	a.Seen(now, l.Found.By, "")
	schedules, err := s.Register.Schedules(ctx, a)
	if err != nil {
		return nil, err
	}
	a.Plan(schedules, s.Book.Today())
	void, err := s.void(ctx, l)
	return slices.Concat([]ledger.Entry{ledger.Change(store.Assets, record.Body, a, "asset.found", l.Number)}, kit, void), err
}

// void ends the write-off of an item that was found.
func (s *Service) void(ctx context.Context, l *models.Loss) ([]ledger.Entry, error) {
	if l.WriteOff == "" {
		return nil, nil
	}
	record, w, err := read[models.WriteOff](ctx, s, store.WriteOffs, "write-off", l.WriteOff)
	if err != nil || !w.Open() {
		return nil, err
	}
	w.State, w.Reason = models.WriteOffWithdrawn, "the item was found again"
	return []ledger.Entry{ledger.Change(store.WriteOffs, record.Body, w, "write_off.withdrawn", l.Number)}, nil
}

// Repaired enters that what was decided to be repaired is.
func (s *Service) Repaired(ctx context.Context, number string, version int64, o Outcome) (*models.Loss, error) {
	o.Text = strings.TrimSpace(o.Text)
	c := changing{access.ReportLoss, number, version, "loss.repaired", o.Text}
	return s.changeLoss(ctx, c, func(caller *models.Person, l *models.Loss) ([]ledger.Entry, error) {
		switch {
		case !l.Repairs():
			return nil, past(l, "no repair was decided")
		case o.Condition == "" || o.Condition == "unserviceable":
			return nil, models.Refuse(models.Invalid, "condition", "is required: in which it is after the repair")
		}
		if err := within(caller, &l.Item); err != nil {
			return nil, err
		}
		now := models.At(s.Book.Now())
		l.Repaired = &models.Remark{By: caller.Code, At: now, Condition: o.Condition, Text: o.Text}
		l.Settle(now, false)
		record, a, err := s.asset(ctx, l.Asset)
		if err != nil {
			return nil, err
		}
		a.Condition = o.Condition
		if !l.Open() {
			a.Loss = ""
		}
		return []ledger.Entry{ledger.Change(store.Assets, record.Body, a, "asset.repaired", l.Number)}, nil
	})
}

// Receipt is what was recovered.
type Receipt struct {
	From      string       `json:"from"`
	Amount    models.Money `json:"amount"`
	Reference string       `json:"reference,omitempty"`
	On        models.Day   `json:"on,omitempty"` // today when not given
}

// Recover enters what was recovered of a loss, and from whom.
func (s *Service) Recover(ctx context.Context, number string, version int64, r Receipt) (*models.Loss, error) {
	c := changing{access.Dispose, number, version, "loss.recovered", strings.TrimSpace(r.Reference)}
	return s.changeLoss(ctx, c, func(caller *models.Person, l *models.Loss) ([]ledger.Entry, error) {
		switch {
		case !l.Recovers():
			return nil, past(l, "nothing is to be recovered")
		case r.On > s.Book.Today():
			return nil, models.Refuse(models.Invalid, "on", "is in the future")
		}
		if err := within(caller, &l.Item); err != nil {
			return nil, err
		}
		if r.On == "" {
			r.On = s.Book.Today()
		}
		l.Recovered = &models.Recovery{From: strings.TrimSpace(r.From), Amount: r.Amount, Reference: strings.TrimSpace(r.Reference), On: r.On, By: caller.Code}
		struck, err := s.struck(ctx, l)
		if err != nil {
			return nil, err
		}
		l.Settle(models.At(s.Book.Now()), struck)
		if l.Open() || struck {
			return nil, nil
		}
		return s.released(ctx, l, "asset.loss_closed")
	})
}

// struck says whether the item of a loss was struck off charge.
func (s *Service) struck(ctx context.Context, l *models.Loss) (bool, error) {
	if l.WriteOff == "" {
		return false, nil
	}
	w, err := store.Get[models.WriteOff](ctx, s.Book.Store, store.WriteOffs, l.WriteOff)
	return err == nil && w.State == models.WriteOffDone, err
}
