package custody

import (
	"context"
	"errors"
	"strings"

	"quartermaster/models"
	"quartermaster/services/store"
)

// named reads a person, as one of whom only the code is known when the book has no
// such person.
func (s *Service) named(ctx context.Context, code string) (*models.Person, error) {
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, code)
	if errors.Is(err, store.ErrNotFound) {
		return &models.Person{Name: code}, nil
	}
	return person, err
}

// rankAndName returns how a person is written on paper.
func (s *Service) rankAndName(ctx context.Context, code string) (string, error) {
	if code == "" {
		return "", nil
	}
	person, err := s.named(ctx, code)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(person.Rank + " " + person.Name), nil
}
