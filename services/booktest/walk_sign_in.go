package booktest

import (
	"testing"
	"time"

	"quartermaster/services/access"
)

// walkSignIn signs in with a second factor, lists the sign-ins, and takes it away.
func walkSignIn(t *testing.T, w *World, is func(string, any, any, error)) {
	app, enrolled := w.Enrol("keeper-coast")
	w.Pass(time.Minute)
	begun, err := w.Access.BeginSignIn(t.Context(), access.Credentials{Username: enrolled.Person.Username, Password: Password}, "/", "192.0.2.1", "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	in, _, err := w.Access.FinishSignIn(t.Context(), begun.Step, app.Code(), "192.0.2.1", "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := w.Access.Enter(t.Context(), in.Token, "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.Access.Sessions(ctx)
	is("sign-ins", len(list), 2, err)
	person, err := w.Access.TakeSecondFactor(w.As("admin"), "keeper-coast", 0, "lost")
	is("taken away", len(person.SecondFactor), 0, err)
	forgotten, err := w.Access.ForgetApps(w.Operator())
	is("apps left", forgotten, 0, err)
}
