package stocktake

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// NewStocktake is what a stocktake is to be about.
type NewStocktake struct {
	Name     string                `json:"name"`
	Scope    models.StocktakeScope `json:"scope"`
	Sample   *models.Sample        `json:"sample,omitempty"`
	Deadline models.Day            `json:"deadline"`
	// Officers count; whoever opens it does when none are named.
	Officers   []string `json:"officers,omitempty"`
	OwnCustody bool     `json:"own_custody,omitempty"`
}

// Preview is what a stocktake would expect if it were opened now.
type Preview struct {
	Scope    models.StocktakeScope `json:"scope"`
	Items    int                   `json:"items"`   // in the scope
	Lots     int                   `json:"lots"`    // in the scope
	Lines    int                   `json:"lines"`   // to be counted: all of them, or the sample
	Without  int                   `json:"without"` // items left out because they have no value in the currency asked for
	Units    []models.UnitCount    `json:"units"`
	Officers []string              `json:"officers"`
}

// list is what is expected, while it is made.
type list struct {
	lines   []*models.StocktakeLine
	without int
}

// Preview says what a stocktake would expect, and refuses what Open would refuse
// of its scope.
func (s *Service) Preview(ctx context.Context, n NewStocktake) (*Preview, error) {
	caller, err := access.Allow(ctx, access.TakeStock)
	if err != nil {
		return nil, err
	}
	st := n.stocktake(caller)
	all, err := s.expected(ctx, caller, st)
	if err != nil {
		return nil, err
	}
	p := &Preview{Scope: st.Scope, Without: all.without, Officers: st.Officers}
	for _, line := range all.lines {
		if line.Asset == "" {
			p.Lots++
		} else {
			p.Items++
		}
	}
	lines := draw(st, all.lines)
	p.Lines, p.Units = len(lines), byUnit(lines)
	return p, nil
}

// stocktake is the document of what was asked for. Whoever sees only a part of the
// unit tree counts in that when they name no unit.
func (n NewStocktake) stocktake(caller *models.Person) *models.Stocktake {
	st := &models.Stocktake{Name: strings.TrimSpace(n.Name), Scope: n.Scope, Deadline: n.Deadline, Officers: n.Officers, OwnCustody: n.OwnCustody, OpenedBy: caller.Code}
	if n.Sample != nil {
		sample := *n.Sample
		sample.Of = 0
		st.Sample = &sample
	}
	if len(st.Officers) == 0 {
		st.Officers = []string{caller.Code}
	}
	st.Scope.Unit = cmp.Or(st.Scope.Unit, caller.Scope)
	return st
}

// expected makes the list of all that the book says is in the stocktake's scope.
func (s *Service) expected(ctx context.Context, caller *models.Person, st *models.Stocktake) (*list, error) {
	scope := st.Scope
	if err := s.checked(ctx, caller, st); err != nil {
		return nil, err
	}
	l := &list{}
	filter := register.Filter{Unit: scope.Unit, Category: scope.Category, Donor: scope.Donor, Grant: scope.Grant}
	err := s.Register.Each(ctx, filter, func(r store.Record) error {
		a, err := store.Decode[models.Asset](r)
		if err != nil {
			return err
		}
		l.add(scope, a)
		return nil
	})
	if err != nil {
		return nil, of("scope", err)
	}
	if scope.Lots {
		if err := s.lots(ctx, scope, l); err != nil {
			return nil, err
		}
	}
	if len(l.lines) == 0 {
		says := "nothing on charge lies in this scope; there would be nothing to count"
		if l.without > 0 {
			says = "nothing in this scope is valued that high in this currency; there would be nothing to count"
		}
		return nil, models.Refuse(models.Invalid, "scope", "%s", says)
	}
	return l, nil
}

// checked refuses a scope or sample that cannot be, and looks up the scope's unit.
func (s *Service) checked(ctx context.Context, caller *models.Person, st *models.Stocktake) error {
	if err := models.Validate(&st.Scope); err != nil {
		return of("scope", err)
	}
	if st.Sample != nil {
		if err := models.Validate(st.Sample); err != nil {
			return of("sample", err)
		}
	}
	if _, err := s.Register.Payer(ctx, st.Scope.Donor, st.Scope.Grant); err != nil {
		return of("scope", err)
	}
	if st.Scope.Unit == "" {
		return nil
	}
	unit, err := s.Register.Unit(ctx, st.Scope.Unit)
	if err != nil {
		return of("scope", err)
	}
	if caller.Scope != "" && !slices.Contains(unit.Path, caller.Scope) {
		return models.Refuse(models.Forbidden, "scope.unit", "%s is not in your part of the unit tree", unit.Code)
	}
	st.Path = unit.Path
	return nil
}

