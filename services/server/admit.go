package server

import (
	"errors"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
)

const (
	// DefaultAtOnce is how many requests are worked on at once. Commits of as many share
	// one wait for the disk; more would only stand in each other's way.
	DefaultAtOnce = 256
	// waitingFor is how many requests may wait for each that is worked on, and patience
	// how long: what is answered later than that, nobody waits for any more.
	waitingFor = 4
	patience   = 2 * time.Second
	// uploadsFor is the part of those at once that may have large bodies. Such a request
	// is as slow as its sender, and must not hold up all others.
	uploadsFor = 8
)

// lanes let in as many requests as can be served, so that too many slow nobody down
// who is let in.
type lanes struct{ ordinary, uploads *lane }

func newLanes(atOnce int) lanes {
	return lanes{newLane(atOnce), newLane(max(1, atOnce/uploadsFor))}
}

var errTooMany = models.Refuse(models.Unavailable, "", "too many requests at once; nothing was changed, try again in a moment")

// putOff says whether err is of a request that was not let in.
func putOff(err error) bool { return errors.Is(err, errTooMany) }

// admit lets a request in, makes it wait, or puts it off.
func (l lanes) admit(c *fiber.Ctx) error {
	lane := l.ordinary
	if length := c.Request().Header.ContentLength(); length > readAhead || length == -1 { // -1: it does not say
		lane = l.uploads
	}
	if !lane.enter() {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(patience.Seconds())))
		return errTooMany
	}
	defer lane.leave()
	return c.Next()
}

type lane struct {
	places  chan struct{} // one for each that is worked on
	waiting chan struct{} // one for each that waits
}

func newLane(atOnce int) *lane {
	return &lane{make(chan struct{}, atOnce), make(chan struct{}, atOnce*waitingFor)}
}

func (l *lane) enter() bool {
	select {
	case l.places <- struct{}{}:
		return true
	default:
	}
	select {
	case l.waiting <- struct{}{}:
	default:
		return false
	}
	defer func() { <-l.waiting }()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case l.places <- struct{}{}:
		return true
	case <-late.C:
		return false
	}
}

func (l *lane) leave() { <-l.places }
