package access_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/store"
)

// begin gives the password of keeper.north and returns the step that awaits a code.
func begin(t *testing.T, w *booktest.World) string {
	t.Helper()
	b, err := w.Access.BeginSignIn(t.Context(), access.Credentials{Username: "keeper.north", Password: password}, "/assets", "192.0.2.1", "Firefox")
	if err != nil || b.SignedIn != nil || b.Step == "" {
		t.Fatalf("%+v, %v", b, err)
	}
	return b.Step
}

func finish(w *booktest.World, step, code string) (*access.SignedIn, error) {
	in, _, err := w.Access.FinishSignIn(context.Background(), step, code, "192.0.2.1", "Firefox")
	return in, err
}

func TestTheSecondStepAsksForACode(t *testing.T) {
	w := booktest.New(t)
	app, enrolled := w.Enrol("keeper-north")
	if len(enrolled.RecoveryCodes) != 10 {
		t.Errorf("%d recovery codes", len(enrolled.RecoveryCodes))
	}
	step := begin(t, w)
	_, err := w.Access.Session(t.Context(), step)
	refused(t, err, models.Unauthenticated, "", "has ended") // the step is no session
	_, err = finish(w, step, app.Code())
	refused(t, err, models.Invalid, "code", "used already") // at setting up
	w.Pass(30 * time.Second)
	in, next, err := w.Access.FinishSignIn(t.Context(), step, app.Code(), "192.0.2.1", "Firefox")
	if err != nil || next != "/assets" {
		t.Fatalf("%q, %v", next, err)
	}
	if _, err := w.Access.Session(t.Context(), in.Token); err != nil {
		t.Error(err)
	}
	_, err = finish(w, step, app.Code())
	refused(t, err, models.Unauthenticated, "", "begin again")
	_, err = finish(w, begin(t, w), app.Code())
	refused(t, err, models.Invalid, "code", "used already")
}

func TestACodeOfThePeriodBeforeOrBehindIsTaken(t *testing.T) {
	for off, taken := range map[time.Duration]bool{-60 * time.Second: false, -30 * time.Second: true, 30 * time.Second: true, 60 * time.Second: false} {
		w := booktest.New(t)
		app, _ := w.Enrol("keeper-north")
		w.Pass(10 * time.Minute)
		step := begin(t, w)
		w.Pass(off)
		code := app.Code()
		w.Pass(-off)
		if _, err := finish(w, step, code); (err == nil) != taken {
			t.Errorf("a clock that is off by %s: %v", off, err)
		}
	}
}

