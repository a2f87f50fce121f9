// Package stocktake is physical verification: people go and look at what the book
// says is there. A stocktake freezes what is expected in a scope, takes sightings
// from many phones and from paper, and closes with two signatures; what nobody saw
// is then unaccounted. A sighting outside of one counts as last seen, too.
package stocktake

import (
	"context"
	"errors"
	"slices"
	"sync"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/series"
	"quartermaster/services/signing"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// Service keeps stocktakes.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
	Stock    *stock.Service
	Flags    *flags.Service
	Custody  *custody.Service
	Signing  *signing.Service

	numbers series.Turns

	digesting sync.Mutex
	digests   map[string]digested // of closed stocktakes, by number
}

// batch is how many lines one Commit writes, so that others can write in between.
const batch = 5000

// atOnce is how many such parts are on their way at a time.
const atOnce = 2

// load reads a stocktake that the caller may see: its officers do, whoever opened
// it, and everybody who sees something of what is expected.
func (s *Service) load(ctx context.Context, caller *models.Person, number string) (store.Record, *models.Stocktake, error) {
	unknown := models.Refuse(models.NotFound, "number", "there is no stocktake %q", number)
	record, err := s.Book.Store.Get(ctx, store.Stocktakes, number)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	st, err := store.Decode[models.Stocktake](record)
	if err != nil {
		return record, nil, err
	}
	if !takesPart(caller, st) && !access.SeesPapers(caller, st.Within, st.Payers) {
		return store.Record{}, nil, unknown
	}
	return record, st, nil
}

func takesPart(p *models.Person, st *models.Stocktake) bool {
	return st.OpenedBy == p.Code || slices.Contains(st.Officers, p.Code)
}

// seesAll says whether the person sees every line of the stocktake.
func seesAll(p *models.Person, st *models.Stocktake) bool {
	return st.OpenedBy == p.Code || access.CoversUnit(p, st.Path)
}

// leads says whether the person may recount and close the stocktake.
func leads(p *models.Person, st *models.Stocktake) bool {
	return access.May(p.Role, access.TakeStock) && seesAll(p, st)
}

// mayLead refuses who may not recount or close the stocktake.
func mayLead(p *models.Person, st *models.Stocktake) error {
	if !leads(p, st) {
		return models.Refuse(models.Forbidden, "", "%s covers more than you answer for; whoever opened it, or somebody above, does this", st.Number)
	}
	return nil
}

// change loads a stocktake, lets decide change it, and commits.
func (s *Service) change(ctx context.Context, number string, version int64, kind, reason string, decide func(*models.Person, *models.Stocktake) error) (*models.Stocktake, error) {
	caller, err := access.Allow(ctx, access.TakeStock)
	if err != nil {
		return nil, err
	}
	record, st, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	if err := access.Current(version, st.Version); err != nil {
		return nil, err
	}
	if err := decide(caller, st); err != nil {
		return nil, err
	}
	if err := models.Validate(st); err != nil {
		return nil, err
	}
	return st, access.Outrun(s.Book.Commit(ctx, ledger.Change(store.Stocktakes, record.Body, st, kind, reason)))
}

// Events returns a page of a stocktake's history, newest first, and the cursor of
// the next.
func (s *Service) Events(ctx context.Context, number, cursor string, limit int) ([]models.Event, string, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, "", err
	}
	_, st, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, "", err
	}
	events, next, err := s.Book.Events(ctx, ledger.Subject(store.Stocktakes, number), cursor, limit)
	if !seesAll(caller, st) {
		for _, e := range events {
			clear(e.Changes)
		}
	}
	return events, next, err
}
