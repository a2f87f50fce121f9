package access

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

// ChooseLanguage keeps in which language whoever is signed in reads the book, and how
// numbers are written; "" leaves the language to their browser.
func (s *Service) ChooseLanguage(ctx context.Context, language, digits string) error {
	caller, err := Caller(ctx)
	if err != nil {
		return err
	}
	if language != "" && !words.Known(language) {
		return models.Refuse(models.Invalid, "language", "there is no catalogue of this language")
	}
	record, person, err := s.load(ctx, caller.Code)
	if err != nil || person.Language == language && person.Digits == digits {
		return err
	}
	person.Language, person.Digits = language, digits
	if err := models.Validate(person); err != nil {
		return err
	}
	err = s.Book.Commit(ctx, ledger.Change(store.People, record.Body, person, "person.changed", ""))
	s.forget()
	return Outrun(err)
}
