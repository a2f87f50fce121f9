package disposal

import (
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Consenting is a donor's consent as it is recorded.
type Consenting struct {
	Document string           `json:"document"`
	On       models.Day       `json:"on"`
	Papers   []register.Paper `json:"-"`
}

// Consent records by which document the donor consents to the disposal.
func (s *Service) Consent(ctx context.Context, number string, version int64, given Consenting) (*models.WriteOff, error) {
	c := changing{access.Dispose, number, version, "write_off.consent", strings.TrimSpace(given.Document)}
	return s.changeWriteOff(ctx, c, func(caller *models.Person, w *models.WriteOff) ([]ledger.Entry, error) {
		if given.On > s.Book.Today() {
			return nil, models.Refuse(models.Invalid, "on", "is in the future")
		}
		if err := within(caller, &w.Item); err != nil {
			return nil, err
		}
		w.Consent = &models.Consent{Document: strings.TrimSpace(given.Document), On: given.On, By: caller.Code, At: models.At(s.Book.Now())}
		return s.Register.Exhibit(caller, ledger.Subject(store.WriteOffs, w.Number), &w.Files, given.Papers...)
	})
}

// Leaving is how an item leaves.
type Leaving struct {
	Method    models.Method    `json:"method"`
	On        models.Day       `json:"on,omitempty"`        // today when not given
	Recipient string           `json:"recipient,omitempty"` // who bought or was given it
	Proceeds  *models.Money    `json:"proceeds,omitempty"`
	Reference string           `json:"reference,omitempty"` // of the certificate or receipt
	Papers    []register.Paper `json:"-"`
}

// StrikeOff carries out an approved write-off: the item leaves the register, and
// nobody holds it any more. It stays in the book and is found as struck off.
func (s *Service) StrikeOff(ctx context.Context, number string, version int64, how Leaving) (*models.WriteOff, error) {
	c := changing{access.Dispose, number, version, "write_off.struck_off", string(how.Method)}
	if how.On == "" {
		how.On = s.Book.Today()
	}
	return s.changeWriteOff(ctx, c, func(caller *models.Person, w *models.WriteOff) ([]ledger.Entry, error) {
		if w.State != models.WriteOffApproved || w.Decision == nil {
			return nil, models.Refuse(models.Conflict, "state", "%s is %s; nothing is struck off charge before %s approves it", w.Number, w.State.Words(), w.Authority.Words())
		}
		if err := within(caller, &w.Item); err != nil {
			return nil, err
		}
		record, a, err := s.asset(ctx, w.Asset)
		if err != nil {
			return nil, err
		}
		files, err := s.Register.Exhibit(caller, ledger.Subject(store.WriteOffs, w.Number), &w.Files, how.Papers...)
		if err != nil {
			return nil, err
		}
		if err := s.demands(ctx, w, a); err != nil {
			return nil, err
		}
		if err := s.leaves(w, a, how); err != nil {
			return nil, err
		}
		more, err := s.strike(ctx, caller, w, record, a, how)
		return append(more, files...), err
	})
}

// leaves refuses an item that cannot leave now, or not in this way.
func (s *Service) leaves(w *models.WriteOff, a *models.Asset, how Leaving) error {
	switch {
	case !slices.Contains(models.Methods, how.Method):
		return models.Refuse(models.Invalid, "method", "must be one of destroyed, sold, donated, returned_to_donor, lost")
	case a.Status == models.Missing && how.Method != models.NothingLeft:
		return models.Refuse(models.Invalid, "method", "%s is missing: its method is lost; enter with %s that it was found before anything else is done with it", a.Tag, w.Loss)
	case a.Status != models.Missing && how.Method == models.NothingLeft:
		return models.Refuse(models.Invalid, "method", "%s is not missing", a.Tag)
	case a.Status != models.Missing && a.Status != models.InStore:
		return models.Refuse(models.Conflict, "status", "%s is %s; return it to store first", a.Tag, a.Status.Words())
	case w.Demands != "" && w.Consent == nil:
		return models.Refuse(models.Conflict, "consent", "the donor has not consented, and must: %s", w.Demanded())
	case how.On > s.Book.Today():
		return models.Refuse(models.Invalid, "on", "is in the future")
	case how.On < s.Book.DayOf(w.Decision.At):
		return models.Refuse(models.Invalid, "on", "is before the decision of %s", s.Book.DayOf(w.Decision.At))
	case how.Method == models.Destroyed && !w.Has(models.Destruction):
		return models.Refuse(models.Invalid, "file", "the certificate of destruction is to be attached")
	case how.Method == models.Sold && how.Proceeds == nil:
		return models.Refuse(models.Invalid, "proceeds", "is required: for how much it was sold")
	case how.Method != models.Sold && how.Proceeds != nil:
		return models.Refuse(models.Invalid, "proceeds", "belongs to a sale")
	case (how.Method == models.Sold || how.Method == models.Donated) && strings.TrimSpace(how.Recipient) == "":
		return models.Refuse(models.Invalid, "recipient", "is required: to whom it went")
	case how.Method == models.ReturnedToDonor && a.Donor == "":
		return models.Refuse(models.Invalid, "method", "nobody is recorded to have given %s", a.Tag)
	}
	if how.Proceeds != nil {
		return models.InField(models.Validate(*how.Proceeds), "proceeds")
	}
	return nil
}

// strike returns the changes by which the item leaves: its own, its kit's, those of
// its parts, its findings, its time out of service, and its loss.
func (s *Service) strike(ctx context.Context, caller *models.Person, w *models.WriteOff, record store.Record, a *models.Asset, how Leaving) ([]ledger.Entry, error) {
	d := &models.Disposal{WriteOff: w.Number, Method: how.Method, On: how.On, Recipient: strings.TrimSpace(how.Recipient), Proceeds: how.Proceeds, Reference: strings.TrimSpace(how.Reference),
		Authority: w.Decision.Authority, DecidedBy: w.Decision.By, By: caller.Code, At: models.At(s.Book.Now())}
	if how.Method == models.ReturnedToDonor {
		d.Recipient = a.Donor
	}
	if w.Consent != nil {
		d.Consent = w.Consent.Document
	}
	kit, err := s.inKit(ctx, a, models.One, true)
	if err != nil {
		return nil, err
	}
	parts, err := s.parts(ctx, a)
	if err != nil {
		return nil, err
	}
	out, err := s.outage(ctx, a)
	if err != nil {
		return nil, err
	}
	quiet, err := s.Flags.Closing(ctx, ledger.Subject(store.Assets, a.ID), models.Say("it was struck off charge by %v", w.Number), ofAssets...)
	if err != nil {
		return nil, err
	}
	loss, err := s.settled(ctx, w)
	if err != nil {
		return nil, err
	}
	a.StrikeOff(d)
	a.Plan(nil, s.Book.Today())
	w.State, w.Method, w.Struck = models.WriteOffDone, how.Method, d
	return slices.Concat([]ledger.Entry{ledger.Change(store.Assets, record.Body, a, "asset.struck_off", w.Number)}, kit, parts, out, quiet, loss), nil
}

// parts lets the tagged parts of a kit leave it: they stay on charge.
func (s *Service) parts(ctx context.Context, kit *models.Asset) ([]ledger.Entry, error) {
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Assets, By: "kit", Where: []store.Cond{store.Is("kit", kit.ID)}})
	if err != nil {
		return nil, err
	}
	var entries []ledger.Entry
	for _, record := range records {
		part, err := store.Decode[models.Asset](record)
		if err != nil {
			return nil, err
		}
		part.Kit = ""
		entries = append(entries, ledger.Change(store.Assets, record.Body, part, "asset.left_kit", kit.Tag))
	}
	return entries, nil
}

