package requests

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

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
	counts, paths, err := s.counts(ctx, r, r.Path[0])
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

// counts returns how much of what was asked for each unit has, of a unit and all
// below it.
func (s *Service) counts(ctx context.Context, r *models.Request, top string) (map[string]models.Quantity, map[string][]string, error) {
	counts, paths := map[string]models.Quantity{}, map[string][]string{}
	if r.Item != "" {
		balances, err := s.Stock.UsableIn(ctx, r.Item, top)
		for _, b := range balances {
			counts[b.Unit] += b.OnHand
			paths[b.Unit] = b.Path
		}
		return counts, paths, err
	}
	err := s.inStore(ctx, r, top, func(a *models.Asset) {
		counts[a.Unit] += models.One
		paths[a.Unit] = a.Path
	})
	return counts, paths, err
}

// readAtOnce is how many items one query reads.
const readAtOnce = 1000

// inStore tells each item of what was asked for that could be issued, of a unit
// and all below it.
func (s *Service) inStore(ctx context.Context, r *models.Request, top string, each func(*models.Asset)) error {
	q := store.Query{In: store.Assets, By: "unit_category", Limit: readAtOnce,
		Where: []store.Cond{store.Is("units", top), store.Is("category", r.Category), store.Is("status", string(models.InStore))}}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range records {
			a, err := store.Decode[models.Asset](record)
			if err != nil {
				return err
			}
			if suits(r, a) {
				each(a)
			}
		}
		if len(records) < q.Limit {
			return nil
		}
		q.After = records[len(records)-1].Place
	}
}

// Here returns how much of what each of these requests asks for the caller has in
// store, for those that wait to be given. What is asked for twice is counted once.
func (s *Service) Here(ctx context.Context, list []*models.Request) (map[string]models.Quantity, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil || !access.May(caller.Role, access.Move) {
		return nil, err
	}
	here := map[string]models.Quantity{}
	known := map[[5]string]map[string]models.Quantity{}
	for _, r := range list {
		top := cmp.Or(caller.Scope, r.Path[0])
		what := [5]string{top, r.Category, r.Make, r.Model, r.Item}
		if !r.Waits() {
			continue
		}
		if known[what] == nil {
			counts, _, err := s.counts(ctx, r, top)
			if err != nil {
				return nil, err
			}
			known[what] = counts
		}
		here[r.Number] = 0
		for unit, n := range known[what] {
			if unit != r.Unit {
				here[r.Number] += n
			}
		}
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
