package disposal

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// AttachToLoss adds a document or photo to a loss; who inquires adds their opinions so.
func (s *Service) AttachToLoss(ctx context.Context, number string, version int64, p register.Paper) (*models.Loss, error) {
	c := changing{access.ReportLoss, number, version, "loss.file_added", p.Name}
	return s.changeLoss(ctx, c, func(caller *models.Person, l *models.Loss) ([]ledger.Entry, error) {
		return s.Register.Exhibit(caller, ledger.Subject(store.Losses, l.Number), &l.Files, p)
	})
}

// AttachToWriteOff adds a document or photo to a write-off.
func (s *Service) AttachToWriteOff(ctx context.Context, number string, version int64, p register.Paper) (*models.WriteOff, error) {
	c := changing{access.ReportLoss, number, version, "write_off.file_added", p.Name}
	return s.changeWriteOff(ctx, c, func(caller *models.Person, w *models.WriteOff) ([]ledger.Entry, error) {
		return s.Register.Exhibit(caller, ledger.Subject(store.WriteOffs, w.Number), &w.Files, p)
	})
}

// LossFile returns a document of a loss that the caller sees, with its content.
func (s *Service) LossFile(ctx context.Context, number, id string) (*models.Attachment, []byte, error) {
	l, err := s.Loss(ctx, number)
	if err != nil {
		return nil, nil, err
	}
	return s.Register.Exhibited(ctx, l.Files, id)
}

// WriteOffFile returns a document of a write-off that the caller sees, with its
// content.
func (s *Service) WriteOffFile(ctx context.Context, number, id string) (*models.Attachment, []byte, error) {
	w, err := s.WriteOff(ctx, number)
	if err != nil {
		return nil, nil, err
	}
	return s.Register.Exhibited(ctx, w.Files, id)
}
