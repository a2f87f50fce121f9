package access

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Demand says who must have a second factor.
type Demand string

// The demands.
const (
	OfNobody         Demand = ""
	OfAdministrators Demand = "administrators"
	OfEveryone       Demand = "everyone"
)

// Of says whether a person must have a second factor.
func (d Demand) Of(p *models.Person) bool {
	return d == OfEveryone || d == OfAdministrators && p.Role == models.Admin
}

// SetUp is the field of the refusal of somebody who is to set up a second factor before
// anything else.
const SetUp = "second_factor"

// satisfied refuses a session of somebody who must have a second factor and gave none, or
// who was given their password and has not replaced it.
func (s *Service) satisfied(p *models.Person, in current) error {
	lacks := in.factor == "" && s.Demand.Of(p)
	switch {
	case lacks && len(p.SecondFactor) > 0:
		return models.Refuse(models.Unauthenticated, "", "sign in again, with your second factor")
	case in.first:
		return models.Refuse(models.PasswordNeeded, "password", "was given to you by somebody else, who knows it; set one of your own before anything else")
	case !lacks:
		return nil
	}
	return models.Refuse(models.FactorNeeded, SetUp, "you must have a second factor besides your password; set it up before anything else")
}

// Factors is what somebody sees of their own second factor.
type Factors struct {
	Required     bool      `json:"required"` // they must have one
	App          bool      `json:"app"`
	Passkeys     []Passkey `json:"passkeys"`
	RecoveryLeft int       `json:"recovery_left"`
}

// Factors tells the caller which second factors they have.
func (s *Service) Factors(ctx context.Context) (*Factors, error) {
	_, person, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	_, kept, err := s.factor(ctx, person.Code)
	if err != nil {
		return nil, err
	}
	passkeys, err := s.Passkeys(ctx)
	return &Factors{Required: s.Demand.Of(person), App: kept.SealedSecret != "", Passkeys: passkeys, RecoveryLeft: len(kept.Recovery)}, err
}

// self reads the caller anew, as they are in the book now.
func (s *Service) self(ctx context.Context) (store.Record, *models.Person, error) {
	caller, err := Caller(ctx)
	if err != nil {
		return store.Record{}, nil, err
	}
	return s.load(ctx, caller.Code)
}

// factor reads what is kept of a person's second factor; an empty one when there is none.
func (s *Service) factor(ctx context.Context, code string) (store.Record, *models.SecondFactor, error) {
	record, err := s.Book.Store.Get(ctx, store.SecondFactors, code)
	if errors.Is(err, store.ErrNotFound) {
		return record, &models.SecondFactor{Person: code, Recovery: []string{}}, nil
	}
	if err != nil {
		return record, nil, err
	}
	kept, err := store.Decode[models.SecondFactor](record)
	return record, kept, err
}

// keep is the entry of what is kept now, which is new where nothing was read.
func keep(record store.Record, kept *models.SecondFactor, kind, reason string) ledger.Entry {
	if record.Version == 0 {
		return ledger.Add(store.SecondFactors, kept, kind, reason)
	}
	return ledger.Change(store.SecondFactors, record.Body, kept, kind, reason)
}

// hasNow is the entry by which the book says of a person which factors they have.
func hasNow(record store.Record, p *models.Person, kind, reason string, factor models.Factor, has bool) ledger.Entry {
	factors := slices.DeleteFunc(slices.Clone(p.SecondFactor), func(f models.Factor) bool { return f == factor })
	if has {
		factors = append(factors, factor)
		slices.Sort(factors)
	}
	p.SecondFactor = factors
	return ledger.Change(store.People, record.Body, p, kind, reason)
}

// mayTurn refuses a change of the factors of somebody who has one, in a session that was
// opened without any: a stolen password, or a session from before, does not suffice. It is
// refused, too, while it is not sure that it is still they.
func (s *Service) mayTurn(ctx context.Context, p *models.Person) error {
	if len(p.SecondFactor) > 0 && sessionOf(ctx).factor == "" {
		return models.Refuse(models.Unauthenticated, "", "sign in again, with your second factor")
	}
	return Sure(ctx, s.Book.Now())
}

// TakeSecondFactor takes all second factors from somebody who has lost them, and ends
// their sign-ins. They set up a new one with their password.
func (s *Service) TakeSecondFactor(ctx context.Context, code string, version int64, reason string) (*models.Person, error) {
	caller, err := Allow(ctx, ManagePeople)
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
	if err := s.overSignIn(ctx, caller, person); err != nil {
		return nil, err
	}
	switch {
	case person.Code == caller.Code:
		return nil, models.Refuse(models.Conflict, "code", "is you; change your own second factor at your sign-in")
	case len(person.SecondFactor) == 0:
		return nil, models.Refuse(models.Conflict, "code", "%s has no second factor", person.Name)
	case reason == "":
		return nil, models.Refuse(models.Invalid, "reason", "is required: say why they lost it, and how you know that it is they who ask")
	case len(reason) > 2000:
		return nil, models.Refuse(models.Invalid, "reason", "is longer than %s characters", "2000")
	}
	if err := Sure(ctx, s.Book.Now()); err != nil {
		return nil, err
	}
	return person, s.stripped(ctx, record, person, reason)
}

// stripped commits that a person has no second factor, and is signed out.
func (s *Service) stripped(ctx context.Context, record store.Record, person *models.Person, reason string) error {
	person.SecondFactor = nil
	entries := []ledger.Entry{ledger.Change(store.People, record.Body, person, "person.second_factor_taken", reason)}
	kept, factor, err := s.factor(ctx, person.Code)
	if err != nil {
		return err
	}
	if kept.Version > 0 {
		factor.WithoutApp(false)
		entries = append(entries, keep(kept, factor, "second_factor.taken", reason))
	}
	h, err := s.holder(ctx, person)
	if err != nil {
		return err
	}
	for i, passkey := range h.passkeys {
		entries = append(entries, ledger.Remove(store.Passkeys, h.records[i].Body, passkey, "passkey.removed"))
	}
	closed, err := s.closeSessions(ctx, person.Code, "")
	if err != nil {
		return err
	}
	err = s.Book.Commit(ctx, append(entries, closed...)...)
	s.forget()
	return Outrun(err)
}

// overSignIn refuses a caller whose part of the book is not all that the person sees.
func (s *Service) overSignIn(ctx context.Context, caller, p *models.Person) error {
	if p.Role == "" {
		return nil
	}
	scope, err := s.path(ctx, "scope", p.Scope)
	if err != nil {
		return err
	}
	if !CoversUnit(caller, scope) {
		return models.Refuse(models.Forbidden, "scope", "%s sees more of the book than you do; ask an administrator of the whole", p.Code)
	}
	return nil
}

// ForgetApps takes the apps from everybody, where the key with which their secrets are
// encrypted is lost. It returns from how many.
func (s *Service) ForgetApps(ctx context.Context) (taken int, err error) {
	if _, err := Allow(ctx, ManagePeople); err != nil {
		return 0, err
	}
	err = s.eachFactor(ctx, func(record store.Record, f *models.SecondFactor) error {
		if f.SealedSecret == "" {
			return nil
		}
		of, person, err := s.load(ctx, f.Person)
		if err != nil {
			return err
		}
		const reason = "the key for secrets was lost"
		taken++
		change := hasNow(of, person, "person.second_factor_taken", reason, models.App, false)
		f.WithoutApp(len(person.SecondFactor) > 0)
		return s.Book.Commit(ctx, change, keep(record, f, "second_factor.taken", reason))
	})
	s.forget()
	return taken, err
}
