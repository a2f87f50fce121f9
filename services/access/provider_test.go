package access_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
)

var agencyRoles = access.Roles{Claim: "groups", Rules: []access.RoleRule{
	{Value: "book-admins", Role: models.Admin}, {Value: "north-stores", Role: models.Storekeeper, Unit: "NORTH-STORE", Scope: "NORTH"},
	{Value: "north-command", Role: models.Commander, Unit: "NORTH"}, {Value: "moon", Role: models.Commander, Unit: "MOON"}}}

func TestAProviderSignsIn(t *testing.T) {
	w := booktest.New(t)
	a := booktest.NewAgency(t, w)
	_, err := a.SignIn()
	refused(t, err, models.Forbidden, "provider", "ask an administrator")
	w.Access.Provider.Roles = agencyRoles
	_, err = a.SignIn()
	refused(t, err, models.Forbidden, "provider", "no role in this book")
	a.Says["groups"] = []string{"canteen", "north-stores"}
	in, err := a.SignIn()
	if err != nil {
		t.Fatal(err)
	}
	if p := in.Person; p.Code != "n.khan" || p.Name != "Nadia Khan" || p.Role != models.Storekeeper || p.Unit != "NORTH-STORE" || p.Scope != "NORTH" {
		t.Errorf("%+v", p)
	}
	if _, err := w.Access.Session(t.Context(), in.Token); err != nil {
		t.Error(err)
	}
	a.Says["groups"], a.Says["preferred_username"] = "north-command", "renamed"
	again, err := a.SignIn()
	if err != nil || again.Person.Code != "n.khan" || again.Person.Role != models.Commander || again.Person.Scope != "NORTH-STORE" {
		t.Errorf("%+v, %v", again, err)
	}
	_, err = w.Access.Session(t.Context(), in.Token)
	refused(t, err, models.Unauthenticated, "", "has ended") // it had the role from before
	e, err := w.Book.Latest(t.Context(), "people/n.khan")
	if err != nil || e.Kind != "person.role_by_provider" || e.Reason != "groups: north-command" {
		t.Errorf("%+v, %v", e, err)
	}
	seq := e.Seq
	if _, err := a.SignIn(); err != nil {
		t.Fatal(err)
	}
	if e, _ := w.Book.Latest(t.Context(), "people/n.khan"); e.Seq != seq {
		t.Errorf("what is the same is an event: %+v", e)
	}
	a.Says["groups"], a.Says["sub"] = "moon", "44"
	_, err = a.SignIn()
	refused(t, err, models.Forbidden, "provider", "does not fit this book")
	a.Says["groups"], a.Says["sub"] = "north-stores", "43"
	a.Says["preferred_username"] = "keeper.north"
	_, err = a.SignIn()
	refused(t, err, models.Forbidden, "provider", "in this book already") // nobody takes over an account by its name
	if err := w.Access.ChangePassword(access.As(t.Context(), in.Person, ""), "", "some new password"); models.KindOf(err) != models.Conflict {
		t.Errorf("a password for who has none: %v", err)
	}
	if out := w.Access.SignOutAddress(); !strings.HasPrefix(out, a.URL+"/out?client_id=book&") {
		t.Errorf("out at %s", out)
	}
}

