package notices

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

// TestMail sends a trial to the caller's own address, and returns the message by
// which the result can be seen.
func (s *Service) TestMail(ctx context.Context) (*models.Message, error) {
	caller, err := administrator(ctx)
	if err != nil {
		return nil, err
	}
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, caller.Code)
	if err != nil {
		return nil, err
	}
	if person.Email == "" {
		return nil, models.Refuse(models.Invalid, "email", "you have no address yet; enter one at Your sign-in")
	}
	in := words.In(person.Language, words.Digits(person.Digits))
	letters, err := s.letters(Mail{Kind: testKind, To: []string{person.Email}, Subject: in.Say("A trial from Quartermaster"),
		Text: in.Say("This server can send you e-mail.") + "\n\n" + s.Settings.Base + "/notices\n"})
	if err != nil {
		return nil, err
	}
	m := letters[0]
	return m, s.Book.Commit(ctx, ledger.Beside(store.Insert(store.Messages, m.ID, m)))
}
