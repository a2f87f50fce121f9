package access

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// PutGuideAway keeps that whoever is signed in does not want to be led through the first
// days of the book any more, or wants to be again.
func (s *Service) PutGuideAway(ctx context.Context, away bool) error {
	caller, err := Allow(ctx, ManagePlaces)
	if err != nil {
		return err
	}
	if !Everywhere(caller) {
		return models.Refuse(models.Forbidden, "", "only an administrator of the whole book is led through setting it up")
	}
	record, person, err := s.load(ctx, caller.Code)
	if err != nil || person.GuideAway == away {
		return err
	}
	person.GuideAway = away
	err = s.Book.Commit(ctx, ledger.Change(store.People, record.Body, person, "person.changed", ""))
	s.forget()
	return Outrun(err)
}
