package web_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"quartermaster/services/access"
	"quartermaster/services/booktest"
)

var offered = regexp.MustCompile(`name="offer" value="([^"]+)"`)

// cookieOf is a cookie that an answer gives, as the browser sends it back.
func (p page) cookieOf(name string) string {
	for _, cookie := range p.Cookies() {
		if cookie.Name == name {
			return cookie.Name + "=" + cookie.Value
		}
	}
	return ""
}

func TestASecondFactorIsSetUpAndAskedFor(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("keeper-north")
	before := s.cookie
	s.get("/me").has(t, 200, "Set it up")
	p := s.post("/me/second-factor/offer", s.get("/me/second-factor").fill())
	p.has(t, 200, `<svg class="qr app"`, "shape-rendering")
	secret := strings.ReplaceAll(regexp.MustCompile(`<code class="secret" dir="ltr">([A-Z2-7 ]+)</code>`).FindStringSubmatch(p.body)[1], " ", "")
	app := s.App(secret)
	offer := offered.FindStringSubmatch(p.body)[1]
	again := s.post("/me/second-factor/app", p.fill("offer", offer, "code", "123"))
	again.has(t, 422, "wrong, or its time is over", secret[:4])
	p = s.post("/me/second-factor/app", again.fill("offer", offer, "code", app.Code()))
	p.has(t, 200, "not shown again")
	if n := strings.Count(p.body, `<li class="tag">`); n != 10 {
		t.Errorf("%d recovery codes", n)
	}
	s.cookie = p.cookieOf("quartermaster")
	s.get("/me/second-factor").has(t, 200, "10 codes are left")
	s.cookie = before
	if p := s.get("/me"); p.StatusCode != 303 {
		t.Errorf("the session from before still opens: %d", p.StatusCode)
	}

	s.cookie = ""
	s.Pass(time.Minute)
	p = s.post("/sign-in", url.Values{"username": {"keeper.north"}, "password": {password}, "next": {"/assets"}})
	if p.Header.Get("Location") != "/sign-in/code" || p.cookieOf("quartermaster") != "" {
		t.Fatalf("%d %s %v", p.StatusCode, p.Header.Get("Location"), p.Cookies())
	}
	step := p.Cookies()[0]
	if !step.HttpOnly || step.MaxAge != int(access.StepLasts.Seconds()) {
		t.Errorf("%+v", step)
	}
	s.cookie = p.cookieOf("quartermaster-step")
	s.get("/sign-in/code").has(t, 200, "recovery codes")
	if p := s.get("/assets"); p.StatusCode != 303 {
		t.Errorf("half a sign-in opens the register: %d", p.StatusCode)
	}
	s.post("/sign-in/code", url.Values{"code": {"000000"}}).has(t, 422, "wrong, or its time is over")
	if p := s.post("/sign-in/code", url.Values{"code": {app.Code()}}, "Sec-Fetch-Site", "cross-site"); p.StatusCode != 403 {
		t.Errorf("from another site: %d", p.StatusCode)
	}
	p = s.post("/sign-in/code", url.Values{"code": {app.Code()}})
	if p.StatusCode != 303 || p.Header.Get("Location") != "/assets" {
		t.Fatalf("%d %s %s", p.StatusCode, p.Header.Get("Location"), p.body)
	}
	step2 := s.cookie
	s.cookie = p.cookieOf("quartermaster")
	s.get("/me").has(t, 200, "authenticator app", "Where you are signed in")
	s.cookie = step2
	s.post("/sign-in/code", url.Values{"code": {app.Code()}}).has(t, 401, "begin again")
}

func TestWhoMustHaveASecondFactorIsLedToIt(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.Access.Demand = access.OfAdministrators
	s.signIn("admin")
	for _, path := range []string{"/", "/assets", "/me", "/people"} {
		if p := s.get(path); p.StatusCode != 303 || p.Header.Get("Location") != "/me/second-factor" {
			t.Errorf("%s: %d %s", path, p.StatusCode, p.Header.Get("Location"))
		}
	}
	p := s.get("/me/second-factor")
	p.has(t, 200, "You must have a second factor")
	if p := s.post("/sign-out", p.fill()); p.StatusCode != 303 || p.Header.Get("Location") != "/sign-in" {
		t.Errorf("leaving: %d", p.StatusCode)
	}
}

