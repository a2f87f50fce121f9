package register

import (
	"context"
	"slices"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// mostApart is how many assets that changed since are kept apart from the rest;
// where there are more, the whole register is read and taken back.
const mostApart = 20_000

// longestCommit is how much later than its instant a change may come to be seen.
const longestCommit = time.Minute

// undoneTogether bounds how many bodies are held while they are taken back.
const undoneTogether = 500

// EachAsOf calls do with every asset that the list of a filter would have shown at
// an instant, as it was then, in the order of tags; Sort and Search are not asked.
// What is changed while it reads is read as of that instant too.
func (s *Service) EachAsOf(ctx context.Context, f Filter, at models.Time, do func(*models.Asset) error) error {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return err
	}
	conds, nothing, err := s.conditions(ctx, caller, f)
	if err != nil || nothing {
		return err
	}
	p := &pastList{s: s, conds: conds, at: at, do: do, apart: map[string]bool{}, checked: models.At(at.Add(-longestCommit))}
	if err := p.catchUp(ctx); err != nil {
		return err
	}
	q := store.Query{In: store.Assets, By: "number", Limit: 1000}
	if !p.everything {
		if q, err = s.narrowest(ctx, candidates(conds, false)); err != nil {
			return err
		}
		q.Limit = 1000
	}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return err
		}
		if err := p.page(ctx, records); err != nil {
			return err
		}
		if len(records) < q.Limit {
			return p.emitUnder(int64(1) << 62)
		}
		q.After = records[len(records)-1].Place
	}
}

// ChangedSince calls do with every asset that was changed at an instant or later, as
// it is now and whoever sees it.
func (s *Service) ChangedSince(ctx context.Context, since models.Time, do func(store.Record) error) error {
	q := store.Query{In: store.Assets, By: "updated", Where: []store.Cond{store.From("updated_at", since.String())}, Limit: 1000}
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

// pastList is a list of the register as it was. What has not changed since is where
// the indexes say; what has is kept apart until its turn comes.
type pastList struct {
	s          *Service
	conds      []store.Cond
	at         models.Time
	do         func(*models.Asset) error
	apart      map[string]bool // what was read by its change, by ID
	waiting    []*models.Asset // of it, what the list shows, by number
	checked    models.Time     // changes until then are known
	everything bool            // too much has changed to be kept apart
}

// catchUp takes apart what was changed since it last looked.
func (p *pastList) catchUp(ctx context.Context) error {
	if p.everything {
		return nil
	}
	now := models.At(p.s.Book.Now().Add(-longestCommit))
	since := p.checked
	if n, err := p.s.Book.Store.Count(ctx, store.Query{In: store.Assets, By: "updated", Where: []store.Cond{store.From("updated_at", since.String())}, Limit: mostApart + 1}); err != nil || n > mostApart {
		p.everything = len(p.apart) == 0
		if err != nil || p.everything {
			return err
		}
	}
	var some []store.Record
	take := func() error {
		err := p.then(ctx, some, func(a *models.Asset) error {
			p.waiting = append(p.waiting, a)
			return nil
		})
		some = some[:0]
		return err
	}
	err := p.s.ChangedSince(ctx, since, func(r store.Record) error {
		if p.apart[r.ID] {
			return nil
		}
		p.apart[r.ID] = true
		some = append(some, r)
		if len(some) == undoneTogether {
			return take()
		}
		return nil
	})
	if err == nil {
		err = take()
	}
	slices.SortFunc(p.waiting, func(a, b *models.Asset) int { return int(a.Number - b.Number) })
	if now.After(p.checked.Time) {
		p.checked = now
	}
	return err
}

// then calls do with the records as they were, those that the list shows.
func (p *pastList) then(ctx context.Context, records []store.Record, do func(*models.Asset) error) error {
	assets := make([]*models.Asset, len(records))
	var changed []store.Record
	for i, r := range records {
		a, err := store.Decode[models.Asset](r)
		if err != nil {
			return err
		}
		assets[i] = a
		if a.UpdatedAt.After(p.at.Time) {
			changed = append(changed, r)
		}
	}
	past := map[string]*models.Asset{}
	if len(changed) > 0 {
		stood, err := p.s.Book.AllAsOf(ctx, store.Assets, changed, p.at)
		if err != nil {
			return err
		}
		for _, r := range stood {
			if past[r.ID], err = store.Decode[models.Asset](r); err != nil {
				return err
			}
		}
	}
	for _, a := range assets {
		if a.UpdatedAt.After(p.at.Time) {
			a = past[a.ID]
		}
		if a == nil || !Meets(a, p.conds) {
			continue
		}
		if err := do(a); err != nil {
			return err
		}
	}
	return nil
}

// page shows a page of what the index gives, and what was kept apart in between.
func (p *pastList) page(ctx context.Context, records []store.Record) error {
	if p.everything {
		kept := records[:0]
		for _, r := range records {
			if !p.apart[r.ID] { // unless it was given another number meanwhile
				p.apart[r.ID] = true
				kept = append(kept, r)
			}
		}
		return p.then(ctx, kept, p.do)
	}
	if err := p.catchUp(ctx); err != nil {
		return err
	}
	records = slices.DeleteFunc(records, func(r store.Record) bool { return p.apart[r.ID] })
	return p.then(ctx, records, func(a *models.Asset) error {
		if err := p.emitUnder(a.Number); err != nil {
			return err
		}
		return p.do(a)
	})
}

// emitUnder shows what waits below a number.
func (p *pastList) emitUnder(number int64) error {
	for len(p.waiting) > 0 && p.waiting[0].Number < number {
		a := p.waiting[0]
		p.waiting = p.waiting[1:]
		if err := p.do(a); err != nil {
			return err
		}
	}
	return nil
}

// Meets says whether an asset meets conditions on what lists are filtered by, as
// the store would.
func Meets(a *models.Asset, conds []store.Cond) bool {
	for _, c := range conds {
		var has []string
		switch c.Field {
		case "units":
			has = a.Units()
		case "paid_by":
			has = a.PaidBy()
		case "status":
			has = []string{string(a.Status)}
		case "category":
			has = []string{a.Category}
		case "custodian":
			has = []string{a.Custodian}
		default:
			panic("register: no past by " + c.Field)
		}
		wanted, several := c.Value.([]string)
		if !several {
			wanted = []string{c.Value.(string)}
		}
		if !slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(has, w) }) {
			return false
		}
	}
	return true
}
