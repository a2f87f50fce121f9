package stocktake

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Count is what an officer says of what they have before them.
type Count struct {
	Code string `json:"code"` // a tag, the text of a label, another tag, a lot or a serial number
	// At is when it was seen, when that is not now: a phone was out of reach, or it was on paper.
	At *models.Time `json:"at,omitempty"`
	// OnPaper says that it is entered from a count sheet; By is then who saw it.
	OnPaper    bool             `json:"on_paper,omitempty"`
	By         string           `json:"by,omitempty"`
	Condition  models.Condition `json:"condition,omitempty"`
	InUse      *bool            `json:"in_use,omitempty"`
	Needed     *bool            `json:"needed,omitempty"`
	Quantity   *models.Quantity `json:"quantity,omitempty"` // of a lot
	Unit       string           `json:"unit,omitempty"`     // that has the lot, where several do
	Location   string           `json:"location,omitempty"`
	Position   *models.Position `json:"position,omitempty"`
	Remark     string           `json:"remark,omitempty"`
	Photo      []byte           `json:"photo,omitempty"` // JPEG, PNG or WebP
	Unlabelled bool             `json:"unlabelled,omitempty"`
	// Absent says of an item that is counted a second time that it is not there.
	Absent bool `json:"absent,omitempty"`
}

// ahead is how far a phone's clock may be ahead of the server's, and how much a
// sighting may lie before the opening for the same reason.
const ahead = 5 * time.Minute

// Sight records that an officer of an open stocktake saw an item. Of two who see
// the same, the one is the sighting and the other is refused as a Conflict that
// says who saw it and when.
func (s *Service) Sight(ctx context.Context, number string, c Count) (*models.StocktakeLine, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	return access.Anew(func() (*models.StocktakeLine, error) {
		line, entries, err := s.sight(ctx, caller, number, c)
		if err != nil {
			return nil, err
		}
		return line, s.Book.Commit(ctx, entries...)
	})
}

func (s *Service) sight(ctx context.Context, caller *models.Person, number string, c Count) (*models.StocktakeLine, []ledger.Entry, error) {
	record, st, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, nil, err
	}
	if err := st.CanCount(); err != nil {
		return nil, nil, err
	}
	seen, err := s.sighting(ctx, caller, st, c)
	if err != nil {
		return nil, nil, err
	}
	t, err := s.what(ctx, st, c)
	if err != nil {
		return nil, nil, err
	}
	seen.Matched = t.matched
	line, before, err := s.lineFor(ctx, caller, st, t, c)
	if err != nil {
		return nil, nil, err
	}
	if err := s.ownCustody(st, line, t, seen); err != nil {
		return nil, nil, err
	}
	kind, err := s.place(ctx, line, seen)
	if err != nil {
		return nil, nil, err
	}
	entries := []ledger.Entry{ledger.Change(store.StocktakeLines, before, line, kind, seen.Remark)}
	if before == nil { // a line that the closing does not know of
		st.Extra++
		entries = append(entries, ledger.Change(store.Stocktakes, record.Body, st, "stocktake.more_seen", line.Code))
	}
	if len(c.Photo) > 0 {
		photo, err := s.Register.Photo(c.Photo)
		if err != nil {
			return nil, nil, err
		}
		photo.Subject, seen.Photo = ledger.Subject(store.StocktakeLines, line.ID), photo.ID
		entries = append(entries, ledger.Add(store.Files, photo, "file.added", ""))
	}
	more, err := s.lastSeen(ctx, caller, st, t, seen)
	return line, append(entries, more...), err
}

