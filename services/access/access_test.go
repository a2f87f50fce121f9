package access_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

const password = "correct horse battery"

func ptr[T any](v T) *T { return &v }

func refused(t *testing.T, err error, kind models.Kind, field, says string) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field || !strings.Contains(e.Message, says) {
		t.Errorf("got %v, wanted %s about %q: …%s…", err, kind, field, says)
	}
}

// enrol gives a person of the world a password.
func enrol(t *testing.T, w *booktest.World, code string) {
	t.Helper()
	if _, err := w.Access.EditPerson(w.Operator(), code, 0, access.PersonEdit{Password: ptr(password)}); err != nil {
		t.Fatal(err)
	}
}

func signIn(w *booktest.World, username, password string) (*access.SignedIn, error) {
	return w.Access.SignIn(context.Background(), access.Credentials{Username: username, Password: password}, "192.0.2.1", "Firefox")
}

func TestSignInAndOut(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "keeper-north")
	in, err := signIn(w, " Keeper.North ", password)
	if err != nil {
		t.Fatal(err)
	}
	if in.Person.Code != "keeper-north" || len(in.Token) < 40 || !in.ExpiresAt.Equal(booktest.Start.Add(access.SessionLasts)) {
		t.Errorf("%+v", in)
	}
	person, err := w.Access.Session(t.Context(), in.Token)
	if err != nil || person.Code != "keeper-north" {
		t.Fatalf("%+v, %v", person, err)
	}
	for _, token := range []string{"", "made up", in.Token[1:]} {
		_, err := w.Access.Session(t.Context(), token)
		refused(t, err, models.Unauthenticated, "", "sign")
	}
	if err := w.Access.SignOut(t.Context(), in.Token); err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.Session(t.Context(), in.Token)
	refused(t, err, models.Unauthenticated, "", "has ended")
	if err := w.Access.SignOut(t.Context(), in.Token); err != nil {
		t.Errorf("signing out twice: %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "keeper-north")
	day, err := signIn(w, "keeper.north", password)
	if err != nil {
		t.Fatal(err)
	}
	program, err := w.Access.SignIn(t.Context(), access.Credentials{Username: "keeper.north", Password: password, Name: "nightly export", Days: 30}, "192.0.2.1", "curl")
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(access.SessionLasts + time.Second)
	_, err = w.Access.Session(t.Context(), day.Token)
	refused(t, err, models.Unauthenticated, access.Lapsed, "has ended")
	if _, err := w.Access.Session(t.Context(), program.Token); err != nil {
		t.Errorf("a program's token: %v", err)
	}
	w.Pass(access.LapsedFor)
	if n, err := w.Access.Sweep(w.Operator()); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	enrol(t, w, "keeper-north") // a new password
	_, err = w.Access.Session(t.Context(), program.Token)
	refused(t, err, models.Unauthenticated, "", "has ended")
}

// TestSessionsThatAreNotUsedEnd also while a page is left open; programs' tokens do not.
func TestSessionsThatAreNotUsedEnd(t *testing.T) {
	w := booktest.New(t)
	w.Access.Idle = time.Hour
	enrol(t, w, "keeper-north")
	used, watched := w.SignIn("keeper-north"), w.SignIn("keeper-south")
	program, err := w.Access.SignIn(t.Context(), access.Credentials{Username: "keeper.north", Password: password, Name: "nightly export", Days: 30}, "192.0.2.1", "curl")
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		w.Pass(50 * time.Minute)
		if _, err := w.Access.Session(t.Context(), used.Token); err != nil {
			t.Fatalf("in use: %v", err)
		}
		_, err = w.Access.Session(access.Watching(t.Context()), watched.Token)
	}
	refused(t, err, models.Unauthenticated, access.Lapsed, "not used for long")
	w.Pass(2 * time.Hour)
	_, err = w.Access.Session(t.Context(), used.Token)
	refused(t, err, models.Unauthenticated, access.Lapsed, "not used for long")
	if _, err := w.Access.Session(t.Context(), program.Token); err != nil {
		t.Errorf("a program's token: %v", err)
	}
}

