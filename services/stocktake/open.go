package stocktake

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/series"
	"quartermaster/services/store"
)

// Open freezes what is expected and lets the officers count. The list is written in
// parts; a stocktake whose opening broke off is opened by Resume.
func (s *Service) Open(ctx context.Context, n NewStocktake) (*models.Stocktake, error) {
	caller, err := access.Allow(ctx, access.TakeStock)
	if err != nil {
		return nil, err
	}
	st := n.stocktake(caller)
	st.State, st.OpenedAt = models.StocktakeOpening, models.At(s.Book.Now())
	if err := models.Validate(st); err != nil {
		return nil, err
	}
	if st.Deadline < s.Book.Today() {
		return nil, models.Refuse(models.Invalid, "deadline", "%s has passed", st.Deadline)
	}
	all, err := s.expected(ctx, caller, st)
	if err != nil {
		return nil, err
	}
	lines := draw(st, all.lines)
	slices.SortFunc(lines, onSheet)
	st.Expected, st.Units = len(lines), byUnit(lines)
	st.Within, st.Payers = st.Path, nil
	for _, line := range lines {
		st.Within, st.Payers = append(st.Within, line.Path...), append(st.Payers, line.PaidBy()...)
	}
	st.Within, st.Payers = sorted(st.Within), sorted(st.Payers)
	if err := s.officers(ctx, st); err != nil {
		return nil, err
	}
	if err := s.number(ctx, st); err != nil {
		return nil, err
	}
	return st, s.write(ledger.Further(ctx), st, lines, 0)
}

func sorted(all []string) []string {
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(all)
}

// officers refuses who cannot count: who has no sign-in, or sees nothing of what is
// expected.
func (s *Service) officers(ctx context.Context, st *models.Stocktake) error {
	for _, code := range st.Officers {
		person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, code)
		if errors.Is(err, store.ErrNotFound) && code == ledger.Program {
			continue // the program itself, from the command line
		}
		if errors.Is(err, store.ErrNotFound) {
			return models.Refuse(models.Invalid, "officers", "there is no person %q", code)
		}
		if err != nil {
			return err
		}
		switch {
		case person.Inactive:
			return models.Refuse(models.Invalid, "officers", "%s no longer serves", person.Name)
		case !person.CanSignIn():
			return models.Refuse(models.Invalid, "officers", "%s has no sign-in to count with; what they see on paper is entered by another officer", person.Name)
		case !access.SeesPapers(person, st.Within, st.Payers):
			return models.Refuse(models.Invalid, "officers", "nothing of what is to be counted is in the scope of %s", person.Name)
		}
	}
	return nil
}

// number gives the stocktake the next number of its series and keeps it.
func (s *Service) number(ctx context.Context, st *models.Stocktake) error {
	about := "ALL"
	for _, code := range []string{st.Scope.Category, st.Scope.Donor, st.Scope.Grant, st.Scope.Unit} {
		if code != "" {
			about = code
		}
	}
	st.Series = series.Of("ST", about, s.Book.Today())
	return s.numbers.Keep(ctx, s.Book.Store, store.Stocktakes, st.Series, func(serial int64) error {
		st.Serial, st.Number = serial, series.Number(st.Series, serial)
		return s.Book.Commit(ctx, ledger.Add(store.Stocktakes, st, "stocktake.opening", st.Name))
	})
}

// write numbers the lines behind those that are there, keeps them, and marks the
// stocktake as open.
func (s *Service) write(ctx context.Context, st *models.Stocktake, lines []*models.StocktakeLine, there int) error {
	for i, line := range lines {
		line.Stocktake, line.Line, line.ID = st.Number, there+i+1, lineID(st, line)
	}
	writing, written := errgroup.WithContext(ctx) // one part is made ready while another is written
	writing.SetLimit(atOnce)
	for some := range slices.Chunk(lines, batch) {
		writing.Go(func() error {
			entries := make([]ledger.Entry, len(some))
			for i, line := range some {
				entries[i] = ledger.Add(store.StocktakeLines, line, "line.expected", "")
			}
			return s.Book.Commit(written, entries...)
		})
	}
	if err := writing.Wait(); err != nil {
		return err
	}
	record, err := s.Book.Store.Get(ctx, store.Stocktakes, st.Number)
	if err != nil {
		return err
	}
	st.State, st.Expected = models.StocktakeOpen, there+len(lines)
	return access.Outrun(s.Book.Commit(ctx, ledger.Change(store.Stocktakes, record.Body, st, "stocktake.opened", "")))
}

// lineID is the identity of what a line is about within a stocktake, so that of two
// sightings of it one finds that the other was there.
func lineID(st *models.Stocktake, line *models.StocktakeLine) string {
	switch {
	case line.Asset != "":
		return st.Number + "/" + line.Asset
	case line.Item != "":
		return st.Number + "/" + models.BalanceKey(line.Code, line.Unit)
	}
	return st.Number + "/?" + line.Code
}

// Resume finishes an opening that broke off. What is written stays; what is missing
// of the scope is written as it is now.
func (s *Service) Resume(ctx context.Context, number string) (*models.Stocktake, error) {
	caller, err := access.Allow(ctx, access.TakeStock)
	if err != nil {
		return nil, err
	}
	record, st, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	if st.State != models.StocktakeOpening {
		return nil, models.Refuse(models.Conflict, "state", "%s is %s already", st.Number, st.State.Words())
	}
	if err := mayLead(caller, st); err != nil {
		return nil, err
	}
	// The opening may only just have begun: whoever changes the document first goes on with it.
	if err := s.Book.Commit(ctx, ledger.Change(store.Stocktakes, record.Body, st, "stocktake.opening", "resumed")); err != nil {
		return nil, access.Outrun(err)
	}
	ctx = ledger.Further(ctx)
	opener := caller
	if st.OpenedBy != caller.Code {
		if opener, err = store.Get[models.Person](ctx, s.Book.Store, store.People, st.OpenedBy); err != nil {
			return nil, err
		}
	}
	written := map[string]bool{}
	err = s.each(ctx, store.Query{In: store.StocktakeLines, By: "line", Where: []store.Cond{store.Is("stocktake", number)}}, func(r store.Record) error {
		written[r.ID] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	all, err := s.expected(access.As(ctx, opener, ""), opener, st)
	if err != nil {
		return nil, err
	}
	lines := slices.DeleteFunc(draw(st, all.lines), func(l *models.StocktakeLine) bool { return written[lineID(st, l)] })
	slices.SortFunc(lines, onSheet)
	return st, s.write(ctx, st, lines, len(written))
}

// each calls do with every document of a query.
func (s *Service) each(ctx context.Context, q store.Query, do func(store.Record) error) error {
	q.Limit = 1000
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := do(r); err != nil {
				return err
			}
		}
		if len(records) < q.Limit {
			return nil
		}
		q.After = records[len(records)-1].Place
	}
}
