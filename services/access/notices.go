package access

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// NoticeChoice is where and how often somebody is told what concerns them; what is
// nil stays.
type NoticeChoice struct {
	Email  *string        `json:"email,omitempty"`
	Digest *models.Digest `json:"digest,omitempty"` // daily, weekly or ""
}

// ChooseNotices changes the caller's own choice; version, if not 0, is the one that
// was read.
func (s *Service) ChooseNotices(ctx context.Context, version int64, choice NoticeChoice) (*models.Person, error) {
	caller, err := Caller(ctx)
	if err != nil {
		return nil, err
	}
	record, err := s.Book.Store.Get(ctx, store.People, caller.Code)
	if err != nil {
		return nil, err
	}
	person, err := store.Decode[models.Person](record)
	if err != nil {
		return nil, err
	}
	if err := Current(version, person.Version); err != nil {
		return nil, err
	}
	before := *person
	models.Set(&person.Email, choice.Email)
	models.Set(&person.Digest, choice.Digest)
	if person.Email == "" && choice.Digest != nil && *choice.Digest != models.NoDigest {
		return nil, models.Refuse(models.Invalid, "email", "is required for a digest, which is sent to it")
	}
	s.settleNotices(&before, person)
	if err := models.Validate(person); err != nil {
		return nil, err
	}
	err = Outrun(s.Book.Commit(ctx, ledger.Change(store.People, record.Body, person, "person.changed", "")))
	s.forget()
	return person, err
}

// settleNotices sees to it that nobody without an address has a digest, and notes
// since when somebody has one. before is nil for somebody new.
func (s *Service) settleNotices(before, p *models.Person) {
	if p.Email == "" {
		p.Digest = models.NoDigest
	}
	had := models.NoDigest
	if before != nil {
		had = before.Digest
	}
	switch {
	case p.Digest == models.NoDigest:
		p.DigestSince = nil
	case p.Digest != had:
		now := models.At(s.Book.Now())
		p.DigestSince = &now
	}
}
