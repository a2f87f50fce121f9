package stocktake

import (
	"context"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/signing"
	"quartermaster/services/store"
)

// Closing ends a stocktake: two people sign for its result.
type Closing struct {
	Remarks    string            `json:"remarks,omitempty"`
	Signatures []*signing.Signed `json:"signatures"`
}

// Close ends the counting, settles what was not seen (explained by the book, or
// unaccounted with a flag on each), and has the result signed. One that broke off is
// closed by asking again. version, if not 0, is the one that was read.
func (s *Service) Close(ctx context.Context, number string, version int64, c Closing) (*models.Stocktake, error) {
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
	if err := mayClose(caller, st); err != nil {
		return nil, err
	}
	signatures, err := s.signatures(ctx, caller, c.Signatures)
	if err != nil {
		return nil, err
	}
	if st.State == models.StocktakeOpen {
		now := models.At(s.Book.Now())
		st.State, st.ClosingAt, st.Remarks = models.StocktakeClosing, &now, strings.TrimSpace(c.Remarks)
		if err := models.Validate(st); err != nil {
			return nil, err
		}
		if err := s.Book.Commit(ctx, ledger.Change(store.Stocktakes, record.Body, st, "stocktake.closing", st.Remarks)); err != nil {
			return nil, access.Outrun(err)
		}
	}
	ctx = ledger.Further(ctx)
	if err := s.settle(ctx, st); err != nil {
		return nil, err
	}
	return s.sign(ctx, number, signatures)
}

// MayClose says whether the person may close the stocktake now.
func MayClose(p *models.Person, st *models.Stocktake) bool { return mayClose(p, st) == nil }

func mayClose(p *models.Person, st *models.Stocktake) error {
	if st.State != models.StocktakeClosing {
		if err := st.CanCount(); err != nil {
			return err
		}
	}
	return mayLead(p, st)
}

func (s *Service) signatures(ctx context.Context, caller *models.Person, given []*signing.Signed) ([]*models.Signature, error) {
	if len(given) != 2 {
		return nil, models.Refuse(models.Invalid, "signatures", "are required of two people: who led the count, and who answers for what was counted")
	}
	taken := make([]*models.Signature, len(given))
	for i, g := range given {
		var err error
		if taken[i], err = s.Signing.Take(ctx, caller, g); err != nil {
			return nil, err
		}
	}
	if signing.SamePerson(taken[0], taken[1]) {
		return nil, models.Refuse(models.Invalid, "signatures", "%s signed twice; two different people sign", taken[0].Name)
	}
	return taken, nil
}

// settle decides of everything that is still to be counted again, and then of what is
// outstanding, part by part. What it has decided of is neither any more, so it can be
// done again from where it broke off. A sighting that is under way meanwhile finds its
// line changed, and then the stocktake closing.
func (s *Service) settle(ctx context.Context, st *models.Stocktake) error {
	again := store.Query{In: store.StocktakeLines, By: "recount", Where: []store.Cond{store.Is("recount_due", st.Number)}}
	if err := s.allOf(ctx, again, unmade); err != nil {
		return err
	}
	outstanding := store.Query{In: store.StocktakeLines, By: "state", Where: []store.Cond{store.Is("stocktake", st.Number), store.Is("state", string(models.LineOutstanding))}}
	return s.allOf(ctx, outstanding, func(record store.Record) ([]ledger.Entry, error) { return s.settled(ctx, st, record) })
}

