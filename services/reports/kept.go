package reports

import (
	"context"
	"crypto/rand"
	"errors"
	"io"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

func (s *Service) newID() string {
	return ulid.MustNew(ulid.Timestamp(s.Book.Now()), rand.Reader).String()
}

// Making is a report and how far it is.
type Making struct {
	*models.Report
	Progress *models.ReportProgress `json:"progress,omitempty"` // while it is made
}

// Percent is how much of it is done, of a hundred; it never says a hundred before it
// is.
func (m *Making) Percent() int {
	switch {
	case m.State == models.ReportDone:
		return 100
	case m.Progress == nil || m.Progress.Of == 0:
		return 0
	}
	return int(min(99, m.Progress.Done*100/m.Progress.Of))
}

// Report returns a report that the caller pulled; an administrator's of whole book
// sees everybody's.
func (s *Service) Report(ctx context.Context, id string) (*Making, error) {
	_, report, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	m := &Making{Report: report}
	if report.State == models.ReportWaiting || report.State == models.ReportRunning {
		m.Progress, err = store.Get[models.ReportProgress](ctx, s.Book.Store, store.ReportProgress, id)
		if errors.Is(err, store.ErrNotFound) {
			m.Progress, err = nil, nil
		}
	}
	return m, err
}

func (s *Service) load(ctx context.Context, id string) (store.Record, *models.Report, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return store.Record{}, nil, err
	}
	unknown := models.Refuse(models.NotFound, "id", "there is no report %q of yours", id)
	record, err := s.Book.Store.Get(ctx, store.Reports, id)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	report, err := store.Decode[models.Report](record)
	if err == nil && report.By != caller.Code && !access.Everywhere(caller) {
		return record, nil, unknown
	}
	return record, report, err
}

// List returns a page of the reports that the caller pulled, newest first; an
// administrator of the whole book sees everybody's.
func (s *Service) List(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	q := store.Query{In: store.Reports, By: "by", Where: []store.Cond{store.Is("by", caller.Code)}, Desc: true}
	if access.Everywhere(caller) {
		q = store.Query{In: store.Reports, By: "asked", Desc: true}
	}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// Fetch returns the kept file of a report. Each time is an event.
func (s *Service) Fetch(ctx context.Context, id string) (*models.ReportFile, io.Reader, error) {
	record, report, err := s.load(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	switch report.State {
	case models.ReportWaiting, models.ReportRunning:
		return nil, nil, models.Refuse(models.Conflict, "id", "the report is not made yet; come back in a while")
	case models.ReportFailed:
		return nil, nil, models.Refuse(models.Conflict, "id", "the report could not be made: %s", report.Failure)
	}
	if report.File == nil || report.State == models.ReportExpired {
		return nil, nil, models.Refuse(models.NotFound, "id", "the report's file is not kept any more; ask for it again, as of %s", report.AskedAt)
	}
	report.Downloads++
	if err := s.Book.Commit(ctx, ledger.Change(store.Reports, record.Body, report, "report.pulled", report.Format)); err != nil {
		return nil, nil, access.Outrun(err)
	}
	return report.File, &parts{ctx: context.WithoutCancel(ctx), s: s, report: report}, nil
}

// parts reads a kept file part by part.
type parts struct {
	ctx    context.Context
	s      *Service
	report *models.Report
	next   int
	left   []byte
}

func (p *parts) Read(into []byte) (int, error) {
	for len(p.left) == 0 {
		if p.next == p.report.File.Parts {
			return 0, io.EOF
		}
		part, err := store.Get[models.File](p.ctx, p.s.Book.Store, store.Files, partID(p.report.ID, p.next))
		if err != nil {
			return 0, err
		}
		p.next++
		p.left = part.Content
	}
	n := copy(into, p.left)
	p.left = p.left[n:]
	return n, nil
}

// Sweep takes away the files that were kept long enough, and returns of how many
// reports. The reports themselves stay in the list.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	swept := 0
	for {
		records, err := s.Book.Store.Find(ctx, store.Query{In: store.Reports, By: "expires", Where: []store.Cond{store.Under("file.expires_at", models.At(s.Book.Now()).String())}, Limit: 50})
		if err != nil || len(records) == 0 {
			return swept, err
		}
		for _, record := range records {
			report, err := store.Decode[models.Report](record)
			if err != nil {
				return swept, err
			}
			for n := range report.File.Parts {
				part, err := s.Book.Store.Get(ctx, store.Files, partID(report.ID, n))
				if errors.Is(err, store.ErrNotFound) {
					continue
				}
				if err != nil {
					return swept, err
				}
				file, err := store.Decode[models.File](part)
				if err != nil {
					return swept, err
				}
				if err := s.Book.Commit(ctx, ledger.Remove(store.Files, part.Body, file, "report.part_removed")); err != nil {
					return swept, err
				}
			}
			report.State, report.File = models.ReportExpired, nil
			if err := s.Book.Commit(ctx, ledger.Change(store.Reports, record.Body, report, "report.expired", "")); err != nil {
				return swept, err
			}
			swept++
		}
	}
}
