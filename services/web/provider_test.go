package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"quartermaster/services/access"
)

// TestPagesOfAProvider goes to a provider that names its addresses, and comes back with
// what is no answer. What is one, the tests of the service sign.
func TestPagesOfAProvider(t *testing.T) {
	t.Parallel()
	s := open(t, true)
	if p := s.get("/sign-in/provider"); p.StatusCode != 404 {
		t.Errorf("without a provider: %d", p.StatusCode)
	}
	var provider *httptest.Server
	provider = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(strings.ReplaceAll(`{"issuer": "U", "authorization_endpoint": "U/authorize", "token_endpoint": "U/token", "jwks_uri": "U/keys", "end_session_endpoint": "U/out"}`, "U", provider.URL)))
	}))
	s.Access.Provider = &access.Provider{Name: "Agency <sign-in>", Issuer: provider.URL, ClientID: "book", Scopes: []string{"openid"}}
	s.get("/sign-in?next=/assets").has(t, 200, "Sign in at Agency &lt;sign-in&gt;", `href="/sign-in/provider?next=%2fassets"`, `name="password"`)
	p := s.get("/sign-in/provider?next=https://evil.example/")
	to, err := url.Parse(p.Header.Get("Location"))
	if err != nil || p.StatusCode != 303 || !strings.HasPrefix(to.String(), provider.URL+"/authorize?") {
		t.Fatalf("%d %s", p.StatusCode, to)
	}
	step := p.Cookies()[0]
	if step.Name != "__Host-quartermaster-step" || !step.HttpOnly || !step.Secure || step.SameSite != http.SameSiteLaxMode {
		t.Errorf("%+v", step)
	}
	s.get("/sign-in/provider/callback?state=x&code=y").has(t, 401, "begin again", `name="password"`)
	s.cookie = p.cookieOf("__Host-quartermaster-step")
	s.get("/sign-in/provider/callback?state=x&code=y").has(t, 401, "begun in this browser")
	s.get("/sign-in/provider/callback?error=access_denied&state="+to.Query().Get("state")).has(t, 401, "did not sign you in")
	s.get("/sign-in?left=yes").has(t, 200, "Leave it, too", provider.URL+"/out?client_id=book")
	s.Access.Provider.Only = true
	if p := s.get("/sign-in"); strings.Contains(p.body, `name="password"`) {
		t.Error("passwords are asked for although they are off")
	}
	s.post("/sign-in", url.Values{"username": {"admin"}, "password": {password}}).has(t, 403, "asswords are turned off")
	provider.Close()
	s.Access.Provider = &access.Provider{Name: "the agency", Issuer: provider.URL, ClientID: "book"}
	s.get("/sign-in/provider").has(t, 503, "does not answer now", `name="password"`)
}
