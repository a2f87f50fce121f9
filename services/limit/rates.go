package limit

import (
	"sync"
	"time"

	"quartermaster/models"
)

// Class is a kind of request, by what it costs and what guessing by it would bring.
type Class string

// The classes. Free is what is not counted: what never changes, and the server's health.
const (
	Free    Class = ""
	SignIn  Class = "sign-in" // and whatever else is asked with a secret
	Public  Class = "public"  // what needs no sign-in
	Writes  Class = "writes"
	Reads   Class = "reads"
	Exports Class = "exports" // files that are made: reports, papers, lists, labels
)

// Rates are how many requests of each class are taken in a minute from one person. From
// one address, which a whole post may share, sharing times as many are; but of SignIn and
// Public, which nobody is signed in for, so many from one address. 0 takes all.
type Rates map[Class]int

// Usual are the rates unless somebody sets others: a person with a phone and an outbox of
// a weekend stays below, a program that is in a loop does not.
var Usual = Rates{SignIn: 30, Public: 120, Writes: 600, Reads: 1800, Exports: 60}

const (
	sharing = 20
	minute  = time.Minute
	// mostKnown is how many addresses and people are told apart in one class, and with
	// it the memory; when there are more, those beyond share sharing times one's rate.
	mostKnown = 20_000
)

// Guard counts requests, those that other instances took as soon as it hears of them
// (Exchange). Guesses at secrets are counted in the store (services/access).
type Guard struct {
	mu    sync.Mutex
	rates Rates
	known map[Class]map[string]use
	// forgot is when those who have all of their rate were last dropped.
	forgot map[Class]time.Time
}

// use is what somebody had of a rate.
type use struct {
	full   time.Time     // when they have all of it again
	untold time.Duration // by how much that was put off without telling other instances
}

// NewGuard makes a guard by rates; classes that they lack are those of Usual.
func NewGuard(rates Rates) *Guard {
	g := &Guard{rates: Rates{}, known: map[Class]map[string]use{}, forgot: map[Class]time.Time{}}
	for class, usual := range Usual {
		g.rates[class], g.known[class] = usual, map[string]use{}
		if rate, set := rates[class]; set {
			g.rates[class] = rate
		}
	}
	return g
}

// Address counts a request from an address, or refuses it with TooMany.
func (g *Guard) Address(now time.Time, class Class, address string) error {
	rate := g.rates[class]
	if class != SignIn && class != Public {
		rate *= sharing
	}
	return g.admit(now, class, "from "+Network(address), rate)
}

// Person counts a request of somebody who is signed in, or refuses it with TooMany.
func (g *Guard) Person(now time.Time, class Class, code string) error {
	if class == SignIn || class == Public {
		class = Writes
	}
	return g.admit(now, class, "by "+code, g.rates[class])
}

// admit is the generic cell rate algorithm (ITU-T I.371, annex A) with a minute's worth
// at once: of each key one instant is kept, at which it will have all of its rate again.
func (g *Guard) admit(now time.Time, class Class, key string, rate int) error {
	if rate <= 0 {
		return nil
	}
	each := minute / time.Duration(rate)
	g.mu.Lock()
	defer g.mu.Unlock()
	known := g.known[class]
	if _, there := known[key]; !there && len(known) >= mostKnown && !g.forget(now, class) {
		key, each = "", each/sharing
	}
	had := known[key].at(now)
	full := had.full.Add(each)
	if wait := full.Sub(now) - minute; wait > 0 {
		wait = max(wait.Round(time.Second), time.Second)
		return models.Refuse(models.TooMany, "", "too many requests from here; nothing was changed, try again in %s", wait).After(wait)
	}
	known[key] = use{full, had.untold + each}
	return nil
}

// at is what is still to be counted of a use. When the clock was set back, nothing is.
func (u use) at(now time.Time) use {
	if u.full.Before(now) || u.full.Sub(now) > 2*minute {
		return use{full: now}
	}
	return u
}

// forget drops whoever has all of their rate, and says whether there is room then. It
// looks once a second at most.
func (g *Guard) forget(now time.Time, class Class) bool {
	known := g.known[class]
	if ago := now.Sub(g.forgot[class]); ago >= 0 && ago < time.Second {
		return false
	}
	g.forgot[class] = now
	for key, u := range known {
		if !u.full.After(now) {
			delete(known, key)
		}
	}
	return len(known) < mostKnown
}
