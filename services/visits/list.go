package visits

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Filter says which visits a list shows. Since and until are of the day that they are
// planned for.
type Filter struct {
	register.Papers
	State string
}

// FindingFilter says which findings a list shows. Since and until are of the day by
// which they are to be closed.
type FindingFilter struct {
	register.Papers
	State string
}

// Visit returns one visit that the caller sees.
func (s *Service) Visit(ctx context.Context, number string) (*models.Visit, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, v, err := s.load(ctx, caller, number)
	return v, err
}

// List returns a page of the visits in the caller's scope, by the day that they are
// planned for, the last first.
func (s *Service) List(ctx context.Context, f Filter, cursor string, limit int) (*store.Page, error) {
	if f.State != "" && !slices.Contains(models.VisitStates, models.VisitState(f.State)) {
		return nil, models.Refuse(models.Invalid, "state", "must be one of planned, under_way, made, cancelled")
	}
	return s.list(ctx, store.Visits, f.Papers, f.State, "on", cursor, limit)
}

// Findings returns a page of the findings in the caller's scope, by the day by which
// they are to be closed, the last first.
func (s *Service) Findings(ctx context.Context, f FindingFilter, cursor string, limit int) (*store.Page, error) {
	if f.State != "" && !slices.Contains(models.FindingStates, models.FindingState(f.State)) {
		return nil, models.Refuse(models.Invalid, "state", "must be one of open, answered, closed")
	}
	return s.list(ctx, store.VisitFindings, f.Papers, f.State, "due", cursor, limit)
}

func (s *Service) list(ctx context.Context, in *store.Collection, f register.Papers, state, day, cursor string, limit int) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	since, until := f.Since, f.Until
	f.Since, f.Until = "", ""
	conds, nothing, err := f.Within(ctx, s.Register, caller, "")
	if err != nil || nothing {
		return &store.Page{}, err
	}
	for field, given := range map[string]models.Day{"since": since, "until": until} {
		if !given.Valid() {
			return nil, models.Refuse(models.Invalid, field, "is not a day; write it like 2026-03-31")
		}
	}
	if since != "" {
		conds = append(conds, store.From(day, string(since)))
	}
	if until != "" {
		conds = append(conds, store.Under(day, string(until.Plus(1))))
	}
	if state != "" {
		conds = append(conds, store.Is("state", state))
	}
	q := store.Query{In: in, By: in.Narrowest(conds, "unit", "paid_by", "state", day), Where: conds, Desc: true}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// Items returns a page of the items of a visit that the caller sees, in the order of
// the list.
func (s *Service) Items(ctx context.Context, number, cursor string, limit int) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, v, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	q := s.items(v.Number, scope(caller, v))
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

func (s *Service) items(number string, within []store.Cond) store.Query {
	return store.Query{In: store.VisitItems, By: "line", Where: append([]store.Cond{store.Is("visit", number)}, within...)}
}

// scope keeps the items of a visit within what the caller sees: all of them for who
// makes it, unless they are an auditor.
func scope(p *models.Person, v *models.Visit) []store.Cond {
	if p.Role != models.Auditor && (v.Led(p.Code) || access.CoversUnit(p, v.Path)) {
		return nil
	}
	return access.Assets(p)
}

// EachItem calls do with every item of a visit that the caller sees.
func (s *Service) EachItem(ctx context.Context, number string, do func(*models.VisitItem) error) error {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return err
	}
	_, v, err := s.load(ctx, caller, number)
	if err != nil {
		return err
	}
	return s.eachItem(ctx, number, scope(caller, v), do)
}

func (s *Service) eachItem(ctx context.Context, number string, within []store.Cond, do func(*models.VisitItem) error) error {
	q := s.items(number, within)
	q.Limit = 500
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range records {
			item, err := store.Decode[models.VisitItem](record)
			if err != nil {
				return err
			}
			if err := do(item); err != nil {
				return err
			}
		}
		if len(records) < q.Limit {
			return nil
		}
		q.After = records[len(records)-1].Place
	}
}

// FindingsOf returns the findings of a visit that the caller sees, in their order.
func (s *Service) FindingsOf(ctx context.Context, number string) ([]*models.VisitFinding, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	if _, _, err := s.load(ctx, caller, number); err != nil {
		return nil, err
	}
	all, err := store.Find[models.VisitFinding](ctx, s.Book.Store, store.Query{In: store.VisitFindings, By: "visit", Where: []store.Cond{store.Is("visit", number)}, Limit: mostItems})
	return slices.DeleteFunc(all, func(f *models.VisitFinding) bool { return !seesFinding(caller, f) }), err
}

// Events returns a page of a visit's history, newest first, and the cursor of the next.
func (s *Service) Events(ctx context.Context, number, cursor string, limit int) ([]models.Event, string, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, "", err
	}
	_, v, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, "", err
	}
	events, next, err := s.Book.Events(ctx, ledger.Subject(store.Visits, number), cursor, limit)
	if caller.Role == models.Auditor && !v.Led(caller.Code) { // what it changed names what others paid for
		for _, e := range events {
			clear(e.Changes)
		}
	}
	return events, next, err
}

// Photo returns the photo of an item of a visit.
func (s *Service) Photo(ctx context.Context, number, id string) (*models.File, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, v, err := s.load(ctx, caller, number)
	if err != nil {
		return nil, err
	}
	none := models.Refuse(models.NotFound, "photo", "there is no such photo in %s", number)
	file, err := store.Get[models.File](ctx, s.Book.Store, store.Files, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, none
	}
	if err != nil {
		return nil, err
	}
	of, ours := strings.CutPrefix(file.Subject, ledger.Subject(store.VisitItems, ""))
	if !ours {
		return nil, none
	}
	item, err := store.Get[models.VisitItem](ctx, s.Book.Store, store.VisitItems, of)
	if errors.Is(err, store.ErrNotFound) || err == nil && (item.Visit != number || scope(caller, v) != nil && !access.SeesPapers(caller, item.Path, item.PaidBy())) {
		return nil, none
	}
	return file, err
}

// Tally is how the items of a visit that the caller sees were found.
type Tally struct {
	Items    int                         `json:"items"`
	Looked   int                         `json:"looked"` // those that something is said of
	Outcomes map[models.VisitOutcome]int `json:"outcomes"`
}

// Tally counts the items of a visit that the caller sees.
func (s *Service) Tally(ctx context.Context, number string) (Tally, error) {
	t := Tally{Outcomes: map[models.VisitOutcome]int{}}
	err := s.EachItem(ctx, number, func(item *models.VisitItem) error {
		t.Items++
		if item.Seen != nil {
			t.Looked++
			t.Outcomes[item.Seen.Outcome]++
		}
		return nil
	})
	return t, err
}