func TestWhoLeavesIsSignedOut(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "keeper-north")
	in, err := signIn(w, "keeper.north", password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.EditPerson(w.As("admin"), "keeper-north", 0, access.PersonEdit{Inactive: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.Session(t.Context(), in.Token)
	refused(t, err, models.Unauthenticated, "", "has ended")
	_, err = signIn(w, "keeper.north", password)
	refused(t, err, models.Unauthenticated, "", "the user name or the password is wrong")
	_, err = w.Register.TakeOnCharge(w.As("admin"), register.NewAsset{Name: "Radio", Category: "radio", Unit: "NORTH", Custodian: "keeper-north"})
	refused(t, err, models.Invalid, "custodian", "no longer serves")
}

func TestGuessingIsSlowed(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "keeper-north")
	for range 5 {
		_, err := signIn(w, "keeper.north", "wrong password")
		refused(t, err, models.Unauthenticated, "", "wrong")
	}
	_, err := signIn(w, "keeper.north", password)
	refused(t, err, models.TooMany, "", "try again in 1s")
	w.Pass(time.Second)
	_, err = signIn(w, "keeper.north", "wrong password")
	refused(t, err, models.Unauthenticated, "", "wrong")
	w.Pass(time.Second)
	_, err = signIn(w, "keeper.north", password)
	refused(t, err, models.TooMany, "", "try again in 1s")
	w.Pass(time.Second)
	if _, err = signIn(w, "keeper.north", password); err != nil {
		t.Errorf("after waiting: %v", err)
	}
}

func TestNobodyIsToldWhetherAUserNameExists(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "keeper-north")
	_, wrong := signIn(w, "keeper.north", "wrong password")
	_, unknown := signIn(w, "nobody.at.all", "wrong password")
	if wrong == nil || unknown == nil || wrong.Error() != unknown.Error() {
		t.Errorf("%v; %v", wrong, unknown)
	}
}

func TestOwnPassword(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "keeper-north")
	ctx := w.As("keeper-north")
	refused(t, w.Access.ChangePassword(ctx, "wrong password", "another long one"), models.Invalid, "current", "not your password")
	refused(t, w.Access.ChangePassword(ctx, password, "short"), models.Invalid, "password", "at least 10")
	refused(t, w.Access.ChangePassword(ctx, password, "keeper.north1"), models.Invalid, "password", "keeper.north")
	refused(t, w.Access.ChangePassword(ctx, password, "aaaaaaaaaaaa"), models.Invalid, "password", "repeated")
	if err := w.Access.ChangePassword(ctx, password, "another long one"); err != nil {
		t.Fatal(err)
	}
	if _, err := signIn(w, "keeper.north", "another long one"); err != nil {
		t.Error(err)
	}
}

func TestPeopleRefuse(t *testing.T) {
	w := booktest.New(t)
	if _, err := w.Access.AddPerson(w.As("admin"), access.NewPerson{Password: password, Person: models.Person{
		Code: "admin-north", Name: "Nadia North", Unit: "NORTH", Username: "nadia", Role: models.Admin, Scope: "NORTH"}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		who         string
		person      access.NewPerson
		kind        models.Kind
		field, says string
	}{
		"a commander adds":          {"commander-north", access.NewPerson{}, models.Forbidden, "", "commander may not add people"},
		"a keeper gives a sign-in":  {"keeper-north", person("new", "NORTH", "new.one", models.Storekeeper), models.Forbidden, "role", "storekeeper may not"},
		"a keeper adds elsewhere":   {"keeper-north", person("new", "SOUTH", "", ""), models.Forbidden, "unit", "not in your part"},
		"a code twice":              {"admin", person("guard", "NORTH", "", ""), models.Conflict, "code", "already a person"},
		"a user name twice":         {"admin", person("new", "NORTH", "keeper.north", models.Storekeeper), models.Conflict, "username", "already somebody's"},
		"a user name and no role":   {"admin", person("new", "NORTH", "new.one", ""), models.Invalid, "role", "both a username and a role"},
		"an auditor of nothing":     {"admin", person("new", "", "new.one", models.Auditor), models.Invalid, "donors", "needs the donors"},
		"a keeper of nowhere":       {"admin", person("new", "", "new.one", models.Storekeeper), models.Invalid, "scope", "needs a unit or a scope"},
		"a role that is none":       {"admin", person("new", "NORTH", "new.one", "king"), models.Invalid, "role", "must be one of"},
		"a unit that is none":       {"admin", person("new", "MOON", "", ""), models.Invalid, "unit", "there is no unit"},
		"a wider scope than theirs": {"admin-north", person("new", "", "new.one", models.Admin), models.Forbidden, "unit", "not in your part"},
		"a wider scope, posted":     {"admin-north", person("new", "NORTH", "new.one", models.Admin), models.Forbidden, "scope", "wider scope than your own"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Access.AddPerson(w.As(c.who), c.person)
			refused(t, err, c.kind, c.field, c.says)
		})
	}
	_, err := w.Access.EditPerson(w.As("admin-north"), "workshop", 0, access.PersonEdit{Name: ptr("x")})
	refused(t, err, models.NotFound, "code", "there is no person")
	if _, err := w.Access.EditPerson(w.As("admin"), "workshop", 0, access.PersonEdit{Unit: ptr("NORTH"), Scope: ptr("AGENCY")}); err != nil {
		t.Fatal(err)
	}
	_, err = w.Access.EditPerson(w.As("admin-north"), "workshop", 0, access.PersonEdit{Scope: ptr("NORTH")})
	refused(t, err, models.Forbidden, "scope", "sees more of the book than you do")
}