func TestAnAnswerOfAProviderIsNotBelieved(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*booktest.Agency, *access.Returned)
		kind  models.Kind
		says  string
	}{
		"another state":    {func(_ *booktest.Agency, r *access.Returned) { r.State = "x" }, models.Unauthenticated, "begun in this browser"},
		"no state":         {func(_ *booktest.Agency, r *access.Returned) { r.State = "" }, models.Unauthenticated, "begun in this browser"},
		"another nonce":    {func(a *booktest.Agency, _ *access.Returned) { a.Says["nonce"] = "x" }, models.Unauthenticated, "cannot be trusted"},
		"another client":   {func(a *booktest.Agency, _ *access.Returned) { a.Says["aud"] = "shop" }, models.Unauthenticated, "cannot be trusted"},
		"another issuer":   {func(a *booktest.Agency, _ *access.Returned) { a.Says["iss"] = "https://evil.example" }, models.Unauthenticated, "cannot be trusted"},
		"mixed up":         {func(_ *booktest.Agency, r *access.Returned) { r.Issuer = "https://evil.example" }, models.Unauthenticated, "cannot be trusted"},
		"expired":          {func(a *booktest.Agency, _ *access.Returned) { a.Says["exp"] = a.World.Now().Add(-time.Hour).Unix() }, models.Unauthenticated, "cannot be trusted"},
		"another code":     {func(_ *booktest.Agency, r *access.Returned) { r.Code = "x" }, models.Unauthenticated, "cannot be trusted"},
		"another question": {func(a *booktest.Agency, r *access.Returned) { a.Asked[r.Code].Set("code_challenge", "x") }, models.Unauthenticated, "cannot be trusted"},
		"another key": {func(a *booktest.Agency, _ *access.Returned) {
			a.Key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		}, models.Unauthenticated, "cannot be trusted"},
		"refused there": {func(_ *booktest.Agency, r *access.Returned) { r.Code, r.Error = "", "access_denied" }, models.Unauthenticated, "did not sign you in"},
		"down":          {func(a *booktest.Agency, _ *access.Returned) { a.Down = true }, models.Unavailable, "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			w := booktest.New(t)
			a := booktest.NewAgency(t, w)
			w.Access.Provider.Roles = agencyRoles
			a.Says["groups"] = "north-stores"
			address, step, err := w.Access.BeginAtProvider(t.Context(), "/")
			if err != nil {
				t.Fatal(err)
			}
			r := a.Consents(address)
			c.spoil(a, &r)
			begun, _, err := w.Access.FinishAtProvider(t.Context(), step, r, "Firefox")
			if begun != nil {
				t.Errorf("signed in: %+v", begun)
			}
			refused(t, err, c.kind, "provider", c.says)
		})
	}
}

