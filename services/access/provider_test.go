package access_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
)

// agency is a provider of sign-ins, run in the test: its own, since one that is made for
// production refuses to sign what a forger would.
type agency struct {
	*httptest.Server
	t     *testing.T
	w     *booktest.World
	key   *ecdsa.PrivateKey
	says  map[string]any        // claims of whoever signs in
	asked map[string]url.Values // by code
	down  bool
}

func newAgency(t *testing.T, w *booktest.World) *agency {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &agency{t: t, w: w, key: key, says: map[string]any{"sub": "42", "preferred_username": "n.khan", "name": "Nadia Khan"}, asked: map[string]url.Values{}}
	answer := func(rw http.ResponseWriter, body any) {
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(body)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(rw http.ResponseWriter, _ *http.Request) {
		answer(rw, map[string]any{"issuer": a.URL, "authorization_endpoint": a.URL + "/authorize", "token_endpoint": a.URL + "/token", "jwks_uri": a.URL + "/keys",
			"end_session_endpoint": a.URL + "/out", "id_token_signing_alg_values_supported": []string{"ES256"}})
	})
	mux.HandleFunc("/keys", func(rw http.ResponseWriter, _ *http.Request) {
		answer(rw, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", func(rw http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		asked, known := a.asked[r.FormValue("code")]
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !known || id != "book" || secret != "between-us" || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || r.FormValue("redirect_uri") != asked.Get("redirect_uri") {
			rw.WriteHeader(http.StatusBadRequest)
			answer(rw, map[string]string{"error": "invalid_grant"})
			return
		}
		delete(a.asked, r.FormValue("code"))
		answer(rw, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": a.token(asked.Get("nonce"))})
	})
	a.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if a.down {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(rw, r)
	}))
	t.Cleanup(a.Close)
	w.Access.Provider = &access.Provider{Name: "the agency", Issuer: a.URL, ClientID: "book", ClientSecret: "between-us", Scopes: []string{"openid", "profile", "email"}}
	return a
}

// token signs what the provider says.
func (a *agency) token(nonce string) string {
	a.t.Helper()
	says := map[string]any{"iss": a.URL, "aud": "book", "nonce": nonce, "iat": a.w.Now().Unix(), "exp": a.w.Now().Add(time.Minute).Unix()}
	maps.Copy(says, a.says)
	raw, err := json.Marshal(says)
	if err != nil {
		a.t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: a.key, KeyID: "1"}}, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	signed, err := signer.Sign(raw)
	if err != nil {
		a.t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		a.t.Fatal(err)
	}
	return text
}

// consents is what the provider sends a browser back with that was sent to address.
func (a *agency) consents(address string) access.Returned {
	a.t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		a.t.Fatal(err)
	}
	q := to.Query()
	if !strings.HasPrefix(address, a.URL+"/authorize?") || q.Get("redirect_uri") != "https://qm.example.org/sign-in/provider/callback" || q.Get("code_challenge_method") != "S256" || q.Get("client_id") != "book" || q.Get("response_type") != "code" {
		a.t.Fatalf("sent to %s", address)
	}
	code := rand.Text()
	a.asked[code] = q
	return access.Returned{State: q.Get("state"), Code: code, Issuer: a.URL}
}

// signIn goes to the provider and back.
func (a *agency) signIn() (*access.Begun, error) {
	a.t.Helper()
	address, step, err := a.w.Access.BeginAtProvider(a.t.Context(), "/assets")
	if err != nil {
		return nil, err
	}
	begun, _, err := a.w.Access.FinishAtProvider(a.t.Context(), step, a.consents(address), "Firefox")
	return begun, err
}

var agencyRoles = access.Roles{Claim: "groups", Rules: []access.RoleRule{
	{Value: "book-admins", Role: models.Admin}, {Value: "north-stores", Role: models.Storekeeper, Unit: "NORTH-STORE", Scope: "NORTH"},
	{Value: "north-command", Role: models.Commander, Unit: "NORTH"}, {Value: "moon", Role: models.Commander, Unit: "MOON"}}}

