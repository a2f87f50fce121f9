package disposal

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Appoint names who inquires into a loss, who neither reported the item nor held it.
// Another may be appointed until the findings are in.
func (s *Service) Appoint(ctx context.Context, number string, version int64, officer string) (*models.Loss, error) {
	officer = strings.TrimSpace(officer)
	c := changing{access.Decide, number, version, "loss.officer_appointed", ""}
	return s.changeLoss(ctx, c, func(caller *models.Person, l *models.Loss) ([]ledger.Entry, error) {
		if l.State != models.LossReported && l.State != models.LossInquiry {
			return nil, past(l, "the inquiry is over")
		}
		if err := mayAppoint(caller, l); err != nil {
			return nil, err
		}
		person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, officer)
		if errors.Is(err, store.ErrNotFound) {
			return nil, models.Refuse(models.Invalid, "officer", "there is no person %q", officer)
		}
		if err != nil {
			return nil, err
		}
		switch {
		case slices.Contains([]string{l.ReportedBy, l.HeldBy, l.Custodian}, person.Code):
			return nil, models.Refuse(models.Invalid, "officer", "%s reported or held the item; somebody else inquires", person.Name)
		case !person.CanSignIn() || !access.May(person.Role, access.ReportLoss):
			return nil, models.Refuse(models.Invalid, "officer", "%s has no sign-in by which an inquiry can be led", person.Name)
		case l.Inquiry != nil && l.Inquiry.Officer == person.Code:
			return nil, models.Refuse(models.Conflict, "officer", "%s is appointed already", person.Name)
		}
		l.State = models.LossInquiry
		l.Inquiry = &models.Inquiry{Officer: person.Code, AppointedBy: caller.Code, AppointedAt: models.At(s.Book.Now())}
		return nil, nil
	})
}

// WaiveInquiry has a loss decided on without an inquiry: what is worth less in the
// books than the unit tree's settings say.
func (s *Service) WaiveInquiry(ctx context.Context, number string, version int64, reason string) (*models.Loss, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "is required: why there is no inquiry")
	}
	c := changing{access.Decide, number, version, "loss.inquiry_waived", reason}
	return s.changeLoss(ctx, c, func(caller *models.Person, l *models.Loss) ([]ledger.Entry, error) {
		if l.State != models.LossReported {
			return nil, past(l, "an inquiry was begun")
		}
		if err := mayAppoint(caller, l); err != nil {
			return nil, err
		}
		if err := s.waivable(ctx, l); err != nil {
			return nil, err
		}
		l.State = models.LossToDecide
		l.Waived = &models.Waiver{By: caller.Code, At: models.At(s.Book.Now()), Reason: reason}
		return nil, nil
	})
}

// Waivable says whether the settings let the loss do without an inquiry.
func (s *Service) Waivable(ctx context.Context, l *models.Loss) (bool, error) {
	err := s.waivable(ctx, l)
	if models.KindOf(err) != "" {
		return false, nil
	}
	return err == nil, err
}

func (s *Service) waivable(ctx context.Context, l *models.Loss) error {
	if l.BookValue == nil {
		return models.Refuse(models.Conflict, "reason", "nobody recorded what %s is worth; it needs an inquiry", l.Tag)
	}
	limits, err := s.limits(ctx, l.Path)
	if err != nil {
		return err
	}
	limit, set := limits[l.BookValue.Currency]
	switch {
	case !set || limit.Inquiry == "":
		return models.Refuse(models.Conflict, "reason", "every loss in %s of %s needs an inquiry, by the settings of the unit tree", l.BookValue.Currency, l.Unit)
	case !limit.WaivesInquiry(*l.BookValue):
		return models.Refuse(models.Conflict, "reason", "its book value of %s is not below %s %s; it needs an inquiry", l.BookValue, limit.Inquiry, limit.Currency)
	}
	return nil
}

// Findings is what an inquiry comes to.
type Findings struct {
	Findings       string         `json:"findings"`
	Recommendation models.Measure `json:"recommendation"`
	RecoverFrom    string         `json:"recover_from,omitempty"`
	Amount         *models.Money  `json:"amount,omitempty"`
}

// Conclude enters what the inquiry found and recommends. Only the officer does; the
// loss then waits for a decision.
func (s *Service) Conclude(ctx context.Context, number string, version int64, f Findings) (*models.Loss, error) {
	c := changing{access.ReportLoss, number, version, "loss.findings", ""}
	return s.changeLoss(ctx, c, func(caller *models.Person, l *models.Loss) ([]ledger.Entry, error) {
		switch {
		case l.State != models.LossInquiry:
			return nil, past(l, "no inquiry is underway")
		case l.Inquiry.Officer != caller.Code:
			return nil, models.Refuse(models.Forbidden, "", "only the officer who was appointed enters the findings")
		case strings.TrimSpace(f.Findings) == "":
			return nil, models.Refuse(models.Invalid, "findings", "is required: what the inquiry found")
		}
		if err := f.Recommendation.Fits("recommendation", l.Kind); err != nil {
			return nil, err
		}
		if err := recovers(f.Recommendation, f.RecoverFrom, f.Amount); err != nil {
			return nil, err
		}
		now := models.At(s.Book.Now())
		l.State = models.LossToDecide
		l.Inquiry.Findings, l.Inquiry.Recommendation, l.Inquiry.FoundAt = strings.TrimSpace(f.Findings), f.Recommendation, &now
		l.Inquiry.RecoverFrom, l.Inquiry.Amount = strings.TrimSpace(f.RecoverFrom), f.Amount
		return nil, nil
	})
}

// recovers checks from whom how much is to be recovered: with a write-off both or
// neither are named, with nothing else either.
func recovers(m models.Measure, from string, amount *models.Money) error {
	from = strings.TrimSpace(from)
	switch {
	case m == models.RecoverCost && from == "", m == models.WriteOffItem && amount != nil && from == "":
		return models.Refuse(models.Invalid, "recover_from", "is required: from whom the cost is recovered")
	case m == models.RecoverCost && amount == nil, m == models.WriteOffItem && amount == nil && from != "":
		return models.Refuse(models.Invalid, "amount", "is required: how much is recovered")
	case m != models.RecoverCost && m != models.WriteOffItem && (from != "" || amount != nil):
		return models.Refuse(models.Invalid, "amount", "belongs to a recovery or a write-off")
	case amount != nil && models.Money{Amount: "0", Currency: amount.Currency}.AtLeast(*amount):
		return models.Refuse(models.Invalid, "amount", "is nothing")
	}
	return nil
}

// past refuses a step that the loss is not at.
func past(l *models.Loss, why string) error {
	return models.Refuse(models.Conflict, "state", "%s is %s: %s", l.Number, l.State.Words(), why)
}