func TestOfManyUsesOfOneCodeOneIsTaken(t *testing.T) {
	w := booktest.New(t)
	app, _ := w.Enrol("keeper-north")
	w.Pass(time.Minute)
	code := app.Code()
	var all sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for range 4 {
		step := begin(t, w)
		all.Go(func() {
			if _, err := finish(w, step, code); err == nil {
				mu.Lock()
				taken++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if taken != 1 {
		t.Errorf("one code opened %d sessions", taken)
	}
}

// TestGuessingCodesIsSlowedAcrossInstances guesses at two servers of one book in turn, at
// one sign-in and at a new one each time: neither is worth more than five.
func TestGuessingCodesIsSlowedAcrossInstances(t *testing.T) {
	w := booktest.New(t)
	app, _ := w.Enrol("keeper-north")
	w.Pass(time.Minute)
	instances := []*access.Service{w.Access, {Book: w.Book, Seal: w.Access.Seal}}
	step := begin(t, w)
	for n := range 5 {
		_, _, err := instances[n%2].FinishSignIn(t.Context(), step, "000000", "192.0.2.1", "Firefox")
		refused(t, err, models.Invalid, "code", "wrong")
	}
	for _, s := range instances {
		_, _, err := s.FinishSignIn(t.Context(), step, app.Code(), "192.0.2.1", "Firefox")
		refused(t, err, models.Unauthenticated, "", "from the beginning")
		_, _, err = s.FinishSignIn(t.Context(), begin(t, w), app.Code(), "192.0.2.1", "Firefox")
		refused(t, err, models.TooMany, "code", "try again in")
	}
}

func TestGuessingCodesIsSlowedAndEndsTheSignIn(t *testing.T) {
	w := booktest.New(t)
	app, _ := w.Enrol("keeper-north")
	w.Pass(time.Minute)
	step := begin(t, w)
	for range 5 {
		_, err := finish(w, step, "000000")
		refused(t, err, models.Invalid, "code", "wrong")
	}
	_, err := finish(w, step, app.Code())
	refused(t, err, models.Unauthenticated, "", "from the beginning")
	_, err = finish(w, begin(t, w), app.Code())
	refused(t, err, models.TooMany, "code", "try again in") // with the right one, too
	w.Pass(time.Minute)
	_, err = finish(w, step, app.Code())
	refused(t, err, models.Unauthenticated, "", "from the beginning")
	if _, err := finish(w, begin(t, w), app.Code()); err != nil {
		t.Errorf("after waiting: %v", err)
	}
	step = begin(t, w)
	w.Pass(access.StepLasts)
	_, err = finish(w, step, app.Code())
	refused(t, err, models.Unauthenticated, "", "too long")
	if n, err := w.Access.Sweep(w.Operator()); err != nil || n != 2 {
		t.Errorf("swept %d, %v", n, err)
	}
}

func TestARecoveryCodeWorksOnce(t *testing.T) {
	w := booktest.New(t)
	_, enrolled := w.Enrol("keeper-north")
	code := strings.ToUpper(strings.ReplaceAll(enrolled.RecoveryCodes[3], "-", " "))
	in, err := finish(w, begin(t, w), code)
	if err != nil {
		t.Fatal(err)
	}
	_, err = finish(w, begin(t, w), code)
	refused(t, err, models.Invalid, "code", "wrong")
	ctx, err := w.Access.Enter(t.Context(), in.Token, "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	f, err := w.Access.Factors(ctx)
	if err != nil || !f.App || f.RecoveryLeft != 9 {
		t.Errorf("%+v, %v", f, err)
	}
	made, err := w.Access.NewRecoveryCodes(ctx, enrolled.RecoveryCodes[4])
	if err != nil || len(made) != 10 {
		t.Errorf("%v, %v", made, err)
	}
	_, err = finish(w, begin(t, w), enrolled.RecoveryCodes[5])
	refused(t, err, models.Invalid, "code", "wrong") // of the list before
}

func TestATokenForAProgramNeedsTheCodeToo(t *testing.T) {
	w := booktest.New(t)
	app, _ := w.Enrol("keeper-north")
	w.Pass(time.Minute)
	c := access.Credentials{Username: "keeper.north", Password: password, Name: "export", Days: 30}
	_, err := w.Access.SignIn(t.Context(), c, "192.0.2.1", "curl")
	refused(t, err, models.FactorNeeded, "code", "authenticator app")
	c.Code = app.Code()
	in, err := w.Access.SignIn(t.Context(), c, "192.0.2.1", "curl")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.SignIn(t.Context(), c, "192.0.2.1", "curl")
	refused(t, err, models.Invalid, "code", "used already")
	ctx, err := w.Access.Enter(t.Context(), in.Token, "curl")
	if err != nil {
		t.Fatal(err)
	}
	made, err := w.Access.MakeToken(ctx, "nightly", 2)
	if err != nil || !made.ExpiresAt.Equal(w.Now().Add(48*time.Hour)) {
		t.Errorf("%+v, %v", made, err)
	}
}

func TestSettingUpRenewsTheSessionAndEndsTheOthers(t *testing.T) {
	w := booktest.New(t)
	before, here := w.SignIn("keeper-north"), w.SignIn("keeper-north")
	ctx, err := w.Access.Enter(t.Context(), here.Token, "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	offer, err := w.Access.OfferApp(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.AddApp(ctx, offer.Offer, "000000")
	refused(t, err, models.Invalid, "code", "wrong")
	other, err := w.Access.Enter(t.Context(), w.SignIn("admin").Token, "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.AddApp(other, offer.Offer, "000000")
	refused(t, err, models.Invalid, "offer", "made for you") // it is sealed for the one who asked
	_, enrolled := w.Enrol("keeper-north")
	for _, token := range []string{before.Token, here.Token} {
		_, err := w.Access.Session(t.Context(), token)
		refused(t, err, models.Unauthenticated, "", "has ended")
	}
	if _, err := w.Access.Session(t.Context(), enrolled.Token); err != nil {
		t.Errorf("the session anew: %v", err)
	}
}

func TestWhoMustHaveASecondFactorCanOnlySetItUp(t *testing.T) {
	w := booktest.New(t)
	w.Access.Demand = access.OfAdministrators
	if _, err := w.Access.Session(t.Context(), w.SignIn("keeper-north").Token); err != nil {
		t.Errorf("a storekeeper: %v", err)
	}
	token := w.SignIn("admin").Token
	_, err := w.Access.Enter(t.Context(), token, "Firefox")
	refused(t, err, models.FactorNeeded, access.SetUp, "set it up")
	if _, err := w.Access.EnterToSetUp(t.Context(), token, "Firefox"); err != nil {
		t.Error(err)
	}
	app, enrolled := w.Enrol("admin")
	ctx, err := w.Access.Enter(t.Context(), enrolled.Token, "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Minute)
	refused(t, w.Access.RemoveApp(ctx, password, app.Code()), models.Conflict, "", "must have")
	w.Access.Demand = access.OfNobody
	w.Pass(time.Minute)
	refused(t, w.Access.RemoveApp(ctx, "wrong password", app.Code()), models.Invalid, "current", "not your password")
	refused(t, w.Access.RemoveApp(ctx, password, "000000"), models.Invalid, "code", "wrong")
	if err := w.Access.RemoveApp(ctx, password, app.Code()); err != nil {
		t.Fatal(err)
	}
	w.SignIn("admin") // by password alone
	w.Access.Demand = access.OfEveryone
	_, err = w.Access.Session(t.Context(), w.SignIn("keeper-north").Token)
	refused(t, err, models.FactorNeeded, access.SetUp, "set it up")
}

func TestAnAdministratorTakesALostSecondFactorAway(t *testing.T) {
	w := booktest.New(t)
	app, enrolled := w.Enrol("keeper-north")
	w.Post(models.Person{Code: "admin-south", Name: "A", Unit: "SOUTH", Username: "admin.south", Role: models.Admin, Scope: "SOUTH"})
	for who, wants := range map[string]models.Kind{"chief": models.Forbidden, "admin-south": models.NotFound} {
		if _, err := w.Access.TakeSecondFactor(w.As(who), "keeper-north", 0, "lost"); models.KindOf(err) != wants {
			t.Errorf("%s: %v", who, err)
		}
	}
	_, err := w.Access.TakeSecondFactor(w.As("admin"), "keeper-north", 0, "")
	refused(t, err, models.Invalid, "reason", "required")
	if _, err := w.Access.TakeSecondFactor(w.As("admin"), "keeper-north", 0, "lost the phone; called back at the post"); err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.Session(t.Context(), enrolled.Token)
	refused(t, err, models.Unauthenticated, "", "has ended")
	e, err := w.Book.Latest(t.Context(), "people/keeper-north")
	if err != nil || e.Kind != "person.second_factor_taken" || e.Actor != "admin" || !strings.Contains(e.Reason, "lost the phone") {
		t.Errorf("%+v, %v", e, err)
	}
	_ = app
	w.SignIn("keeper-north")
	if again, _ := w.Enrol("keeper-north"); again.Secret == app.Secret {
		t.Error("the secret is the same")
	}
}

// TestSecretsAreNowhereInTheBook looks through every document and event for the secret of
// an app, the codes of a list and the tokens, as they are.
func TestSecretsAreNowhereInTheBook(t *testing.T) {
	w := booktest.New(t)
	app, enrolled := w.Enrol("keeper-north")
	w.Pass(time.Minute)
	step := begin(t, w)
	secrets := append([]string{app.Secret, enrolled.Token, step, password}, enrolled.RecoveryCodes...)
	for _, code := range enrolled.RecoveryCodes {
		secrets = append(secrets, strings.ReplaceAll(code, "-", ""))
	}
	for _, in := range store.Schema {
		records, err := w.Book.Store.Find(t.Context(), store.Query{In: in, By: store.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			for _, secret := range secrets {
				if strings.Contains(string(r.Body), secret) || r.ID == secret {
					t.Errorf("%s %s holds %q: %s", in.Name, r.ID, secret, r.Body)
				}
			}
			if in == store.Events && strings.Contains(string(r.Body), "sealed_secret") {
				t.Errorf("an event tells what is kept: %s", r.Body)
			}
		}
	}
	person, err := w.Access.Person(w.As("admin"), "keeper-north")
	if err != nil {
		t.Fatal(err)
	}
	if raw, _ := json.Marshal(person); !strings.Contains(string(raw), `"second_factor":["app"]`) {
		t.Errorf("%s", raw)
	}
}

func TestTheKeyForSecretsIsKept(t *testing.T) {
	w := booktest.New(t)
	path := filepath.Join(t.TempDir(), "keys", "book.secrets.key")
	w.Access.Seal = nil
	if made, err := w.Access.OpenSeal(t.Context(), path); err != nil || !made {
		t.Fatalf("%t, %v", made, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if made, err := w.Access.OpenSeal(t.Context(), path); err != nil || made {
		t.Fatalf("%t, %v", made, err)
	}
	w.Enrol("keeper-north")
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.OpenSeal(t.Context(), path); err == nil || !strings.Contains(err.Error(), "QM_SECRETS_KEY") {
		t.Errorf("without the key: %v", err)
	}
	for content, says := range map[string]string{access.NewSeal(): "is not the key", "PRIVATE+KEY+x": "is no key"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Access.OpenSeal(t.Context(), path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", content, err)
		}
	}
	if n, err := w.Access.ForgetApps(w.Operator()); err != nil || n != 1 {
		t.Errorf("forgot %d, %v", n, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if made, err := w.Access.OpenSeal(t.Context(), path); err != nil || !made {
		t.Errorf("a new key: %t, %v", made, err)
	}
	w.SignIn("keeper-north")
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	w := booktest.New(t)
	first := w.SignIn("keeper-north")
	w.Pass(time.Hour)
	ctx, err := w.Access.Enter(t.Context(), w.SignIn("keeper-north").Token, "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.Access.Sessions(ctx)
	if err != nil || len(list) != 1 { // a new password ended the first
		t.Fatalf("%+v, %v", list, err)
	}
	_, err = w.Access.Session(t.Context(), first.Token)
	refused(t, err, models.Unauthenticated, "", "has ended")
	made, err := w.Access.MakeToken(ctx, "nightly export", 30)
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Hour)
	if _, err := w.Access.Session(t.Context(), made.Token); err != nil {
		t.Fatal(err)
	}
	list, err = w.Access.Sessions(ctx)
	if err != nil || len(list) != 2 || list[0].Name != "nightly export" || !list[0].UsedAt.Equal(w.Now()) || list[0].Current || !list[1].Current {
		t.Fatalf("%+v, %v", list, err)
	}
	refused(t, w.Access.EndSession(w.As("admin"), list[0].ID), models.NotFound, "id", "no sign-in")
	if err := w.Access.EndSession(ctx, list[0].ID); err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.Session(t.Context(), made.Token)
	refused(t, err, models.Unauthenticated, "", "has ended")
	if err := w.Access.EndSession(ctx, list[1].ID); err != nil {
		t.Fatal(err)
	}
}
