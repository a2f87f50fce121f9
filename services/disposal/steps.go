package disposal

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
)

// Steps says which steps somebody may take on a paper as it stands, by the names that
// they have in addresses. Each step itself refuses whoever may not.
type Steps map[string]bool

// LossSteps says what the caller may do about a loss now.
func (s *Service) LossSteps(ctx context.Context, l *models.Loss) (Steps, error) {
	p, err := access.Caller(ctx)
	if err != nil {
		return nil, err
	}
	appoints, waivable := MayAppoint(p, l), false
	if l.State == models.LossReported && appoints {
		if waivable, err = s.Waivable(ctx, l); err != nil {
			return nil, err
		}
	}
	reports := access.May(p.Role, access.ReportLoss)
	near := reports && access.CoversUnit(p, l.Path)
	return Steps{
		"appoint": appoints, "waive": waivable,
		"findings": l.State == models.LossInquiry && l.Inquiry.Officer == p.Code, "decide": MayDecideLoss(p, l),
		"found": near && l.Open() && l.Kind.Gone(), "repaired": near && l.Repairs(), "recovered": near && l.Recovers() && access.May(p.Role, access.Dispose),
		"files": reports && l.Open(),
	}, nil
}

// WriteOffSteps says what the caller may do about a write-off now.
func WriteOffSteps(ctx context.Context, w *models.WriteOff) (Steps, error) {
	p, err := access.Caller(ctx)
	if err != nil {
		return nil, err
	}
	near := access.CoversUnit(p, w.Path) && access.May(p.Role, access.Dispose)
	return Steps{
		"decide": MayDecideWriteOff(p, w), "withdraw": near && w.Open() && w.Loss == "", "consent": near && w.Open() && w.Consent == nil,
		"strike-off": near && w.State == models.WriteOffApproved, "files": w.Open() && access.May(p.Role, access.ReportLoss),
	}, nil
}
