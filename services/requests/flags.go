package requests

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/store"
)

// answerWithin is how many days a request may wait to be decided, and once more to
// be put on vouchers, by its urgency: immediate, urgent, routine.
var answerWithin = []int{1, 3, 7}

// Unanswered are the requests that have waited too long for somebody to decide on
// them, or to make a voucher.
func (s *Service) Unanswered(ctx context.Context) flags.Causes {
	var all []flags.Causes
	for _, state := range []models.RequestState{models.Submitted, models.Approved} {
		for urgency, days := range answerWithin {
			all = append(all, s.unanswered(ctx, state, urgency, days))
		}
	}
	return flags.Together(all...)
}

func (s *Service) unanswered(ctx context.Context, state models.RequestState, urgency, days int) flags.Causes {
	before := s.Book.Begins(s.Book.Today().Plus(-days))
	asked := store.Query{In: store.Requests, By: "state", Where: []store.Cond{store.Is("state", string(state)), store.Is("urgency", int64(urgency)), store.Under("requested_at", before.String())}}
	return flags.Due(ctx, s.Book.Store, asked, "", func(r *models.Request) (flags.Cause, bool) {
		since := r.RequestedAt
		if r.DecidedAt != nil {
			since = *r.DecidedAt
		}
		waits := since.Before(before.Time) && (r.State == models.Submitted || r.Remaining() > 0)
		day := s.Book.DayOf(since)
		return flags.Cause{Ref: r.Number, What: models.Say("%v × %v", r.Quantity, r.What), Detail: models.Say("%v, since %v", Holder(r), day), Since: day.Plus(days + 1),
			Unit: r.Unit, Path: r.Path, Owner: r.RequestedBy}, waits
	})
}
