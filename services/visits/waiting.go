package visits

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/flags"
	"quartermaster/services/store"
)

// near is how many days before its day a planned visit waits for who makes it.
const near = 7

// Waiting is what waits for one person: visits to begin within a week and to finish,
// findings to answer, and answers to decide on.
type Waiting struct {
	ToBegin  []*models.Visit
	ToFinish []*models.Visit
	ToAnswer []*models.VisitFinding
	ToJudge  []*models.VisitFinding
}

// Waiting lists at most so many of each sort. An administrator of the whole book is
// waited for where they make the visit or are named.
func (s *Service) Waiting(ctx context.Context, most int) (*Waiting, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	var all Waiting
	if access.May(caller.Role, access.Monitor) {
		led := func(state models.VisitState, more ...store.Cond) store.Query {
			return store.Query{In: store.Visits, By: "leader", Where: append([]store.Cond{store.Is("leader", caller.Code), store.Is("state", string(state))}, more...), Limit: most}
		}
		if all.ToBegin, err = store.Find[models.Visit](ctx, s.Book.Store, led(models.VisitPlanned, store.Under("on", string(s.Book.Today().Plus(near+1))))); err != nil {
			return nil, err
		}
		if all.ToFinish, err = store.Find[models.Visit](ctx, s.Book.Store, led(models.VisitUnderway)); err != nil {
			return nil, err
		}
		gone := func(v *models.Visit) bool { return !sees(caller, v) }
		all.ToBegin, all.ToFinish = slices.DeleteFunc(all.ToBegin, gone), slices.DeleteFunc(all.ToFinish, gone)
		all.ToJudge, err = s.findings(ctx, most, "raiser", store.Is("raised_by", caller.Code), store.Is("state", string(models.FindingAnswered)))
		if err != nil {
			return nil, err
		}
		all.ToJudge = slices.DeleteFunc(all.ToJudge, func(f *models.VisitFinding) bool { return !seesFinding(caller, f) })
	}
	if !access.May(caller.Role, access.AnswerFinding) {
		return &all, nil
	}
	open := store.Is("state", string(models.FindingOpen))
	if all.ToAnswer, err = s.findings(ctx, most, "owner", store.Is("owner", caller.Code), open); err != nil {
		return nil, err
	}
	if !access.Everywhere(caller) {
		more, err := s.findings(ctx, most, "unit_state", append(access.Assets(caller), open)...)
		if err != nil {
			return nil, err
		}
		for _, f := range more {
			if f.Owner != caller.Code {
				all.ToAnswer = append(all.ToAnswer, f)
			}
		}
	}
	all.ToAnswer = slices.DeleteFunc(all.ToAnswer, func(f *models.VisitFinding) bool { return !MayAnswer(caller, f) })
	return &all, nil
}

func (s *Service) findings(ctx context.Context, most int, by string, where ...store.Cond) ([]*models.VisitFinding, error) {
	return store.Find[models.VisitFinding](ctx, s.Book.Store, store.Query{In: store.VisitFindings, By: by, Where: where, Limit: most})
}

// Overdue are the findings that are open past their day.
func (s *Service) Overdue(ctx context.Context) flags.Causes {
	past := func(state models.FindingState) flags.Causes {
		q := store.Query{In: store.VisitFindings, By: "state", Where: []store.Cond{store.Is("state", string(state)), store.Under("due", string(s.Book.Today()))}}
		return flags.Due(ctx, s.Book.Store, q, "", func(f *models.VisitFinding) (flags.Cause, bool) {
			detail := models.Say("was to be closed by %v; waits for %v to act", f.Due, f.Unit)
			if f.State == models.FindingAnswered {
				detail = models.Say("was to be closed by %v; it is answered and waits for whoever made the visit", f.Due)
			}
			return flags.Cause{Ref: f.Number, What: models.Say("%v finding: %v", f.Severity, short(f.What)), Detail: detail, Since: f.Due, Unit: f.Unit, Path: f.Path, Owner: f.Owner,
				Donor: f.Donor, Grant: f.Grant, Payers: f.Payers}, f.Open()
		})
	}
	return flags.Together(past(models.FindingOpen), past(models.FindingAnswered))
}

// short cuts a text to what a line shows.
func short(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:79]) + "…"
	}
	return text
}
