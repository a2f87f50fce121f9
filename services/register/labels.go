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
	"quartermaster/services/words"
)

// Label returns what the label of an asset in the caller's scope says.
func (s *Service) Label(ctx context.Context, tag string, in words.Voice) (labels.Label, error) {
	record, err := s.Asset(ctx, tag)
	if err != nil {
		return labels.Label{}, err
	}
	asset, err := store.Decode[models.Asset](record)
	if err != nil {
		return labels.Label{}, err
	}
	return s.newLabeller(in).label(ctx, asset)
}

// labeller looks up once for all labels of a sheet how donors are marked and what
// categories are called.
type labeller struct {
	*Service
	in           words.Voice
	marks, kinds map[string]string
}

func (s *Service) newLabeller(in words.Voice) *labeller {
	return &labeller{s, in, map[string]string{}, map[string]string{}}
}

func (l *labeller) label(ctx context.Context, a *models.Asset) (labels.Label, error) {
	mark, err := l.mark(ctx, a.Donor)
	if err != nil {
		return labels.Label{}, err
	}
	kind, err := l.kind(ctx, a)
	return labels.Label{Base: l.Base, Tag: a.Tag, Name: a.Name, Kind: kind, Mark: mark, Grant: a.Grant, Right: l.in.Right()}, err
}

func (l *labeller) mark(ctx context.Context, code string) (string, error) {
	mark, known := l.marks[code]
	if known || code == "" {
		return mark, nil
	}
	donor, err := store.Get[models.Donor](ctx, l.Book.Store, store.Donors, code)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	mark = code
	if err == nil && donor.Mark != "" {
		mark = donor.Mark
	}
	l.marks[code] = mark
	return mark, nil
}

// kind is what a label in another language than English says that the item is, below the
// name that somebody gave it.
func (l *labeller) kind(ctx context.Context, a *models.Asset) (string, error) {
	if l.in.Code() == words.English {
		return "", nil
	}
	kind, known := l.kinds[a.Category]
	if !known {
		category, err := store.Get[models.Category](ctx, l.Book.Store, store.Categories, a.Category)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
		if err == nil {
			kind = l.in[len(l.in)-1].Name(category.Name)
		}
		l.kinds[a.Category] = kind
	}
	if kind == a.Name {
		return "", nil
	}
	return kind, nil
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
	// Language is that of the labels, or English and another; English when not given.
	Language string `json:"language,omitempty"`
	Digits   string `json:"digits,omitempty"` // eastern, where the language writes them
}

// Voice is in which language, or in which two, the labels are.
func (p Print) Voice() words.Voice { return words.Speaking(p.Language, words.Digits(p.Digits)) }

func (p Print) sheet(now time.Time) (labels.Sheet, error) {
	sheet := labels.Sheet{Start: p.Start, OffsetX: p.OffsetX, OffsetY: p.OffsetY, Made: now, Voice: p.Voice()}
	err := words.CheckVoice(p.Language)
	switch {
	case err != nil:
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
	labeller := s.newLabeller(p.Voice())
	keep := func(r store.Record) error {
		if len(chosen) == labels.MostLabels {
			return models.Refuse(models.TooLarge, "filter", "finds more than %d items; narrow it", labels.MostLabels)
		}
		asset, err := store.Decode[models.Asset](r)
		if err != nil {
			return err
		}
		label, err := labeller.label(ctx, asset)
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
