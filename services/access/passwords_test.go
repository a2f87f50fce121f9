package access_test

import (
	"path/filepath"
	"testing"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

func TestPasswordsThatAreGuessedAreRefused(t *testing.T) {
	w := booktest.New(t)
	for _, c := range []struct{ password, says string }{
		{"qwertyuiop", "commonest"},
		{"1Q2W3E4R5T6Y", "commonest"},
		{"nascimento", "commonest"}, // the 3,000th
		{"Password2026!", "is made of"},
		{"quartermaster1", "is made of"},
		{"Qu4rt3rm4st3r", "is made of"},
		{"keeper.north9", "is made of"},
		{"NorthKeeper", "is made of"},
		{"adminpassword", "is made of"},
		{"Welcome2Pakistan", "is made of"},
		{"aaaaaaaaaaaa", "repeated"},
	} {
		_, err := w.Access.EditPerson(w.As("admin"), "keeper-north", 0, access.PersonEdit{Password: ptr(c.password)})
		refused(t, err, models.Invalid, "password", c.says)
	}
	for _, fine := range []string{"northern camel drinks", "tea with Admin at nine", "ہزاروں خواہشیں ایسی", "zq8-vv2-pnmw"} {
		if _, err := w.Access.EditPerson(w.As("admin"), "keeper-north", 0, access.PersonEdit{Password: ptr(fine)}); err != nil {
			t.Errorf("%q: %v", fine, err)
		}
	}
}

func TestAFirstPasswordIsToBeReplaced(t *testing.T) {
	w := booktest.New(t)
	w.Access.Demand = access.OfEveryone
	if _, err := w.Access.EditPerson(w.As("admin"), "keeper-north", 0, access.PersonEdit{Password: ptr(password)}); err != nil {
		t.Fatal(err)
	}
	in, err := signIn(w, "keeper.north", password)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.Enter(t.Context(), in.Token, "Firefox")
	refused(t, err, models.PasswordNeeded, "password", "of your own")
	_, err = w.Access.EnterToSetUp(t.Context(), in.Token, "Firefox")
	refused(t, err, models.PasswordNeeded, "password", "of your own")
	ctx, err := w.Access.EnterToBegin(t.Context(), in.Token, "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	refused(t, w.Access.ChangePassword(ctx, password, password), models.Invalid, "password", "take another")
	const own = "northern camel drinks"
	if err := w.Access.ChangePassword(ctx, password, own); err != nil {
		t.Fatal(err)
	}
	if in, err = signIn(w, "keeper.north", own); err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.Enter(t.Context(), in.Token, "Firefox")
	refused(t, err, models.FactorNeeded, access.SetUp, "second factor")
	w.Access.Demand = access.OfNobody
	if _, err = w.Access.Enter(t.Context(), in.Token, "Firefox"); err != nil {
		t.Errorf("with a password of their own: %v", err)
	}
}

func TestAFirstPasswordOpensNothingBySecondFactorEither(t *testing.T) {
	w := booktest.New(t)
	app, enrolled := w.Enrol("keeper-north")
	if _, err := w.Access.EditPerson(w.As("admin"), "keeper-north", 0, access.PersonEdit{Password: ptr(password)}); err != nil {
		t.Fatal(err)
	}
	w.Pass(access.StepLasts)
	begun, err := w.Access.BeginSignIn(t.Context(), access.Credentials{Username: enrolled.Person.Username, Password: password}, "/", "192.0.2.1", "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	in, _, err := w.Access.FinishSignIn(t.Context(), begun.Step, app.Code(), "192.0.2.1", "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.Enter(t.Context(), in.Token, "Firefox")
	refused(t, err, models.PasswordNeeded, "password", "of your own")
}

func TestTheMadeUpPasswordOfAnAdministratorIsToBeReplaced(t *testing.T) {
	book, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "book.db"), store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	w := booktest.Again(t, book)
	made, err := w.Access.EnsureAdmin(w.Operator(), "")
	if err != nil {
		t.Fatal(err)
	}
	in, err := signIn(w, "admin", made)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.Enter(t.Context(), in.Token, "Firefox")
	refused(t, err, models.PasswordNeeded, "password", "of your own")
}
