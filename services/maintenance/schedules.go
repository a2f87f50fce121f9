package maintenance

import (
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// NewSchedule says when items must be serviced: those of a category, or one item.
type NewSchedule struct {
	Name     string `json:"name"`
	Category string `json:"category,omitempty"` // "" is that of the item
	// Tag is of the one item that it is for; Instead the ID of the category's schedule
	// in whose place it stands there.
	Tag         string          `json:"tag,omitempty"`
	Instead     string          `json:"instead,omitempty"`
	Days        int             `json:"days,omitempty"`
	Months      int             `json:"months,omitempty"`
	Fixed       []string        `json:"fixed,omitempty"` // days of the year: 03-31
	Run         models.Quantity `json:"run,omitempty"`
	Meter       string          `json:"meter,omitempty"`
	Season      *models.Season  `json:"season,omitempty"`
	Tolerance   int             `json:"tolerance,omitempty"` // days
	From        models.Day      `json:"from,omitempty"`
	Checklist   []string        `json:"checklist,omitempty"`
	Certificate bool            `json:"certificate,omitempty"`
	Note        string          `json:"note,omitempty"`
}

// AddSchedule enters a schedule and works out the due days of its items. What a
// large category leaves to do, the job behind Replan does.
func (s *Service) AddSchedule(ctx context.Context, n NewSchedule) (*models.Schedule, error) {
	if _, err := access.Allow(ctx, access.Schedule); err != nil {
		return nil, err
	}
	schedule := &models.Schedule{
		ID: s.newID(), Name: strings.TrimSpace(n.Name), Category: n.Category, Instead: n.Instead, Days: n.Days, Months: n.Months, Fixed: n.Fixed,
		Run: n.Run, Meter: n.Meter, Season: n.Season, Tolerance: n.Tolerance, From: n.From, Checklist: n.Checklist, Certificate: n.Certificate,
		Note: n.Note, Unplanned: 1,
	}
	if n.Tag != "" {
		a, err := s.asset(ctx, n.Tag)
		if err != nil {
			return nil, err
		}
		schedule.Asset, schedule.Tag, schedule.Category = a.ID, a.Tag, a.Category
	}
	if err := s.checkSchedule(ctx, schedule); err != nil {
		return nil, err
	}
	if err := s.Book.Commit(ctx, ledger.Add(store.Schedules, schedule, "schedule.added", "")); err != nil {
		return nil, err
	}
	return s.plannedNow(ctx, schedule), nil
}

// checkSchedule checks a schedule, and that the caller may manage it.
func (s *Service) checkSchedule(ctx context.Context, schedule *models.Schedule) error {
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	if schedule.Asset == "" && !access.Everywhere(caller) {
		return models.Refuse(models.Forbidden, "category", "only an administrator of the whole book may change the schedules of a category")
	}
	if err := models.Validate(schedule); err != nil {
		return err
	}
	category, err := s.Register.Category(ctx, schedule.Category)
	if err != nil {
		return err
	}
	if err := schedule.Check(category); err != nil {
		return err
	}
	if schedule.Instead == "" {
		return nil
	}
	if schedule.Asset == "" {
		return models.Refuse(models.Invalid, "instead", "only the schedule of one item stands in for another")
	}
	other, err := store.Get[models.Schedule](ctx, s.Book.Store, store.Schedules, schedule.Instead)
	if err != nil || other.Category != schedule.Category || other.Asset != "" {
		return models.Refuse(models.Invalid, "instead", "%s has no schedule %q", category.Name, schedule.Instead).Because(err)
	}
	return nil
}

// ScheduleEdit names what to change of a schedule; what is nil stays. A season
// without days takes it away.
type ScheduleEdit struct {
	Name        *string          `json:"name,omitempty"`
	Days        *int             `json:"days,omitempty"`
	Months      *int             `json:"months,omitempty"`
	Fixed       *[]string        `json:"fixed,omitempty"`
	Run         *models.Quantity `json:"run,omitempty"`
	Meter       *string          `json:"meter,omitempty"`
	Season      *models.Season   `json:"season,omitempty"`
	Tolerance   *int             `json:"tolerance,omitempty"`
	From        *models.Day      `json:"from,omitempty"`
	Checklist   *[]string        `json:"checklist,omitempty"`
	Certificate *bool            `json:"certificate,omitempty"`
	Note        *string          `json:"note,omitempty"`
}

// ChangeSchedule changes a schedule and works out the due days of its items anew.
// version, if not 0, is the one that was read.
func (s *Service) ChangeSchedule(ctx context.Context, id string, version int64, e ScheduleEdit) (*models.Schedule, error) {
	return s.changeSchedule(ctx, id, version, "schedule.changed", "", func(k *models.Schedule) {
		models.Set(&k.Name, e.Name)
		models.Set(&k.Days, e.Days)
		models.Set(&k.Months, e.Months)
		models.Set(&k.Fixed, e.Fixed)
		models.Set(&k.Run, e.Run)
		models.Set(&k.Meter, e.Meter)
		models.Set(&k.Tolerance, e.Tolerance)
		models.Set(&k.From, e.From)
		models.Set(&k.Checklist, e.Checklist)
		models.Set(&k.Certificate, e.Certificate)
		models.Set(&k.Note, e.Note)
		if e.Season != nil {
			k.Season = e.Season
			if *e.Season == (models.Season{}) {
				k.Season = nil
			}
		}
	})
}

// EndSchedule ends a schedule: nothing is due under it any more. What was done stays
// on record.
func (s *Service) EndSchedule(ctx context.Context, id string, version int64, reason string) (*models.Schedule, error) {
	if strings.TrimSpace(reason) == "" {
		return nil, models.Refuse(models.Invalid, "reason", "is required: why it ends")
	}
	return s.changeSchedule(ctx, id, version, "schedule.ended", reason, func(k *models.Schedule) { k.EndedOn = s.Book.Today() })
}

func (s *Service) changeSchedule(ctx context.Context, id string, version int64, kind, reason string, change func(*models.Schedule)) (*models.Schedule, error) {
	if _, err := access.Allow(ctx, access.Schedule); err != nil {
		return nil, err
	}
	schedule, err := s.Schedule(ctx, id)
	if err != nil {
		return nil, err
	}
	record, err := s.Book.Store.Get(ctx, store.Schedules, id)
	if err != nil {
		return nil, err
	}
	if schedule, err = store.Decode[models.Schedule](record); err != nil {
		return nil, err
	}
	if err := access.Current(version, schedule.Version); err != nil {
		return nil, err
	}
	if schedule.EndedOn != "" {
		return nil, models.Refuse(models.Conflict, "ended_on", "%s ended on %s", schedule.Name, schedule.EndedOn)
	}
	change(schedule)
	schedule.Unplanned, schedule.Planned = 1, 0
	if err := s.checkSchedule(ctx, schedule); err != nil {
		return nil, err
	}
	if err := s.Book.Commit(ctx, ledger.Change(store.Schedules, record.Body, schedule, kind, reason)); err != nil {
		return nil, access.Outrun(err)
	}
	return s.plannedNow(ctx, schedule), nil
}

// Schedule returns one schedule. That of one item is seen by who sees the item.
func (s *Service) Schedule(ctx context.Context, id string) (*models.Schedule, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, err
	}
	schedule, err := store.Get[models.Schedule](ctx, s.Book.Store, store.Schedules, id)
	if err != nil {
		return nil, notFound(err, "schedule", id)
	}
	if schedule.Asset != "" {
		if _, err := s.asset(ctx, schedule.Tag); err != nil {
			return nil, models.Refuse(models.NotFound, "id", "there is no schedule %s", id).Because(err)
		}
	}
	return schedule, nil
}

// ScheduleFilter says which schedules a list shows: those in force of every category,
// of one, or all by which one item is serviced.
type ScheduleFilter struct{ Category, Tag string }

// Schedules returns a page of schedules.
func (s *Service) Schedules(ctx context.Context, f ScheduleFilter, cursor string, limit int) ([]*models.Schedule, string, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, "", err
	}
	if f.Tag != "" {
		a, err := s.asset(ctx, f.Tag)
		if err != nil {
			return nil, "", err
		}
		list, err := s.Register.Schedules(ctx, a)
		return slices.DeleteFunc(list, func(k *models.Schedule) bool {
			return slices.ContainsFunc(list, func(own *models.Schedule) bool { return own.Instead == k.ID })
		}), "", err
	}
	lead := store.Starts("covers", "category ")
	if f.Category != "" {
		lead = store.Is("covers", "category "+f.Category)
	}
	q := store.Query{In: store.Schedules, By: "covers", Where: []store.Cond{lead}}
	page, err := q.Page(ctx, s.Book.Store, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	list := make([]*models.Schedule, len(page.Records))
	for i, record := range page.Records {
		if list[i], err = store.Decode[models.Schedule](record); err != nil {
			return nil, "", err
		}
	}
	return list, page.Next, nil
}
