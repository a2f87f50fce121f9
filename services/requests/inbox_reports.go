package requests

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/public"
	"quartermaster/services/store"
)

// toConfirm lists what people without a sign-in reported and nobody has confirmed yet.
func (s *Service) toConfirm(ctx context.Context, caller *models.Person) ([]Waiting, error) {
	if !access.May(caller.Role, access.Triage) {
		return nil, nil
	}
	page, err := s.Public.List(ctx, public.Filter{State: models.PublicWaiting}, "", mostWaiting+1)
	if err != nil {
		return nil, err
	}
	list := make([]Waiting, len(page.Records))
	for i, record := range page.Records {
		r, err := store.Decode[models.PublicReport](record)
		if err != nil {
			return nil, err
		}
		list[i] = Waiting{For: "confirm", Number: r.ID, Kind: "report", Says: r.Summary(), Unit: r.Unit, Since: r.SentAt}
	}
	return list, nil
}
