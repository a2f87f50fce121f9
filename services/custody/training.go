package custody

import (
	"context"
	"fmt"
	"slices"

	"quartermaster/models"
)

// trained holds a voucher that makes somebody custodian against what the categories
// on it demand. It notes on each line what the receiver is warned to lack, and
// refuses the lines that a category does not let go without.
func (s *Service) trained(ctx context.Context, v *models.Voucher) error {
	warnings, err := s.lacking(ctx, v, func(models.Line) bool { return true })
	if err != nil {
		return err
	}
	for i := range v.Lines {
		v.Lines[i].Warnings = warnings[v.Lines[i].Line]
	}
	return nil
}

// qualified refuses to make somebody custodian whose record lapsed while the goods
// were on their way. What stands on the lines was signed for and stays.
func (s *Service) qualified(ctx context.Context, v *models.Voucher) error {
	_, err := s.lacking(ctx, v, func(l models.Line) bool { return l.Receipt.Accepted })
	return err
}

// lacking returns by line what the receiver is warned to lack, or a refusal that
// names every line which they may not have.
func (s *Service) lacking(ctx context.Context, v *models.Voucher, which func(models.Line) bool) (map[int][]string, error) {
	if v.Receiver == "" || v.Kind == models.ReturnVoucher { // nobody becomes custodian
		return nil, nil
	}
	receiver, err := s.person(ctx, "receiver", v.Receiver)
	if err != nil {
		return nil, err
	}
	var categories []string
	for _, line := range v.Lines {
		categories = append(categories, line.Category)
	}
	lacks, err := s.Training.Lacking(ctx, receiver, categories)
	if err != nil || len(lacks) == 0 {
		return nil, err
	}
	warnings := map[int][]string{}
	var refused []models.Detail
	for _, line := range v.Lines {
		if !which(line) {
			continue
		}
		for _, lack := range lacks[line.Category] {
			if lack.Without == models.RefuseUntrained {
				refused = append(refused, models.Detail{Line: line.Line, Field: "receiver", Message: lack.String()})
				continue
			}
			warnings[line.Line] = append(warnings[line.Line], lack.String())
		}
	}
	if len(refused) == 0 {
		return warnings, nil
	}
	slices.SortStableFunc(refused, func(a, b models.Detail) int { return a.Line - b.Line })
	e := models.Refuse(models.Conflict, "receiver", "line %d: %s", refused[0].Line, refused[0].Message)
	if len(refused) > 1 {
		e.Message = fmt.Sprintf("%d lines cannot go to %s, the first is %s", len(refused), receiver.Name, e.Message)
	}
	e.Details = refused
	return nil, e
}
