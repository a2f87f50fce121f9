package disposal

import (
	"context"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Ruling is what an authority decides on a loss.
type Ruling struct {
	Measure     models.Measure `json:"measure"`
	RecoverFrom string         `json:"recover_from,omitempty"`
	Amount      *models.Money  `json:"amount,omitempty"`
	Remarks     string         `json:"remarks,omitempty"`
}

// Decide rules on a loss. What is to leave the register gets its write-off, which is
// thereby approved; what nothing more is to be done about is closed.
func (s *Service) Decide(ctx context.Context, number string, version int64, r Ruling) (*models.Loss, error) {
	r.Remarks, r.RecoverFrom = strings.TrimSpace(r.Remarks), strings.TrimSpace(r.RecoverFrom)
	c := changing{access.Decide, number, version, "loss.decided", r.Remarks}
	return s.changeLoss(ctx, c, func(caller *models.Person, l *models.Loss) ([]ledger.Entry, error) {
		if l.State != models.LossToDecide {
			return nil, past(l, "it is not to be decided now")
		}
		if err := may(caller, &l.Item, l.Involved()); err != nil {
			return nil, err
		}
		if err := r.Measure.Fits("measure", l.Kind); err != nil {
			return nil, err
		}
		if err := recovers(r.Measure, r.RecoverFrom, r.Amount); err != nil {
			return nil, err
		}
		now := models.At(s.Book.Now())
		l.State = models.LossDecided
		l.Decision = &models.Decision{Measure: r.Measure, Authority: l.Authority, By: caller.Code, At: now, Remarks: r.Remarks, RecoverFrom: r.RecoverFrom, Amount: r.Amount}
		l.Settle(now, false)
		return s.ruled(ctx, caller, l)
	})
}

// ruled returns the changes of the item that follow from a decision.
func (s *Service) ruled(ctx context.Context, caller *models.Person, l *models.Loss) ([]ledger.Entry, error) {
	switch {
	case l.StrikesOff():
		return s.ordered(ctx, caller, l)
	case !l.Open():
		return s.released(ctx, l, "asset.loss_closed")
	}
	return nil, nil
}

// ordered makes the write-off of a loss, approved by the decision on it.
func (s *Service) ordered(ctx context.Context, caller *models.Person, l *models.Loss) ([]ledger.Entry, error) {
	record, a, err := s.asset(ctx, l.Asset)
	if err != nil {
		return nil, err
	}
	w := &models.WriteOff{State: models.WriteOffApproved, Item: l.Item, Ground: models.Ground(l.Kind), Loss: l.Number, Why: l.What, Custodian: l.Custodian,
		ProposedBy: l.ReportedBy, ProposedAt: models.At(s.Book.Now()), Decision: l.Decision}
	if l.Kind.Gone() {
		w.Method = models.NothingLeft
	}
	if l.Inquiry != nil {
		w.ProposedBy, w.Why = l.Inquiry.Officer, l.Inquiry.Findings
		if len(w.Why) > longestWhy {
			w.Why = l.What
		}
	}
	if w.Series, w.Serial, w.Number, err = s.number(ctx, store.WriteOffs, "WO", w.Unit); err != nil {
		return nil, err
	}
	if err := s.demands(ctx, w, a); err != nil {
		return nil, err
	}
	if err := s.note(ctx, w); err != nil {
		return nil, err
	}
	if err := models.Validate(w); err != nil {
		return nil, err
	}
	l.WriteOff, a.WriteOff = w.Number, w.Number
	return []ledger.Entry{ledger.Add(store.WriteOffs, w, "write_off.ordered", l.Number),
		ledger.Change(store.Assets, record.Body, a, "asset.write_off_approved", w.Number)}, nil
}

// released takes the loss off its item.
func (s *Service) released(ctx context.Context, l *models.Loss, kind string) ([]ledger.Entry, error) {
	record, a, err := s.asset(ctx, l.Asset)
	if err != nil {
		return nil, err
	}
	a.Loss = ""
	return []ledger.Entry{ledger.Change(store.Assets, record.Body, a, kind, "").Saying(models.Say("%v: %v", l.Number, l.Ended()))}, nil
}
