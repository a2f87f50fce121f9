package access

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// NewPerson is a person and, if they sign in, their first password.
type NewPerson struct {
	models.Person
	Password string `json:"password,omitempty"`
	// MadeUp says that nobody chose the password: it is a first one, whoever gives it.
	MadeUp bool `json:"-"`
}

// PersonEdit names what to change of a person; what is nil stays.
type PersonEdit struct {
	Name          *string      `json:"name,omitempty"`
	Rank          *string      `json:"rank,omitempty"`
	ServiceNumber *string      `json:"service_number,omitempty"`
	Unit          *string      `json:"unit,omitempty"`
	Username      *string      `json:"username,omitempty"`
	Role          *models.Role `json:"role,omitempty"`
	Scope         *string      `json:"scope,omitempty"`
	Donors        *[]string    `json:"donors,omitempty"`
	Grants        *[]string    `json:"grants,omitempty"`
	Inactive      *bool        `json:"inactive,omitempty"`
	Email         *string      `json:"email,omitempty"`
	Password      *string      `json:"password,omitempty"`
	MadeUp        bool         `json:"-"`             // nobody chose the password: it is a first one, whoever gives it
	PIN           *string      `json:"pin,omitempty"` // to sign with
	// Successor answers from now on for what somebody held who no longer serves.
	Successor *string `json:"successor,omitempty"`
}

// AddPerson enters a person.
func (s *Service) AddPerson(ctx context.Context, n NewPerson) (*models.Person, error) {
	caller, err := Allow(ctx, AddPeople)
	if err != nil {
		return nil, err
	}
	person := n.Person
	person.Base, person.SecondFactor = models.Base{}, nil
	if err := s.settle(ctx, caller, nil, &person); err != nil {
		return nil, err
	}
	if err := s.sureOfSignIn(ctx, &models.Person{}, &person, n.Password != ""); err != nil {
		return nil, err
	}
	entries := []ledger.Entry{ledger.Add(store.People, &person, "person.added", "")}
	if n.Password != "" || person.Username != "" {
		password, err := s.password(ctx, &person, n.Password)
		if err != nil {
			return nil, err
		}
		password.First = password.First || n.MadeUp
		entries = append(entries, ledger.Add(store.Passwords, password, "password.set", ""))
	}
	if err := s.Book.Commit(ctx, entries...); err != nil {
		return nil, taken(err, &person)
	}
	return &person, nil
}

// password is a new password of a person. What somebody else than they, or whoever runs
// the server, gives them is a first one.
func (s *Service) password(ctx context.Context, p *models.Person, plain string) (*models.Password, error) {
	if p.Username == "" {
		return nil, models.Refuse(models.Invalid, "username", "is required for a person with a password")
	}
	if err := s.checkPassword(ctx, plain, p); err != nil {
		return nil, err
	}
	caller, err := Caller(ctx)
	if err != nil {
		return nil, err
	}
	hash, err := newHash(ctx, plain)
	return &models.Password{Person: p.Code, Hash: hash, First: caller.Code != p.Code && caller.Code != ledger.Program}, err
}

func taken(err error, p *models.Person) error {
	var duplicate *store.Duplicate
	if !errors.As(err, &duplicate) || duplicate.Collection == store.Answers.Name {
		return err
	}
	if duplicate.Index == "username" {
		return models.Refuse(models.Conflict, "username", "%q is already somebody's user name", p.Username).Because(err)
	}
	return models.Refuse(models.Conflict, "code", "%q is already a person", p.Code).Because(err)
}

// settle checks a person against the rules of roles and scope and fills in what
// follows from others. before is nil for somebody new.
func (s *Service) settle(ctx context.Context, caller, before, p *models.Person) error {
	p.Username = strings.ToLower(strings.TrimSpace(p.Username))
	if p.Role != "" && p.Scope == "" && p.Role != models.Admin && p.Role != models.Auditor {
		p.Scope = p.Unit
	}
	s.settleNotices(before, p)
	if err := models.Validate(p); err != nil {
		return err
	}
	path, err := s.path(ctx, "unit", p.Unit)
	if err != nil {
		return err
	}
	scope, err := s.path(ctx, "scope", p.Scope)
	if err != nil {
		return err
	}
	p.Path = path
	if before != nil {
		if err := s.overSignIn(ctx, caller, before); err != nil {
			return err
		}
	}
	signsIn := p.Username != "" || p.Role != "" || before != nil && before.Username != ""
	switch {
	case !CoversUnit(caller, path):
		return models.Refuse(models.Forbidden, "unit", "is not in your part of the unit tree")
	case signsIn && !May(caller.Role, ManagePeople):
		return models.Refuse(models.Forbidden, "role", "the role %s may not %s", caller.Role, ManagePeople)
	case (p.Username == "") != (p.Role == ""):
		return models.Refuse(models.Invalid, "role", "a person who signs in has both a username and a role")
	case p.Role == models.Auditor && len(p.Donors)+len(p.Grants) == 0:
		return models.Refuse(models.Invalid, "donors", "an auditor needs the donors or grants whose equipment they see")
	case p.Role != models.Auditor && len(p.Donors)+len(p.Grants) > 0:
		return models.Refuse(models.Invalid, "donors", "only an auditor is scoped by donors and grants")
	case p.Role != "" && p.Role != models.Admin && p.Role != models.Auditor && p.Scope == "":
		return models.Refuse(models.Invalid, "scope", "a %s needs a unit or a scope", p.Role)
	case p.Role == models.Auditor && !Everywhere(caller), p.Role != "" && !CoversUnit(caller, scope):
		return models.Refuse(models.Forbidden, "scope", "you cannot give a wider scope than your own")
	}
	return s.payersExist(ctx, p)
}

