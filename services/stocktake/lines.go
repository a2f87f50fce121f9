package stocktake

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Filter says which stocktakes a list shows.
type Filter struct {
	register.Papers
	State string
}

// List returns a page of the stocktakes in the caller's scope, newest first, with
// how they stand.
func (s *Service) List(ctx context.Context, f Filter, cursor string, limit int) ([]*Shown, string, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, "", err
	}
	if f.State != "" && !slices.Contains(models.StocktakeStates, models.StocktakeState(f.State)) {
		return nil, "", models.Refuse(models.Invalid, "state", "must be one of open, opening, closing, closed")
	}
	conds, nothing, err := f.Within(ctx, s.Register, caller, "opened_at")
	if err != nil || nothing {
		return nil, "", err
	}
	if f.State != "" {
		conds = append(conds, store.Is("state", f.State))
	}
	q := store.Query{In: store.Stocktakes, By: store.Stocktakes.Narrowest(conds, "unit", "paid_by", "state", "opened"), Where: conds, Desc: true}
	page, err := q.Page(ctx, s.Book.Store, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	list := make([]*Shown, len(page.Records))
	for i, record := range page.Records {
		st, err := store.Decode[models.Stocktake](record)
		if err != nil {
			return nil, "", err
		}
		if list[i], err = s.shown(ctx, caller, st); err != nil {
			return nil, "", err
		}
		for j := range st.SignedBy {
			st.SignedBy[j].Drawing = ""
		}
		st.Within, st.Payers = nil, nil
	}
	return list, page.Next, nil
}

// mostWaiting is how many open stocktakes are told to one of their officers.
const mostWaiting = 10

// Counting are the open stocktakes that wait for the caller to count, those opened
// last first.
func (s *Service) Counting(ctx context.Context) ([]*models.Stocktake, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	return store.Find[models.Stocktake](ctx, s.Book.Store, store.Query{In: store.Stocktakes, By: "officer", Desc: true, Limit: mostWaiting,
		Where: []store.Cond{store.Is("officer", caller.Code), store.Is("state", string(models.StocktakeOpen))}})
}

// LineFilter says which lines of a stocktake a list shows. A unit is the one itself.
type LineFilter struct {
	State, Unit string
	Recount     bool // those that are to be counted again
}

// Lines returns a page of the lines of a stocktake that the caller sees, in the
// order of the count sheets; of outstanding ones it says where the book knows them
// to have gone.
func (s *Service) Lines(ctx context.Context, number string, f LineFilter, cursor string, limit int) ([]*models.StocktakeLine, string, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, "", err
	}
	_, st, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, "", err
	}
	q, err := s.lineQuery(ctx, caller, st, f)
	if err != nil {
		return nil, "", err
	}
	page, err := q.Page(ctx, s.Book.Store, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	lines := make([]*models.StocktakeLine, len(page.Records))
	for i, record := range page.Records {
		if lines[i], err = store.Decode[models.StocktakeLine](record); err != nil {
			return nil, "", err
		}
		if err := s.upToDate(ctx, st, lines[i]); err != nil {
			return nil, "", err
		}
	}
	return lines, page.Next, nil
}

// upToDate adds what the book has learned of a line since: where an outstanding
// item went, when an unaccounted one was seen again.
func (s *Service) upToDate(ctx context.Context, st *models.Stocktake, line *models.StocktakeLine) error {
	var err error
	switch {
	case line.State == models.LineOutstanding:
		var where models.Text
		where, err = s.explain(ctx, st, line)
		line.Explained, line.ExplainedSaid = where.Kept()
	case line.State == models.LineUnaccounted && line.SeenAgainAt == nil && line.Asset != "":
		var a *models.Asset
		if a, err = store.Get[models.Asset](ctx, s.Book.Store, store.Assets, line.Asset); err == nil {
			line.SeenAgainAt = seenSince(line, a)
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func (s *Service) lineQuery(ctx context.Context, caller *models.Person, st *models.Stocktake, f LineFilter) (store.Query, error) {
	q := store.Query{In: store.StocktakeLines, By: "line", Where: scope(caller, st)}
	if f.State != "" && !slices.Contains(models.LineStates, models.LineState(f.State)) {
		return q, models.Refuse(models.Invalid, "state", "must be one of outstanding, sighted, explained, unaccounted, misplaced, unknown")
	}
	if f.Unit != "" {
		if _, err := s.Register.Unit(ctx, f.Unit); err != nil {
			return q, err
		}
		q.Where = append(q.Where, store.Is("unit", f.Unit))
	}
	if f.State != "" {
		q.Where = append(q.Where, store.Is("state", f.State))
	}
	switch {
	case f.Recount:
		q.By = "recount"
		q.Where = append([]store.Cond{store.Is("recount_due", st.Number)}, q.Where[1:]...)
	case f.Unit != "":
		q.By = "unit"
	case f.State != "":
		q.By = "state"
	}
	return q, nil
}

// Line returns one line of a stocktake that the caller counts in or sees.
func (s *Service) Line(ctx context.Context, number, id string) (*models.StocktakeLine, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	return s.lineSeen(ctx, caller, number, id)
}

// lineSeen reads a line of a stocktake that the caller sees.
func (s *Service) lineSeen(ctx context.Context, caller *models.Person, number, id string) (*models.StocktakeLine, error) {
	unknown := models.Refuse(models.NotFound, "line", "there is no such line in %s", number)
	_, st, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	line, err := store.Get[models.StocktakeLine](ctx, s.Book.Store, store.StocktakeLines, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	own := line.Sighting != nil && line.Sighting.By == caller.Code
	if line.Stocktake != number || !own && !seesAll(caller, st) && !access.SeesPapers(caller, line.Path, line.PaidBy()) {
		return nil, unknown
	}
	return line, nil
}
