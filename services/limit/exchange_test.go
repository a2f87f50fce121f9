package limit_test

import (
	"fmt"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/limit"
	"quartermaster/services/store"
)

// three are the guards of three instances over one store.
func three(t *testing.T) (*booktest.World, [3]*limit.Exchange) {
	t.Helper()
	w := booktest.New(t)
	var all [3]*limit.Exchange
	for i := range all {
		all[i] = &limit.Exchange{Guard: limit.NewGuard(limit.Rates{limit.Writes: 60, limit.Public: 60}), Store: w.Book.Store, Instance: fmt.Sprintf("instance-%d", i), Now: w.Now}
	}
	return w, all
}

func exchange(t *testing.T, all ...*limit.Exchange) {
	t.Helper()
	for _, x := range all {
		if err := x.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// takes asks until the guard refuses, at most so often, and returns how many it took.
func takes(w *booktest.World, x *limit.Exchange, most int, who string) int {
	for n := range most {
		if x.Guard.Person(w.Now(), limit.Writes, who) != nil {
			return n
		}
	}
	return most
}

func TestInstancesTakeSoManyTogether(t *testing.T) {
	w, all := three(t)
	if n := takes(w, all[0], 100, "guard"); n != 60 {
		t.Fatalf("one took %d", n)
	}
	exchange(t, all[:]...)
	for i, x := range all {
		if n := takes(w, x, 100, "guard"); n != 0 {
			t.Errorf("%d took %d more", i, n)
		}
		if n := takes(w, x, 1, "another"); n != 1 {
			t.Errorf("%d refuses somebody else", i)
		}
	}
	w.Pass(30 * time.Second) // half of the rate is there again, for all together
	total := 0
	for range 30 {
		for _, x := range all {
			total += takes(w, x, 1, "guard")
		}
		exchange(t, all[:]...)
	}
	if total < 28 || total > 36 {
		t.Errorf("after half a minute they took %d together, of 30", total)
	}
}

// TestARoundIsCountedOnce exchanges again and again what was taken once, misses rounds
// in between, and sees an instance that begins anew.
func TestARoundIsCountedOnce(t *testing.T) {
	w, all := three(t)
	takes(w, all[0], 30, "guard")
	for range 10 {
		exchange(t, all[0], all[1])
	}
	for range 3 { // the third hears of none of these at its time
		takes(w, all[0], 5, "guard")
		exchange(t, all[0])
	}
	exchange(t, all[2])
	if n := takes(w, all[2], 100, "guard"); n != 15 {
		t.Errorf("the third took %d, of 60 less 45", n)
	}
	again := &limit.Exchange{Guard: limit.NewGuard(limit.Rates{limit.Writes: 60}), Store: w.Book.Store, Instance: "instance-new", Now: w.Now}
	exchange(t, again)
	if n := takes(w, again, 100, "guard"); n != 15 {
		t.Errorf("one that began anew took %d, of 60 less 45", n)
	}
}

func TestWhatWasToldIsForgotten(t *testing.T) {
	w, all := three(t)
	takes(w, all[0], 60, "guard")
	exchange(t, all[0])
	w.Pass(2 * time.Minute)
	exchange(t, all[1])
	if n := takes(w, all[1], 100, "guard"); n != 60 {
		t.Errorf("after two minutes it took %d", n)
	}
	if n, err := w.Access.Sweep(w.Operator()); err != nil || n == 0 {
		t.Errorf("nothing was swept: %v", err)
	}
	w.Pass(2 * time.Minute)
	takes(w, all[0], 60, "guard")
	if err := all[0].Once(t.Context()); !store.Outrun(err) {
		t.Errorf("it replaced what is gone: %v", err)
	}
	exchange(t, all[0], all[2])
	if n := takes(w, all[2], 100, "guard"); n != 0 {
		t.Errorf("told again after the sweep, another took %d", n)
	}
}

// TestWhoAsksLittleIsNotSpokenOf looks at what is written for many who ask little.
func TestWhoAsksLittleIsNotSpokenOf(t *testing.T) {
	w, all := three(t)
	for n := range 100 {
		takes(w, all[0], 3, fmt.Sprint("somebody ", n))
	}
	exchange(t, all[0])
	if n, err := w.Book.Store.Count(t.Context(), store.Query{In: store.Intakes, By: store.ID}); err != nil || n != 0 {
		t.Errorf("%d rounds were told: %v", n, err)
	}
}

// TestWhatOthersTellIsNotBelievedBlindly has an instance tell what cannot be.
func TestWhatOthersTellIsNotBelievedBlindly(t *testing.T) {
	w, all := three(t)
	wrong := &models.Intake{Instance: "wrong", Last: 1, ExpiresAt: models.At(w.Now().Add(time.Minute)), Rounds: []models.IntakeRound{{Number: 1, Taken: []models.Taken{
		{Class: "of no kind", By: "by guard", Worth: 1}, {Class: "writes", By: "by guard", Worth: -int64(time.Hour)}, {Class: "writes", By: "by other", Worth: int64(time.Hour)}}}}}
	if err := w.Book.Store.Commit(t.Context(), store.Insert(store.Intakes, wrong.Instance, wrong)); err != nil {
		t.Fatal(err)
	}
	exchange(t, all[0])
	if n := takes(w, all[0], 100, "guard"); n != 60 {
		t.Errorf("it took %d", n)
	}
	w.Pass(time.Minute)
	if n := takes(w, all[0], 100, "other"); n != 60 {
		t.Errorf("a minute later it took %d", n)
	}
}
