package custody

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

const mostLines = 1000

// each is the unit of measure of assets.
var each = models.Say("each").Format

// fill puts on the voucher what was asked for: each asset with what stands on it
// now, a kit with all its parts, an item as the lots that expire soonest. It tells
// every line that cannot be there.
func (s *Service) fill(ctx context.Context, caller *models.Person, v *models.Voucher, asked []NewLine) error {
	if len(asked) == 0 && v.Kind == models.TakingOver {
		return s.fillWithHoldings(ctx, caller, v)
	}
	switch {
	case len(asked) == 0:
		return models.Refuse(models.Invalid, "lines", "a voucher needs at least one line")
	case len(asked) > mostLines:
		return models.Refuse(models.Invalid, "lines", "are more than %d; make a second voucher", mostLines)
	}
	found, err := s.assets(ctx, access.Assets(caller), tagsOf(asked))
	if err != nil {
		return err
	}
	f := &filling{s: s, v: v, found: found}
	v.Lines = nil
	for i, line := range asked {
		f.at = i + 1
		if err := f.add(ctx, line); err != nil {
			return err
		}
	}
	if err := f.parts(ctx); err != nil {
		return err
	}
	return models.Wrong(f.wrong)
}

// fillWithHoldings puts on the voucher all that the sender has in custody.
func (s *Service) fillWithHoldings(ctx context.Context, caller *models.Person, v *models.Voucher) error {
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Assets, By: "custodian",
		Where: append([]store.Cond{store.Is("custodian", v.Sender)}, access.Assets(caller)...), Limit: mostLines + 1})
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return models.Refuse(models.Conflict, "sender", "%s holds nothing", v.Sender)
	}
	if len(records) > mostLines {
		return models.Refuse(models.Invalid, "lines", "are more than %d; name them, on more than one voucher", mostLines)
	}
	f := &filling{s: s, v: v}
	v.Lines = nil
	for _, record := range records {
		asset, err := store.Decode[models.Asset](record)
		if err != nil {
			return err
		}
		f.put(asset)
	}
	return f.parts(ctx)
}

func tagsOf(asked []NewLine) []string {
	var tags []string
	for _, line := range asked {
		if line.Tag != "" {
			tags = append(tags, line.Tag)
		}
	}
	return tags
}

// filling is a voucher that is being filled.
type filling struct {
	s     *Service
	v     *models.Voucher
	found map[string]*held // by folded tag
	at    int              // the line that was asked for
	wrong []models.Detail
	kits  []*models.Asset
}

func (f *filling) refuse(field, format string, args ...any) {
	e := models.Refuse(models.Invalid, field, format, args...)
	f.wrong = append(f.wrong, e.About(f.at, "lines"))
}

// note keeps a refusal as one line's; any other error ends the filling.
func (f *filling) note(err error) error {
	var refused *models.Error
	if errors.As(err, &refused) {
		f.wrong = append(f.wrong, ofLine(f.at, refused))
		return nil
	}
	return err
}

// ofLine tells a refusal of something on a line as one of that line.
func ofLine(line int, refused *models.Error) models.Detail {
	if strings.HasPrefix(refused.Message, "is ") || strings.HasPrefix(refused.Message, "must ") { // it is told of the field
		return models.Matter(line, "lines", "the %s %s", refused.Field, refused.Text())
	}
	return refused.About(line, "lines")
}

func (f *filling) add(ctx context.Context, n NewLine) error {
	named := 0
	for _, text := range []string{n.Tag, n.Lot, n.Item} {
		if text != "" {
			named++
		}
	}
	if named != 1 {
		f.refuse("lines", "name a tag, or a lot or stock item with a quantity")
		return nil
	}
	switch {
	case n.Tag != "":
		f.asset(n)
		return nil
	case n.Lot != "":
		lot, err := f.s.Stock.OneLot(ctx, n.Lot)
		if err != nil {
			return f.note(err)
		}
		item, err := f.s.Stock.Item(ctx, "item", lot.Item)
		if err != nil {
			return f.note(err)
		}
		return f.lot(item, lot.Lot, n.Quantity)
	}
	item, err := f.s.Stock.Item(ctx, "item", n.Item)
	if err != nil {
		return f.note(err)
	}
	if err := item.CheckQuantity("quantity", n.Quantity); err != nil {
		return f.note(err)
	}
	picked, err := f.s.Stock.Pick(ctx, item, f.store(), n.Quantity)
	if err != nil {
		return f.note(err)
	}
	for _, p := range picked {
		if err := f.lot(item, p.Lot, p.Quantity); err != nil {
			return err
		}
	}
	return nil
}