// of tells a refusal as one about a part of what was asked for.
func of(part string, err error) error {
	var refused *models.Error
	if !errors.As(err, &refused) {
		return err
	}
	told := *refused
	told.Field = part + "." + refused.Field
	told.Details = slices.Clone(refused.Details)
	for i := range told.Details {
		told.Details[i].Field = part + "." + told.Details[i].Field
	}
	return &told
}

// add enters an asset unless it is struck off, lent to somebody out of the scope's
// unit, or worth less than is asked for.
func (l *list) add(scope models.StocktakeScope, a *models.Asset) {
	switch {
	case a.Status == models.StruckOff, scope.Unit != "" && !slices.Contains(a.Path, scope.Unit):
		return
	case scope.Over != nil && (a.Cost == nil || a.Cost.Currency != scope.Over.Currency):
		l.without++
		return
	case scope.Over != nil && !a.Cost.AtLeast(*scope.Over):
		return
	}
	l.lines = append(l.lines, lineOf(a))
}

func lineOf(a *models.Asset) *models.StocktakeLine {
	return &models.StocktakeLine{State: models.LineOutstanding, Asset: a.ID, Code: a.Tag, Name: a.Name, Category: a.Category, Make: a.Make, Model: a.Model, Serial: a.Serial,
		Unit: a.Unit, Path: a.Path, Location: a.Location, Custodian: a.Custodian, Donor: a.Donor, Grant: a.Grant, Cost: a.Cost, Status: a.Status, Condition: a.Condition,
		Voucher: a.Voucher, SeenAt: a.LastSeenAt, Contents: a.Contents, Kit: a.Kit}
}

// lots enters the balances of stock in the scope.
func (s *Service) lots(ctx context.Context, scope models.StocktakeScope, l *list) error {
	items := map[string]*models.StockItem{}
	filter := stock.Filter{Papers: register.Papers{Unit: scope.Unit, Donor: scope.Donor, Grant: scope.Grant}}
	for cursor := ""; ; {
		page, err := s.Stock.Lots(ctx, filter, cursor, store.LargestPage)
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			b, err := store.Decode[models.Balance](record)
			if err != nil {
				return err
			}
			if items[b.Item] == nil {
				if items[b.Item], err = s.Stock.Item(ctx, "item", b.Item); err != nil {
					return err
				}
			}
			item := items[b.Item]
			if scope.Category != "" && item.Category != scope.Category || scope.Unit != "" && !slices.Contains(b.Path, scope.Unit) {
				continue
			}
			onHand := b.OnHand
			l.lines = append(l.lines, &models.StocktakeLine{State: models.LineOutstanding, Code: b.Lot, Item: b.Item, Name: item.Name, Category: item.Category, Measure: item.Measure,
				Unit: b.Unit, Path: b.Path, Location: b.Bin, Donor: b.Donor, Grant: b.Grant, Expiry: b.Expiry, Quantity: &onHand})
		}
		if page.Next == "" {
			return nil
		}
		cursor = page.Next
	}
}

// byUnit counts lines by the unit that they are expected in.
func byUnit(lines []*models.StocktakeLine) []models.UnitCount {
	counts := map[string]int{}
	for _, line := range lines {
		counts[line.Unit]++
	}
	units := make([]models.UnitCount, 0, len(counts))
	for _, unit := range slices.Sorted(maps.Keys(counts)) {
		units = append(units, models.UnitCount{Unit: unit, Expected: counts[unit]})
	}
	return units
}

// onSheet orders lines as somebody walks along them: by unit, room, and tag.
func onSheet(a, b *models.StocktakeLine) int {
	return cmp.Or(strings.Compare(strings.Join(a.Path, "\n"), strings.Join(b.Path, "\n")), strings.Compare(a.Location, b.Location), strings.Compare(a.Code, b.Code))
}
