package custody

import (
	"context"
	"slices"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// held is an asset and the JSON that it was read as.
type held struct {
	*models.Asset
	before []byte
}

func (h *held) changed(kind, reason string) ledger.Entry {
	return ledger.Change(store.Assets, h.before, h.Asset, kind, reason)
}

// tagsAtOnce is how many tags one query asks for.
const tagsAtOnce = 200

// assets reads what has one of the tags, by each of its codes, in one query for
// many of them. scope narrows what is seen.
func (s *Service) assets(ctx context.Context, scope []store.Cond, tags []string) (map[string]*held, error) {
	codes := make([]string, 0, len(tags))
	spelt := map[string]string{} // as it was given, to the tag as it is written
	for _, tag := range tags {
		code := models.FoldCode(tag)
		if prefix, number, err := labels.ParseTag(tag); err == nil {
			if written := labels.FormatTag(prefix, number); written != code {
				spelt[code] = written
				codes = append(codes, written)
			}
		}
		codes = append(codes, code)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	found := map[string]*held{}
	for some := range slices.Chunk(codes, tagsAtOnce) {
		records, err := s.Book.Store.Find(ctx, store.Query{In: store.Assets, By: "codes", Where: append([]store.Cond{store.In("codes", some)}, scope...)})
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			asset, err := store.Decode[models.Asset](record)
			if err != nil {
				return nil, err
			}
			for _, code := range asset.Codes() {
				found[code] = &held{asset, record.Body}
			}
		}
	}
	for given, written := range spelt {
		if found[given] == nil && found[written] != nil {
			found[given] = found[written]
		}
	}
	return found, nil
}

// onVoucher reads the assets of a voucher's lines, by ID.
func (s *Service) onVoucher(ctx context.Context, scope []store.Cond, v *models.Voucher) (map[string]*held, error) {
	var tags []string
	for _, line := range v.Lines {
		if line.Asset != "" {
			tags = append(tags, line.Tag)
		}
	}
	byCode, err := s.assets(ctx, scope, tags)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*held, len(byCode))
	for _, h := range byCode {
		byID[h.ID] = h
	}
	return byID, nil
}
