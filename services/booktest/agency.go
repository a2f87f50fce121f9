package booktest

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

	"quartermaster/services/access"
)

// Agency is a provider of sign-ins, run in the test: its own, since one that is made for
// production refuses to sign what a forger would.
type Agency struct {
	*httptest.Server
	t     testing.TB
	World *World
	Key   *ecdsa.PrivateKey
	Says  map[string]any        // claims of whoever signs in
	Asked map[string]url.Values // by code
	Down  bool
}

// NewAgency runs one for a world, which signs people in there from now on.
func NewAgency(t testing.TB, w *World) *Agency {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &Agency{t: t, World: w, Key: key, Says: map[string]any{"sub": "42", "preferred_username": "n.khan", "name": "Nadia Khan"}, Asked: map[string]url.Values{}}
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
		asked, known := a.Asked[r.FormValue("code")]
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !known || id != "book" || secret != "between-us" || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || r.FormValue("redirect_uri") != asked.Get("redirect_uri") {
			rw.WriteHeader(http.StatusBadRequest)
			answer(rw, map[string]string{"error": "invalid_grant"})
			return
		}
		delete(a.Asked, r.FormValue("code"))
		answer(rw, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": a.Token(asked.Get("nonce"))})
	})
	a.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if a.Down {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(rw, r)
	}))
	t.Cleanup(a.Close)
	w.Access.Provider = &access.Provider{Name: "the agency", Issuer: a.URL, ClientID: "book", ClientSecret: "between-us", Scopes: []string{"openid", "profile", "email"}}
	return a
}

// Token signs what the provider says.
func (a *Agency) Token(nonce string) string {
	a.t.Helper()
	says := map[string]any{"iss": a.URL, "aud": "book", "nonce": nonce, "iat": a.World.Now().Unix(), "exp": a.World.Now().Add(time.Minute).Unix()}
	maps.Copy(says, a.Says)
	raw, err := json.Marshal(says)
	if err != nil {
		a.t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: a.Key, KeyID: "1"}}, nil)
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

// Consents is what the provider sends a browser back with that was sent to address.
func (a *Agency) Consents(address string) access.Returned {
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
	a.Asked[code] = q
	return access.Returned{State: q.Get("state"), Code: code, Issuer: a.URL}
}

// SignIn goes to the provider and back.
func (a *Agency) SignIn() (*access.Begun, error) {
	a.t.Helper()
	address, step, err := a.World.Access.BeginAtProvider(a.t.Context(), "/assets")
	if err != nil {
		return nil, err
	}
	begun, _, err := a.World.Access.FinishAtProvider(a.t.Context(), step, a.Consents(address), "Firefox")
	return begun, err
}
