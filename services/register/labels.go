package register

import (
	"context"
	"errors"
	"io"
	"time"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Label returns what the label of an asset in the caller's scope says.
func (s *Service) Label(ctx context.Context, tag string) (labels.Label, error) {
	record, err := s.Asset(ctx, tag)
	if err != nil {
		return labels.Label{}, err
	}
	asset, err := store.Decode[models.Asset](record)
	if err != nil {
		return labels.Label{}, err
	}
	return s.labelOf(ctx, asset, map[string]string{})
}

// labelOf looks the donor's mark up once for all labels of a sheet.
func (s *Service) labelOf(ctx context.Context, a *models.Asset, marks map[string]string) (labels.Label, error) {
	if _, known := marks[a.Donor]; !known && a.Donor != "" {
		donor, err := store.Get[models.Donor](ctx, s.Book.Store, store.Donors, a.Donor)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return labels.Label{}, err
		}
		marks[a.Donor] = a.Donor
		if err == nil && donor.Mark != "" {
			marks[a.Donor] = donor.Mark
		}
	}
	return labels.Label{Base: s.Base, Tag: a.Tag, Name: a.Name, Mark: marks[a.Donor], Grant: a.Grant}, nil
}

// Print says which labels to put on a sheet, and how.
type Print struct {
	Tags   []string     `json:"tags,omitempty"`
	Filter *Filter      `json:"filter,omitempty"`
	Stock  string       `json:"stock,omitempty"`
	Grid   *labels.Grid `json:"grid,omitempty"`  // a stock of one's own
	Start  int          `json:"start,omitempty"` // position of the first label, from 1
	// OffsetX and OffsetY move everything right and down, mm.
	OffsetX float64 `json:"offset_x,omitempty"`
	OffsetY float64 `json:"offset_y,omitempty"`
	Test    bool    `json:"test,omitempty"` // a test page of the stock instead
}

func (p Print) sheet(now time.Time) (labels.Sheet, error) {
	sheet := labels.Sheet{Start: p.Start, OffsetX: p.OffsetX, OffsetY: p.OffsetY, Made: now}
	var err error
	switch {
	case p.Grid != nil && p.Stock != "":
		err = models.Refuse(models.Invalid, "grid", "and a stock cannot both be given")
	case p.Grid != nil:
		sheet.Stock, err = p.Grid.Stock()
	case p.Stock == "":
		err = models.Refuse(models.Invalid, "stock", "is required")
	default:
		sheet.Stock, err = labels.FindStock(p.Stock)
	}
	return sheet, err
}

// Sheet writes labels that somebody else chose on the sheets that p describes.
func (p Print) Sheet(now time.Time, chosen []labels.Label, w io.Writer) error {
	sheet, err := p.sheet(now)
	if err != nil {
		return err
	}
	return sheet.Write(w, chosen)
}

// PrintLabels writes a PDF with the labels of the named assets, or of all that a
// filter finds, in the caller's scope.
func (s *Service) PrintLabels(ctx context.Context, p Print, w io.Writer) error {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return err
	}
	sheet, err := p.sheet(s.Book.Now())
	if err != nil {
		return err
	}
	if p.Test {
		return sheet.WriteTestPage(w)
	}
	chosen, err := s.chosen(ctx, p)
	if err != nil {
		return err
	}
	return sheet.Write(w, chosen)
}

func (s *Service) chosen(ctx context.Context, p Print) ([]labels.Label, error) {
	if (len(p.Tags) > 0) == (p.Filter != nil) {
		return nil, models.Refuse(models.Invalid, "tags", "give either tags or a filter")
	}
	if len(p.Tags) > labels.MostLabels {
		return nil, models.Refuse(models.TooLarge, "tags", "are more than %d; print them in parts", labels.MostLabels)
	}
	var chosen []labels.Label
	marks := map[string]string{}
	keep := func(r store.Record) error {
		if len(chosen) == labels.MostLabels {
			return models.Refuse(models.TooLarge, "filter", "finds more than %d items; narrow it", labels.MostLabels)
		}
		asset, err := store.Decode[models.Asset](r)
		if err != nil {
			return err
		}
		label, err := s.labelOf(ctx, asset, marks)
		chosen = append(chosen, label)
		return err
	}
	if p.Filter != nil {
		err := s.Each(ctx, *p.Filter, keep)
		return chosen, err
	}
	for _, tag := range p.Tags {
		r, err := s.Asset(ctx, tag)
		if err != nil {
			return nil, err
		}
		if err := keep(r); err != nil {
			return nil, err
		}
	}
	return chosen, nil
}
