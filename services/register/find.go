package register

import (
	"context"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Asset returns the asset with this tag or alias, as it is stored, within the
// caller's scope.
func (s *Service) Asset(ctx context.Context, tag string) (store.Record, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return store.Record{}, err
	}
	return s.find(ctx, caller, tag)
}

// find reads by tag or alias in one query, scope included: what is out of scope
// is not there. Only when nothing is found is the text looked at more closely.
func (s *Service) find(ctx context.Context, caller *models.Person, text string) (store.Record, error) {
	code := models.FoldCode(text)
	record, ok, err := s.byCode(ctx, caller, code)
	if ok || err != nil {
		return record, err
	}
	prefix, number, err := labels.ParseTag(text)
	if err != nil {
		return record, err
	}
	if tag := labels.FormatTag(prefix, number); tag != code {
		if record, ok, err = s.byCode(ctx, caller, tag); ok || err != nil {
			return record, err
		}
	}
	return record, models.Refuse(models.NotFound, "tag", "there is no asset %s", labels.FormatTag(prefix, number))
}

func (s *Service) byCode(ctx context.Context, caller *models.Person, code string) (store.Record, bool, error) {
	conds := append([]store.Cond{store.Is("codes", code)}, access.Assets(caller)...)
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Assets, By: "codes", Where: conds, Limit: 1})
	if err != nil || len(records) == 0 {
		return store.Record{}, false, err
	}
	return records[0], true, nil
}

// Found is what a scan leads to.
type Found struct {
	Asset   *models.Asset   `json:"asset,omitempty"`
	Actions []string        `json:"actions"` // what can be done with it now
	Matched string          `json:"matched"` // tag, alias or serial
	Several []*models.Asset `json:"several,omitempty"`
}

const mostSeveral = 20

// Scan finds the asset behind what a scanner or a person gives: a tag, the
// address on a label, an alias or a serial number. A serial number that several
// makes share gives them all in Several.
func (s *Service) Scan(ctx context.Context, text string) (*Found, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	code := labels.ParseScan(text)
	if code == "" {
		return nil, models.Refuse(models.Invalid, "code", "is required: a tag, the text of a label or a serial number")
	}
	if len(code) > 200 {
		return nil, models.Refuse(models.Invalid, "code", "is longer than 200 characters")
	}
	record, err := s.find(ctx, caller, code)
	if err == nil {
		asset, err := store.Decode[models.Asset](record)
		if err != nil {
			return nil, err
		}
		found := s.found(caller, asset, "alias")
		if prefix, number, err := labels.ParseTag(code); err == nil && labels.FormatTag(prefix, number) == asset.Tag {
			found.Matched = "tag"
		}
		return found, nil
	}
	if kind := models.KindOf(err); kind != models.NotFound && kind != models.Invalid {
		return nil, err
	}
	conds := append([]store.Cond{store.Starts("serials", models.FoldCode(code)+"\n")}, access.Assets(caller)...)
	assets, findErr := store.Find[models.Asset](ctx, s.Book.Store, store.Query{In: store.Assets, By: "serials", Where: conds, Limit: mostSeveral})
	switch {
	case findErr != nil:
		return nil, findErr
	case len(assets) == 1:
		return s.found(caller, assets[0], "serial"), nil
	case len(assets) > 1:
		return &Found{Matched: "serial", Several: assets, Actions: []string{}}, nil
	case labels.LooksLikeTag(code):
		return nil, err // a mistyped tag is told as such
	}
	return nil, models.Refuse(models.NotFound, "code", "nothing on charge has the tag or serial number %q", code)
}

// PhotoCodes reads the codes in a photo.
func (s *Service) PhotoCodes(ctx context.Context, photo []byte) ([]string, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, err
	}
	if len(photo) == 0 {
		return nil, models.Refuse(models.Invalid, "file", "is empty")
	}
	if err := CheckImage(photo); err != nil {
		return nil, err
	}
	return labels.ReadPhoto(photo)
}

// FrameCodes reads the codes in one picture of a camera that looks for them: none of
// most.
func (s *Service) FrameCodes(ctx context.Context, frame []byte) ([]string, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, err
	}
	if err := CheckImage(frame); err != nil {
		return nil, err
	}
	return labels.ReadFrame(frame)
}

// found says what the caller can do with the asset.
func (s *Service) found(caller *models.Person, a *models.Asset, matched string) *Found {
	return &Found{Asset: a, Matched: matched, Actions: Actions(caller, a)}
}

// Actions lists what the person can do with the asset now.
func Actions(p *models.Person, a *models.Asset) []string {
	actions := []string{}
	if access.May(p.Role, access.Move) {
		actions = append(actions, a.Actions()...)
	}
	return actions
}

// Events returns a page of an asset's history, newest first, and the cursor of
// the next.
func (s *Service) Events(ctx context.Context, tag, cursor string, limit int) (events []models.Event, next string, err error) {
	record, err := s.Asset(ctx, tag)
	if err != nil {
		return nil, "", err
	}
	return s.Book.Events(ctx, ledger.Subject(store.Assets, record.ID), cursor, limit)
}

// EventTexts returns a page of an asset's history as Events does, as the ledger keeps it.
func (s *Service) EventTexts(ctx context.Context, tag, cursor string, limit int) (*store.Page, error) {
	record, err := s.Asset(ctx, tag)
	if err != nil {
		return nil, err
	}
	return s.Book.Texts(ctx, ledger.Subject(store.Assets, record.ID), cursor, limit)
}

// History returns up to limit events of an asset in the caller's scope, newest
// first, below the event numbered before (0 for the newest).
func (s *Service) History(ctx context.Context, tag string, before int64, limit int) ([]models.Event, error) {
	record, err := s.Asset(ctx, tag)
	if err != nil {
		return nil, err
	}
	return s.Book.History(ctx, ledger.Subject(store.Assets, record.ID), before, limit)
}
