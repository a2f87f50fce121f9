package starting

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Service leads through the first days of a book.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
}

// Step is a part of setting the book up.
type Step string

// The steps, in their order.
const (
	Units      Step = "units"
	People     Step = "people"
	Categories Step = "categories"
	Donors     Step = "donors"
	Items      Step = "items"
	Labels     Step = "labels" // done when the first item was scanned
)

// Guide is how far the book is set up.
type Guide struct {
	Steps []Standing `json:"steps"`
	Next  Step       `json:"next,omitempty"` // "" when all is done
	Done  int        `json:"done"`
	// Away says that the caller put the guide away.
	Away bool `json:"away,omitempty"`
}

// Standing is one step and whether it is done.
type Standing struct {
	Step Step `json:"step"`
	Done bool `json:"done"`
}

// Shown says whether the first page leads on: until all is done or the caller put the
// guide away.
func (g *Guide) Shown() bool { return g != nil && g.Next != "" && !g.Away }

// Guide tells an administrator of the whole book what is done and what is next.
func (s *Service) Guide(ctx context.Context) (*Guide, error) {
	if err := s.Register.AllowEverywhere(ctx); err != nil {
		return nil, err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return nil, err
	}
	g := &Guide{Away: caller.GuideAway}
	for _, step := range []struct {
		step  Step
		query store.Query
		above int64 // as many are there from the beginning
	}{
		{Units, store.Query{In: store.Units, By: "code"}, 0},
		{People, store.Query{In: store.People, By: "code"}, 1},
		{Categories, store.Query{In: store.Categories, By: "code"}, 0},
		{Donors, store.Query{In: store.Donors, By: "code"}, 0},
		{Items, store.Query{In: store.Assets, By: "number"}, 0},
		{Labels, store.Query{In: store.Assets, By: "seen_in", Where: []store.Cond{store.Is("seen_in", models.Whole), store.From("last_seen_at", "0")}}, 0},
	} {
		step.query.Limit = int(step.above) + 1
		n, err := s.Book.Store.Count(ctx, step.query)
		if err != nil {
			return nil, err
		}
		done := n > step.above
		g.Steps = append(g.Steps, Standing{step.step, done})
		if done {
			g.Done++
		} else if g.Next == "" {
			g.Next = step.step
		}
	}
	return g, nil
}

// For is the guide as the first page shows it to somebody: nil to whom it is not for.
func (s *Service) For(ctx context.Context) (*Guide, error) {
	caller, err := access.Caller(ctx)
	if err != nil || caller.GuideAway || !access.Everywhere(caller) {
		return nil, err
	}
	return s.Guide(ctx)
}