// store is the unit whose stock the voucher takes from.
func (f *filling) store() string {
	if f.v.Kind == models.HandoverVoucher {
		return f.v.To
	}
	return f.v.From
}

func (f *filling) asset(n NewLine) {
	asset := f.found[models.FoldCode(n.Tag)]
	switch {
	case asset == nil:
		if _, _, err := labels.ParseTag(n.Tag); err != nil && labels.LooksLikeTag(n.Tag) {
			_ = f.note(err)
			return
		}
		f.refuse("tag", "there is no asset %s", n.Tag)
	case n.Quantity != 0 && n.Quantity != models.One:
		f.refuse("quantity", "%s is one item; leave its quantity out", n.Tag)
	case slices.ContainsFunc(f.v.Lines, func(l models.Line) bool { return l.Asset == asset.ID }):
		f.refuse("tag", "%s is on the voucher twice", asset.Tag)
	default:
		f.put(asset.Asset)
	}
}

func (f *filling) put(a *models.Asset) {
	f.v.Lines = append(f.v.Lines, assetLine(len(f.v.Lines)+1, a))
	if a.IsKit() {
		f.kits = append(f.kits, a)
	}
}

func assetLine(n int, a *models.Asset) models.Line {
	return models.Line{Line: n, Asset: a.ID, Tag: a.Tag, Quantity: models.One, Measure: each, Name: a.Name, Category: a.Category, Number: a.Serial,
		Donor: a.Donor, Grant: a.Grant, Cost: a.Cost, Condition: a.Condition}
}

func (f *filling) lot(item *models.StockItem, lot *models.Lot, quantity models.Quantity) error {
	if err := item.CheckQuantity("quantity", quantity); err != nil {
		return f.note(err)
	}
	switch {
	case slices.ContainsFunc(f.v.Lines, func(l models.Line) bool { return l.Lot == lot.Code }):
		f.refuse("lot", "%s is on the voucher twice", lot.Code)
	case f.v.Kind == models.TakingOver || f.v.From == f.v.To:
		f.refuse("lot", "%s is stock of the unit and stays with it; record what a person uses of it instead", lot.Code)
	case f.v.Kind == models.LoanVoucher:
		f.refuse("lot", "%s is stock, which is used up and does not come back; transfer it instead", lot.Code)
	case f.v.Kind == models.HandoverVoucher && lot.Donor != f.v.From:
		f.refuse("lot", "%s was not given by %s", lot.Code, f.v.From)
	default:
		f.v.Lines = append(f.v.Lines, models.Line{Line: len(f.v.Lines) + 1, Lot: lot.Code, Quantity: quantity, Measure: item.Measure, Name: item.Name,
			Category: item.Category, Item: item.Code, Number: lot.Number, Expiry: lot.Expiry, Donor: lot.Donor, Grant: lot.Grant, Cost: lot.Cost})
	}
	return nil
}

// parts adds what the kits on the voucher are made of, behind all other lines.
func (f *filling) parts(ctx context.Context) error {
	for _, kit := range f.kits {
		var tags []string
		for _, c := range kit.Contents {
			if c.Asset != "" && c.Missing == 0 {
				tags = append(tags, c.Tag)
			}
		}
		found, err := f.s.assets(ctx, nil, tags)
		if err != nil {
			return err
		}
		for _, c := range kit.Contents {
			there := c.Quantity - c.Missing
			line := models.Line{Line: len(f.v.Lines) + 1, Name: c.Name, Quantity: there, Measure: c.Measure, PartOf: kit.Tag}
			if part := found[models.FoldCode(c.Tag)]; c.Asset != "" && part != nil {
				line = assetLine(line.Line, part.Asset)
				line.PartOf = kit.Tag
			}
			at := slices.IndexFunc(f.v.Lines, func(l models.Line) bool { return line.Asset != "" && l.Asset == line.Asset })
			switch {
			case there <= 0:
			case at >= 0:
				f.v.Lines[at].PartOf = kit.Tag
			default:
				f.v.Lines = append(f.v.Lines, line)
			}
		}
	}
	return nil
}