func TestAProviderSignsIn(t *testing.T) {
	w := booktest.New(t)
	a := newAgency(t, w)
	_, err := a.signIn()
	refused(t, err, models.Forbidden, "provider", "ask an administrator")
	w.Access.Provider.Roles = agencyRoles
	_, err = a.signIn()
	refused(t, err, models.Forbidden, "provider", "no role in this book")
	a.says["groups"] = []string{"canteen", "north-stores"}
	in, err := a.signIn()
	if err != nil {
		t.Fatal(err)
	}
	if p := in.Person; p.Code != "n.khan" || p.Name != "Nadia Khan" || p.Role != models.Storekeeper || p.Unit != "NORTH-STORE" || p.Scope != "NORTH" {
		t.Errorf("%+v", p)
	}
	if _, err := w.Access.Session(t.Context(), in.Token); err != nil {
		t.Error(err)
	}
	a.says["groups"], a.says["preferred_username"] = "north-command", "renamed"
	again, err := a.signIn()
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
	if _, err := a.signIn(); err != nil {
		t.Fatal(err)
	}
	if e, _ := w.Book.Latest(t.Context(), "people/n.khan"); e.Seq != seq {
		t.Errorf("what is the same is an event: %+v", e)
	}
	a.says["groups"], a.says["sub"] = "moon", "44"
	_, err = a.signIn()
	refused(t, err, models.Forbidden, "provider", "does not fit this book")
	a.says["groups"], a.says["sub"] = "north-stores", "43"
	a.says["preferred_username"] = "keeper.north"
	_, err = a.signIn()
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
		spoil func(*agency, *access.Returned)
		kind  models.Kind
		says  string
	}{
		"another state":    {func(_ *agency, r *access.Returned) { r.State = "x" }, models.Unauthenticated, "begun in this browser"},
		"no state":         {func(_ *agency, r *access.Returned) { r.State = "" }, models.Unauthenticated, "begun in this browser"},
		"another nonce":    {func(a *agency, _ *access.Returned) { a.says["nonce"] = "x" }, models.Unauthenticated, "cannot be trusted"},
		"another client":   {func(a *agency, _ *access.Returned) { a.says["aud"] = "shop" }, models.Unauthenticated, "cannot be trusted"},
		"another issuer":   {func(a *agency, _ *access.Returned) { a.says["iss"] = "https://evil.example" }, models.Unauthenticated, "cannot be trusted"},
		"mixed up":         {func(_ *agency, r *access.Returned) { r.Issuer = "https://evil.example" }, models.Unauthenticated, "cannot be trusted"},
		"expired":          {func(a *agency, _ *access.Returned) { a.says["exp"] = a.w.Now().Add(-time.Hour).Unix() }, models.Unauthenticated, "cannot be trusted"},
		"another code":     {func(_ *agency, r *access.Returned) { r.Code = "x" }, models.Unauthenticated, "cannot be trusted"},
		"another question": {func(a *agency, r *access.Returned) { a.asked[r.Code].Set("code_challenge", "x") }, models.Unauthenticated, "cannot be trusted"},
		"another key": {func(a *agency, _ *access.Returned) {
			a.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		}, models.Unauthenticated, "cannot be trusted"},
		"refused there": {func(_ *agency, r *access.Returned) { r.Code, r.Error = "", "access_denied" }, models.Unauthenticated, "did not sign you in"},
		"down":          {func(a *agency, _ *access.Returned) { a.down = true }, models.Unavailable, "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			w := booktest.New(t)
			a := newAgency(t, w)
			w.Access.Provider.Roles = agencyRoles
			a.says["groups"] = "north-stores"
			address, step, err := w.Access.BeginAtProvider(t.Context(), "/")
			if err != nil {
				t.Fatal(err)
			}
			r := a.consents(address)
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
	a := newAgency(t, w)
	w.Access.Provider.Roles = agencyRoles
	a.says["groups"] = "north-stores"
	address, step, err := w.Access.BeginAtProvider(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	r := a.consents(address)
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
	r = a.consents(other)
	w.Pass(access.StepLasts)
	_, _, err = w.Access.FinishAtProvider(t.Context(), otherStep, r, "Firefox")
	refused(t, err, models.Unauthenticated, "", "too long")
}

func TestAProviderThatIsDownHindersNobodyElse(t *testing.T) {
	w := booktest.New(t)
	a := newAgency(t, w)
	a.down = true
	_, err := a.signIn()
	refused(t, err, models.Unavailable, "provider", "does not answer")
	w.SignIn("keeper-north") // by password
	a.down = false
	w.Access.Provider.Roles, a.says["groups"] = agencyRoles, "north-stores"
	if _, err := a.signIn(); err != nil {
		t.Errorf("once it is back: %v", err)
	}
	w.Access.Provider.Only = true
	_, err = signIn(w, "keeper.north", password)
	refused(t, err, models.Forbidden, "password", "turned off")
}

func TestAPersonIsLinkedByACheckedAddressIfSoSet(t *testing.T) {
	w := booktest.New(t)
	a := newAgency(t, w)
	if _, err := w.Access.EditPerson(w.Operator(), "keeper-north", 0, access.PersonEdit{Email: ptr("Naveed@Example.org")}); err != nil {
		t.Fatal(err)
	}
	a.says["email"], a.says["email_verified"] = "naveed@example.ORG", true
	_, err := a.signIn()
	refused(t, err, models.Forbidden, "provider", "not known in this book")
	w.Access.Provider.LinkByEmail = true
	a.says["email_verified"] = false
	_, err = a.signIn()
	refused(t, err, models.Forbidden, "provider", "not known in this book")
	a.says["email_verified"] = "true"
	in, err := a.signIn()
	if err != nil || in.Person.Code != "keeper-north" || in.Person.Role != models.Storekeeper {
		t.Fatalf("%+v, %v", in, err)
	}
	w.Access.Provider.LinkByEmail, a.says["email"] = false, "somebody@else.example"
	if in, err := a.signIn(); err != nil || in.Person.Code != "keeper-north" {
		t.Errorf("once linked: %+v, %v", in, err)
	}
	if _, err := w.Access.EditPerson(w.Operator(), "keeper-north", 0, access.PersonEdit{Inactive: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	_, err = a.signIn()
	refused(t, err, models.Forbidden, "provider", "may not sign in here")
}

func TestTheLastAdministratorStaysWhateverAProviderSays(t *testing.T) {
	w := booktest.New(t)
	a := newAgency(t, w)
	w.Access.Provider.LinkByEmail, w.Access.Provider.Roles = true, agencyRoles
	if _, err := w.Access.EditPerson(w.Operator(), "admin", 0, access.PersonEdit{Email: ptr("admin@example.org")}); err != nil {
		t.Fatal(err)
	}
	a.says["email"], a.says["email_verified"], a.says["groups"] = "admin@example.org", true, "north-command"
	in, err := a.signIn()
	if err != nil || in.Person.Code != "admin" || in.Person.Role != models.Admin {
		t.Fatalf("%+v, %v", in, err)
	}
	w.Post(models.Person{Code: "admin-2", Name: "Another", Username: "admin.2", Role: models.Admin})
	if in, err := a.signIn(); err != nil || in.Person.Role != models.Commander {
		t.Errorf("when there is another: %+v, %v", in, err)
	}
}

func TestWhoHasASecondFactorGivesItBesidesTheProvider(t *testing.T) {
	w := booktest.New(t)
	a := newAgency(t, w)
	w.Access.Provider.LinkByEmail = true
	if _, err := w.Access.EditPerson(w.Operator(), "keeper-north", 0, access.PersonEdit{Email: ptr("naveed@example.org")}); err != nil {
		t.Fatal(err)
	}
	app, _ := w.Enrol("keeper-north")
	w.Pass(time.Minute)
	a.says["email"], a.says["email_verified"] = "naveed@example.org", true
	begun, err := a.signIn()
	if err != nil || begun.SignedIn != nil || begun.Step == "" {
		t.Fatalf("%+v, %v", begun, err)
	}
	if _, err := finish(w, begun.Step, app.Code()); err != nil {
		t.Fatal(err)
	}
	a.says["amr"] = []string{"pwd", "mfa"} // the provider asked for one of its own
	begun, err = a.signIn()
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
