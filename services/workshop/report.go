package workshop

import (
	"context"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/series"
	"quartermaster/services/store"
)

// NewDefect is what somebody in the field reports of an item.
type NewDefect struct {
	What string `json:"what"`
	// Unusable says that the item cannot be used as it is.
	Unusable bool    `json:"unusable,omitempty"`
	Photos   []Photo `json:"-"`
}

// Photo is a picture as it is sent.
type Photo struct {
	Name    string
	Content []byte
}

// Report opens a job for an item in the caller's scope.
func (s *Service) Report(ctx context.Context, tag string, n NewDefect) (*models.Repair, error) {
	caller, err := access.Allow(ctx, access.ReportDefects)
	if err != nil {
		return nil, err
	}
	job := &models.Repair{State: models.RepairReported, What: strings.TrimSpace(n.What), Unusable: n.Unusable, ReportedBy: caller.Code, ReportedAt: models.At(s.Book.Now())}
	files, err := s.photos(caller, job, n.Photos)
	if err != nil {
		return nil, err
	}
	return job, s.Open(ctx, tag, job, func() ([]ledger.Entry, error) { return kept(job, files), nil })
}

// Open numbers a job for an item in the caller's scope and commits it with what comes
// along, which is asked for anew at each attempt. An item that cannot be used is
// unserviceable from then on, so that nobody issues it.
func (s *Service) Open(ctx context.Context, tag string, job *models.Repair, along func() ([]ledger.Entry, error)) error {
	_, a, err := s.item(ctx, tag)
	if err != nil {
		return err
	}
	job.Series = series.Of("W", a.Unit, s.Book.Today())
	return s.numbers.Keep(ctx, s.Book.Store, store.Repairs, job.Series, func(serial int64) error {
		job.Serial, job.Number = serial, series.Number(job.Series, serial)
		entries, err := s.opening(ctx, tag, job)
		if err != nil {
			return err
		}
		more, err := along()
		if err != nil {
			return err
		}
		ledger.Answer(ctx, job)
		return s.Book.Commit(ctx, append(entries, more...)...)
	})
}

// opening puts on a job what it is about, and returns its entry and that of an item
// which cannot be used.
func (s *Service) opening(ctx context.Context, tag string, job *models.Repair) ([]ledger.Entry, error) {
	record, a, err := s.item(ctx, tag)
	if err != nil {
		return nil, err
	}
	if a.Status == models.StruckOff {
		return nil, models.Refuse(models.Conflict, "status", "%s is struck off charge", a.Tag)
	}
	job.Asset, job.Tag, job.Name, job.Category, job.Unit, job.Path, job.Donor, job.Grant = a.ID, a.Tag, a.Name, a.Category, a.Unit, a.Units(), a.Donor, a.Grant
	entries := []ledger.Entry{ledger.Add(store.Repairs, job, "repair.reported", "")}
	if job.Disable(a) {
		entries = append(entries, ledger.Change(store.Assets, record.Body, a, "asset.unserviceable", job.Number))
	}
	return entries, models.Validate(job)
}

func (s *Service) item(ctx context.Context, tag string) (store.Record, *models.Asset, error) {
	record, err := s.Register.Asset(ctx, tag)
	if err != nil {
		return record, nil, err
	}
	a, err := store.Decode[models.Asset](record)
	return record, a, err
}

// photos makes files of pictures and notes them on a job.
func (s *Service) photos(caller *models.Person, job *models.Repair, photos []Photo) ([]*models.File, error) {
	var files []*models.File
	for _, p := range photos {
		file, attachment, err := s.Register.NewFile(p.Name, p.Content)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(attachment.Type, "image/") {
			return nil, models.Refuse(models.Unsupported, "file", "is not a photo; JPEG, PNG and WebP are taken")
		}
		attachment.AddedBy = caller.Code
		job.Photos = append(job.Photos, attachment)
		files = append(files, file)
	}
	return files, nil
}

// kept returns the entries that keep the files of a job.
func kept(job *models.Repair, files []*models.File) []ledger.Entry {
	entries := make([]ledger.Entry, len(files))
	for i, file := range files {
		file.Subject = ledger.Subject(store.Repairs, job.Number)
		entries[i] = ledger.Add(store.Files, file, "file.added", "")
	}
	return entries
}
