package public

import (
	"context"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Dismiss ends a report that leads to nothing; its photo is not kept. version, if not
// 0, is the one that was read.
func (s *Service) Dismiss(ctx context.Context, id string, version int64, remark string) (*models.PublicReport, error) {
	remark = strings.TrimSpace(remark)
	if remark == "" {
		return nil, models.Refuse(models.Invalid, "remark", "say why it is dismissed")
	}
	return s.decide(ctx, id, version, "public_report.dismissed", remark, func(_ *models.Person, r *models.PublicReport) ([]ledger.Entry, error) {
		r.State = models.PublicDismissed
		if r.Photo == nil {
			return nil, nil
		}
		record, err := s.Book.Store.Get(ctx, store.Files, r.Photo.ID)
		if err != nil {
			return nil, err
		}
		file, err := store.Decode[models.File](record)
		if err != nil {
			return nil, err
		}
		return []ledger.Entry{ledger.Remove(store.Files, record.Body, file, "file.removed")}, nil
	})
}

// decide loads a report that waits, lets do say what becomes of it and what else
// changes, and commits that with the end of its finding.
func (s *Service) decide(ctx context.Context, id string, version int64, kind, remark string,
	do func(*models.Person, *models.PublicReport) ([]ledger.Entry, error)) (*models.PublicReport, error) {
	caller, err := access.Allow(ctx, access.Triage)
	if err != nil {
		return nil, err
	}
	record, r, err := s.load(ctx, caller, id)
	if err != nil {
		return nil, err
	}
	if err := access.Current(version, r.Version); err != nil {
		return nil, err
	}
	if r.State != models.PublicWaiting {
		return nil, models.Refuse(models.Conflict, "state", "this report was %s already", r.State)
	}
	r.Decided = &models.PublicAnswer{By: caller.Code, At: models.At(s.Book.Now()), Remark: remark}
	more, err := do(caller, r)
	if err != nil {
		return nil, err
	}
	if err := models.Validate(r); err != nil {
		return nil, err
	}
	flag, err := s.Flags.Closing(ctx, ledger.Subject(store.PublicReports, r.ID), string(r.State)+" by "+caller.Name, models.PublicReported)
	if err != nil {
		return nil, err
	}
	ledger.Answer(ctx, r)
	entries := append([]ledger.Entry{ledger.Change(store.PublicReports, record.Body, r, kind, remark)}, more...)
	return r, access.Outrun(s.Book.Commit(ctx, append(entries, flag...)...))
}
