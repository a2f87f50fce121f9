package stocktake

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Recounting says which lines are to be counted a second time, by somebody else: by
// their numbers, by their codes, or all of a state.
type Recounting struct {
	Lines  []int            `json:"lines,omitempty"`
	Codes  []string         `json:"codes,omitempty"`
	State  models.LineState `json:"state,omitempty"` // sighted, outstanding or misplaced
	Reason string           `json:"reason,omitempty"`
}

// mostChosen bounds how many lines one request chooses one by one.
const mostChosen = 1000

// Recounted is what asking for a second count did.
type Recounted struct {
	Asked int `json:"asked"`
}

// Recount asks for a second count of lines. Those that are to be counted again, or
// were, are left.
func (s *Service) Recount(ctx context.Context, number string, r Recounting) (*Recounted, error) {
	caller, err := access.Allow(ctx, access.TakeStock)
	if err != nil {
		return nil, err
	}
	_, st, err := s.mayRecount(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	chosen, err := s.chosen(ctx, st, r)
	if err != nil {
		return nil, err
	}
	did := &Recounted{}
	for some := range slices.Chunk(chosen, batch) {
		before := did.Asked
		err := access.Retry(func() error {
			entries, err := s.asking(ctx, caller, number, some, r.Reason)
			if err != nil || len(entries) == 0 {
				return err
			}
			did.Asked = before + len(entries) - 1
			ledger.Answer(ctx, did)
			return s.Book.Commit(ctx, entries...)
		})
		if err != nil {
			return nil, err
		}
		ctx = ledger.Further(ctx)
	}
	return did, nil
}

func (s *Service) mayRecount(ctx context.Context, caller *models.Person, number string) (store.Record, *models.Stocktake, error) {
	record, st, err := s.load(ctx, caller, number)
	if err != nil {
		return record, nil, err
	}
	if err := st.CanCount(); err != nil {
		return record, nil, err
	}
	return record, st, mayLead(caller, st)
}

// asking returns the entries by which some lines are to be counted again, that of the
// stocktake last; none when nobody has to be asked.
func (s *Service) asking(ctx context.Context, caller *models.Person, number string, some []store.Record, reason string) ([]ledger.Entry, error) {
	record, st, err := s.mayRecount(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	var entries []ledger.Entry
	asked := map[string]bool{}
	for _, known := range some {
		if asked[known.ID] {
			continue // named twice
		}
		asked[known.ID] = true
		latest, err := s.Book.Store.Get(ctx, store.StocktakeLines, known.ID)
		if err != nil {
			return nil, err
		}
		line, err := store.Decode[models.StocktakeLine](latest)
		if err != nil {
			return nil, err
		}
		if !recountable(line) {
			continue
		}
		line.RecountDue, line.Recount = st.Number, &models.Recount{AskedBy: caller.Code, AskedAt: models.At(s.Book.Now()), Reason: strings.TrimSpace(reason)}
		entries = append(entries, ledger.Change(store.StocktakeLines, latest.Body, line, "line.recount_asked", reason))
	}
	if len(entries) == 0 {
		return nil, nil
	}
	st.Asked += len(entries)
	return append(entries, ledger.Change(store.Stocktakes, record.Body, st, "stocktake.recount_asked", reason)), nil
}

// recountable says whether a second count of a line is neither due nor made.
func recountable(line *models.StocktakeLine) bool {
	return line.RecountDue == "" && (line.Recount == nil || line.Recount.Second == nil)
}

// chosen reads the lines that are to be counted again.
func (s *Service) chosen(ctx context.Context, st *models.Stocktake, r Recounting) ([]store.Record, error) {
	switch {
	case len(r.Reason) > 500:
		return nil, models.Refuse(models.Invalid, "reason", "is longer than 500 characters")
	case len(r.Lines)+len(r.Codes) > mostChosen:
		return nil, models.Refuse(models.Invalid, "lines", "are more than %d", mostChosen)
	case len(r.Lines) == 0 && len(r.Codes) == 0 && r.State == "":
		return nil, models.Refuse(models.Invalid, "lines", "say which lines are to be counted again")
	case r.State != "" && r.State != models.LineSighted && r.State != models.LineOutstanding && r.State != models.LineMisplaced:
		return nil, models.Refuse(models.Invalid, "state", "must be one of sighted, outstanding, misplaced")
	}
	var chosen []store.Record
	take := func(record store.Record) error {
		line, err := store.Decode[models.StocktakeLine](record)
		if err == nil && recountable(line) {
			chosen = append(chosen, record)
		}
		return err
	}
	for _, n := range r.Lines {
		records, err := s.Book.Store.Find(ctx, store.Query{In: store.StocktakeLines, By: "line", Where: []store.Cond{store.Is("stocktake", st.Number), store.Is("line", int64(n))}, Limit: 1})
		if err != nil {
			return nil, err
		}
		if n < 1 || len(records) == 0 {
			return nil, models.Refuse(models.Invalid, "lines", "%s has no line %d", st.Number, n)
		}
		if err := take(records[0]); err != nil {
			return nil, err
		}
	}
	for _, code := range r.Codes {
		record, err := s.lineOfCode(ctx, st, code)
		if err != nil {
			return nil, err
		}
		if err := take(record); err != nil {
			return nil, err
		}
	}
	if r.State == "" {
		return chosen, nil
	}
	return chosen, s.each(ctx, store.Query{In: store.StocktakeLines, By: "state", Where: []store.Cond{store.Is("stocktake", st.Number), store.Is("state", string(r.State))}}, take)
}

func (s *Service) lineOfCode(ctx context.Context, st *models.Stocktake, code string) (store.Record, error) {
	none := models.Refuse(models.Invalid, "codes", "%q is not on %s", code, st.Number)
	t, err := s.what(ctx, st, Count{Code: code})
	if err != nil {
		return store.Record{}, err
	}
	if t.asset == nil {
		return store.Record{}, none
	}
	record, err := s.Book.Store.Get(ctx, store.StocktakeLines, st.Number+"/"+t.asset.ID)
	if errors.Is(err, store.ErrNotFound) {
		return record, none
	}
	return record, err
}
