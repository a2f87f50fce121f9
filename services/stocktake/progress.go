package stocktake

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Shown is a stocktake as somebody sees it: with how it stands, of what they see.
type Shown struct {
	*models.Stocktake
	Tally models.Tally `json:"tally"`
	// Partial says that the viewer does not see all that is counted.
	Partial bool `json:"partial,omitempty"`
	Overdue bool `json:"overdue,omitempty"`
	// Broken says which signatures are not for the result as it is now: from 1.
	Broken []int `json:"broken,omitempty"`
}

// Stocktake returns one stocktake that the caller may see, and how it stands.
func (s *Service) Stocktake(ctx context.Context, number string) (*Shown, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, st, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	view, err := s.shown(ctx, caller, st)
	if err != nil || st.State != models.StocktakeClosed || view.Partial {
		return view, err
	}
	view.Broken, err = s.broken(ctx, st)
	return view, err
}

// shown counts how the stocktake stands. Whoever sees a part of it only is told of
// that alone.
func (s *Service) shown(ctx context.Context, caller *models.Person, st *models.Stocktake) (*Shown, error) {
	view := &Shown{Stocktake: st, Partial: !seesAll(caller, st), Overdue: st.Overdue(s.Book.Today())}
	var err error
	if st.Result != nil && !view.Partial {
		view.Tally = *st.Result
		return view, nil
	}
	if view.Tally, err = s.tally(ctx, caller, st); err != nil {
		return nil, err
	}
	if view.Partial {
		st.Expected, st.Result, st.Within, st.Payers, st.Units = view.Tally.Expected, nil, nil, nil, nil
	}
	return view, nil
}

// MayCount says whether the person counts in the stocktake now.
func MayCount(p *models.Person, st *models.Stocktake) bool {
	return st.CanCount() == nil && slices.Contains(st.Officers, p.Code)
}

// scope returns the conditions of the lines of a stocktake that the person sees.
func scope(p *models.Person, st *models.Stocktake) []store.Cond {
	conds := []store.Cond{store.Is("stocktake", st.Number)}
	if !seesAll(p, st) {
		conds = append(conds, access.Assets(p)...)
	}
	return conds
}

func (s *Service) count(ctx context.Context, by string, conds []store.Cond, more ...store.Cond) (int, error) {
	n, err := s.Book.Store.Count(ctx, store.Query{In: store.StocktakeLines, By: by, Where: append(slices.Clone(conds), more...)})
	return int(n), err
}

// tally counts the lines that the person sees.
func (s *Service) tally(ctx context.Context, p *models.Person, st *models.Stocktake) (models.Tally, error) {
	t := models.Tally{}
	conds := scope(p, st)
	for state, into := range map[models.LineState]*int{models.LineOutstanding: &t.Outstanding, models.LineSighted: &t.Sighted, models.LineMisplaced: &t.Misplaced,
		models.LineUnknown: &t.Unknown, models.LineExplained: &t.Explained, models.LineUnaccounted: &t.Unaccounted} {
		n, err := s.count(ctx, "state", conds, store.Is("state", string(state)))
		if err != nil {
			return t, err
		}
		*into = n
	}
	t.Expected = t.Sighted + t.Outstanding + t.Explained + t.Unaccounted
	var err error
	if t.Recounts, err = s.count(ctx, "recount", append([]store.Cond{store.Is("recount_due", st.Number)}, conds[1:]...)); err != nil {
		return t, err
	}
	if st.State == models.StocktakeOpen {
		t.Explained, err = s.explainedSoFar(ctx, p, st)
	}
	return t, err
}

// mostFollowed bounds how many vouchers are looked through for movements since the
// opening while it is open. Closing looks at each item instead.
const mostFollowed = 5000

// explainedSoFar counts the outstanding lines whose items went elsewhere by vouchers
// since the opening.
func (s *Service) explainedSoFar(ctx context.Context, p *models.Person, st *models.Stocktake) (int, error) {
	moved := map[string]bool{}
	followed := 0
	enough := errors.New("enough")
	q := store.Query{In: store.Vouchers, By: "changed", Where: []store.Cond{store.From("updated_at", st.OpenedAt.String())}}
	err := s.each(ctx, q, func(r store.Record) error {
		v, err := store.Decode[models.Voucher](r)
		if err != nil {
			return err
		}
		for _, line := range v.Lines {
			if line.Asset != "" && v.State != models.Draft {
				moved[line.Asset] = true
			}
		}
		if followed++; followed == mostFollowed {
			return enough
		}
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return 0, err
	}
	n := 0
	for asset := range moved {
		line, err := store.Get[models.StocktakeLine](ctx, s.Book.Store, store.StocktakeLines, st.Number+"/"+asset)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if line.State != models.LineOutstanding || !seesAll(p, st) && !access.SeesPapers(p, line.Path, line.PaidBy()) {
			continue
		}
		where, err := s.explain(ctx, st, line)
		if err != nil {
			return 0, err
		}
		if !where.Empty() {
			n++
		}
	}
	return n, nil
}

// UnitProgress is how far the counting of a unit has come.
type UnitProgress struct {
	models.UnitCount
	Sighted int `json:"sighted"`
}

// OfficerProgress is how much an officer has counted.
type OfficerProgress struct {
	Officer string `json:"officer"`
	Counted int    `json:"counted"`
}

// Progress is how far a stocktake has come, by unit and by officer.
type Progress struct {
	Units    []UnitProgress    `json:"units"`
	Officers []OfficerProgress `json:"officers"`
}

// mostUnits bounds how many units are counted for one look at the progress: those
// in which most is expected.
const mostUnits = 40

// Progress counts how far a stocktake has come, by unit and by officer.
func (s *Service) Progress(ctx context.Context, number string) (*Progress, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, st, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	conds := scope(caller, st)
	units := slices.Clone(st.Units)
	slices.SortStableFunc(units, func(a, b models.UnitCount) int { return b.Expected - a.Expected })
	p := &Progress{}
	for _, unit := range units[:min(len(units), mostUnits)] {
		here := UnitProgress{UnitCount: unit}
		if !seesAll(caller, st) {
			if here.Expected, err = s.count(ctx, "unit", conds, store.Is("unit", unit.Unit), store.From("line", int64(1))); err != nil {
				return nil, err
			}
		}
		if here.Expected == 0 {
			continue
		}
		if here.Sighted, err = s.count(ctx, "unit", conds, store.Is("unit", unit.Unit), store.Is("state", string(models.LineSighted))); err != nil {
			return nil, err
		}
		p.Units = append(p.Units, here)
	}
	for _, code := range st.Officers {
		n, err := s.count(ctx, "officer", append([]store.Cond{store.Is("sighting.by", code)}, conds...))
		if err != nil {
			return nil, err
		}
		p.Officers = append(p.Officers, OfficerProgress{code, n})
	}
	return p, nil
}