// TestWhoWasGivenAPasswordIsLedToSettingTheirOwn also by scripts and over the interface.
func TestWhoWasGivenAPasswordIsLedToSettingTheirOwn(t *testing.T) {
	s := open(t, false)
	given := "tea with somebody else"
	if _, err := s.Access.EditPerson(s.As("admin"), "keeper-north", 0, access.PersonEdit{Password: &given}); err != nil {
		t.Fatal(err)
	}
	p := s.post("/sign-in", url.Values{"username": {"keeper.north"}, "password": {given}})
	s.cookie = p.cookieOf("quartermaster")
	for _, path := range []string{"/", "/assets", "/me", "/me/second-factor", "/offline/carried"} {
		if p := s.get(path); p.StatusCode != 303 || p.Header.Get("Location") != "/me/password" {
			t.Errorf("%s: %d %s", path, p.StatusCode, p.Header.Get("Location"))
		}
	}
	p = s.get("/me/password")
	p.has(t, 200, "given to you by somebody else")
	s.post("/me/password", p.fill("current", given, "password", "quartermaster!")).has(t, 422, "others would guess", "given to you by somebody else")
	if p := s.post("/me/password", p.fill("current", given, "password", "northern camel drinks")); p.StatusCode != 303 || p.Header.Get("Location") != "/sign-in" {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	p = s.post("/sign-in", url.Values{"username": {"keeper.north"}, "password": {"northern camel drinks"}})
	s.cookie = p.cookieOf("quartermaster")
	s.get("/assets").has(t, 200)
}

// TestAFormGoesOnOnceItIsSureWhoSendsIt with all that was filled in.
func TestAFormGoesOnOnceItIsSureWhoSendsIt(t *testing.T) {
	s := open(t, false)
	s.signIn("admin")
	s.Pass(access.SureFor + time.Second)
	p := s.post("/people/new", s.get("/people/new").fill("code", "driver", "name", "Dost <Driver>", "unit", "NORTH", "role", "storekeeper", "username", "dost", "password", "tea with nobody at all"))
	p.has(t, 403, "Is it still you?", `action="/people/new"`, "Dost &lt;Driver&gt;")
	again := func(p page, with ...string) page {
		form := url.Values{}
		for _, field := range regexp.MustCompile(`type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(p.body, -1) {
			form.Add(field[1], html.UnescapeString(field[2]))
		}
		for i := 0; i+1 < len(with); i += 2 {
			form.Set(with[i], with[i+1])
		}
		return s.post("/people/new", form)
	}
	p = again(p, "_confirm_password", "wrong password")
	p.has(t, 422, "s not your password", "Dost &lt;Driver&gt;")
	if p = again(p, "_confirm_password", password); p.StatusCode != 303 || p.Header.Get("Location") != "/people?done=added" {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/people/driver").has(t, 200, "Dost &lt;Driver&gt;")

	s.Pass(access.SureFor + time.Second)
	p = s.get("/assets/export.csv?sort=name")
	p.has(t, 403, "Is it still you?", `action="/me/confirm"`)
	if p = s.post("/me/confirm", p.fill("next", "/assets/export.csv?sort=name", "_confirm_password", password)); p.StatusCode != 303 || p.Header.Get("Location") != "/assets/export.csv?sort=name" {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/assets/export.csv?sort=name").has(t, 200, "tag")
	if p = s.post("/me/confirm", s.get("/me/confirm?next=//evil.example").fill("next", "//evil.example", "_confirm_password", password)); p.Header.Get("Location") != "/" {
		t.Errorf("led to %s", p.Header.Get("Location"))
	}
}

func TestAnAdministratorTakesASecondFactorAwayOnThePage(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.Enrol("keeper-north")
	s.signIn("admin")
	s.get("/people").has(t, 200, "authenticator app", "no second factor")
	p := s.get("/people/keeper-north")
	p.has(t, 200, "Take it away")
	s.post("/people/keeper-north/second-factor/take", p.fill("reason", " ")).has(t, 422, "say why they lost it")
	if p := s.post("/people/keeper-north/second-factor/take", p.fill("reason", "lost at the river")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	if p := s.get("/people/keeper-north"); strings.Contains(p.body, "Take it away") {
		t.Error("there is something left to take")
	}
}

// TestASignInGivesASessionOfItsOwn shows that a session that somebody slipped into the
// browser before is not the one that the sign-in opens, and is over after it.
func TestASignInGivesASessionOfItsOwn(t *testing.T) {
	t.Parallel()
	s := open(t, true)
	slipped := s.SignIn("keeper-south").Token
	secret := booktest.Password
	if _, err := s.Access.EditPerson(s.Operator(), "keeper-north", 0, access.PersonEdit{Password: &secret}); err != nil {
		t.Fatal(err)
	}
	s.cookie = "__Host-quartermaster=" + slipped
	p := s.post("/sign-in", url.Values{"username": {"keeper.north"}, "password": {secret}})
	given := p.cookieOf("__Host-quartermaster")
	if given == "" || strings.Contains(given, slipped) {
		t.Errorf("the browser is given %q", given)
	}
	if _, err := s.Access.Session(t.Context(), slipped); err == nil {
		t.Error("the session from before goes on")
	}
}

func TestATokenIsMadeOnThePageAndEnded(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("keeper-north")
	p := s.get("/me")
	s.post("/me/tokens", p.fill("name", "", "days", "30")).has(t, 422, "say what the token is for")
	made := s.post("/me/tokens", p.fill("name", "nightly export", "days", "30"))
	made.has(t, 200, "not shown again")
	token := regexp.MustCompile(`<code class="secret" dir="ltr">([\w-]+)</code>`).FindStringSubmatch(made.body)[1]
	if _, err := s.Access.Session(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	p = s.get("/me")
	p.has(t, 200, "nightly export", "here")
	end := regexp.MustCompile(`action="(/me/sessions/[0-9a-f]+/end)"`).FindStringSubmatch(p.body)[1]
	if p := s.post(end, p.fill()); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	if _, err := s.Access.Session(t.Context(), token); err == nil {
		t.Error("the token still opens")
	}
}
