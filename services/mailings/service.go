// Package mailings e-mails reports to donors each month or quarter: one report of each
// period, however often it is tried and whatever stops in between.
package mailings

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/notices"
	"quartermaster/services/reports"
	"quartermaster/services/shares"
	"quartermaster/services/store"
)

// Service keeps the schedules and sends what is due.
type Service struct {
	Book    *ledger.Book
	Reports *reports.Service
	Notices *notices.Service
	Shares  *shares.Service
	// Largest is how large a file may be that goes with an e-mail, bytes; a larger one
	// is given as a link. 0 is 10 MB, which with its base64 most mail servers take.
	Largest int64
}

// NewSchedule is a report that is to be sent.
type NewSchedule struct {
	For      string       `json:"for"`
	To       []string     `json:"to"`
	Kind     string       `json:"kind"`
	Donor    string       `json:"donor,omitempty"`
	Grant    string       `json:"grant,omitempty"`
	Unit     string       `json:"unit,omitempty"`
	Format   string       `json:"format,omitempty"`   // pdf or xlsx; pdf when not given
	Language string       `json:"language,omitempty"` // of the report and the e-mail: en, ur, or en+ur for both; English when not given
	Every    models.Every `json:"every"`
	On       int          `json:"on,omitempty"` // day of the month, 1 to 28; the fifth when not given
}

// Edit names what to change of a schedule; what is nil stays.
type Edit struct {
	For      *string       `json:"for,omitempty"`
	To       *[]string     `json:"to,omitempty"`
	Format   *string       `json:"format,omitempty"`
	Language *string       `json:"language,omitempty"`
	Every    *models.Every `json:"every,omitempty"`
	On       *int          `json:"on,omitempty"`
	Off      *bool         `json:"off,omitempty"`
}

func (s *Service) newID() string {
	return ulid.MustNew(ulid.Timestamp(s.Book.Now()), rand.Reader).String()
}

// Add sets a schedule up.
func (s *Service) Add(ctx context.Context, n NewSchedule) (*models.ReportSchedule, error) {
	caller, err := access.Allow(ctx, access.Share)
	if err != nil {
		return nil, err
	}
	schedule := &models.ReportSchedule{ID: s.newID(), For: n.For, To: n.To, Kind: n.Kind, Donor: n.Donor, Grant: n.Grant, Unit: n.Unit,
		Format: n.Format, Language: n.Language, Every: n.Every, On: n.On, By: caller.Code, Scope: caller.Scope}
	if schedule.Format == "" {
		schedule.Format = "pdf"
	}
	if schedule.On == 0 {
		schedule.On = 5
	}
	if err := s.settle(ctx, schedule); err != nil {
		return nil, err
	}
	return schedule, s.Book.Commit(ctx, ledger.Add(store.ReportSchedules, schedule, "report_schedule.added", ""))
}

// settle checks a schedule and works out when it is due.
func (s *Service) settle(ctx context.Context, schedule *models.ReportSchedule) error {
	schedule.For = strings.TrimSpace(schedule.For)
	for i := range schedule.To {
		schedule.To[i] = strings.TrimSpace(schedule.To[i])
	}
	if err := models.Validate(schedule); err != nil {
		return err
	}
	if schedule.Donor == "" && schedule.Grant == "" {
		return models.Refuse(models.Invalid, "donor", "is required, or the grant: the report is of what it paid for")
	}
	kind, err := reports.Find(schedule.Kind)
	if err != nil {
		return models.Refuse(models.Invalid, "kind", "is not a report; there are %s", reports.Names())
	}
	asked := schedule.Asked(s.Book.Today(), kind.Period)
	for _, eyes := range []context.Context{ctx, access.As(ctx, schedule.Receiver(), "")} { // nobody sends more than they see
		if err := s.Reports.Check(eyes, schedule.Kind, asked); err != nil {
			return err
		}
	}
	schedule.Next = ""
	if !schedule.Off {
		schedule.Next = schedule.DueFrom(s.Book.Today())
	}
	return nil
}

// Change changes a schedule, or switches it off or on. version, if not 0, is the one that
// was read. What a period was sent for is not sent again.
func (s *Service) Change(ctx context.Context, id string, version int64, e Edit) (*models.ReportSchedule, error) {
	record, schedule, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := access.Current(version, schedule.Version); err != nil {
		return nil, err
	}
	models.Set(&schedule.For, e.For)
	models.Set(&schedule.To, e.To)
	models.Set(&schedule.Format, e.Format)
	models.Set(&schedule.Language, e.Language)
	models.Set(&schedule.Every, e.Every)
	models.Set(&schedule.On, e.On)
	models.Set(&schedule.Off, e.Off)
	schedule.To = slices.Clone(schedule.To)
	schedule.Trouble, schedule.TroubleSaid = "", nil
	if err := s.settle(ctx, schedule); err != nil {
		return nil, err
	}
	return schedule, access.Outrun(s.Book.Commit(ctx, ledger.Change(store.ReportSchedules, record.Body, schedule, "report_schedule.changed", "")))
}

// Schedule returns a schedule that the caller may see to: an administrator of the whole
// book every one, another their own.
func (s *Service) Schedule(ctx context.Context, id string) (*models.ReportSchedule, error) {
	_, schedule, err := s.load(ctx, id)
	return schedule, err
}

func (s *Service) load(ctx context.Context, id string) (store.Record, *models.ReportSchedule, error) {
	caller, err := access.Allow(ctx, access.Share)
	if err != nil {
		return store.Record{}, nil, err
	}
	unknown := models.Refuse(models.NotFound, "id", "there is no schedule %q", id)
	record, err := s.Book.Store.Get(ctx, store.ReportSchedules, id)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	schedule, err := store.Decode[models.ReportSchedule](record)
	if err == nil && schedule.By != caller.Code && !access.Everywhere(caller) {
		return store.Record{}, nil, unknown
	}
	return record, schedule, err
}

// List returns a page of the schedules that the caller may see to, newest first.
func (s *Service) List(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Share)
	if err != nil {
		return nil, err
	}
	q := store.Query{In: store.ReportSchedules, By: "by", Where: []store.Cond{store.Is("by", caller.Code)}, Desc: true}
	if access.Everywhere(caller) {
		q = store.Query{In: store.ReportSchedules, By: "id", Desc: true}
	}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// Events returns a page of a schedule's history, newest first: each sending above all.
func (s *Service) Events(ctx context.Context, id, cursor string, limit int) ([]models.Event, string, error) {
	schedule, err := s.Schedule(ctx, id)
	if err != nil {
		return nil, "", err
	}
	return s.Book.Events(ctx, ledger.Subject(store.ReportSchedules, schedule.ID), cursor, limit)
}
