package titles

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// notice is how many days before its end a grant is flagged: donors such as LIFT ask
// for the transfer requests three months ahead.
const notice = 92

// Ending are the grants that end soon, or have ended, and are not closed.
func (s *Service) Ending(ctx context.Context) flags.Causes {
	return func(yield func(flags.Cause, error) bool) {
		q := store.Query{In: store.Grants, By: "ends", Where: []store.Cond{store.From("to", "1"), store.Under("to", string(s.Book.Today().Plus(notice+1)))}}
		grants, err := store.Find[models.Grant](ctx, s.Book.Store, q)
		if err != nil {
			yield(flags.Cause{}, err)
			return
		}
		for _, g := range grants {
			if g.Closed != nil {
				continue
			}
			cause, err := s.ending(ctx, g)
			if !yield(cause, err) || err != nil {
				return
			}
		}
	}
}

func (s *Service) ending(ctx context.Context, g *models.Grant) (flags.Cause, error) {
	c, err := s.survey(ctx, g)
	if err != nil {
		return flags.Cause{}, err
	}
	detail := models.Say("ends on %v", g.To)
	if g.To < s.Book.Today() {
		detail = models.Say("ended on %v", g.To)
	}
	for _, kind := range ObstacleKinds {
		if n := c.Counts[kind]; n > 0 {
			detail = models.Say("%v; %v: %v", detail, n, kind)
		}
	}
	if c.Ready {
		detail = models.Say("%v; nothing stands in the way of closing it", detail)
	}
	return flags.Cause{Subject: ledger.Subject(store.Grants, g.Code), Ref: g.Code, What: models.Plain(g.Name), Detail: detail, Since: g.To, Donor: g.Donor, Grant: g.Code}, nil
}