// allOf decides of lines until the query finds none any more.
func (s *Service) allOf(ctx context.Context, q store.Query, decide func(store.Record) ([]ledger.Entry, error)) error {
	q.Limit = batch
	for some := batch; some == batch; {
		err := access.Retry(func() error {
			records, err := s.Book.Store.Find(ctx, q)
			some = len(records)
			if err != nil || some == 0 {
				return err
			}
			var entries []ledger.Entry
			for _, record := range records {
				more, err := decide(record)
				if err != nil {
					return err
				}
				entries = append(entries, more...)
			}
			return s.Book.Commit(ctx, entries...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unmade notes on a line that it was to be counted again and was not.
func unmade(record store.Record) ([]ledger.Entry, error) {
	line, err := store.Decode[models.StocktakeLine](record)
	if err != nil {
		return nil, err
	}
	line.RecountDue = ""
	if line.Recount != nil {
		line.Recount.Missed = true
	}
	return []ledger.Entry{ledger.Change(store.StocktakeLines, record.Body, line, "line.not_recounted", "")}, nil
}

// settled decides what became of an item that nobody saw.
func (s *Service) settled(ctx context.Context, st *models.Stocktake, record store.Record) ([]ledger.Entry, error) {
	line, err := store.Decode[models.StocktakeLine](record)
	if err != nil {
		return nil, err
	}
	line.State = models.LineUnaccounted
	if line.Asset == "" {
		return []ledger.Entry{ledger.Change(store.StocktakeLines, record.Body, line, "line.unaccounted", "")}, nil
	}
	a, err := store.Get[models.Asset](ctx, s.Book.Store, store.Assets, line.Asset)
	if err != nil {
		return nil, err
	}
	if where := whereTo(st, line, a); !where.Empty() {
		line.State = models.LineExplained
		line.Explained, line.ExplainedSaid = where.Kept()
		return []ledger.Entry{ledger.Change(store.StocktakeLines, record.Body, line, "line.explained", "").Saying(where)}, nil
	}
	line.MissingSince = s.Book.DayOf(*st.ClosingAt)
	line.DaysUnseen = daysUnseen(*st.ClosingAt, a)
	entry := ledger.Change(store.StocktakeLines, record.Body, line, "line.unaccounted", "")
	flag, err := s.Flags.Opening(ctx, models.Unaccounted, cause(line, a))
	return append(flag, entry), err
}

// daysUnseen counts the days since an item was last seen, or was taken on charge
// when it never was.
func daysUnseen(now models.Time, a *models.Asset) int {
	seen := a.CreatedAt
	if a.LastSeenAt != nil {
		seen = *a.LastSeenAt
	}
	return int(now.Sub(seen.Time) / (24 * time.Hour))
}

// sign counts the result and has both sign for it.
func (s *Service) sign(ctx context.Context, number string, signatures []*models.Signature) (*models.Stocktake, error) {
	record, err := s.Book.Store.Get(ctx, store.Stocktakes, number)
	if err != nil {
		return nil, err
	}
	st, err := store.Decode[models.Stocktake](record)
	if err != nil {
		return nil, err
	}
	result, digest, err := s.result(ctx, st)
	if err != nil {
		return nil, err
	}
	now := models.At(s.Book.Now())
	st.State, st.ClosedAt, st.Result, st.Digest = models.StocktakeClosed, &now, result, digest
	for _, sig := range signatures {
		sig.At = now
		sig.Hash = hash(st, *sig)
		st.SignedBy = append(st.SignedBy, *sig)
	}
	return st, access.Outrun(s.Book.Commit(ctx, ledger.Change(store.Stocktakes, record.Body, st, "stocktake.closed", st.Remarks)))
}

// signed is exactly what the two sign for.
type signed struct {
	Number    string
	Name      string
	Scope     models.StocktakeScope
	Sample    *models.Sample
	Officers  []string
	Own       bool
	OpenedAt  models.Time
	ClosingAt *models.Time
	Remarks   string
	Result    *models.Tally
	Digest    string
	Signature models.Signature
}

func hash(st *models.Stocktake, sig models.Signature) string {
	sig.Hash = ""
	return signing.Hash(signed{st.Number, st.Name, st.Scope, st.Sample, st.Officers, st.OwnCustody, st.OpenedAt, st.ClosingAt, st.Remarks, st.Result, st.Digest, sig})
}

// broken says which signatures are not for the result as it is now, from 1.
func (s *Service) broken(ctx context.Context, st *models.Stocktake) ([]int, error) {
	digest, err := s.digest(ctx, st)
	if err != nil {
		return nil, err
	}
	now := *st
	now.Digest = digest
	var which []int
	for i, sig := range st.SignedBy {
		if hash(&now, sig) != sig.Hash {
			which = append(which, i+1)
		}
	}
	return which, nil
}
