package disposal

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/series"
	"quartermaster/services/store"
)

// NewLoss is what somebody reports.
type NewLoss struct {
	Tag       string           `json:"tag"`
	Kind      models.LossKind  `json:"kind"`
	On        models.Day       `json:"on"`
	Where     string           `json:"where"`
	What      string           `json:"what"` // happened
	Police    string           `json:"police,omitempty"`
	Condition models.Condition `json:"condition,omitempty"` // after damage
	// Papers come with the report: photos, the report to the police.
	Papers []register.Paper `json:"-"`
}

// Report enters a loss, theft or damage. What is lost or stolen is missing from then
// on, and nothing more is due of it; what is damaged keeps its place.
func (s *Service) Report(ctx context.Context, n NewLoss) (*models.Loss, error) {
	return enter(ctx, s, access.ReportLoss, func(caller *models.Person) (*models.Loss, []ledger.Entry, error) { return s.reported(ctx, caller, n) })
}

// enter numbers and keeps a new paper. When its number was taken, or the item changed
// in between, decide is asked again.
func enter[T any](ctx context.Context, s *Service, verb access.Verb, decide func(*models.Person) (T, []ledger.Entry, error)) (T, error) {
	var none T
	caller, err := access.Allow(ctx, verb)
	if err != nil {
		return none, err
	}
	return access.Anew(func() (T, error) {
		doc, entries, err := decide(caller)
		if err != nil {
			return none, err
		}
		return doc, s.Book.Commit(ctx, entries...)
	})
}

