package maintenance

import (
	"context"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// PutIn puts an item into the workshop; from then on it cannot be issued. version, if
// not 0, is the asset's that was read.
func (s *Service) PutIn(ctx context.Context, tag string, version int64, reason string) (*models.Asset, error) {
	c := register.Changing{Verb: access.Maintain, Tag: tag, Version: version, Kind: "asset.entered_workshop", Reason: reason}
	return s.Register.ChangeWith(ctx, c, func(caller *models.Person, a *models.Asset) ([]ledger.Entry, error) {
		return s.Entering(ctx, caller, a, reason)
	})
}

// Entering changes an item that goes into the workshop, for a Commit of the caller's
// that holds the item, and returns what else belongs in it.
func (s *Service) Entering(ctx context.Context, caller *models.Person, a *models.Asset, reason string) ([]ledger.Entry, error) {
	switch {
	case strings.TrimSpace(reason) == "":
		return nil, models.Refuse(models.Invalid, "reason", "is required: what is wrong with it, or what is to be done")
	case len(reason) > longestReason:
		return nil, models.Refuse(models.Invalid, "reason", "is longer than %d characters", longestReason)
	case a.Status == models.InWorkshop:
		return nil, models.Refuse(models.Conflict, "status", "%s is in the workshop already", a.Tag)
	case a.Status != models.InStore && a.Status != models.Issued:
		return nil, models.Refuse(models.Conflict, "status", "%s is %s and cannot be put into the workshop", a.Tag, a.Status.Words())
	}
	out := s.outage(a, s.Book.Today(), models.Unending, reason)
	a.Workshop = &models.Stay{Outage: out.ID, Since: out.From, Was: a.Status, Reason: reason}
	a.Status = models.InWorkshop
	seen, err := s.seen(ctx, caller, a, "", models.Say("it came into the workshop"))
	return append(seen, ledger.Add(store.Outages, out, "outage.began", reason)), err
}

const longestReason = 500

// Leave is how an item comes out of the workshop.
type Leave struct {
	Condition models.Condition `json:"condition,omitempty"`
	Note      string           `json:"note,omitempty"`
}

// TakeOut takes an item out of the workshop; it is again what it was before.
func (s *Service) TakeOut(ctx context.Context, tag string, version int64, l Leave) (*models.Asset, error) {
	c := register.Changing{Verb: access.Maintain, Tag: tag, Version: version, Kind: "asset.left_workshop", Reason: l.Note}
	return s.Register.ChangeWith(ctx, c, func(caller *models.Person, a *models.Asset) ([]ledger.Entry, error) {
		models.Set(&a.Condition, nonBlank(l.Condition))
		if err := models.Validate(a); err != nil {
			return nil, err
		}
		return s.Leaving(ctx, caller, a)
	})
}

func nonBlank(c models.Condition) *models.Condition {
	if c == "" {
		return nil
	}
	return &c
}

// Leaving changes an item that comes out of the workshop, for a Commit of the
// caller's that holds the item, without a service.
func (s *Service) Leaving(ctx context.Context, caller *models.Person, a *models.Asset) ([]ledger.Entry, error) {
	left, err := s.left(ctx, a, "")
	if err != nil {
		return nil, err
	}
	seen, err := s.seen(ctx, caller, a, "", models.Say("it left the workshop"))
	return append(left, seen...), err
}

// left ends an item's stay in the workshop. service, if any, is by which it was mended.
func (s *Service) left(ctx context.Context, a *models.Asset, service string) ([]ledger.Entry, error) {
	if a.Status != models.InWorkshop {
		return nil, models.Refuse(models.Conflict, "status", "%s is %s, not in the workshop", a.Tag, a.Status.Words())
	}
	stay := a.Workshop
	a.Workshop, a.Status = nil, models.InStore
	if stay == nil {
		return nil, nil // it came into the book as in the workshop
	}
	if stay.Was != "" {
		a.Status = stay.Was
	}
	record, err := s.Book.Store.Get(ctx, store.Outages, stay.Outage)
	if err != nil {
		return nil, err
	}
	out, err := store.Decode[models.Outage](record)
	if err != nil {
		return nil, err
	}
	out.Until, out.Service = max(s.Book.Today(), out.From), service
	return []ledger.Entry{ledger.Change(store.Outages, record.Body, out, "outage.ended", "")}, nil
}

// outages enters the time out of service that a record names, and ends the stay in
// the workshop.
func (s *Service) outages(ctx context.Context, a *models.Asset, done *models.Service, back bool) ([]ledger.Entry, error) {
	var entries []ledger.Entry
	if done.OutFrom != "" && a.Workshop == nil { // a stay is counted already
		out := s.outage(a, done.OutFrom, done.OutTo, "service")
		out.Service = done.ID
		entries = append(entries, ledger.Add(store.Outages, out, "outage.recorded", ""))
	}
	if !back {
		return entries, nil
	}
	left, err := s.left(ctx, a, done.ID)
	return append(entries, left...), err
}

func (s *Service) outage(a *models.Asset, from, until models.Day, reason string) *models.Outage {
	return &models.Outage{ID: s.newID(), Asset: a.ID, Tag: a.Tag, Category: a.Category, Unit: a.Unit, Path: a.Path,
		Donor: a.Donor, Grant: a.Grant, From: from, Until: until, Reason: reason}
}

// Fit refuses to issue an item whose category demands a calibration certificate
// while none is in force.
func (s *Service) Fit(ctx context.Context, a *models.Asset) error {
	category, err := s.Register.Category(ctx, a.Category)
	if err != nil || !category.Calibrated {
		return err
	}
	return a.Calibrated(s.Book.Today())
}