// path returns the path of the unit that field names; nil for none.
func (s *Service) path(ctx context.Context, field, code string) ([]string, error) {
	if code == "" {
		return nil, nil
	}
	unit, err := store.Get[models.Unit](ctx, s.Book.Store, store.Units, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.Invalid, field, "there is no unit %q", code)
	}
	if err != nil {
		return nil, err
	}
	return unit.Path, nil
}

func (s *Service) payersExist(ctx context.Context, p *models.Person) error {
	for _, list := range []struct {
		in    *store.Collection
		field string
		codes []string
	}{{store.Donors, "donors", p.Donors}, {store.Grants, "grants", p.Grants}} {
		for _, code := range list.codes {
			if _, err := s.Book.Store.Get(ctx, list.in, code); errors.Is(err, store.ErrNotFound) {
				return models.Refuse(models.Invalid, list.field, "there is no %q", code)
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

// Person returns one person in the caller's scope.
func (s *Service) Person(ctx context.Context, code string) (*models.Person, error) {
	_, person, err := s.load(ctx, code)
	return person, err
}

func (s *Service) load(ctx context.Context, code string) (store.Record, *models.Person, error) {
	caller, err := Allow(ctx, Read)
	if err != nil {
		return store.Record{}, nil, err
	}
	unknown := models.Refuse(models.NotFound, "code", "there is no person %q", code)
	record, err := s.Book.Store.Get(ctx, store.People, code)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	person, err := store.Decode[models.Person](record)
	if err == nil && person.Code != caller.Code && !CoversUnit(caller, person.Path) {
		return record, nil, unknown
	}
	return record, person, err
}

// People returns a page of the people in the caller's scope, by code.
func (s *Service) People(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	q := store.Query{In: store.People, By: "code"}
	if within, nothing, err := peopleWithin(ctx); err != nil || nothing {
		return &store.Page{}, err
	} else if within != nil {
		q.By, q.Where = "within", within
	}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// PeopleNamed returns the first people in the caller's scope whose code, name, rank or
// service number has words that begin with these.
func (s *Service) PeopleNamed(ctx context.Context, words []string, limit int) (*store.Page, error) {
	within, nothing, err := peopleWithin(ctx)
	if err != nil || nothing {
		return &store.Page{}, err
	}
	return store.FindPage(ctx, s.Book.Store, store.Query{In: store.People, By: "words", Where: append(store.Words(words), within...)}, limit)
}

// peopleWithin returns the condition that keeps a query of people within the caller's
// scope; nothing says that they see nobody.
func peopleWithin(ctx context.Context) (within []store.Cond, nothing bool, err error) {
	caller, err := Allow(ctx, Read)
	switch {
	case err != nil:
		return nil, false, err
	case Everywhere(caller):
		return nil, false, nil
	case caller.Role == models.Auditor || caller.Scope == "":
		return nil, true, nil
	}
	return []store.Cond{store.Is("within", caller.Scope)}, false, nil
}

// EditPerson changes a person; version, if not 0, is the one that was read. A new
// password, role or scope ends the person's sessions.
func (s *Service) EditPerson(ctx context.Context, code string, version int64, edit PersonEdit) (*models.Person, error) {
	caller, err := Allow(ctx, AddPeople)
	if err != nil {
		return nil, err
	}
	record, person, err := s.load(ctx, code)
	if err != nil {
		return nil, err
	}
	if err := Current(version, person.Version); err != nil {
		return nil, err
	}
	before := *person
	edit.apply(person)
	if edit.Scope == nil && before.Scope == before.Unit {
		person.Scope = person.Unit // whoever saw their unit sees the one that they are posted to
	}
	if err := s.settle(ctx, caller, &before, person); err != nil {
		return nil, err
	}
	if err := s.sureOfSignIn(ctx, &before, person, edit.Password != nil || edit.PIN != nil); err != nil {
		return nil, err
	}
	entries := []ledger.Entry{ledger.Change(store.People, record.Body, person, "person.changed", "")}
	witness, err := s.remainingAdmin(ctx, &before, person)
	if err != nil {
		return nil, err
	}
	if witness != nil {
		entries = append(entries, *witness)
	}
	if edit.Password != nil || person.Username != "" && before.Username == "" {
		entry, err := s.newPassword(ctx, person, edit.Password, edit.MadeUp)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	if edit.PIN != nil {
		if !May(caller.Role, ManagePeople) {
			return nil, models.Refuse(models.Forbidden, "pin", "only an administrator may set somebody else's PIN")
		}
		entry, err := s.newPIN(ctx, code, *edit.PIN)
		if err != nil {
			return nil, err
		}
		if edit.Password != nil {
			return nil, models.Refuse(models.Invalid, "pin", "is set apart from the password; change one, then the other")
		}
		entries = append(entries, entry)
	}
	if person.Inactive && !before.Inactive {
		succession, err := s.succession(ctx, &before, edit.Successor)
		if err != nil {
			return nil, err
		}
		entries = append(entries, succession...)
	}
	if person.Unit != before.Unit {
		moved, err := s.moveTraining(ctx, person)
		if err != nil {
			return nil, err
		}
		entries = append(entries, moved...)
	}
	if edit.Password != nil || person.Inactive != before.Inactive || person.Role != before.Role || person.Scope != before.Scope {
		closed, err := s.closeSessions(ctx, code, "")
		if err != nil {
			return nil, err
		}
		entries = append(entries, closed...)
	}
	err = s.Book.Commit(ctx, entries...)
	s.forget()
	if err != nil {
		return nil, Outrun(taken(err, person))
	}
	return person, nil
}

// sureOfSignIn refuses a change of how somebody gets in, or of what they see, while it is
// not sure that it is still the caller who makes it.
func (s *Service) sureOfSignIn(ctx context.Context, before, after *models.Person, secret bool) error {
	if !secret && before.Role == after.Role && before.Username == after.Username && before.Scope == after.Scope &&
		slices.Equal(before.Donors, after.Donors) && slices.Equal(before.Grants, after.Grants) {
		return nil
	}
	return Sure(ctx, s.Book.Now())
}

// ChangePassword replaces the caller's own password and ends their sign-ins.
func (s *Service) ChangePassword(ctx context.Context, current, wanted string) error {
	caller, err := Caller(ctx)
	if err != nil {
		return err
	}
	if err := s.ownPassword(ctx, caller, current); err != nil {
		return err
	}
	if wanted == current {
		return models.Refuse(models.Invalid, "password", "is the one that you have; take another")
	}
	entry, err := s.newPassword(ctx, caller, &wanted, false)
	if err != nil {
		return err
	}
	closed, err := s.closeSessions(ctx, caller.Code, "")
	if err != nil {
		return err
	}
	err = s.Book.Commit(ctx, append([]ledger.Entry{entry}, closed...)...)
	s.forget()
	return Outrun(err)
}

var errNoPassword = models.Refuse(models.Conflict, "current", "you have no password here; you sign in in another way")

// ownPassword refuses unless password is the caller's; with errNoPassword for who has none.
func (s *Service) ownPassword(ctx context.Context, caller *models.Person, password string) error {
	_, kept, err := s.secret(ctx, caller.Username)
	if err != nil {
		return err
	}
	if kept.Hash == nobody {
		return errNoPassword
	}
	right, err := s.guess(ctx, password, kept.Hash, tally{"own password of " + caller.Code, freeFailures})
	if err == nil && !right {
		return models.Refuse(models.Invalid, "current", "is not your password")
	}
	return err
}

func (e PersonEdit) apply(p *models.Person) {
	models.Set(&p.Name, e.Name)
	models.Set(&p.Rank, e.Rank)
	models.Set(&p.ServiceNumber, e.ServiceNumber)
	models.Set(&p.Unit, e.Unit)
	models.Set(&p.Username, e.Username)
	models.Set(&p.Role, e.Role)
	models.Set(&p.Scope, e.Scope)
	models.Set(&p.Donors, e.Donors)
	models.Set(&p.Grants, e.Grants)
	models.Set(&p.Inactive, e.Inactive)
	models.Set(&p.Email, e.Email)
}

func (s *Service) newPassword(ctx context.Context, p *models.Person, plain *string, madeUp bool) (ledger.Entry, error) {
	if plain == nil {
		return ledger.Entry{}, models.Refuse(models.Invalid, "password", "is required for a new sign-in")
	}
	password, err := s.password(ctx, p, *plain)
	if err != nil {
		return ledger.Entry{}, err
	}
	password.First = password.First || madeUp
	record, err := s.Book.Store.Get(ctx, store.Passwords, p.Code)
	if errors.Is(err, store.ErrNotFound) {
		return ledger.Add(store.Passwords, password, "password.set", ""), nil
	}
	if err != nil {
		return ledger.Entry{}, err
	}
	old, err := store.Decode[models.Password](record)
	if err != nil {
		return ledger.Entry{}, err
	}
	password.Base, password.PIN = old.Base, old.PIN
	return ledger.Change(store.Passwords, record.Body, password, "password.set", ""), nil
}
