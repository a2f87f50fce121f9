package visits

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Look is what a monitor says of one item.
type Look struct {
	Code      string              `json:"code"` // a tag, the text of a label, another tag or a serial number
	Outcome   models.VisitOutcome `json:"outcome"`
	Serial    string              `json:"serial,omitempty"` // as read on it, where it differs
	Condition models.Condition    `json:"condition,omitempty"`
	Use       models.EndUse       `json:"use,omitempty"`
	UsedFor   string              `json:"used_for,omitempty"`
	Needed    *bool               `json:"needed,omitempty"`
	Location  string              `json:"location,omitempty"`
	Remark    string              `json:"remark,omitempty"`
	Photo     []byte              `json:"photo,omitempty"` // JPEG, PNG or WebP
}

// See records how an item was found; a second time corrects the first. What is not on
// the list and was seen is added to it. An item that was there counts as last seen and
// its end use as verified today; an auditor's word on the condition stays with the
// visit.
func (s *Service) See(ctx context.Context, number string, l Look) (*models.VisitItem, error) {
	var item *models.VisitItem
	_, err := s.change(ctx, changing{number: number, kind: "visit.item_seen"}, func(caller *models.Person, v *models.Visit) ([]ledger.Entry, error) {
		if err := underway(v); err != nil {
			return nil, err
		}
		asset, a, err := s.find(ctx, l.Code)
		if err != nil {
			return nil, err
		}
		var before []byte
		if item, before, err = s.onList(ctx, v, a); err != nil {
			return nil, err
		}
		seen, entries, err := s.sighting(caller, item, l)
		if err != nil {
			return nil, err
		}
		if seen.Photo == "" && item.Seen != nil {
			seen.Photo = item.Seen.Photo
		}
		item.Seen = seen
		entries = append(entries, ledger.Change(store.VisitItems, before, item, "item."+string(seen.Outcome), seen.Remark))
		more, err := s.verified(ctx, caller, v, asset, a, seen)
		return append(entries, more...), err
	})
	return item, err
}

// sighting checks what is said of an item.
func (s *Service) sighting(caller *models.Person, item *models.VisitItem, l Look) (*models.VisitSighting, []ledger.Entry, error) {
	seen := &models.VisitSighting{Outcome: l.Outcome, Serial: strings.TrimSpace(l.Serial), Condition: l.Condition, Use: l.Use, UsedFor: strings.TrimSpace(l.UsedFor), Needed: l.Needed,
		Location: strings.TrimSpace(l.Location), Remark: strings.TrimSpace(l.Remark), By: caller.Code, At: models.At(s.Book.Now())}
	if err := models.Validate(seen); err != nil {
		return nil, nil, err
	}
	switch {
	case seen.Outcome == models.SerialDiffers && seen.Serial == "":
		return nil, nil, models.Refuse(models.Invalid, "serial", "is required: the serial number as it was read")
	case seen.Outcome == models.SerialDiffers && models.FoldCode(seen.Serial) == models.FoldCode(item.Serial):
		return nil, nil, models.Refuse(models.Invalid, "serial", "%s is the serial number in the book", seen.Serial)
	case seen.Outcome != models.SerialDiffers && seen.Serial != "":
		return nil, nil, models.Refuse(models.Invalid, "serial", "belongs to an item whose serial number differs")
	case !seen.Outcome.There() && (seen.Condition != "" || seen.Use != ""):
		return nil, nil, models.Refuse(models.Invalid, "outcome", "nobody can say how an item is that was not there")
	case seen.Outcome != models.ItemSeen && seen.Outcome != models.SerialDiffers && seen.Remark == "":
		return nil, nil, models.Refuse(models.Invalid, "remark", "is required: what is known about it")
	}
	if len(l.Photo) == 0 {
		return seen, nil, nil
	}
	photo, err := s.Register.Photo(l.Photo)
	if err != nil {
		return nil, nil, err
	}
	photo.Subject, seen.Photo = ledger.Subject(store.VisitItems, item.ID), photo.ID
	return seen, []ledger.Entry{ledger.Add(store.Files, photo, "file.added", "")}, nil
}

// onList returns the item of the visit, and the JSON that it was read as; a new one
// of what was not on the list.
func (s *Service) onList(ctx context.Context, v *models.Visit, a *models.Asset) (*models.VisitItem, []byte, error) {
	record, err := s.Book.Store.Get(ctx, store.VisitItems, v.Number+"/"+a.ID)
	if errors.Is(err, store.ErrNotFound) {
		item := itemOf(a)
		v.Extras++
		item.ID, item.Visit, item.Line, item.Extra = v.Number+"/"+a.ID, v.Number, v.Expected+v.Extras, true
		v.Within, v.Payers = sorted(append(v.Within, item.Path...)), sorted(append(v.Payers, item.PaidBy()...))
		return item, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	item, err := store.Decode[models.VisitItem](record)
	return item, record.Body, err
}

// verified notes on the asset that it was seen and how it is used, and closes the
// flag of one that was unaccounted.
func (s *Service) verified(ctx context.Context, caller *models.Person, v *models.Visit, record store.Record, a *models.Asset, seen *models.VisitSighting) ([]ledger.Entry, error) {
	if !seen.Outcome.There() || a.Status == models.StruckOff {
		return nil, nil
	}
	again, err := s.Flags.Sighted(ctx, a, seen.At, caller.Code, cmp.Or(seen.Location, a.Unit), models.Say("seen on %v on %v", s.Book.DayOf(seen.At), v.Number))
	if err != nil {
		return nil, err
	}
	use := seen.Use
	if seen.Outcome == models.ItemMisused {
		use = cmp.Or(use, "otherwise")
	}
	if use != "" {
		a.Use, a.UseVerifiedOn = use, s.Book.DayOf(seen.At)
	}
	if seen.Condition != "" && caller.Role != models.Auditor {
		a.Condition = seen.Condition
	}
	return append(again, ledger.Change(store.Assets, record.Body, a, "asset.visited", v.Number)), nil
}

// mostAlike is how many items one serial number is looked through for.
const mostAlike = 20

// find finds the item of a code or serial number among those that the caller sees.
func (s *Service) find(ctx context.Context, code string) (store.Record, *models.Asset, error) {
	text := labels.ParseScan(code)
	if strings.TrimSpace(text) == "" {
		return store.Record{}, nil, models.Refuse(models.Invalid, "code", "is required: a tag, the text of a label or a serial number")
	}
	record, err := s.Register.Asset(ctx, text)
	if models.KindOf(err) != "" { // no tag: perhaps a serial number
		found, err := s.bySerial(ctx, text)
		if err != nil {
			return store.Record{}, nil, err
		}
		record = *found
	} else if err != nil {
		return record, nil, err
	}
	a, err := store.Decode[models.Asset](record)
	return record, a, err
}

func (s *Service) bySerial(ctx context.Context, text string) (*store.Record, error) {
	caller, err := access.Caller(ctx)
	if err != nil {
		return nil, err
	}
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Assets, By: "serials", Where: append([]store.Cond{store.Starts("serials", models.FoldCode(text)+"\n")}, access.Assets(caller)...), Limit: mostAlike})
	switch {
	case err != nil:
		return nil, err
	case len(records) == 0:
		return nil, models.Refuse(models.Invalid, "code", "%q is no tag, and no serial number on charge that you see", text)
	case len(records) > 1:
		return nil, models.Refuse(models.Conflict, "code", "several items have the serial number %s; give the tag", text)
	}
	return &records[0], nil
}
