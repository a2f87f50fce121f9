package requests

import (
	"context"

	"quartermaster/models"
)

// toVisit lists the end-use visits and their findings that wait for the caller.
func (s *Service) toVisit(ctx context.Context, _ *models.Person) ([]Waiting, error) {
	waiting, err := s.Visits.Waiting(ctx, mostWaiting+1)
	if err != nil {
		return nil, err
	}
	var list []Waiting
	for _, sort := range []struct {
		what   string
		visits []*models.Visit
	}{{"visit", waiting.ToBegin}, {"finish", waiting.ToFinish}} {
		for _, v := range sort.visits {
			list = append(list, Waiting{For: sort.what, Number: v.Number, Kind: "visit", Says: models.Say("end-use visit: %v", v.Name), Unit: v.Scope.Unit, Since: v.UpdatedAt, NeededBy: v.On})
		}
	}
	for _, sort := range []struct {
		what     string
		findings []*models.VisitFinding
	}{{"answer", waiting.ToAnswer}, {"judge", waiting.ToJudge}} {
		for _, f := range sort.findings {
			list = append(list, Waiting{For: sort.what, Number: f.Number, Kind: "finding", Says: models.Plain(f.What), Unit: f.Unit, Since: f.UpdatedAt, NeededBy: f.Due})
		}
	}
	return list, nil
}
