package stocktake

import (
	"context"
	"errors"
	"strings"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// target is what a code that was counted stands for.
type target struct {
	code    string
	asset   *models.Asset // nil for a lot and for an unknown label
	before  []byte        // the JSON that asset was read as
	lot     *models.Lot
	matched string
}

// what finds what a scanner or a person gave: a tag, the text of a label, another
// tag, a lot or a serial number. Items are looked for on the whole book, since
// whoever counts holds them in their hands.
func (s *Service) what(ctx context.Context, st *models.Stocktake, c Count) (*target, error) {
	code := models.FoldCode(labels.ParseScan(c.Code))
	switch {
	case code == "":
		return nil, models.Refuse(models.Invalid, "code", "is required: a tag, the text of a label or a serial number")
	case len(code) > longestCode:
		return nil, models.Refuse(models.Invalid, "code", "is longer than %d characters", longestCode)
	case strings.HasPrefix(code, stock.LotPrefix+"-"):
		lot, err := store.Get[models.Lot](ctx, s.Book.Store, store.Lots, code)
		if err == nil {
			return &target{code: code, lot: lot, matched: "lot"}, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	prefix, number, wrong := labels.ParseTag(code)
	tag := code
	if wrong == nil {
		tag = labels.FormatTag(prefix, number)
	}
	for _, text := range []string{tag, code} {
		t, err := s.coded(ctx, text)
		if err != nil {
			return nil, err
		}
		if t != nil {
			if t.matched = "alias"; t.asset.Tag == tag {
				t.matched = "tag"
			}
			return t, nil
		}
	}
	t, err := s.bySerial(ctx, st, code)
	switch {
	case err != nil || t != nil:
		return t, err
	case wrong == nil, c.Unlabelled:
		return &target{code: tag, matched: "none"}, nil
	case labels.LooksLikeTag(code):
		return nil, models.Refuse(models.Invalid, "code", "%s", wrong.(*models.Error).Message)
	}
	return nil, models.Refuse(models.Invalid, "code", "%q is no tag, and no serial number on charge; say that it is unlabelled to note an item that the book does not know", code)
}

const longestCode = 200

func (s *Service) coded(ctx context.Context, code string) (*target, error) {
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Assets, By: "codes", Where: []store.Cond{store.Is("codes", code)}, Limit: 1})
	if err != nil || len(records) == 0 {
		return nil, err
	}
	return found(code, records[0])
}

func found(code string, r store.Record) (*target, error) {
	a, err := store.Decode[models.Asset](r)
	if err != nil {
		return nil, err
	}
	return &target{code: code, asset: a, before: r.Body}, nil
}

// mostAlike is how many items one serial number is looked through for.
const mostAlike = 20

// bySerial finds the item with a serial number: the one that is expected, where
// several makes share it.
func (s *Service) bySerial(ctx context.Context, st *models.Stocktake, code string) (*target, error) {
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Assets, By: "serials", Where: []store.Cond{store.Starts("serials", code+"\n")}, Limit: mostAlike})
	if err != nil || len(records) == 0 {
		return nil, err
	}
	if len(records) == 1 {
		t, err := found(code, records[0])
		if err == nil {
			t.matched = "serial"
		}
		return t, err
	}
	var expected *target
	var tags []string
	for _, r := range records {
		t, err := found(code, r)
		if err != nil {
			return nil, err
		}
		t.matched = "serial"
		_, err = s.Book.Store.Get(ctx, store.StocktakeLines, st.Number+"/"+t.asset.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		expected = t
		tags = append(tags, " "+t.asset.Tag)
	}
	if len(tags) == 1 {
		return expected, nil
	}
	return nil, models.Refuse(models.Conflict, "code", "several items have the serial number %s; give the tag%s", code, strings.Join(tags, " or"))
}