// sighting checks who says what, and when it was.
func (s *Service) sighting(ctx context.Context, caller *models.Person, st *models.Stocktake, c Count) (*models.Sighting, error) {
	if !slices.Contains(st.Officers, caller.Code) {
		return nil, models.Refuse(models.Forbidden, "", "only the counting officers of %s count in it", st.Number)
	}
	now := models.At(s.Book.Now())
	at := s.Book.When(ctx)
	if at.Before(st.OpenedAt.Time) {
		at = st.OpenedAt // by the clock of a phone, which was wrong
	}
	seen := &models.Sighting{By: cmp.Or(c.By, caller.Code), At: at, ReceivedAt: now, Device: ledger.AuthorOf(ctx).Device, OnPaper: c.OnPaper, Condition: c.Condition,
		InUse: c.InUse, Needed: c.Needed, Quantity: c.Quantity, Location: strings.TrimSpace(c.Location), Position: c.Position, Remark: strings.TrimSpace(c.Remark), Absent: c.Absent}
	if seen.By != caller.Code {
		if !c.OnPaper {
			return nil, models.Refuse(models.Invalid, "by", "only what was counted on paper is entered for somebody else")
		}
		person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, seen.By)
		if errors.Is(err, store.ErrNotFound) {
			return nil, models.Refuse(models.Invalid, "by", "there is no person %q", seen.By)
		}
		if err != nil {
			return nil, err
		}
		if person.Inactive {
			return nil, models.Refuse(models.Invalid, "by", "%s no longer serves", person.Name)
		}
		seen.EnteredBy = caller.Code
	}
	if c.At != nil {
		seen.At = *c.At
	}
	switch {
	case seen.At.After(now.Add(ahead)):
		return nil, models.Refuse(models.Invalid, "at", "%s lies ahead; set the clock of the phone", seen.At)
	case seen.At.Before(st.OpenedAt.Add(-ahead)):
		return nil, models.Refuse(models.Invalid, "at", "%s was before %s opened, on %s", seen.At, st.Number, st.OpenedAt)
	case seen.At.After(now.Time):
		seen.At = now
	}
	return seen, models.Validate(seen)
}

