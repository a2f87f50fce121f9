package limit

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"quartermaster/models"
)

var start = time.Date(2026, 3, 31, 8, 0, 0, 0, time.UTC)

func TestSoManyInAMinute(t *testing.T) {
	g := NewGuard(Rates{SignIn: 6})
	for range 6 {
		if err := g.Address(start, SignIn, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	var refusal *models.Error
	if err := g.Address(start, SignIn, "192.0.2.1"); !errors.As(err, &refusal) || refusal.Kind != models.TooMany || refusal.Wait != 10*time.Second {
		t.Fatalf("%+v", err)
	}
	if err := g.Address(start.Add(refusal.Wait), SignIn, "192.0.2.1"); err != nil {
		t.Errorf("after waiting as long as it said: %v", err)
	}
	if err := g.Address(start.Add(refusal.Wait), SignIn, "192.0.2.1"); models.KindOf(err) != models.TooMany {
		t.Errorf("and once more: %v", err)
	}
	for what, err := range map[string]error{
		"another address":   g.Address(start, SignIn, "192.0.2.2"),
		"another class":     g.Address(start, Public, "192.0.2.1"),
		"a person":          g.Person(start, Writes, "192.0.2.1"),
		"a clock set back":  g.Address(start.Add(-24*time.Hour), SignIn, "192.0.2.1"),
		"an unlimited rate": NewGuard(Rates{SignIn: 0}).Address(start, SignIn, "192.0.2.1"),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestOneSubscriberOfIPv6IsOneAddress(t *testing.T) {
	g := NewGuard(Rates{SignIn: 2})
	var err error
	for n := range 3 {
		err = g.Address(start, SignIn, fmt.Sprintf("2001:db8:0:1::%x", n))
	}
	if models.KindOf(err) != models.TooMany {
		t.Errorf("of one /64: %v", err)
	}
	if err := g.Address(start, SignIn, "2001:db8:0:2::1"); err != nil {
		t.Errorf("of the next: %v", err)
	}
}

func TestAPostSharesAnAddress(t *testing.T) {
	g := NewGuard(Rates{Reads: 1})
	for n := range sharing {
		if err := g.Address(start, Reads, "192.0.2.1"); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
	}
	if err := g.Address(start, Reads, "192.0.2.1"); err == nil {
		t.Error("and one more")
	}
}

// TestManyAddressesDoNotFillTheMemory comes from more addresses than are told apart.
func TestManyAddressesDoNotFillTheMemory(t *testing.T) {
	g := NewGuard(Rates{Public: 60})
	from := func(now time.Time, n int) error {
		return g.Address(now, Public, fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&255, n&255))
	}
	refused := 0
	for n := range mostKnown + 2*60*sharing {
		if from(start, n) != nil {
			refused++
		}
	}
	if known := len(g.known[Public]); known > mostKnown+1 {
		t.Errorf("%d are known", known)
	}
	if refused < 60*(sharing-1) {
		t.Errorf("%d were refused of those that share one rate", refused)
	}
	if err := from(start.Add(2*time.Minute), mostKnown*3); err != nil || len(g.known[Public]) > 2 {
		t.Errorf("later: %v, %d known", err, len(g.known[Public]))
	}
}
