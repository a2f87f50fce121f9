package access_test

import (
	"context"
	"io"
	"testing"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/register"
)

// TestWhatDecidesWhoGetsInIsAskedForAgain some minutes after the sign-in, by each way to it.
func TestWhatDecidesWhoGetsInIsAskedForAgain(t *testing.T) {
	w := booktest.New(t)
	w.Enrol("keeper-south")
	app, _ := w.Enrol("keeper-north")
	_, enrolled := w.Enrol("admin")
	w.Pass(access.SureFor)
	enter := func() context.Context {
		ctx, err := w.Access.Enter(t.Context(), enrolled.Token, "Firefox")
		if err != nil {
			t.Fatal(err)
		}
		return ctx
	}
	deeds := map[string]func(context.Context) error{
		"a role": func(ctx context.Context) error {
			_, err := w.Access.EditPerson(ctx, "guard", 0, access.PersonEdit{Username: ptr("gul.guard"), Role: ptr(models.Commander), Password: ptr("tea with somebody else")})
			return err
		},
		"a password": func(ctx context.Context) error {
			_, err := w.Access.EditPerson(ctx, "keeper-north", 0, access.PersonEdit{Password: ptr("tea with somebody else")})
			return err
		},
		"somebody new": func(ctx context.Context) error {
			_, err := w.Access.AddPerson(ctx, person("friend", "NORTH", "friend", models.Admin))
			return err
		},
		"another's second factor": func(ctx context.Context) error {
			_, err := w.Access.TakeSecondFactor(ctx, "keeper-south", 0, "lost at the river")
			return err
		},
		"recovery codes": func(ctx context.Context) error {
			_, err := w.Access.NewRecoveryCodes(ctx, "")
			return err
		},
		"a token": func(ctx context.Context) error {
			_, err := w.Access.MakeToken(ctx, "nightly export", 30)
			return err
		},
		"the whole book": func(ctx context.Context) error { return w.Register.MayExport(ctx, register.Filter{Sort: "name"}) },
	}
	w.Pass(1e9)
	for name, do := range deeds {
		if err := do(enter()); models.KindOf(err) != models.ConfirmNeeded {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Access.EditPerson(enter(), "guard", 0, access.PersonEdit{Rank: ptr("Havildar")}); err != nil {
		t.Errorf("a rank decides nothing: %v", err)
	}
	if err := w.Register.MayExport(enter(), register.Filter{Unit: "NORTH"}); err != nil {
		t.Errorf("a part of the book: %v", err)
	}
	refused(t, w.Access.Confirm(enter(), access.Proof{}), models.Invalid, "current", "required")
	refused(t, w.Access.Confirm(enter(), access.Proof{Password: "wrong password"}), models.Invalid, "current", "not your password")
	refused(t, w.Access.Confirm(enter(), access.Proof{Code: app.Code()}), models.Invalid, "code", "wrong")
	if err := w.Access.Confirm(enter(), access.Proof{Password: booktest.Password}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a role", "another's second factor", "somebody new", "the whole book", "a token"} {
		if err := deeds[name](enter()); err != nil {
			t.Errorf("%s, confirmed: %v", name, err)
		}
	}
}

// TestAProgramTakesTheBookOutByItself since who made its token was asked then; it decides
// nothing about who gets in.
func TestAProgramTakesTheBookOutByItself(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "admin")
	program, err := w.Access.SignIn(t.Context(), access.Credentials{Username: "admin", Password: password, Name: "nightly export", Days: 30}, "192.0.2.1", "curl")
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(24 * 60 * 60 * 1e9)
	ctx, err := w.Access.Enter(t.Context(), program.Token, "curl")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Register.MayExport(ctx, register.Filter{}); err != nil {
		t.Error(err)
	}
	if err := w.Register.Export(ctx, register.Filter{}, io.Discard); err != nil {
		t.Error(err)
	}
	_, err = w.Access.MakeToken(ctx, "another", 30)
	refused(t, err, models.ConfirmNeeded, "session", "again")
}
