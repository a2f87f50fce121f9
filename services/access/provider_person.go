package access

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// known returns the person whom a provider's claims name: linked before, by e-mail if so
// set, or made now when the claims give them a role. The role is what the claims say
// each time.
func (s *Service) known(ctx context.Context, c *claims) (*models.Person, error) {
	ctx = As(ctx, &models.Person{Code: ledger.Program, Role: models.Admin}, "sign-in at "+s.Provider.Name)
	rule := s.Provider.Roles.of(c)
	if len(s.Provider.Roles.Rules) > 0 && rule == nil {
		return nil, models.Refuse(models.Forbidden, "provider", "your account at %s gives you no role in this book; ask an administrator of the book, or whoever runs %s", s.Provider.Name, s.Provider.Name)
	}
	identity := &models.Identity{ID: tokenHash(c.Issuer + "\x00" + c.Subject), Issuer: c.Issuer, Subject: c.Subject}
	kept, err := store.Get[models.Identity](ctx, s.Book.Store, store.Identities, identity.ID)
	switch {
	case err == nil:
		record, err := s.Book.Store.Get(ctx, store.People, kept.Person)
		if err != nil {
			return nil, err
		}
		return s.ruled(ctx, record, rule)
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	record, err := s.byEmail(ctx, c)
	switch {
	case err != nil:
		return nil, err
	case record != nil:
		identity.Person = record.ID
		return s.ruled(ctx, *record, rule, ledger.Add(store.Identities, identity, "identity.linked", "by the e-mail address"))
	case rule == nil:
		return nil, models.Refuse(models.Forbidden, "provider", "your account at %s is not known in this book; ask an administrator of the book to let you in", s.Provider.Name)
	}
	return s.newcomer(ctx, c, rule, identity)
}

// byEmail returns the one person with the address that the provider has checked; nil when
// there is none, more than one, or it is not so set.
func (s *Service) byEmail(ctx context.Context, c *claims) (*store.Record, error) {
	if !s.Provider.LinkByEmail || !bool(c.EmailVerified) || c.Email == "" {
		return nil, nil
	}
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.People, By: "mail", Where: []store.Cond{store.Is("mail", strings.ToLower(c.Email))}, Limit: 2})
	if err != nil || len(records) != 1 {
		return nil, err
	}
	return &records[0], nil
}

// ruled returns a person with the role that a rule gives, whose change is an event. The
// last administrator of the book stays one, whatever the provider says.
func (s *Service) ruled(ctx context.Context, record store.Record, rule *RoleRule, entries ...ledger.Entry) (*models.Person, error) {
	person, err := store.Decode[models.Person](record)
	if err != nil {
		return nil, err
	}
	before := *person
	if rule != nil && rule.give(person) {
		change, err := s.ruleChange(ctx, record, &before, person, rule)
		if models.KindOf(err) == models.Conflict {
			person = &before // the last administrator
		} else if err != nil {
			return nil, err
		}
		entries = append(entries, change...)
	}
	if !person.CanSignIn() {
		return nil, models.Refuse(models.Forbidden, "provider", "your account at %s is that of %s, who may not sign in here; ask an administrator of the book", s.Provider.Name, person.Name)
	}
	if len(entries) > 0 {
		err = s.Book.Commit(ctx, entries...)
		s.forget()
	}
	return person, err
}

func (s *Service) ruleChange(ctx context.Context, record store.Record, before, after *models.Person, rule *RoleRule) ([]ledger.Entry, error) {
	operator, err := Caller(ctx)
	if err != nil {
		return nil, err
	}
	if after.Username == "" {
		after.Username = strings.ToLower(after.Code)
	}
	if err := s.settle(ctx, operator, before, after); err != nil {
		return nil, s.misruled(err, rule)
	}
	witness, err := s.remainingAdmin(ctx, before, after)
	if err != nil {
		return nil, err
	}
	entries := []ledger.Entry{ledger.Change(store.People, record.Body, after, "person.role_by_provider", s.Provider.Roles.Claim+": "+rule.Value)}
	if witness != nil {
		entries = append(entries, *witness)
	}
	closed, err := s.closeSessions(ctx, after.Code, "")
	return append(entries, closed...), err
}

// misruled says that the roles which somebody set do not fit the book.
func (s *Service) misruled(cause error, rule *RoleRule) error {
	if models.KindOf(cause) == "" {
		return cause
	}
	return models.Refuse(models.Forbidden, "provider", "the role that %q at %s gives does not fit this book; tell whoever runs this server", rule.Value, s.Provider.Name).Because(cause)
}

var notInCodes = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// newcomer adds somebody at their first sign-in.
func (s *Service) newcomer(ctx context.Context, c *claims, rule *RoleRule, identity *models.Identity) (*models.Person, error) {
	local, _, _ := strings.Cut(c.Email, "@")
	name := cmp.Or(c.Username, local, c.Subject)
	code := strings.Trim(notInCodes.ReplaceAllString(name, "-"), "-._")
	person := &models.Person{Code: code[:min(len(code), 40)], Name: cmp.Or(c.Name, name), Username: strings.ToLower(code[:min(len(code), 40)])}
	if c.EmailVerified {
		person.Email = c.Email
	}
	rule.give(person)
	operator, err := Caller(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.settle(ctx, operator, nil, person); err != nil {
		return nil, s.misruled(err, rule)
	}
	there, err := s.Book.Store.Count(ctx, store.Query{In: store.People, By: "username", Where: []store.Cond{store.Is("username", person.Username)}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if _, err := s.Book.Store.Get(ctx, store.People, person.Code); there > 0 || err == nil {
		return nil, models.Refuse(models.Forbidden, "provider", "somebody called %s is in this book already and is not linked to your account at %s; ask an administrator of the book", person.Code, s.Provider.Name)
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	identity.Person = person.Code
	return person, s.Book.Commit(ctx,
		ledger.Add(store.People, person, "person.added", "first sign-in, by "+s.Provider.Roles.Claim+": "+rule.Value),
		ledger.Add(store.Identities, identity, "identity.linked", "first sign-in"))
}