// reported decides a report: the loss, the item, its kit and its findings.
func (s *Service) reported(ctx context.Context, caller *models.Person, n NewLoss) (*models.Loss, []ledger.Entry, error) {
	record, err := s.Register.Asset(ctx, n.Tag)
	if err != nil {
		return nil, nil, err
	}
	a, err := store.Decode[models.Asset](record)
	if err != nil {
		return nil, nil, err
	}
	if err := reportable(a, n.Kind, s.Book.Today(), n.On); err != nil {
		return nil, nil, err
	}
	item, _, err := s.item(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	l := &models.Loss{Kind: n.Kind, State: models.LossReported, Item: item, Where: strings.TrimSpace(n.Where), On: n.On, What: strings.TrimSpace(n.What),
		Police: strings.TrimSpace(n.Police), Custodian: a.Custodian, Was: a.Status, Condition: n.Condition, ReportedBy: caller.Code, ReportedAt: models.At(s.Book.Now())}
	if err := s.held(ctx, l, record); err != nil {
		return nil, nil, err
	}
	if l.Kind != models.Damage && l.Condition != "" {
		return nil, nil, models.Refuse(models.Invalid, "condition", "belongs to damage; what is gone has none")
	}
	if l.Series, l.Serial, l.Number, err = s.number(ctx, store.Losses, "L", l.Unit); err != nil {
		return nil, nil, err
	}
	files, err := s.Register.Exhibit(caller, ledger.Subject(store.Losses, l.Number), &l.Files, n.Papers...)
	if err != nil {
		return nil, nil, err
	}
	if err := models.Validate(l); err != nil {
		return nil, nil, err
	}
	more, err := s.befallen(ctx, l, record, a)
	if err != nil {
		return nil, nil, err
	}
	return l, slices.Concat([]ledger.Entry{ledger.Add(store.Losses, l, "loss.reported", l.What)}, more, files), nil
}

func reportable(a *models.Asset, kind models.LossKind, today, on models.Day) error {
	switch {
	case !slices.Contains(models.LossKinds, kind):
		return models.Refuse(models.Invalid, "kind", "must be one of loss, theft, damage")
	case !on.Valid() || on == "":
		return models.Refuse(models.Invalid, "on", "is required: the day on which it happened, or was found out")
	case on > today:
		return models.Refuse(models.Invalid, "on", "is in the future")
	case a.Status == models.StruckOff:
		return models.Refuse(models.Conflict, "tag", "%s is struck off charge", a.Tag)
	case a.Loss != "":
		return models.Refuse(models.Conflict, "tag", "%s is reported already, see %s", a.Tag, a.Loss)
	case a.WriteOff != "":
		return models.Refuse(models.Conflict, "tag", "%s is proposed to be written off, see %s; have that declined or withdrawn first", a.Tag, a.WriteOff)
	case a.Status == models.InTransit:
		return models.Refuse(models.Conflict, "tag", "%s is on its way by voucher %s; have it refused there, then report it", a.Tag, a.Voucher)
	case a.Status == models.Missing && kind == models.Damage:
		return models.Refuse(models.Conflict, "kind", "%s is missing; nobody can say how it is", a.Tag)
	}
	return nil
}

// held puts down who had the item on the day it happened, as the book tells.
func (s *Service) held(ctx context.Context, l *models.Loss, record store.Record) error {
	l.HeldBy, l.HeldIn = l.Custodian, l.Unit
	end := s.Book.Begins(l.On.Plus(1))
	then, was, err := s.Book.AsOf(ctx, store.Assets, record, end)
	if err != nil || !was {
		return err // it was not on charge yet
	}
	a, err := store.Decode[models.Asset](then)
	if err != nil {
		return err
	}
	l.HeldBy, l.HeldIn = a.Custodian, a.Unit
	return nil
}

// befallen returns the changes of the item, of the kit that it is part of, and of
// its findings.
func (s *Service) befallen(ctx context.Context, l *models.Loss, record store.Record, a *models.Asset) ([]ledger.Entry, error) {
	a.Loss = l.Number
	kind := "asset.damaged"
	var more []ledger.Entry
	if l.Kind.Gone() {
		kind, a.Status = "asset.missing", models.Missing
		a.Plan(nil, s.Book.Today())
		kit, err := s.inKit(ctx, a, models.One, false)
		if err != nil {
			return nil, err
		}
		quiet, err := s.Flags.Closing(ctx, ledger.Subject(store.Assets, a.ID), models.Say("it is missing, see %v", l.Number), ofAssets...)
		if err != nil {
			return nil, err
		}
		more = append(kit, quiet...)
	} else if l.Condition != "" {
		a.Condition = l.Condition
	}
	flag, err := s.flagged(ctx, l)
	return slices.Concat([]ledger.Entry{ledger.Change(store.Assets, record.Body, a, kind, l.Number)}, more, flag), err
}

// ofAssets are the findings about an item that have no cause once it is missing or
// struck off.
var ofAssets = []models.FlagKind{models.Unaccounted, models.OverdueService, models.DueSoon, models.OverdueReturn, models.Expiring, models.Expired, models.WarrantyEnding}

// inKit notes on the kit that an item is part of how much of it is missing, and that
// it is part of it no more where it left; none when it is of no kit.
func (s *Service) inKit(ctx context.Context, part *models.Asset, missing models.Quantity, left bool) ([]ledger.Entry, error) {
	if part.Kit == "" {
		return nil, nil
	}
	record, kit, err := s.asset(ctx, part.Kit)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	kind := "asset.kit_incomplete"
	if missing == 0 {
		kind = "asset.kit_complete"
	}
	for i := range kit.Contents {
		if c := &kit.Contents[i]; c.Asset == part.ID {
			c.Missing = missing
			if left {
				c.Asset, c.Tag = "", "" // its place stays to be filled
			}
		}
	}
	return []ledger.Entry{ledger.Change(store.Assets, record.Body, kit, kind, part.Tag)}, nil
}

// number takes the next number of a unit's papers of this year.
func (s *Service) number(ctx context.Context, in *store.Collection, letter, unit string) (of string, serial int64, number string, err error) {
	of = series.Of(letter, unit, s.Book.Today())
	serial, err = series.Next(ctx, s.Book.Store, in, of)
	return of, serial, series.Number(of, serial), err
}