func TestTheLastAdministratorStays(t *testing.T) {
	w := booktest.New(t)
	ctx := w.As("admin")
	for name, edit := range map[string]access.PersonEdit{
		"leaves": {Inactive: ptr(true)}, "takes another role": {Role: ptr(models.Commander), Scope: ptr("NORTH")},
		"is confined": {Scope: ptr("NORTH")}, "signs in no more": {Username: ptr(""), Role: ptr(models.Role(""))},
	} {
		_, err := w.Access.EditPerson(ctx, "admin", 0, edit)
		t.Run(name, func(t *testing.T) { refused(t, err, models.Conflict, "role", "last administrator of the whole book") })
	}
}

// TestTwoAdministratorsCannotRemoveEachOther has both do it at the same moment.
func TestTwoAdministratorsCannotRemoveEachOther(t *testing.T) {
	w := booktest.New(t)
	for range 25 {
		if _, err := w.Access.EditPerson(w.Operator(), "guard", 0, access.PersonEdit{Inactive: ptr(false), Username: ptr("gul"), Role: ptr(models.Admin), Unit: ptr(""), Scope: ptr(""), Password: ptr(password)}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Access.EditPerson(w.Operator(), "admin", 0, access.PersonEdit{Inactive: ptr(false)}); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for _, pair := range [][2]string{{"admin", "guard"}, {"guard", "admin"}} {
			ctx := w.As(pair[0])
			all.Go(func() {
				_, err := w.Access.EditPerson(ctx, pair[1], 0, access.PersonEdit{Inactive: ptr(true)})
				if kind := models.KindOf(err); err != nil && kind != models.Stale && kind != models.Conflict {
					t.Error(err)
				}
			})
		}
		all.Wait()
		a, _ := w.Access.Person(w.Operator(), "admin")
		g, _ := w.Access.Person(w.Operator(), "guard")
		if a.Inactive && g.Inactive {
			t.Fatal("nobody administers the book")
		}
	}
}

func TestEnsureAdmin(t *testing.T) {
	w := booktest.New(t)
	if made, err := w.Access.EnsureAdmin(w.Operator(), ""); err != nil || made != "" {
		t.Errorf("a book with an administrator: %q, %v", made, err)
	}
}

func person(code, unit, username string, role models.Role) access.NewPerson {
	n := access.NewPerson{Person: models.Person{Code: code, Name: "New Person", Unit: unit, Username: username, Role: role}}
	if username != "" {
		n.Password = password
	}
	return n
}

// TestGuessingIsSlowedAcrossInstances guesses at two servers of one book in turn.
func TestGuessingIsSlowedAcrossInstances(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "keeper-north")
	instances := []*access.Service{w.Access, {Book: w.Book}}
	for n := range 5 {
		_, err := instances[n%2].SignIn(t.Context(), access.Credentials{Username: "keeper.north", Password: "wrong password"}, "192.0.2.1", "test")
		refused(t, err, models.Unauthenticated, "", "wrong")
	}
	for _, s := range instances {
		_, err := s.SignIn(t.Context(), access.Credentials{Username: "keeper.north", Password: password}, "192.0.2.1", "test")
		refused(t, err, models.TooMany, "", "try again in 1s")
	}
}

// TestNobodyElsewhereIsShutOut guesses a name from one network until it has to wait; its
// owner signs in from another, until guesses came from very many.
func TestNobodyElsewhereIsShutOut(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "keeper-north")
	from := func(address, secret string) error {
		_, err := w.Access.SignIn(t.Context(), access.Credentials{Username: "keeper.north", Password: secret}, address, "test")
		return err
	}
	for n := range 6 {
		_ = from(fmt.Sprintf("2001:db8::%x", n), "wrong password")
	}
	refused(t, from("2001:db8::99", password), models.TooMany, "", "try again")
	if err := from("192.0.2.9", password); err != nil {
		t.Fatal(err)
	}
	for n := range 50 {
		_ = from(fmt.Sprintf("198.51.100.%d", n), "wrong password")
	}
	refused(t, from("192.0.2.9", password), models.TooMany, "", "try again")
	w.Pass(time.Hour)
	if err := from("192.0.2.9", password); err != nil {
		t.Errorf("an hour later: %v", err)
	}
	w.Pass(time.Hour)
	if n, err := w.Access.Sweep(w.Operator()); err != nil || n == 0 {
		t.Errorf("%d swept: %v", n, err)
	}
	if n, err := w.Book.Store.Count(t.Context(), store.Query{In: store.Failures, By: store.ID}); err != nil || n != 0 {
		t.Errorf("%d failures are kept: %v", n, err)
	}
}

// TestManyGuessesAtOnceAreWorthNoMore sends them at the same moment.
func TestManyGuessesAtOnceAreWorthNoMore(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "keeper-north")
	var compared atomic.Int32
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			if _, err := signIn(w, "keeper.north", "wrong password"); models.KindOf(err) == models.Unauthenticated {
				compared.Add(1)
			}
		})
	}
	all.Wait()
	if n := compared.Load(); n < 5 || n > 7 { // one more by whoever was at it beside the fifth
		t.Errorf("%d of 30 were compared", n)
	}
}