// lineFor returns the line of what was seen and the JSON that it was read as; a new
// one of what was not expected.
func (s *Service) lineFor(ctx context.Context, caller *models.Person, st *models.Stocktake, t *target, c Count) (*models.StocktakeLine, []byte, error) {
	line := &models.StocktakeLine{Stocktake: st.Number, State: models.LineUnknown, Code: t.code, Path: st.Path}
	switch {
	case t.asset != nil && (access.SeesPapers(caller, t.asset.Units(), t.asset.PaidBy())):
		line = lineOf(t.asset)
		line.Stocktake, line.State = st.Number, models.LineMisplaced
		line.Explained, line.ExplainedSaid = cameBy(st, t.asset).Kept()
	case t.asset != nil: // of a unit or donor that the caller has nothing to do with
		line.State, line.Asset, line.Code = models.LineMisplaced, t.asset.ID, t.asset.Tag
		line.Explained, line.ExplainedSaid = models.Say("on charge elsewhere").Kept()
	case t.lot != nil:
		unit, err := s.unitOf(ctx, st, t.lot.Code, c.Unit)
		if err != nil {
			return nil, nil, err
		}
		line.Item, line.Unit = t.lot.Item, unit
	}
	if err := quantities(t, c); err != nil {
		return nil, nil, err
	}
	line.ID = lineID(st, line)
	record, err := s.Book.Store.Get(ctx, store.StocktakeLines, line.ID)
	if errors.Is(err, store.ErrNotFound) {
		if t.lot != nil {
			return nil, nil, models.Refuse(models.Invalid, "code", "lot %s is not expected in %s", t.lot.Code, st.Number)
		}
		return line, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	line, err = store.Decode[models.StocktakeLine](record)
	return line, record.Body, err
}

func quantities(t *target, c Count) error {
	switch {
	case t.lot == nil && c.Quantity != nil:
		return models.Refuse(models.Invalid, "quantity", "belongs to a stock lot; an item is there or not")
	case t.lot != nil && c.Quantity == nil:
		return models.Refuse(models.Invalid, "quantity", "is required: how much of the lot is there")
	case t.lot != nil && *c.Quantity < 0:
		return models.Refuse(models.Invalid, "quantity", "is below zero")
	}
	return nil
}

// unitOf returns the unit whose balance of a lot is counted.
func (s *Service) unitOf(ctx context.Context, st *models.Stocktake, lot, given string) (string, error) {
	if given != "" {
		return given, nil
	}
	balances, err := store.Find[models.Balance](ctx, s.Book.Store, store.Query{In: store.Balances, By: "lot", Where: []store.Cond{store.Is("lot", lot)}})
	if err != nil {
		return "", err
	}
	var units []string
	for _, b := range balances {
		_, err := s.Book.Store.Get(ctx, store.StocktakeLines, st.Number+"/"+b.Key())
		if err == nil {
			units = append(units, b.Unit)
		} else if !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
	}
	if len(units) > 1 {
		return "", models.Refuse(models.Invalid, "unit", "is required: %s have some of this lot", strings.Join(units, ", "))
	}
	return strings.Join(units, ""), nil
}

// ownCustody refuses that somebody verifies what they are custodian of, unless the
// stocktake lets them; then it is noted.
func (s *Service) ownCustody(st *models.Stocktake, line *models.StocktakeLine, t *target, seen *models.Sighting) error {
	seen.OwnCustody = line.Custodian == seen.By || t.asset != nil && t.asset.Custodian == seen.By
	if seen.OwnCustody && !st.OwnCustody {
		return models.Refuse(models.Forbidden, "by", "nobody verifies what they are custodian of; have another officer count %s", line.Code)
	}
	return nil
}

// place puts the sighting on its line, or refuses because there is one.
func (s *Service) place(ctx context.Context, line *models.StocktakeLine, seen *models.Sighting) (kind string, err error) {
	second := line.RecountDue != "" && line.Sighting != nil
	if seen.Absent && !second {
		return "", models.Refuse(models.Invalid, "absent", "only an item that was counted before, and is counted again, can be found absent")
	}
	switch {
	case second && line.Sighting.By == seen.By:
		return "", models.Refuse(models.Forbidden, "by", "%s is counted again by somebody other than who counted it first", line.Code)
	case second:
		line.Recount.Second, line.RecountDue = seen, ""
		if seen.Absent && line.Line > 0 {
			line.State = models.LineOutstanding
		}
		return "line.recounted", nil
	case line.State == models.LineOutstanding:
		line.State = models.LineSighted
		if line.Sighting != nil { // seen, then found absent, now seen again: its history tells it all
			line.Recount = nil
		}
	case line.Sighting != nil:
		return "", s.already(ctx, line)
	}
	line.Sighting, line.RecountDue = seen, ""
	return "line.sighted", nil
}

// already tells who counted a line, and when.
func (s *Service) already(ctx context.Context, line *models.StocktakeLine) error {
	by := line.Sighting.By
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, by)
	switch {
	case err == nil:
		by = strings.TrimSpace(person.Rank + " " + person.Name)
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	return models.Refuse(models.Conflict, "code", "%s was counted already, by %s on %s", line.Code, by, s.Book.Here(line.Sighting.At).Format("2 January 2006 at 15:04:05 MST"))
}

// lastSeen notes the sighting on the asset and closes the flag of one that was
// unaccounted. An auditor's sighting counts, but their word on the condition stays
// with the stocktake.
func (s *Service) lastSeen(ctx context.Context, caller *models.Person, st *models.Stocktake, t *target, seen *models.Sighting) ([]ledger.Entry, error) {
	if t.asset == nil || seen.Absent || t.asset.Status == models.StruckOff {
		return nil, nil
	}
	a := t.asset
	again, err := s.Flags.Sighted(ctx, a, seen.At, seen.By, cmp.Or(seen.Location, st.Scope.Unit), models.Say("seen on %v in %v", s.Book.DayOf(seen.At), st.Number))
	if err != nil {
		return nil, err
	}
	if seen.Condition != "" && caller.Role != models.Auditor {
		a.Condition = seen.Condition
	}
	reason := st.Number
	if seen.Remark != "" {
		reason += ": " + seen.Remark
	}
	return append(again, ledger.Change(store.Assets, t.before, a, "asset.sighted", reason)), nil
}

// Photo returns the photo of a sighting.
func (s *Service) Photo(ctx context.Context, number, id string) (*models.File, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	if _, _, err := s.load(ctx, caller, number); err != nil {
		return nil, err
	}
	none := models.Refuse(models.NotFound, "photo", "there is no such photo in %s", number)
	file, err := store.Get[models.File](ctx, s.Book.Store, store.Files, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, none
	}
	if err != nil {
		return nil, err
	}
	subject, _ := strings.CutPrefix(file.Subject, ledger.Subject(store.StocktakeLines, ""))
	if _, err := s.lineSeen(ctx, caller, number, subject); models.KindOf(err) == models.NotFound {
		return nil, none
	} else if err != nil {
		return nil, err
	}
	return file, err
}
