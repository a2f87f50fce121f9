package booktest

import (
	"testing"

	"github.com/pquerna/otp/totp"

	"quartermaster/services/access"
)

// Password opens the sign-in of whoever is enrolled.
const Password = "correct horse battery"

// seal is the key for secrets of all worlds.
func seal(t testing.TB) *access.Seal {
	t.Helper()
	s, err := access.ParseSeal("QUARTERMASTER-SECRETS-KEY+CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// App is a person's authenticator app.
type App struct {
	w      *World
	Secret string
}

// Code is what the app shows now.
func (a App) Code() string {
	a.w.t.Helper()
	code, err := totp.GenerateCode(a.Secret, a.w.Now())
	if err != nil {
		a.w.t.Fatal(err)
	}
	return code
}

// SignIn gives a person of the world a password and signs them in with it.
func (w *World) SignIn(code string) *access.SignedIn {
	w.t.Helper()
	password := Password
	person, err := w.Access.EditPerson(w.Operator(), code, 0, access.PersonEdit{Password: &password})
	if err != nil {
		w.t.Fatal(err)
	}
	in, err := w.Access.SignIn(w.t.Context(), access.Credentials{Username: person.Username, Password: Password}, "192.0.2.1", "Firefox")
	if err != nil {
		w.t.Fatal(err)
	}
	return in
}

// Enrol signs a person of the world in and sets up an authenticator app for them. The
// codes of the moment are used up.
func (w *World) Enrol(code string) (App, *access.Enrolled) {
	w.t.Helper()
	ctx, err := w.Access.EnterToSetUp(w.t.Context(), w.SignIn(code).Token, "Firefox")
	if err != nil {
		w.t.Fatal(err)
	}
	offer, err := w.Access.OfferApp(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	app := App{w, offer.Secret}
	enrolled, err := w.Access.AddApp(ctx, offer.Offer, app.Code())
	if err != nil {
		w.t.Fatal(err)
	}
	return app, enrolled
}

// App is the app that holds a secret which somebody was shown.
func (w *World) App(secret string) App { return App{w, secret} }
