package starting

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

// Taking names ready-made categories, and the language in which the book keeps their
// texts from then on; "" is English.
type Taking struct {
	Codes    []string `json:"codes"`
	Language string   `json:"language,omitempty"`
}

// Categories are all that are ready to take, in a language, and which of them the book
// has.
func (s *Service) Categories(ctx context.Context, in *words.Printer) ([]Ready, error) {
	if err := s.Register.AllowEverywhere(ctx); err != nil {
		return nil, err
	}
	var list []Ready
	for _, each := range ready() {
		r := each.In(in)
		var err error
		if r.Taken, err = s.has(ctx, store.Categories, r.Code); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// Take enters ready-made categories with their courses, schedules and stock items, each
// whole or not at all. What the book has of them stays as it is, so that taking twice
// adds nothing.
func (s *Service) Take(ctx context.Context, t Taking) ([]Ready, error) {
	if err := s.Register.AllowEverywhere(ctx); err != nil {
		return nil, err
	}
	if t.Language != "" && !words.Known(t.Language) {
		return nil, models.Refuse(models.Invalid, "language", "there is no catalogue of this language")
	}
	if len(t.Codes) == 0 {
		return nil, models.Refuse(models.Invalid, "codes", "choose one or more")
	}
	in := words.In(t.Language, words.Western)
	var chosen []Ready
	for _, code := range t.Codes {
		at := slices.IndexFunc(ready(), func(r Ready) bool { return r.Code == code })
		if at < 0 {
			return nil, models.Refuse(models.Invalid, "codes", "there is no ready-made category %q", code)
		}
		chosen = append(chosen, ready()[at].In(in))
	}
	err := access.Retry(func() error {
		entries, err := s.entries(ctx, chosen)
		if err != nil || len(entries) == 0 {
			return err
		}
		return s.Book.Commit(ctx, entries...)
	})
	if err != nil {
		return nil, err
	}
	return s.Categories(ctx, in)
}

// entries are what the book lacks of what was chosen.
func (s *Service) entries(ctx context.Context, chosen []Ready) ([]ledger.Entry, error) {
	var entries []ledger.Entry
	lacks := func(c *store.Collection, code string) (bool, error) {
		if slices.ContainsFunc(entries, func(e ledger.Entry) bool { return e.In == c && e.Doc.Key() == code }) {
			return false, nil
		}
		has, err := s.has(ctx, c, code)
		return !has, err
	}
	add := func(c *store.Collection, doc models.Document, kind string) error {
		entries = append(entries, ledger.Add(c, doc, kind, ""))
		return models.Validate(doc)
	}
	for _, r := range chosen {
		wanted, err := lacks(store.Categories, r.Code)
		if err != nil {
			return nil, err
		}
		if !wanted {
			continue
		}
		for _, c := range r.Courses {
			wanted, err := lacks(store.Courses, c.Code)
			if err == nil && wanted {
				err = add(store.Courses, &models.Course{Code: c.Code, Name: c.Name, Months: c.Months}, "course.added")
			}
			if err != nil {
				return nil, err
			}
		}
		category := r.category()
		if err := add(store.Categories, category, "category.added"); err != nil {
			return nil, err
		}
		for _, each := range r.Schedules {
			schedule := r.Schedule(each)
			schedule.ID = ulid.MustNew(ulid.Timestamp(s.Book.Now()), rand.Reader).String()
			if err := errors.Join(add(store.Schedules, schedule, "schedule.added"), schedule.Check(category)); err != nil {
				return nil, err
			}
		}
		if r.Stock == nil {
			continue
		}
		wanted, err = lacks(store.StockItems, r.Stock.Code)
		if err == nil && wanted {
			err = add(store.StockItems, r.item(), "item.added")
		}
		if err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func (s *Service) has(ctx context.Context, in *store.Collection, code string) (bool, error) {
	_, err := s.Book.Store.Get(ctx, in, code)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
