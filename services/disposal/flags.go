package disposal

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// flagged returns the entries that bring the finding about a loss in line with how
// far it has come; it is closed with it.
func (s *Service) flagged(ctx context.Context, l *models.Loss) ([]ledger.Entry, error) {
	subject := ledger.Subject(store.Losses, l.Number)
	if !l.Open() {
		return s.Flags.Closing(ctx, subject, l.Ended(), models.LossOpen)
	}
	return s.Flags.Opening(ctx, models.LossOpen, flags.Cause{Subject: subject, Ref: l.Number, What: models.Say("%v: %v %v", l.Kind, l.Name, l.Tag),
		Detail: Waits(l), Since: l.On, Unit: l.Unit, Path: l.Path, Also: l.Also, Owner: waitsFor(l), Donor: l.Donor, Grant: l.Grant})
}

func waitsFor(l *models.Loss) string {
	if l.State == models.LossInquiry {
		return l.Inquiry.Officer
	}
	return l.HeldBy
}

// Waits says what the loss waits for; nothing when it is closed.
func Waits(l *models.Loss) models.Text {
	switch l.State {
	case models.LossReported:
		return models.Say("waits for somebody to be appointed who inquires")
	case models.LossInquiry:
		return models.Say("waits for the findings of the inquiry")
	case models.LossToDecide:
		return models.Say("waits for %v to decide", l.Authority)
	case models.LossDecided:
		switch {
		case l.Recovers():
			return models.Say("%v is to be recovered from %v", l.Decision.Amount, l.Decision.RecoverFrom)
		case l.Repairs():
			return models.Say("is to be repaired")
		}
		return models.Say("is to be struck off charge by %v", l.WriteOff)
	}
	return models.Text{}
}
