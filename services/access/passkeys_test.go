package access_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
)

// phone is an authenticator of the world's server, with one passkey.
type phone struct {
	t    *testing.T
	w    *booktest.World
	rely virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	key  virtualwebauthn.Credential
}

// newPhone makes one and adds its passkey to a person who signs in anew.
func newPhone(t *testing.T, w *booktest.World, code string) (*phone, *access.Enrolled) {
	t.Helper()
	p := &phone{t: t, w: w, rely: virtualwebauthn.RelyingParty{ID: "qm.example.org", Name: "Quartermaster", Origin: "https://qm.example.org"}, auth: virtualwebauthn.NewAuthenticator(), key: virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)}
	ctx, err := w.Access.EnterToSetUp(t.Context(), w.SignIn(code).Token, "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	offer, err := w.Access.OfferPasskey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	options, err := virtualwebauthn.ParseAttestationOptions(text(t, offer.Options))
	if err != nil {
		t.Fatal(err)
	}
	p.key.Counter = 1
	answer := virtualwebauthn.CreateAttestationResponse(p.rely, p.auth, p.key, *options)
	enrolled, err := w.Access.AddPasskey(ctx, offer.Step, "phone", []byte(answer))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.AddPasskey(ctx, offer.Step, "again", []byte(answer))
	refused(t, err, models.Unauthenticated, "", "with your second factor") // the session was opened anew
	p.auth.Options.UserHandle = []byte(options.UserID)
	p.auth.AddCredential(p.key)
	return p, enrolled
}

func text(t *testing.T, options any) string {
	t.Helper()
	raw, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// answer answers what the server asks in a step.
func (p *phone) answer(step string) (string, []byte) {
	p.t.Helper()
	offer, err := p.w.Access.ChallengePasskey(p.t.Context(), step, "/assets")
	if err != nil {
		p.t.Fatal(err)
	}
	options, err := virtualwebauthn.ParseAssertionOptions(text(p.t, offer.Options))
	if err != nil {
		p.t.Fatal(err)
	}
	return offer.Step, []byte(virtualwebauthn.CreateAssertionResponse(p.rely, p.auth, p.key, *options))
}

func TestAPasskeySignsInWithoutAUserName(t *testing.T) {
	w := booktest.New(t)
	p, enrolled := newPhone(t, w, "keeper-north")
	if len(enrolled.RecoveryCodes) != 10 {
		t.Errorf("%d recovery codes", len(enrolled.RecoveryCodes))
	}
	p.key.Counter++
	step, answer := p.answer("")
	in, next, err := w.Access.SignInByPasskey(t.Context(), step, answer, "Firefox")
	if err != nil || in.Person.Code != "keeper-north" || next != "/assets" {
		t.Fatalf("%+v, %q, %v", in, next, err)
	}
	_, _, err = w.Access.SignInByPasskey(t.Context(), step, answer, "Firefox")
	refused(t, err, models.Unauthenticated, "", "begin again") // each challenge is answered once
	ctx, err := w.Access.Enter(t.Context(), in.Token, "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.Access.Passkeys(ctx)
	if err != nil || len(list) != 1 || list[0].Name != "phone" || list[0].UsedAt == nil {
		t.Errorf("%+v, %v", list, err)
	}
	w.Access.Demand = access.OfEveryone
	refused(t, w.Access.RemovePasskey(ctx, list[0].ID), models.Conflict, "", "must have")
	w.Access.Demand = access.OfNobody
	if err := w.Access.RemovePasskey(ctx, list[0].ID); err != nil {
		t.Fatal(err)
	}
	p.key.Counter++
	step, answer = p.answer("")
	_, _, err = w.Access.SignInByPasskey(t.Context(), step, answer, "Firefox")
	refused(t, err, models.Unauthenticated, "passkey", "not known here")
}

func TestAPasskeyIsTheSecondFactorOfItsOwnerAlone(t *testing.T) {
	w := booktest.New(t)
	p, _ := newPhone(t, w, "keeper-north")
	other, _ := newPhone(t, w, "keeper-south")
	p.key.Counter++
	step, answer := p.answer(begin(t, w))
	if in, next, err := w.Access.SignInByPasskey(t.Context(), step, answer, "Firefox"); err != nil || in.Person.Code != "keeper-north" || next != "/assets" {
		t.Errorf("%+v, %q, %v", in, next, err)
	}
	other.key.Counter++
	step, answer = other.answer(begin(t, w)) // keeper.north's password
	_, _, err := w.Access.SignInByPasskey(t.Context(), step, answer, "Firefox")
	refused(t, err, models.Invalid, "passkey", "not accepted")
	p.auth.Options.UserNotVerified = true
	p.key.Counter++
	step, answer = p.answer("")
	_, _, err = w.Access.SignInByPasskey(t.Context(), step, answer, "Firefox")
	refused(t, err, models.Invalid, "passkey", "not accepted") // nobody's finger was asked for
	p.auth.Options.UserNotVerified = false
	p.rely.Origin = "https://qm.example.org.evil.example"
	step, answer = p.answer("")
	_, _, err = w.Access.SignInByPasskey(t.Context(), step, answer, "Firefox")
	refused(t, err, models.Invalid, "passkey", "not accepted") // of a false page
}

func TestACopiedPasskeyIsNoticed(t *testing.T) {
	w := booktest.New(t)
	p, _ := newPhone(t, w, "keeper-north")
	p.key.Counter = 7
	step, answer := p.answer("")
	if _, _, err := w.Access.SignInByPasskey(t.Context(), step, answer, "Firefox"); err != nil {
		t.Fatal(err)
	}
	p.key.Counter = 5 // the copy has been used less
	for range 2 {
		step, answer = p.answer("")
		_, _, err := w.Access.SignInByPasskey(t.Context(), step, answer, "Firefox")
		refused(t, err, models.Unauthenticated, "passkey", "as a copy of it would")
		p.key.Counter = 20 // and is not trusted again
	}
	list, err := w.Access.Passkeys(w.As("keeper-north"))
	if err != nil || !list[0].Suspect {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestAStepForAddingOpensNoSession(t *testing.T) {
	w := booktest.New(t)
	app, enrolled := w.Enrol("keeper-north")
	ctx, err := w.Access.Enter(t.Context(), enrolled.Token, "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	offer, err := w.Access.OfferPasskey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = finish(w, offer.Step, app.Code())
	refused(t, err, models.Unauthenticated, "", "begin again")
}

func TestPasskeysNeedASureAddress(t *testing.T) {
	w := booktest.New(t)
	for base, taken := range map[string]bool{"": false, "http://qm.example.org": false, "https://192.0.2.7": false, "http://127.0.0.1:8080": false, "http://localhost:8080": true, "https://qm.example.org:8443": true} {
		w.Access.Base = base
		_, err := w.Access.OfferPasskey(w.As("keeper-north"))
		if (err == nil) != taken {
			t.Errorf("%s: %v", base, err)
		}
		if err != nil && !strings.Contains(err.Error(), "QM_BASE_URL") {
			t.Errorf("%s: %v", base, err)
		}
	}
}
