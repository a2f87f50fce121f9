package starting_test

import (
	"strings"
	"sync"
	"testing"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/maintenance"
	"quartermaster/services/starting"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

var english = words.In(words.English, words.Western)

func all(t *testing.T, w *booktest.World) []string {
	t.Helper()
	list, err := w.Starting.Categories(w.As("admin"), english)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, r := range list {
		codes = append(codes, r.Code)
	}
	return codes
}

func count(t *testing.T, w *booktest.World, in *store.Collection, by string) int64 {
	t.Helper()
	n, err := w.Book.Store.Count(t.Context(), store.Query{In: in, By: by})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTakingTwiceAddsNothing(t *testing.T) {
	w := booktest.Empty(t)
	codes := all(t, w)
	for _, language := range []string{"ur", "en", ""} {
		list, err := w.Starting.Take(w.As("admin"), starting.Taking{Codes: codes, Language: language})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			if !r.Taken {
				t.Errorf("%s was not taken", r.Code)
			}
		}
	}
	if n := count(t, w, store.Categories, "code"); n != int64(len(codes)) {
		t.Errorf("%d categories of %d", n, len(codes))
	}
	schedules, _, err := w.Maintenance.Schedules(w.As("admin"), maintenance.ScheduleFilter{Category: "vehicle"}, "", 50)
	if err != nil || len(schedules) != 3 {
		t.Fatalf("%d schedules of vehicles, %v", len(schedules), err)
	}
	if name := schedules[0].Name; strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz") {
		t.Errorf("%q was taken by somebody who reads Urdu", name)
	}
	vehicle, err := w.Register.Category(w.As("admin"), "vehicle")
	if err != nil || vehicle.Name != "گاڑی" || vehicle.Fields[0].Name != "registration" {
		t.Errorf("%+v, %v", vehicle, err)
	}
}

// TestTakingAtTheSameMoment presses the button from several places at once.
func TestTakingAtTheSameMoment(t *testing.T) {
	w := booktest.Empty(t)
	codes := all(t, w)
	var several sync.WaitGroup
	for range 6 {
		several.Go(func() {
			if _, err := w.Starting.Take(w.As("admin"), starting.Taking{Codes: codes}); err != nil {
				t.Error(err)
			}
		})
	}
	several.Wait()
	if n := count(t, w, store.Schedules, "covers"); n != 16 { // of all of them together
		t.Errorf("%d schedules", n)
	}
}

// TestWhatTheBookHasStays takes a category whose code the book uses for its own.
func TestWhatTheBookHasStays(t *testing.T) {
	w := booktest.New(t)
	if _, err := w.Starting.Take(w.As("admin"), starting.Taking{Codes: []string{"vehicle", "generator", "generator"}}); err != nil {
		t.Fatal(err)
	}
	vehicle, err := w.Register.Category(w.As("admin"), "vehicle")
	if err != nil || vehicle.Version != 1 || len(vehicle.Demands) != 0 {
		t.Errorf("%+v, %v", vehicle, err)
	}
	if n := count(t, w, store.Schedules, "covers"); n != 2 {
		t.Errorf("%d schedules, of the generator", n)
	}
}

