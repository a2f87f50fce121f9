package reports

import (
	"context"
	"errors"
	"strings"

	"quartermaster/models"
	"quartermaster/services/store"
)

// book looks up what lines refer to, as it was at the instant of the report, each
// once. After a failure it gives nothing more; err is the first.
type book struct {
	s    *Service
	ctx  context.Context
	at   models.Time
	err  error
	docs map[string]any
}

// then returns the document of a code as it was at the report's instant; what was
// entered later, as it is now; nil when there is none.
func then[T any](b *book, in *store.Collection, code string) *T {
	if code == "" || b.err != nil {
		return nil
	}
	key := in.Name + "/" + code
	if doc, known := b.docs[key]; known {
		return doc.(*T)
	}
	doc, err := b.read(in, code)
	var value *T
	if err == nil && doc != nil {
		value, err = store.Decode[T](*doc)
	}
	if err != nil {
		b.err = err
		return nil
	}
	if b.docs == nil {
		b.docs = map[string]any{}
	}
	b.docs[key] = value
	return value
}

func (b *book) read(in *store.Collection, code string) (*store.Record, error) {
	record, err := b.s.Book.Store.Get(b.ctx, in, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	past, existed, err := b.s.Book.AsOf(b.ctx, in, record, b.at)
	if err != nil || !existed {
		return &record, err
	}
	return &past, nil
}

func (b *book) unit(code string) string {
	if u := then[models.Unit](b, store.Units, code); u != nil {
		return u.Name
	}
	return code
}

func (b *book) categoryName(code string) string {
	if c := then[models.Category](b, store.Categories, code); c != nil {
		return c.Name
	}
	return code
}

func (b *book) course(code string) string {
	if c := then[models.Course](b, store.Courses, code); c != nil {
		return c.Name
	}
	return code
}

func (b *book) person(code string) string {
	p := then[models.Person](b, store.People, code)
	if p == nil {
		return code
	}
	name := strings.TrimSpace(p.Rank + " " + p.Name)
	if p.ServiceNumber != "" {
		name += ", " + p.ServiceNumber
	}
	return name
}

func (b *book) agreement(grant string) string {
	if g := then[models.Grant](b, store.Grants, grant); g != nil {
		return g.Reference
	}
	return ""
}
