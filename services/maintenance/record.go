package maintenance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// NewService is what was done to an item.
type NewService struct {
	On models.Day `json:"on,omitempty"` // "" is today
	// Schedules are those that the work fulfils, by ID or name; none for a repair.
	Schedules []string `json:"schedules,omitempty"`
	// Work is what was done. What the schedules' checklists name and it does not is
	// recorded as not done.
	Work        []models.Work       `json:"work,omitempty"`
	Note        string              `json:"note,omitempty"`
	By          string              `json:"by,omitempty"` // "" is whoever records it
	Readings    []NewReading        `json:"readings,omitempty"`
	Parts       []models.Part       `json:"parts,omitempty"`
	Labour      *models.Money       `json:"labour,omitempty"`
	Certificate *models.Certificate `json:"certificate,omitempty"`
	OutFrom     models.Day          `json:"out_from,omitempty"`
	OutTo       models.Day          `json:"out_to,omitempty"` // "" is the day of the service
	Condition   models.Condition    `json:"condition,omitempty"`
	// Back takes an item that is in the workshop out of it.
	Back bool `json:"back,omitempty"`
	// Job is the workshop's job that led to it.
	Job   string `json:"-"`
	Files []File `json:"-"`
}

// File is an invoice or a certificate.
type File struct {
	Name    string
	Content []byte
}

