package server

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// full is an application that works on one request at a time, and is at work.
type full struct {
	t       *testing.T
	app     *fiber.App
	lanes   lanes
	release chan struct{}
	all     sync.WaitGroup
	mu      sync.Mutex
	answers map[int]int // by status
}

func overloaded(t *testing.T) *full {
	f := &full{t: t, lanes: newLanes(1), release: make(chan struct{}), answers: map[int]int{}}
	f.app = fiber.New(fiber.Config{DisableStartupMessage: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		status, _ := Refusal(err)
		return c.SendStatus(status)
	}})
	f.app.All("/", f.lanes.admit, func(c *fiber.Ctx) error {
		<-f.release
		return c.SendString("done")
	})
	f.send("")
	for len(f.lanes.ordinary.places) == 0 {
		runtime.Gosched()
	}
	return f
}

func (f *full) ask(body string) *http.Response {
	answer, err := f.app.Test(httptest.NewRequest("POST", "/", strings.NewReader(body)), -1)
	if err != nil {
		f.t.Error(err)
		return &http.Response{}
	}
	return answer
}

func (f *full) send(body string) {
	f.all.Go(func() {
		status := f.ask(body).StatusCode
		f.mu.Lock()
		defer f.mu.Unlock()
		f.answers[status]++
	})
}

func TestTooManyRequestsArePutOffAndTheRestAnswered(t *testing.T) {
	f := overloaded(t)
	for range waitingFor {
		f.send("")
	}
	for len(f.lanes.ordinary.waiting) < waitingFor {
		runtime.Gosched()
	}
	answer := f.ask("")
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("%s, Retry-After %q", answer.Status, answer.Header.Get("Retry-After"))
	}
	close(f.release)
	f.all.Wait()
	if f.answers[http.StatusOK] != 1+waitingFor {
		t.Errorf("%v", f.answers)
	}
	if answer := f.ask(""); answer.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %s", answer.Status)
	}
}

func TestLargeBodiesDoNotHoldUpOthers(t *testing.T) {
	f := overloaded(t)
	f.send(strings.Repeat("x", readAhead+1))
	for len(f.lanes.uploads.places) == 0 {
		runtime.Gosched()
	}
	if len(f.lanes.ordinary.waiting) != 0 {
		t.Error("it stands among the others")
	}
	close(f.release)
	f.all.Wait()
}
