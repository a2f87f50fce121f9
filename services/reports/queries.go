package reports

import (
	"context"

	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
)

// scoped is a query of papers under the conditions of a scope, by the index that
// these lead, or by another when they name neither units nor payers.
func scoped(in *store.Collection, conds []store.Cond, otherwise string) store.Query {
	q := store.Query{In: in, By: otherwise, Where: conds}
	switch {
	case store.Fixes(conds, "units"):
		q.By = "unit"
	case store.Fixes(conds, "paid_by"):
		q.By = "paid_by"
	}
	return q
}

// each calls do with the pages of a query.
func each(ctx context.Context, s store.Store, q store.Query, do func([]store.Record) error) error {
	q.Limit = 500
	for {
		records, err := s.Find(ctx, q)
		if err != nil {
			return err
		}
		full := len(records) == q.Limit
		if full {
			q.After = records[len(records)-1].Place
		}
		if err := do(records); err != nil || !full {
			return err
		}
	}
}

// eachThen calls do with every document of a query as it was at the instant of the
// report; those that were entered later are left out.
func eachThen[T any](ctx context.Context, a *asked, q store.Query, do func(*T) error) error {
	return each(ctx, a.s.Book.Store, q, func(records []store.Record) error {
		past, err := a.s.Book.AllAsOf(ctx, q.In, records, a.at)
		if err != nil {
			return err
		}
		for _, record := range past {
			doc, err := store.Decode[T](record)
			if err != nil {
				return err
			}
			if err := do(doc); err != nil {
				return err
			}
		}
		return a.names.err
	})
}

// rowsOf makes rows of a list.
func rowsOf[T any](list []T, row func(T) layout.Row) func(func(layout.Row) error) error {
	return func(yield func(layout.Row) error) error {
		for _, one := range list {
			if err := yield(row(one)); err != nil {
				return err
			}
		}
		return nil
	}
}