// Record enters a service in the record of an item. version, if not 0, is the
// asset's that was read.
func (s *Service) Record(ctx context.Context, tag string, version int64, n NewService) (*models.Service, error) {
	var done *models.Service
	c := register.Changing{Verb: access.Maintain, Tag: tag, Version: version, Kind: "asset.serviced", Reason: strings.Join(n.Schedules, ", ")}
	_, err := s.Register.ChangeWith(ctx, c, func(caller *models.Person, a *models.Asset) ([]ledger.Entry, error) {
		service, entries, err := s.Recording(ctx, caller, a, n)
		done = service
		if err == nil {
			ledger.Answer(ctx, done)
		}
		return entries, err
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// Recording changes the item by a service that was done to it, for a Commit of the
// caller's that holds the item, and returns the record and what else belongs in that
// Commit: the record itself, readings, files, the time out of service, and the flags
// that it closes.
func (s *Service) Recording(ctx context.Context, caller *models.Person, a *models.Asset, n NewService) (*models.Service, []ledger.Entry, error) {
	if a.Status == models.StruckOff {
		return nil, nil, models.Refuse(models.Conflict, "status", "%s is struck off charge", a.Tag)
	}
	done, err := s.compose(caller, a, n)
	if err != nil {
		return nil, nil, err
	}
	if err := s.fulfil(ctx, a, done, n); err != nil {
		return nil, nil, err
	}
	files, err := s.files(caller, done, n.Files)
	if err != nil {
		return nil, nil, err
	}
	if err := models.Validate(done); err != nil {
		return nil, nil, err
	}
	read, err := s.readAt(ctx, caller, a, done, n.Readings)
	if err != nil {
		return nil, nil, err
	}
	if err := s.noted(ctx, a, done); err != nil {
		return nil, nil, err
	}
	out, err := s.outages(ctx, a, done, n.Back)
	if err != nil {
		return nil, nil, err
	}
	seen, err := s.seen(ctx, caller, a, done.On, models.Say("serviced on %v", done.On))
	if err != nil {
		return nil, nil, err
	}
	closing, err := s.planned(ctx, a, models.Say("serviced on %v", done.On))
	if err != nil {
		return nil, nil, err
	}
	entries := append([]ledger.Entry{ledger.Add(store.Services, done, "service.recorded", done.Note)}, files...)
	return done, slices.Concat(entries, read, out, seen, closing), nil
}

// compose makes the record of what was given, and checks its days and amounts.
func (s *Service) compose(caller *models.Person, a *models.Asset, n NewService) (*models.Service, error) {
	on, err := s.happened(a, "on", n.On)
	if err != nil {
		return nil, err
	}
	done := &models.Service{
		ID: s.newID(), Asset: a.ID, Tag: a.Tag, Name: a.Name, Category: a.Category, Unit: a.Unit, Path: a.Path, Donor: a.Donor, Grant: a.Grant,
		On: on, Note: strings.TrimSpace(n.Note), By: strings.TrimSpace(n.By), Recorded: caller.Code, At: models.At(s.Book.Now()),
		Parts: n.Parts, Labour: n.Labour, OutFrom: n.OutFrom, OutTo: n.OutTo, Condition: n.Condition, Job: n.Job,
	}
	if done.By == "" {
		done.By = caller.Name
	}
	if n.Certificate != nil {
		certificate := *n.Certificate
		certificate.Service = done.ID
		if certificate.On == "" {
			certificate.On = on
		}
		if certificate.Expiry != "" && certificate.Expiry < certificate.On {
			return nil, models.Refuse(models.Invalid, "certificate.expiry", "%s is before the calibration, on %s", certificate.Expiry, certificate.On)
		}
		done.Certificate = &certificate
	}
	if done.OutTo != "" && done.OutFrom == "" {
		return nil, models.Refuse(models.Invalid, "out_from", "is required: since when it was out of service")
	}
	if done.OutFrom != "" {
		if done.OutFrom, err = s.happened(a, "out_from", done.OutFrom); err != nil {
			return nil, err
		}
		if done.OutTo == "" {
			done.OutTo = max(on, done.OutFrom)
		}
		if done.OutTo, err = s.happened(a, "out_to", done.OutTo); err != nil {
			return nil, err
		}
		if done.OutTo < done.OutFrom {
			return nil, models.Refuse(models.Invalid, "out_to", "is before it went out of service")
		}
	}
	return done, nil
}

// fulfil names the schedules that the service fulfils, and holds the work against
// their checklists.
func (s *Service) fulfil(ctx context.Context, a *models.Asset, done *models.Service, n NewService) error {
	schedules, err := s.Register.Schedules(ctx, a)
	if err != nil {
		return err
	}
	done.Work = slices.Clone(n.Work)
	for _, wanted := range n.Schedules {
		at := slices.IndexFunc(schedules, func(k *models.Schedule) bool { return k.ID == wanted || strings.EqualFold(k.Name, wanted) })
		if at < 0 {
			return models.Refuse(models.Invalid, "schedules", "%s has no schedule %q", a.Tag, wanted)
		}
		schedule := schedules[at]
		if slices.ContainsFunc(done.Schedules, func(o models.ServiceOf) bool { return o.ID == schedule.ID }) {
			continue
		}
		if schedule.Certificate && done.Certificate == nil {
			return models.Refuse(models.Invalid, "certificate", "is required: %s gives one; give its number and its last day", schedule.Name)
		}
		done.Schedules = append(done.Schedules, models.ServiceOf{ID: schedule.ID, Name: schedule.Name})
		for _, what := range schedule.Checklist {
			if !slices.ContainsFunc(done.Work, func(w models.Work) bool { return strings.EqualFold(w.What, what) }) {
				done.Work = append(done.Work, models.Work{What: what})
			}
		}
	}
	if len(done.Schedules)+len(done.Work) == 0 && done.Note == "" && done.Certificate == nil {
		return models.Refuse(models.Invalid, "note", "is required: say what was done, or which schedule it fulfils")
	}
	done.Cost = done.Total()
	return nil
}

func (s *Service) files(caller *models.Person, done *models.Service, given []File) ([]ledger.Entry, error) {
	var entries []ledger.Entry
	for _, f := range given {
		file, attachment, err := s.Register.NewFile(f.Name, f.Content)
		if err != nil {
			return nil, err
		}
		file.Subject, attachment.AddedBy = ledger.Subject(store.Services, done.ID), caller.Code
		done.Files = append(done.Files, attachment)
		entries = append(entries, ledger.Add(store.Files, file, "file.added", ""))
	}
	return entries, nil
}

// readAt takes the readings of the day of the service.
func (s *Service) readAt(ctx context.Context, caller *models.Person, a *models.Asset, done *models.Service, readings []NewReading) ([]ledger.Entry, error) {
	var entries []ledger.Entry
	for _, n := range readings {
		n.On = done.On
		more, r, err := s.read(ctx, caller, a, n, "service "+done.ID)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(done.Readings, func(o models.ServiceRead) bool { return o.Meter == r.Meter }) {
			return nil, models.Refuse(models.Invalid, "readings", "the %s is read twice", r.Meter)
		}
		done.Readings = append(done.Readings, models.ServiceRead{Meter: r.Meter, Unit: r.Unit, Value: r.Value})
		entries = append(entries, more...)
	}
	return entries, nil
}

// noted writes the service on the item: what it fulfils, what it cost, the
// certificate that it gave.
func (s *Service) noted(ctx context.Context, a *models.Asset, done *models.Service) error {
	care := models.Care{}
	if a.Care != nil {
		care = *a.Care
	}
	care.Done = slices.Clone(care.Done)
	care.Services++
	for _, m := range done.Cost {
		care.Spent = models.AddMoney(care.Spent, m)
	}
	for _, of := range done.Schedules {
		schedule, err := store.Get[models.Schedule](ctx, s.Book.Store, store.Schedules, of.ID)
		if err != nil {
			return fmt.Errorf("maintenance: schedule %s: %w", of.ID, err)
		}
		last := models.Done{Schedule: of.ID, On: done.On, Service: done.ID, Meter: schedule.Meter, Reading: readingOf(a, done, schedule.Meter)}
		at := slices.IndexFunc(care.Done, func(d models.Done) bool { return d.Schedule == of.ID })
		switch {
		case at < 0:
			care.Done = append(care.Done, last)
		case care.Done[at].On <= done.On: // an older service that is entered late changes nothing
			care.Done[at] = last
		}
	}
	if c := done.Certificate; c != nil && (care.Certificate == nil || care.Certificate.On <= c.On) {
		care.Certificate = c
	}
	if done.Condition != "" {
		a.Condition = done.Condition
	}
	a.Care = &care
	return nil
}

// seen notes that an item was seen by whoever worked on it or read its meter on a day.
func (s *Service) seen(ctx context.Context, caller *models.Person, a *models.Asset, on models.Day, outcome models.Text) ([]ledger.Entry, error) {
	at := models.At(s.Book.Now())
	if on != "" && on != s.Book.Today() {
		at = s.Book.Begins(on)
	}
	return s.Flags.Sighted(ctx, a, at, caller.Code, caller.Unit, outcome)
}

// readingOf is what a meter showed at the service: as it was read then, or else as it
// was read last.
func readingOf(a *models.Asset, done *models.Service, meter string) *models.Quantity {
	for _, r := range done.Readings {
		if r.Meter == meter && meter != "" {
			return &r.Value
		}
	}
	if state := a.MeterState(meter); state != nil {
		return &state.Value
	}
	return nil
}

// Services returns a page of an item's services, newest first.
func (s *Service) Services(ctx context.Context, tag, cursor string, limit int) (*store.Page, error) {
	a, err := s.asset(ctx, tag)
	if err != nil {
		return nil, err
	}
	q := store.Query{In: store.Services, By: "asset", Where: []store.Cond{store.Is("asset", a.ID)}, Desc: true}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// Service returns one service of an item.
func (s *Service) Service(ctx context.Context, tag, id string) (*models.Service, error) {
	a, err := s.asset(ctx, tag)
	if err != nil {
		return nil, err
	}
	done, err := store.Get[models.Service](ctx, s.Book.Store, store.Services, id)
	if err == nil && done.Asset != a.ID {
		err = store.ErrNotFound
	}
	return done, notFound(err, "service", id)
}

// File returns an invoice or certificate of a service, with its content.
func (s *Service) File(ctx context.Context, tag, service, id string) (*models.Attachment, []byte, error) {
	done, err := s.Service(ctx, tag, service)
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(done.Files, func(f models.Attachment) bool { return f.ID == id })
	if at < 0 {
		return nil, nil, models.Refuse(models.NotFound, "file", "there is no such file of this service")
	}
	file, err := store.Get[models.File](ctx, s.Book.Store, store.Files, id)
	if err != nil {
		return nil, nil, err
	}
	return &done.Files[at], file.Content, nil
}

// Attach adds an invoice or a certificate to a service.
func (s *Service) Attach(ctx context.Context, tag, id string, f File) (*models.Service, error) {
	caller, err := access.Allow(ctx, access.Maintain)
	if err != nil {
		return nil, err
	}
	if _, err := s.Service(ctx, tag, id); err != nil {
		return nil, err
	}
	record, err := s.Book.Store.Get(ctx, store.Services, id)
	if err != nil {
		return nil, err
	}
	done, err := store.Decode[models.Service](record)
	if err != nil {
		return nil, err
	}
	entries, err := s.files(caller, done, []File{f})
	if err != nil {
		return nil, err
	}
	if err := models.Validate(done); err != nil {
		return nil, err
	}
	change := ledger.Change(store.Services, record.Body, done, "service.file_added", f.Name)
	return done, access.Outrun(s.Book.Commit(ctx, append([]ledger.Entry{change}, entries...)...))
}
