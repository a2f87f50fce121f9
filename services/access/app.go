package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"strings"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/limit"
	"quartermaster/services/store"
)

const (
	// appPeriod is how long a code of an app lasts, in seconds; 6 digits and SHA-1 go
	// with it, since common apps ignore other wishes (RFC 6238; Google's key URI format).
	appPeriod = 30
	// appSkew is how many periods a phone's clock may be before or behind: one, which
	// RFC 6238, section 5.2, recommends at most.
	appSkew = 1

	appSecret, appOffer = "app secret", "app offer" // what a seal is for
)

// AppOffer is a new secret for an authenticator app. It is shown once and kept only when
// a code that was made with it comes back with Offer.
type AppOffer struct {
	Secret  string `json:"secret"`  // in base32, to be typed in
	Address string `json:"address"` // otpauth://…, for a QR code
	Offer   string `json:"offer"`   // the secret, sealed for the caller
}

// OfferApp begins setting up an app.
func (s *Service) OfferApp(ctx context.Context) (*AppOffer, error) {
	_, person, err := s.mayAddApp(ctx)
	if err != nil {
		return nil, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Quartermaster", AccountName: person.Username, Period: appPeriod})
	if err != nil {
		return nil, err
	}
	return s.offer(person, key.Secret()), nil
}

// OfferedApp shows an offer again, after a mistyped code.
func (s *Service) OfferedApp(ctx context.Context, offer string) (*AppOffer, error) {
	_, person, err := s.mayAddApp(ctx)
	if err != nil {
		return nil, err
	}
	secret, err := s.Seal.open(appOffer, person.Code, offer)
	if err != nil {
		return nil, staleOffer(err)
	}
	shown := s.offer(person, secret)
	shown.Offer = offer
	return shown, nil
}

func staleOffer(cause error) error {
	return models.Refuse(models.Invalid, "offer", "is not one that was made for you here; begin setting up the app again").Because(cause)
}

func (s *Service) offer(p *models.Person, secret string) *AppOffer {
	address := "otpauth://totp/Quartermaster:" + strings.ReplaceAll(p.Username, "@", "%40") + "?secret=" + secret + "&issuer=Quartermaster"
	return &AppOffer{Secret: secret, Address: address, Offer: s.Seal.seal(appOffer, p.Code, secret)}
}

func (s *Service) mayAddApp(ctx context.Context) (store.Record, *models.Person, error) {
	record, person, err := s.self(ctx)
	if err != nil {
		return record, nil, err
	}
	if s.Seal == nil {
		return record, nil, models.Refuse(models.Unavailable, "", "this server has no key with which to encrypt the app's secret; whoever runs it sets QM_SECRETS_KEY")
	}
	if slices.Contains(person.SecondFactor, models.App) {
		return record, nil, models.Refuse(models.Conflict, "app", "you have an app already; remove it first")
	}
	return record, person, s.mayTurn(ctx, person)
}

// Enrolled is what setting up a second factor gives: recovery codes, shown once, and the
// session anew, since from now on it counts as one that was opened with a second factor.
type Enrolled struct {
	RecoveryCodes []string `json:"recovery_codes,omitempty"`
	*SignedIn
}

// AddApp keeps the app that a code shows to hold the secret of an offer. The caller's
// other sign-ins end.
func (s *Service) AddApp(ctx context.Context, offer, code string) (*Enrolled, error) {
	of, person, err := s.mayAddApp(ctx)
	if err != nil {
		return nil, err
	}
	secret, err := s.Seal.open(appOffer, person.Code, offer)
	if err != nil {
		return nil, staleOffer(err)
	}
	if err := s.slowCodes(ctx, person.Code, ""); err != nil {
		return nil, err
	}
	record, kept, err := s.factor(ctx, person.Code)
	if err != nil {
		return nil, err
	}
	step, err := s.codeStep(secret, code)
	if err != nil {
		return nil, s.wrongCode(ctx, person.Code, "", err)
	}
	kept.SealedSecret, kept.Step = s.Seal.seal(appSecret, person.Code, secret), step
	var codes []string
	if len(kept.Recovery) == 0 {
		codes, kept.Recovery = newRecoveryCodes()
	}
	return s.enrolled(ctx, codes, models.App,
		hasNow(of, person, "person.second_factor_set", "authenticator app", models.App, true),
		keep(record, kept, "second_factor.set", "authenticator app"))
}

// enrolled commits that a factor was set up, together with the session anew.
func (s *Service) enrolled(ctx context.Context, codes []string, factor models.Factor, entries ...ledger.Entry) (*Enrolled, error) {
	in, renewed, err := s.renewSession(ctx, factor)
	if err != nil {
		return nil, err
	}
	caller, err := Caller(ctx)
	if err != nil {
		return nil, err
	}
	closed, err := s.closeSessions(ctx, caller.Code, sessionOf(ctx).hash)
	if err != nil {
		return nil, err
	}
	ledger.Answer(ctx, nothing{})
	err = s.Book.Commit(ctx, append(append(entries, renewed...), closed...)...)
	s.forget()
	if err != nil {
		return nil, Outrun(err)
	}
	return &Enrolled{codes, in}, nil
}

// nothing is what the repetition of a request is answered whose answer was shown once.
type nothing struct{}

// RemoveApp takes the caller's own app away, which they confirm with their password and
// a code. Who must have a second factor keeps one.
func (s *Service) RemoveApp(ctx context.Context, password, code string) error {
	of, person, err := s.self(ctx)
	if err != nil {
		return err
	}
	if err := s.ownPassword(ctx, person, password); err != nil && !errors.Is(err, errNoPassword) {
		return err
	}
	record, kept, err := s.codeOf(ctx, person, code, "")
	if err != nil {
		return err
	}
	change := hasNow(of, person, "person.second_factor_removed", "authenticator app", models.App, false)
	if s.Demand.Of(person) && len(person.SecondFactor) == 0 {
		return models.Refuse(models.Conflict, "", "you must have a second factor; set up another one before you remove this")
	}
	kept.WithoutApp(len(person.SecondFactor) > 0)
	ledger.Answer(ctx, nothing{})
	err = s.Book.Commit(ctx, change, keep(record, kept, "second_factor.removed", "authenticator app"))
	s.forget()
	return Outrun(err)
}

// codeStep returns the time step at which an app with the secret makes this code.
func (s *Service) codeStep(secret, code string) (int64, error) {
	code = strings.Join(strings.Fields(code), "")
	now := s.Book.Now().Unix() / appPeriod
	found := int64(-1)
	for step := now - appSkew; step <= now+appSkew; step++ {
		made, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare([]byte(made), []byte(code)) == 1 {
			found = step
		}
	}
	if found < 0 {
		return 0, errWrongCode
	}
	return found, nil
}

var errWrongCode = errors.New("access: the code is wrong")

// codeOf checks a code of a person's app, or one of their recovery codes, and returns
// what is kept once it is used up: no code is taken twice.
func (s *Service) codeOf(ctx context.Context, p *models.Person, code, address string) (store.Record, *models.SecondFactor, error) {
	record, kept, _, err := s.usedUp(ctx, p, code, address)
	return record, kept, err
}

func (s *Service) usedUp(ctx context.Context, p *models.Person, code, address string) (store.Record, *models.SecondFactor, models.Factor, error) {
	fail := func(err error) (store.Record, *models.SecondFactor, models.Factor, error) {
		return store.Record{}, nil, "", err
	}
	leave, err := turn(ctx) // one after the other, so that many at once are not worth more
	if err != nil {
		return fail(err)
	}
	defer leave()
	if err := s.slowCodes(ctx, p.Code, address); err != nil {
		return fail(err)
	}
	record, kept, err := s.factor(ctx, p.Code)
	if err != nil {
		return fail(err)
	}
	if used := kept.Use(recoveryHash(code)); used {
		return record, kept, models.RecoveryCode, s.forgive(ctx, tallies(p.Code, "")[0])
	}
	if kept.SealedSecret == "" || s.Seal == nil {
		return fail(s.wrongCode(ctx, p.Code, address, errWrongCode))
	}
	secret, err := s.Seal.open(appSecret, p.Code, kept.SealedSecret)
	if err != nil {
		return fail(err)
	}
	step, err := s.codeStep(secret, code)
	if err == nil && step <= kept.Step {
		if err := s.failed(ctx, tallies(p.Code, address)); err != nil {
			return fail(err)
		}
		return fail(models.Refuse(models.Invalid, "code", "was used already; wait for the next one"))
	}
	if err != nil {
		return fail(s.wrongCode(ctx, p.Code, address, err))
	}
	kept.Step = step
	return record, kept, models.App, s.forgive(ctx, tallies(p.Code, "")[0])
}

// tallies are what wrong codes are counted by: the person, and the network of who is not
// signed in yet.
func tallies(person, address string) []tally {
	all := []tally{{"code of " + person, freeFailures}}
	if address != "" {
		all = append(all, tally{"from " + limit.Network(address), freeFromFailures})
	}
	return all
}

// slowCodes refuses while whoever guesses codes has to wait.
func (s *Service) slowCodes(ctx context.Context, person, address string) error {
	err := s.slowed(ctx, tallies(person, address))
	if models.KindOf(err) == models.TooMany {
		return models.InField(err, "code")
	}
	return err
}

// wrongCode counts a wrong code and returns its refusal.
func (s *Service) wrongCode(ctx context.Context, person, address string, err error) error {
	if !errors.Is(err, errWrongCode) {
		return err
	}
	if err := s.failed(ctx, tallies(person, address)); err != nil {
		return err
	}
	return models.Refuse(models.Invalid, "code", "is wrong, or its time is over; see that the phone's clock is right")
}