// outage ends the time out of service of what was in the workshop when it was lost.
func (s *Service) outage(ctx context.Context, a *models.Asset) ([]ledger.Entry, error) {
	if a.Workshop == nil || a.Workshop.Outage == "" {
		return nil, nil
	}
	record, err := s.Book.Store.Get(ctx, store.Outages, a.Workshop.Outage)
	if err != nil {
		return nil, err
	}
	out, err := store.Decode[models.Outage](record)
	if err != nil {
		return nil, err
	}
	out.Until = max(s.Book.Today(), out.From)
	return []ledger.Entry{ledger.Change(store.Outages, record.Body, out, "outage.ended", "")}, nil
}

// settled brings the loss that led to the write-off in line with that it is done.
func (s *Service) settled(ctx context.Context, w *models.WriteOff) ([]ledger.Entry, error) {
	if w.Loss == "" {
		return nil, nil
	}
	record, l, err := read[models.Loss](ctx, s, store.Losses, "loss", w.Loss)
	if err != nil {
		return nil, err
	}
	l.Settle(models.At(s.Book.Now()), true)
	flag, err := s.flagged(ctx, l)
	return append([]ledger.Entry{ledger.Change(store.Losses, record.Body, l, "loss.struck_off", w.Number)}, flag...), err
}
