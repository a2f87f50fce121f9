package requests

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/store"
)

// Fulfilment says from which store a request is fulfilled, and how much of it now.
type Fulfilment struct {
	From     string          `json:"from"`
	Receiver string          `json:"receiver,omitempty"`
	Quantity models.Quantity `json:"quantity,omitempty"` // what is open, or what there is
	// Lines are the items to give; suggested ones when there are none.
	Lines []custody.NewLine `json:"lines,omitempty"`
}

// Fulfil makes a voucher draft for a request that was approved, with the items
// longest in store first, or the lots that expire soonest. What it does not cover
// stays open.
func (s *Service) Fulfil(ctx context.Context, number string, f Fulfilment) (*models.Voucher, error) {
	caller, err := access.Allow(ctx, access.Move)
	if err != nil {
		return nil, err
	}
	_, r, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	switch {
	case !r.Waits():
		return nil, models.Refuse(models.Conflict, "state", "%s is %s; nothing is given on it", r.Number, r.State.Words())
	case r.Remaining() == 0:
		return nil, models.Refuse(models.Conflict, "state", "all of %s is on vouchers already", r.Number)
	case f.From == "":
		return nil, models.Refuse(models.Invalid, "from", "is required: the store that gives")
	case f.Quantity < 0 || f.Quantity > r.Remaining():
		return nil, models.Refuse(models.Invalid, "quantity", "must be above zero and at most the %s that are open", r.Remaining())
	}
	if given := total(f.Lines); given > r.Remaining() {
		return nil, models.Refuse(models.Invalid, "lines", "come to %s, but only %s are open", given, r.Remaining())
	}
	from, err := s.Register.Unit(ctx, f.From)
	if err != nil {
		return nil, err
	}
	n := custody.NewVoucher{Kind: models.IssueVoucher, From: f.From, To: r.Unit, Receiver: f.Receiver, Request: r.Number, Lines: f.Lines}
	if within, err := s.Custody.Serves(ctx, caller, r.Path); err != nil {
		return nil, err
	} else if !within || from.Path[0] != r.Path[0] {
		n.Kind = models.TransferVoucher
	}
	if len(n.Lines) == 0 {
		if n.Lines, err = s.suggest(ctx, r, from, cmp.Or(f.Quantity, r.Remaining())); err != nil {
			return nil, err
		}
	}
	return s.Custody.Draft(ctx, n)
}

func total(lines []custody.NewLine) models.Quantity {
	var sum models.Quantity
	for _, line := range lines {
		if line.Tag != "" {
			sum += models.One
			continue
		}
		sum += line.Quantity
	}
	return sum
}

// considered is how many items in store are weighed against one another.
const considered = 2000

// suggest picks what a store has of what was asked for, at most quantity.
func (s *Service) suggest(ctx context.Context, r *models.Request, from *models.Unit, quantity models.Quantity) ([]custody.NewLine, error) {
	none := models.Refuse(models.Conflict, "from", "%s has no %s in store", from.Code, r.What)
	if r.Item != "" {
		item, err := s.Stock.Item(ctx, "item", r.Item)
		if err != nil {
			return nil, err
		}
		have, err := s.Stock.Usable(ctx, r.Item, from.Code)
		if err != nil {
			return nil, err
		}
		if have == 0 {
			return nil, none
		}
		return []custody.NewLine{{Item: item.Code, Quantity: min(quantity, have)}}, nil
	}
	assets, err := store.Find[models.Asset](ctx, s.Book.Store, store.Query{In: store.Assets, By: "unit_category", Limit: considered,
		Where: []store.Cond{store.Is("units", from.Code), store.Is("category", r.Category), store.Is("status", string(models.InStore))}})
	if err != nil {
		return nil, err
	}
	fits := slices.DeleteFunc(assets, func(a *models.Asset) bool { return a.Unit != from.Code || !suits(r, a) })
	if len(fits) == 0 {
		return nil, none
	}
	slices.SortStableFunc(fits, func(a, b *models.Asset) int { return inStoreSince(a).Compare(inStoreSince(b).Time) })
	fits = fits[:min(len(fits), int(quantity/models.One))]
	lines := make([]custody.NewLine, len(fits))
	for i, a := range fits {
		lines[i] = custody.NewLine{Tag: a.Tag}
	}
	return lines, nil
}

