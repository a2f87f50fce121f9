package flags

import (
	"context"
	"fmt"

	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// page is how many keys or flags are read at a time.
const page = 1000

// Due are the causes that the documents found by q give. Only their keys and
// versions are read, and a document itself only when its flag does not know that
// version of it yet. band is whatever else the cause's words depend on, such as
// "within 30 days". cause may return false for a document that is none after all.
func Due[T any](ctx context.Context, s store.Store, q store.Query, band string, cause func(*T) (Cause, bool)) Causes {
	q.Bare, q.Limit = true, page
	return func(yield func(Cause, error) bool) {
		for {
			records, err := s.Find(ctx, q)
			if err != nil {
				yield(Cause{}, err)
				return
			}
			for _, r := range records {
				subject, mark := ledger.Subject(q.In, r.ID), fmt.Sprintf("%d %s", r.Version, band)
				look := func() (Cause, bool, error) {
					doc, err := store.Get[T](ctx, s, q.In, r.ID)
					if err != nil {
						return Cause{}, false, err
					}
					c, stands := cause(doc)
					c.Subject, c.Mark = subject, mark
					return c, stands, nil
				}
				if !yield(Cause{Subject: subject, Mark: mark, Look: look}, nil) {
					return
				}
			}
			if len(records) < q.Limit {
				return
			}
			q.After = records[len(records)-1].Place
		}
	}
}