func TestAnAnswerOfAProviderIsTakenOnceInTimeByItsBrowser(t *testing.T) {
	w := booktest.New(t)
	a := booktest.NewAgency(t, w)
	w.Access.Provider.Roles = agencyRoles
	a.Says["groups"] = "north-stores"
	address, step, err := w.Access.BeginAtProvider(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	r := a.Consents(address)
	other, otherStep, err := w.Access.BeginAtProvider(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = w.Access.FinishAtProvider(t.Context(), otherStep, r, "Firefox")
	refused(t, err, models.Unauthenticated, "provider", "begun in this browser")
	if _, _, err := w.Access.FinishAtProvider(t.Context(), step, r, "Firefox"); err != nil {
		t.Fatal(err)
	}
	_, _, err = w.Access.FinishAtProvider(t.Context(), step, r, "Firefox")
	refused(t, err, models.Unauthenticated, "", "finished already")
	r = a.Consents(other)
	w.Pass(access.StepLasts)
	_, _, err = w.Access.FinishAtProvider(t.Context(), otherStep, r, "Firefox")
	refused(t, err, models.Unauthenticated, "", "too long")
}

func TestAProviderThatIsDownHindersNobodyElse(t *testing.T) {
	w := booktest.New(t)
	a := booktest.NewAgency(t, w)
	a.Down = true
	_, err := a.SignIn()
	refused(t, err, models.Unavailable, "provider", "does not answer")
	w.SignIn("keeper-north") // by password
	a.Down = false
	w.Access.Provider.Roles, a.Says["groups"] = agencyRoles, "north-stores"
	if _, err := a.SignIn(); err != nil {
		t.Errorf("once it is back: %v", err)
	}
	w.Access.Provider.Only = true
	_, err = signIn(w, "keeper.north", password)
	refused(t, err, models.Forbidden, "password", "turned off")
}

func TestAPersonIsLinkedByACheckedAddressIfSoSet(t *testing.T) {
	w := booktest.New(t)
	a := booktest.NewAgency(t, w)
	if _, err := w.Access.EditPerson(w.Operator(), "keeper-north", 0, access.PersonEdit{Email: ptr("Naveed@Example.org")}); err != nil {
		t.Fatal(err)
	}
	a.Says["email"], a.Says["email_verified"] = "naveed@example.ORG", true
	_, err := a.SignIn()
	refused(t, err, models.Forbidden, "provider", "not known in this book")
	w.Access.Provider.LinkByEmail = true
	a.Says["email_verified"] = false
	_, err = a.SignIn()
	refused(t, err, models.Forbidden, "provider", "not known in this book")
	a.Says["email_verified"] = "true"
	in, err := a.SignIn()
	if err != nil || in.Person.Code != "keeper-north" || in.Person.Role != models.Storekeeper {
		t.Fatalf("%+v, %v", in, err)
	}
	w.Access.Provider.LinkByEmail, a.Says["email"] = false, "somebody@else.example"
	if in, err := a.SignIn(); err != nil || in.Person.Code != "keeper-north" {
		t.Errorf("once linked: %+v, %v", in, err)
	}
	if _, err := w.Access.EditPerson(w.Operator(), "keeper-north", 0, access.PersonEdit{Inactive: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	_, err = a.SignIn()
	refused(t, err, models.Forbidden, "provider", "may not sign in here")
}

func TestTheLastAdministratorStaysWhateverAProviderSays(t *testing.T) {
	w := booktest.New(t)
	a := booktest.NewAgency(t, w)
	w.Access.Provider.LinkByEmail, w.Access.Provider.Roles = true, agencyRoles
	if _, err := w.Access.EditPerson(w.Operator(), "admin", 0, access.PersonEdit{Email: ptr("admin@example.org")}); err != nil {
		t.Fatal(err)
	}
	a.Says["email"], a.Says["email_verified"], a.Says["groups"] = "admin@example.org", true, "north-command"
	in, err := a.SignIn()
	if err != nil || in.Person.Code != "admin" || in.Person.Role != models.Admin {
		t.Fatalf("%+v, %v", in, err)
	}
	w.Post(models.Person{Code: "admin-2", Name: "Another", Username: "admin.2", Role: models.Admin})
	if in, err := a.SignIn(); err != nil || in.Person.Role != models.Commander {
		t.Errorf("when there is another: %+v, %v", in, err)
	}
}

func TestWhoHasASecondFactorGivesItBesidesTheProvider(t *testing.T) {
	w := booktest.New(t)
	a := booktest.NewAgency(t, w)
	w.Access.Provider.LinkByEmail = true
	if _, err := w.Access.EditPerson(w.Operator(), "keeper-north", 0, access.PersonEdit{Email: ptr("naveed@example.org")}); err != nil {
		t.Fatal(err)
	}
	app, _ := w.Enrol("keeper-north")
	w.Pass(time.Minute)
	a.Says["email"], a.Says["email_verified"] = "naveed@example.org", true
	begun, err := a.SignIn()
	if err != nil || begun.SignedIn != nil || begun.Step == "" {
		t.Fatalf("%+v, %v", begun, err)
	}
	if _, err := finish(w, begun.Step, app.Code()); err != nil {
		t.Fatal(err)
	}
	a.Says["amr"] = []string{"pwd", "mfa"} // the provider asked for one of its own
	begun, err = a.SignIn()
	if err != nil || begun.SignedIn == nil {
		t.Fatalf("%+v, %v", begun, err)
	}
	w.Access.Demand = access.OfEveryone
	if _, err := w.Access.Session(t.Context(), begun.Token); err != nil {
		t.Error(err)
	}
}

func TestRolesOfAProviderAreReadStrictly(t *testing.T) {
	for text, says := range map[string]string{
		`{"claim": "groups", "roles": [{"value": "a", "role": "admin"}, {"value": "b", "role": "commander", "unit": "X"}]}`: "",
		`{"claim": "groups", "rolls": []}`:                                      "unknown field",
		`{"claim": "groups", "roles": []}`:                                      "a list",
		`{"claim": "groups", "roles": [{"value": "a", "role": "root"}]}`:        `gives the role "root"`,
		`{"claim": "groups", "roles": [{"value": "a", "role": "auditor"}]}`:     "no donors or grants",
		`{"claim": "groups", "roles": [{"value": "a", "role": "storekeeper"}]}`: "needs a unit",
		`{"claim": "groups", "roles": [{"role": "admin"}]}`:                     "has no value",
	} {
		_, err := access.ReadRoles(strings.NewReader(text))
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
