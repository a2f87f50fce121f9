package visits

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Checklists returns every template, by code.
func (s *Service) Checklists(ctx context.Context) ([]*models.Checklist, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, err
	}
	return s.templates(ctx)
}

// mostTemplates bounds the templates of a book.
const mostTemplates = 200

func (s *Service) templates(ctx context.Context) ([]*models.Checklist, error) {
	return store.Find[models.Checklist](ctx, s.Book.Store, store.Query{In: store.Checklists, By: store.ID, Limit: mostTemplates})
}

// SetChecklist adds a template, or replaces the one of its code. Visits that are
// planned already keep their questions.
func (s *Service) SetChecklist(ctx context.Context, c models.Checklist) (*models.Checklist, error) {
	caller, err := access.Allow(ctx, access.ManagePlaces)
	if err != nil {
		return nil, err
	}
	if !access.Everywhere(caller) {
		return nil, models.Refuse(models.Forbidden, "", "checklists are kept by an administrator of the whole book")
	}
	c.Name = strings.TrimSpace(c.Name)
	for i := range c.Questions {
		c.Questions[i] = strings.TrimSpace(c.Questions[i])
	}
	c.Base = models.Base{}
	if err := models.Validate(&c); err != nil {
		return nil, err
	}
	if _, err := s.Register.Payer(ctx, c.Donor, ""); err != nil {
		return nil, err
	}
	if c.Category != "" {
		if _, err := s.Register.Category(ctx, c.Category); err != nil {
			return nil, err
		}
	}
	record, err := s.Book.Store.Get(ctx, store.Checklists, c.Code)
	if errors.Is(err, store.ErrNotFound) {
		return &c, s.Book.Commit(ctx, ledger.Add(store.Checklists, &c, "checklist.added", c.Name))
	}
	if err != nil {
		return nil, err
	}
	there, err := store.Decode[models.Checklist](record)
	if err != nil {
		return nil, err
	}
	c.Base = there.Base
	return &c, access.Outrun(s.Book.Commit(ctx, ledger.Change(store.Checklists, record.Body, &c, "checklist.changed", c.Name)))
}

// questions are those of every template that fits the visit; where none does, about
// physical security.
func (s *Service) questions(ctx context.Context, v *models.Visit) ([]models.Check, error) {
	donor, err := s.Register.Payer(ctx, v.Scope.Donor, v.Scope.Grant)
	if err != nil {
		return nil, err
	}
	templates, err := s.templates(ctx)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, t := range templates {
		if t.Fits(donor, v.Scope.Category) {
			texts = append(texts, t.Questions...)
		}
	}
	if len(texts) == 0 {
		texts = models.PhysicalSecurity
	}
	var checks []models.Check
	for _, text := range texts {
		if !slices.ContainsFunc(checks, func(c models.Check) bool { return c.Question == text }) {
			checks = append(checks, models.Check{Question: text})
		}
	}
	return checks, nil
}

// Answer is what a monitor answers to one question of the checklist, counted from 1.
type Answer struct {
	Question int                `json:"question"`
	Answer   models.CheckAnswer `json:"answer"`
	Remark   string             `json:"remark,omitempty"`
}

// Answers are given together.
type Answers struct {
	Answers []Answer `json:"answers"`
}

// Check enters answers to the checklist; an empty answer takes one back.
func (s *Service) Check(ctx context.Context, number string, version int64, given Answers) (*models.Visit, error) {
	return s.change(ctx, changing{number, version, "visit.checked", ""}, func(_ *models.Person, v *models.Visit) ([]ledger.Entry, error) {
		if err := underway(v); err != nil {
			return nil, err
		}
		for _, a := range given.Answers {
			if a.Question < 1 || a.Question > len(v.Checklist) {
				return nil, models.Refuse(models.Invalid, "question", "must be from 1 to %d", len(v.Checklist))
			}
			check := &v.Checklist[a.Question-1]
			check.Answer, check.Remark = a.Answer, strings.TrimSpace(a.Remark)
		}
		return nil, nil
	})
}