// suits says whether an item in store is what was asked for and can be issued.
func suits(r *models.Request, a *models.Asset) bool {
	return a.CanIssue() == nil && a.Kit == "" && (r.Make == "" || strings.EqualFold(a.Make, r.Make)) && (r.Model == "" || strings.EqualFold(a.Model, r.Model))
}

func inStoreSince(a *models.Asset) models.Time {
	if a.StoredAt != nil {
		return *a.StoredAt
	}
	return a.CreatedAt
}

// InStore is how much of what was asked for a unit has.
type InStore struct {
	Unit     string          `json:"unit"`
	Quantity models.Quantity `json:"quantity"`
	// Yours says that it is in the caller's part of the tree, who can give it.
	Yours bool `json:"yours"`
}

// Available counts what is in store of what was asked for, anywhere in the agency:
// what the caller can give first, then what is nearest in the tree, stores before
// others.
func (s *Service) Available(ctx context.Context, number string) ([]InStore, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, r, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	counts, paths, err := s.counts(ctx, r)
	if err != nil {
		return nil, err
	}
	list := make([]InStore, 0, len(counts))
	kind := map[string]string{}
	for code, n := range counts {
		unit, err := s.Register.Unit(ctx, code)
		if err != nil {
			return nil, err
		}
		kind[code] = unit.Kind
		list = append(list, InStore{code, n, code != r.Unit && access.CoversUnit(caller, paths[code])})
	}
	first := func(yes bool) int {
		if yes {
			return 0
		}
		return 1
	}
	slices.SortFunc(list, func(a, b InStore) int {
		return cmp.Or(first(a.Yours)-first(b.Yours), shared(paths[b.Unit], r.Path)-shared(paths[a.Unit], r.Path),
			first(kind[a.Unit] == "store")-first(kind[b.Unit] == "store"), strings.Compare(a.Unit, b.Unit))
	})
	return list, nil
}

// counts returns how much of what was asked for each unit of the agency has.
func (s *Service) counts(ctx context.Context, r *models.Request) (map[string]models.Quantity, map[string][]string, error) {
	counts, paths := map[string]models.Quantity{}, map[string][]string{}
	if r.Item != "" {
		balances, err := s.Stock.UsableIn(ctx, r.Item, r.Path[0])
		for _, b := range balances {
			counts[b.Unit] += b.OnHand
			paths[b.Unit] = b.Path
		}
		return counts, paths, err
	}
	assets, err := store.Find[models.Asset](ctx, s.Book.Store, store.Query{In: store.Assets, By: "unit_category", Limit: considered,
		Where: []store.Cond{store.Is("units", r.Path[0]), store.Is("category", r.Category), store.Is("status", string(models.InStore))}})
	for _, a := range assets {
		if suits(r, a) {
			counts[a.Unit] += models.One
			paths[a.Unit] = a.Path
		}
	}
	return counts, paths, err
}

// Here returns how much of what each of these requests asks for the caller has in
// store, for those that wait to be given. What is asked for twice is counted once.
func (s *Service) Here(ctx context.Context, list []*models.Request) (map[string]models.Quantity, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil || !access.May(caller.Role, access.Move) {
		return nil, err
	}
	here := map[string]models.Quantity{}
	known := map[[5]string]models.Quantity{}
	for _, r := range list {
		if !r.Waits() {
			continue
		}
		what := [5]string{r.Unit, r.Category, r.Make, r.Model, r.Item}
		if _, counted := known[what]; !counted {
			counts, paths, err := s.counts(ctx, r)
			if err != nil {
				return nil, err
			}
			for unit, n := range counts {
				if unit != r.Unit && access.CoversUnit(caller, paths[unit]) {
					known[what] += n
				}
			}
		}
		here[r.Number] = known[what]
	}
	return here, nil
}

// shared is how many units two paths have in common from the top.
func shared(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
