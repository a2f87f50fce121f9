package stock

import (
	"context"
	"io"
	"regexp"
	"strings"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/words"
)

// Label returns what the label of a lot says.
func (s *Service) Label(ctx context.Context, code string, in words.Voice) (labels.Label, error) {
	lot, err := s.OneLot(ctx, code)
	if err != nil {
		return labels.Label{}, err
	}
	item, err := s.Item(ctx, "item", lot.Item)
	if err != nil {
		return labels.Label{}, err
	}
	var expires []string
	for _, p := range in {
		if lot.Expiry != "" {
			expires = append(expires, p.Say("Exp. %v", p.ShortDate(lot.Expiry)))
		}
	}
	return labels.Label{Base: s.Register.Base, Tag: lot.Code, First: expires, Name: in[0].Say("%v, lot %v", item.Name, lot.Number), Mark: lot.Donor, Grant: lot.Grant, Door: "l", Right: in.Right()}, nil
}

// PrintLabels writes a PDF with the labels of the lots, and of the bins written
// UNIT/BIN, that p names as its tags.
func (s *Service) PrintLabels(ctx context.Context, p register.Print, w io.Writer) error {
	if p.Filter != nil || p.Test {
		return models.Refuse(models.Invalid, "tags", "name the lots, or the bins as UNIT/BIN")
	}
	if len(p.Tags) > labels.MostLabels {
		return models.Refuse(models.TooLarge, "tags", "are more than %d; print them in parts", labels.MostLabels)
	}
	chosen := make([]labels.Label, len(p.Tags))
	for i, tag := range p.Tags {
		var err error
		if unit, bin, isBin := strings.Cut(tag, "/"); isBin {
			chosen[i], err = s.BinLabel(ctx, unit, bin, p.Voice())
		} else {
			chosen[i], err = s.Label(ctx, tag, p.Voice())
		}
		if err != nil {
			return err
		}
	}
	return p.Sheet(s.Book.Now(), chosen, w)
}

var binForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$`)

// BinLabel returns what the label of a bin says, by which the stock in it is found.
func (s *Service) BinLabel(ctx context.Context, unit, bin string, in words.Voice) (labels.Label, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return labels.Label{}, err
	}
	u, err := s.Register.Unit(ctx, unit)
	if err != nil {
		return labels.Label{}, err
	}
	if !binForm.MatchString(bin) {
		return labels.Label{}, models.Refuse(models.Invalid, "bin", "is up to 20 letters, digits, dots, dashes and underscores")
	}
	return labels.Label{Base: s.Register.Base, Tag: u.Code + "/" + bin, Name: u.Name, Door: "b", Right: in.Right()}, nil
}
