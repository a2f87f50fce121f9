package public

import (
	"context"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
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

// Confirmation is what somebody who looked says of a report.
type Confirmation struct {
	Remark string `json:"remark,omitempty"`
	// Unusable says of a fault that the item cannot be used as it is.
	Unusable bool `json:"unusable,omitempty"`
}

// Confirm says that a report is true: of a fault it opens a job in the workshop, of a
// find it notes that the item was seen.
func (s *Service) Confirm(ctx context.Context, id string, version int64, c Confirmation) (*models.PublicReport, error) {
	caller, err := access.Allow(ctx, access.Triage)
	if err != nil {
		return nil, err
	}
	_, r, err := s.load(ctx, caller, id)
	if err != nil {
		return nil, err
	}
	if r.Item == "" {
		return nil, models.Refuse(models.Conflict, "state", "no such item is on charge; dismiss the report when it is dealt with")
	}
	remark := strings.TrimSpace(c.Remark)
	if r.Kind == models.PublicFound {
		if c.Unusable {
			return nil, models.Refuse(models.Invalid, "unusable", "belongs to a fault; report a defect on the item's page")
		}
		return s.seen(ctx, r, version, remark)
	}
	job := &models.Repair{State: models.RepairConfirmed, What: r.Text, Unusable: c.Unusable, ReportedBy: Person, ReportedAt: r.SentAt, Report: r.ID}
	if r.Photo != nil {
		job.Photos = []models.Attachment{*r.Photo}
	}
	err = s.Workshop.Open(ctx, r.Tag, job, func() ([]ledger.Entry, error) {
		var entries []ledger.Entry
		r, entries, err = s.deciding(ctx, id, version, "public_report.confirmed", remark, func(_ *models.Person, r *models.PublicReport) ([]ledger.Entry, error) {
			r.State, r.Decided.Job = models.PublicConfirmed, job.Number
			return nil, nil
		})
		ledger.Answer(ctx, r)
		return entries, err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// seen notes that the item of a report was seen when it was sent.
func (s *Service) seen(ctx context.Context, r *models.PublicReport, version int64, remark string) (*models.PublicReport, error) {
	c := register.Changing{Verb: access.Triage, Tag: r.Tag, Kind: "asset.seen", Reason: "found by somebody without a sign-in"}
	_, err := s.Register.ChangeWith(ctx, c, func(_ *models.Person, a *models.Asset) ([]ledger.Entry, error) {
		found, err := s.Flags.Sighted(ctx, a, r.SentAt, Person, "", models.Say("somebody found it"))
		if err != nil {
			return nil, err
		}
		decided, entries, err := s.deciding(ctx, r.ID, version, "public_report.confirmed", remark, func(_ *models.Person, r *models.PublicReport) ([]ledger.Entry, error) {
			r.State = models.PublicConfirmed
			return found, nil
		})
		if err != nil {
			return nil, err
		}
		r = decided
		ledger.Answer(ctx, r)
		return entries, nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// decide ends a report that waits, in a Commit of its own.
func (s *Service) decide(ctx context.Context, id string, version int64, kind, remark string,
	do func(*models.Person, *models.PublicReport) ([]ledger.Entry, error)) (*models.PublicReport, error) {
	r, entries, err := s.deciding(ctx, id, version, kind, remark, do)
	if err != nil {
		return nil, err
	}
	return r, access.Outrun(s.Book.Commit(ctx, entries...))
}

// deciding loads a report that waits, lets do say what becomes of it and what else
// changes, and returns the entries of that and of the end of its finding.
func (s *Service) deciding(ctx context.Context, id string, version int64, kind, remark string,
	do func(*models.Person, *models.PublicReport) ([]ledger.Entry, error)) (*models.PublicReport, []ledger.Entry, error) {
	caller, err := access.Allow(ctx, access.Triage)
	if err != nil {
		return nil, nil, err
	}
	record, r, err := s.load(ctx, caller, id)
	if err != nil {
		return nil, nil, err
	}
	if err := access.Current(version, r.Version); err != nil {
		return nil, nil, err
	}
	if r.State != models.PublicWaiting {
		return nil, nil, models.Refuse(models.Conflict, "state", "this report was %s already", r.State)
	}
	r.Decided = &models.PublicAnswer{By: caller.Code, At: models.At(s.Book.Now()), Remark: remark}
	more, err := do(caller, r)
	if err != nil {
		return nil, nil, err
	}
	if err := models.Validate(r); err != nil {
		return nil, nil, err
	}
	flag, err := s.Flags.Closing(ctx, ledger.Subject(store.PublicReports, r.ID), models.Say("%v by %v", r.State, caller.Name), models.PublicReported)
	if err != nil {
		return nil, nil, err
	}
	entries := append([]ledger.Entry{ledger.Change(store.PublicReports, record.Body, r, kind, remark)}, more...)
	return r, append(entries, flag...), nil
}