// TestReadyCategoriesAreWhole looks at each: what is serviced says of what its interval is
// typical, and what is dangerous or perishable has what it needs.
func TestReadyCategoriesAreWhole(t *testing.T) {
	w := booktest.Empty(t)
	list, err := w.Starting.Categories(w.As("admin"), words.In("ur", words.Western))
	if err != nil || len(list) != 8 {
		t.Fatalf("%d, %v", len(list), err)
	}
	for _, r := range list {
		if r.LifeMonths == 0 || r.Class == "" || len(r.Schedules) == 0 && r.Stock == nil {
			t.Errorf("%s lacks a life, a class or a schedule", r.Code)
		}
		for _, s := range r.Schedules {
			if s.Source == "" || len(s.Checklist) == 0 {
				t.Errorf("%s: %s has no source or no checklist", r.Code, s.Name)
			}
		}
	}
	if _, err := w.Starting.Take(w.As("admin"), starting.Taking{Codes: all(t, w)}); err != nil {
		t.Fatal(err)
	}
	item, err := store.Get[models.StockItem](t.Context(), w.Book.Store, store.StockItems, "drug-test-kit")
	if err != nil || !item.Perishable || item.Category != "drug-test-kit" {
		t.Errorf("%+v, %v", item, err)
	}
	scanner, err := w.Register.Category(w.As("admin"), "baggage-scanner")
	if err != nil || len(scanner.Demands) != 1 || scanner.Demands[0].Without != models.RefuseUntrained {
		t.Errorf("%+v, %v", scanner, err)
	}
}

func TestOnlyAnAdministratorOfTheWholeBookIsLed(t *testing.T) {
	w := booktest.New(t)
	for _, code := range []string{"keeper-north", "commander-north", "workshop", "auditor-a"} {
		if _, err := w.Starting.Guide(w.As(code)); models.KindOf(err) != models.Forbidden {
			t.Errorf("%s: %v", code, err)
		}
		if _, err := w.Starting.Take(w.As(code), starting.Taking{Codes: []string{"radio"}}); models.KindOf(err) != models.Forbidden {
			t.Errorf("%s: %v", code, err)
		}
		if g, err := w.Starting.For(w.As(code)); g != nil || err != nil {
			t.Errorf("%s is led: %v, %v", code, g, err)
		}
	}
	for _, bad := range []starting.Taking{{}, {Codes: []string{"submarine"}}, {Codes: []string{"radio"}, Language: "tlh"}} {
		if _, err := w.Starting.Take(w.As("admin"), bad); models.KindOf(err) != models.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestTheGuideFollowsTheBook goes through the first days.
func TestTheGuideFollowsTheBook(t *testing.T) {
	w := booktest.Empty(t)
	next := func(want starting.Step) {
		t.Helper()
		g, err := w.Starting.For(w.As("admin"))
		if err != nil || g.Next != want || g.Shown() != (want != "") {
			t.Fatalf("%+v, %v; want %s", g, err, want)
		}
	}
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	admin := w.As("admin")
	next(starting.Units)
	must(w.Register.AddUnit(admin, models.Unit{Code: "NORTH-STORE", Name: "Northern Store", Kind: "store"}))
	next(starting.People)
	must(w.Access.AddPerson(admin, access.NewPerson{Person: models.Person{Code: "guard", Name: "Gul Guard", Unit: "NORTH-STORE"}}))
	next(starting.Categories)
	must(w.Starting.Take(admin, starting.Taking{Codes: []string{"radio"}}))
	next(starting.Donors)
	must(w.Register.AddDonor(admin, models.Donor{Code: "DONOR-A", Name: "First Donor"}))
	must(w.Register.AddGrant(admin, models.Grant{Code: "A-2025", Name: "Borders 2025", Donor: "DONOR-A"}))
	next(starting.Items)
	a := w.Radio("1")
	next(starting.Labels)
	must(w.Stocktakes.Scan(w.As("admin"), a.Tag))
	next("")
}

func TestTheGuideIsPutAwayAndComesBack(t *testing.T) {
	w := booktest.Empty(t)
	for _, away := range []bool{true, true, false} {
		if err := w.Access.PutGuideAway(w.As("admin"), away); err != nil {
			t.Fatal(err)
		}
		g, err := w.Starting.For(w.As("admin"))
		if err != nil || g.Shown() == away {
			t.Errorf("away %v: %+v, %v", away, g, err)
		}
	}
	person, err := w.Access.Person(w.Operator(), "admin")
	if err != nil || person.Version != 3 {
		t.Errorf("version %d, %v: putting away twice is one change", person.Version, err)
	}
}
