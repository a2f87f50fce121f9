package disposal

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// LossFilter says which losses a list shows.
type LossFilter struct {
	register.Papers
	State, Kind string
	Tag         string
}

// WriteOffFilter says which write-offs a list shows. Noted shows those alone that an
// auditor looks at twice.
type WriteOffFilter struct {
	register.Papers
	State string
	Tag   string
	Noted bool
}

// Losses returns a page of the losses that the caller sees, newest first.
func (s *Service) Losses(ctx context.Context, f LossFilter, cursor string, limit int) (*store.Page, error) {
	if f.State != "" && !slices.Contains(models.LossStates, models.LossState(f.State)) {
		return nil, models.Refuse(models.Invalid, "state", "must be one of reported, inquiry, to_decide, decided, closed")
	}
	if f.Kind != "" && !slices.Contains(models.LossKinds, models.LossKind(f.Kind)) {
		return nil, models.Refuse(models.Invalid, "kind", "must be one of loss, theft, damage")
	}
	return s.list(ctx, store.Losses, []string{"asset", "unit_state", "unit", "paid_by", "state", "kind", "reported"}, f.Papers, "reported_at", cursor, limit, f.Tag,
		store.Cond{Field: "state", Value: f.State}, store.Cond{Field: "kind", Value: f.Kind})
}

// WriteOffs returns a page of the write-offs that the caller sees, newest first.
func (s *Service) WriteOffs(ctx context.Context, f WriteOffFilter, cursor string, limit int) (*store.Page, error) {
	if f.State != "" && !slices.Contains(models.WriteOffStates, models.WriteOffState(f.State)) {
		return nil, models.Refuse(models.Invalid, "state", "must be one of proposed, approved, declined, withdrawn, struck_off")
	}
	noted := ""
	if f.Noted {
		noted = "true"
	}
	return s.list(ctx, store.WriteOffs, []string{"asset", "noted", "unit_state", "unit", "paid_by", "state", "proposed"}, f.Papers, "proposed_at", cursor, limit, f.Tag,
		store.Cond{Field: "state", Value: f.State}, store.Cond{Field: "is_noted", Value: noted})
}

// list returns a page of papers by the first of the indexes that narrows them. Of the further
// conditions, those of no value are left out.
func (s *Service) list(ctx context.Context, in *store.Collection, by []string, f register.Papers, instant, cursor string, limit int, tag string, more ...store.Cond) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	conds, nothing, err := f.Within(ctx, s.Register, caller, instant)
	if err != nil || nothing {
		return &store.Page{}, err
	}
	if tag != "" {
		record, err := s.Register.Asset(ctx, tag)
		if err != nil {
			return nil, models.InField(err, "tag")
		}
		more = append(more, store.Is("asset", record.ID))
	}
	for _, c := range more {
		if c.Value != "" {
			conds = append(conds, c)
		}
	}
	q := store.Query{In: in, By: in.Narrowest(conds, by...), Where: conds, Desc: true}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// LossEvents returns a page of a loss's history, newest first, and the cursor of the
// next.
func (s *Service) LossEvents(ctx context.Context, number, cursor string, limit int) ([]models.Event, string, error) {
	if _, err := s.Loss(ctx, number); err != nil {
		return nil, "", err
	}
	return s.Book.Events(ctx, ledger.Subject(store.Losses, number), cursor, limit)
}

// WriteOffEvents returns a page of a write-off's history, newest first, and the
// cursor of the next.
func (s *Service) WriteOffEvents(ctx context.Context, number, cursor string, limit int) ([]models.Event, string, error) {
	if _, err := s.WriteOff(ctx, number); err != nil {
		return nil, "", err
	}
	return s.Book.Events(ctx, ledger.Subject(store.WriteOffs, number), cursor, limit)
}

// About returns the losses and write-offs of an item, newest first: for its page.
func (s *Service) About(ctx context.Context, tag string) ([]*models.Loss, []*models.WriteOff, error) {
	losses, err := s.Losses(ctx, LossFilter{Tag: tag}, "", mostAbout)
	if err != nil {
		return nil, nil, err
	}
	writeOffs, err := s.WriteOffs(ctx, WriteOffFilter{Tag: tag}, "", mostAbout)
	if err != nil {
		return nil, nil, err
	}
	l, err := decoded[models.Loss](losses)
	if err != nil {
		return nil, nil, err
	}
	w, err := decoded[models.WriteOff](writeOffs)
	return l, w, err
}

const mostAbout = 20

func decoded[T any](page *store.Page) ([]*T, error) {
	docs := make([]*T, len(page.Records))
	for i, r := range page.Records {
		doc, err := store.Decode[T](r)
		if err != nil {
			return nil, err
		}
		docs[i] = doc
	}
	return docs, nil
}
