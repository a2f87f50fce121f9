package access

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

func runsTheBook(p *models.Person) bool { return p.CanSignIn() && Everywhere(p) }

// remainingAdmin refuses a change after which nobody could administer the book.
// When somebody else can, it returns an entry that keeps them so within the same
// Commit: of two administrators who remove each other at the same moment, one wins.
func (s *Service) remainingAdmin(ctx context.Context, before, after *models.Person) (*ledger.Entry, error) {
	if !runsTheBook(before) || runsTheBook(after) {
		return nil, nil
	}
	q := store.Query{In: store.People, By: "role", Where: []store.Cond{store.Is("role", string(models.Admin))}, Limit: 100}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			other, err := store.Decode[models.Person](record)
			if err != nil {
				return nil, err
			}
			if other.Code != before.Code && runsTheBook(other) {
				entry := ledger.Change(store.People, record.Body, other, "person.remains_admin", "when "+before.Code+" ceased to be one")
				return &entry, nil
			}
		}
		if len(records) < q.Limit {
			return nil, models.Refuse(models.Conflict, "role",
				"%s is the last administrator of the whole book; make somebody else one first", before.Code)
		}
		q.After = records[len(records)-1].Place
	}
}

// EnsureAdmin makes the person "admin" when the book has nobody at all who may
// administer it. It returns the password that it made up when none is given, and
// "" when nothing was done.
func (s *Service) EnsureAdmin(ctx context.Context, password string) (made string, err error) {
	admins, err := s.Book.Store.Count(ctx, store.Query{In: store.People, By: "role",
		Where: []store.Cond{store.Is("role", string(models.Admin))}, Limit: 1})
	if err != nil || admins > 0 {
		return "", err
	}
	if password == "" {
		made = Secret(15)
		password = made
	}
	person := &models.Person{Code: "admin", Name: "Administrator", Username: "admin", Role: models.Admin}
	secret, err := s.password(ctx, person, password)
	if err != nil {
		return "", err
	}
	secret.First = made != ""
	return made, s.Book.Commit(ctx,
		ledger.Add(store.People, person, "person.added", "first start"),
		ledger.Add(store.Passwords, secret, "password.set", "first start"))
}
