package server

import (
	"errors"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/limit"
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
	// sharesOfUploads bounds which part of those one network may have, so that one slow
	// sender, or one who means it, leaves room for others.
	sharesOfUploads = 4
)

// lanes let in as many requests as can be served, so that too many slow nobody down
// who is let in.
type lanes struct {
	ordinary, uploads *lane

	mu        *sync.Mutex
	uploading map[string]int // by network
}

func newLanes(atOnce int) lanes {
	return lanes{ordinary: newLane(atOnce), uploads: newLane(max(1, atOnce/uploadsFor)), mu: &sync.Mutex{}, uploading: map[string]int{}}
}

var errTooMany = models.Refuse(models.Unavailable, "", "too many requests at once; nothing was changed, try again in a moment").After(patience)

// isPutOff says whether err is of a request that was not let in.
func isPutOff(err error) bool { return errors.Is(err, errTooMany) }

// admit lets a request in, makes it wait, or puts it off. The small body of a request has
// arrived before it takes a place, which a sender that trickles would keep.
func (l lanes) admit(c *fiber.Ctx) error {
	lane := l.ordinary
	switch length := c.Request().Header.ContentLength(); {
	case length > readAhead || length == -1: // -1: it does not say
		lane = l.uploads
		network := limit.Network(Address(c))
		if !l.begin(network) {
			return putOff(c)
		}
		defer l.end(network)
	case length > 0:
		if _, err := Body(c, readAhead); err != nil {
			return err
		}
	}
	if !lane.enter() {
		return putOff(c)
	}
	defer lane.leave()
	return c.Next()
}

func putOff(c *fiber.Ctx) error {
	Waits(c, errTooMany)
	return errTooMany
}

// begin counts an upload from a network, unless it has its share.
func (l lanes) begin(network string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.uploading[network] >= max(1, cap(l.uploads.places)/sharesOfUploads) {
		return false
	}
	l.uploading[network]++
	return true
}

func (l lanes) end(network string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.uploading[network]--; l.uploading[network] == 0 {
		delete(l.uploading, network)
	}
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
